"""Throttled job arrays: what every scheduler of batch jobs has in common, whichever it is."""
