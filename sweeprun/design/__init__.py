"""WHAT to run: axes, designs, the task table and random streams. Pure: no I/O, no clock, no Hydra."""
