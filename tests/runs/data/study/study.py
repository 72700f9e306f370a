from pathlib import Path


def draw(cfg, rng):
    """Of every third seed nothing, until the file `mended` is there."""
    if cfg.seed % 3 == 2 and not Path("mended").exists():
        raise ValueError(f"no result of seed {cfg.seed}")
    return {"x": rng.random(), "noise": rng.standard_normal(2), "text": f"seed {cfg.seed}"}
