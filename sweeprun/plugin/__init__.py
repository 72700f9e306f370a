"""The front door for Hydra applications: our sweeper and launchers as plugins of Hydra."""
