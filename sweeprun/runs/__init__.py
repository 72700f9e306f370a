"""What can be done with a run: one verb, one file."""
