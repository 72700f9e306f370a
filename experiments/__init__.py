"""The studies that ship with sweeprun: real ones, small enough for a laptop."""
