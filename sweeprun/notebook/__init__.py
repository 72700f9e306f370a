"""The front door for notebooks: a run as an object that shows itself."""
