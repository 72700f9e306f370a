"""One throttled job array of Slurm."""
