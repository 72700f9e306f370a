"""Means over members, their errors, and how precise they are to be."""
