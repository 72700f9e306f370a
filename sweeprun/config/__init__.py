"""Configs: parse overrides into axes, compose and freeze, derive one task's config. The only importer of Hydra.

`sweeprun.config.frozen` is what workers use; it needs OmegaConf alone.
"""
