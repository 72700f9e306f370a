"""Workers on machines that don't see the run directory: what they record arrives over a stream."""
