"""WHERE workers run. A launcher starts the worker's command line; it never imports the worker."""
