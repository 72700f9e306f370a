"""A run as one HTML page: a model of it, computed here, and how the page is written and served."""
