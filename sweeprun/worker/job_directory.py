"""What Hydra's jobs leave in their directories: ``.hydra`` with the config, Hydra's own, and the overrides."""

from pathlib import Path

from omegaconf import DictConfig, OmegaConf, open_dict


def write_job_configs(directory: Path, config: DictConfig) -> None:
    """Write the configs of a task into its directory, as Hydra's launchers do: those of an earlier run are replaced.

    Parameters
    ----------
    directory
        The task's directory.
    config
        Its config with the ``hydra`` node. ``hydra.output_subdir=null`` writes nothing, as with Hydra.
    """
    hydra = config.hydra
    if hydra.output_subdir is None:
        return
    folder = directory / hydra.output_subdir
    folder.mkdir(parents=True, exist_ok=True)
    with open_dict(hydra.runtime):
        hydra.runtime.output_dir = str(directory)
    (folder / "hydra.yaml").write_text(OmegaConf.to_yaml(OmegaConf.masked_copy(config, "hydra")), encoding="utf-8")
    (folder / "overrides.yaml").write_text(OmegaConf.to_yaml(hydra.overrides.task), encoding="utf-8")
    with open_dict(config):
        del config["hydra"]
    (folder / "config.yaml").write_text(OmegaConf.to_yaml(config), encoding="utf-8")
