"""RUNS tasks: array index -> task ids -> config and rng -> task function -> record."""
