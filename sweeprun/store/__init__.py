"""A sweep ON DISK: the only place that knows a path or a file format."""
