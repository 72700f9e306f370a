"""Attributes of a Dataset that say where its numbers come from, and let any of its tasks be run again."""

import hashlib
import json
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sweeprun._version import __version__
from sweeprun.design.grid import Grid
from sweeprun.provenance.code import accepted_code, read_code
from sweeprun.provenance.gather import command_text, short_form, shown_time
from sweeprun.provenance.origin import Origin
from sweeprun.results.masking import Masking
from sweeprun.safe_text import plain_message
from sweeprun.store.directory import RunDirectory
from sweeprun.store.extensions import config_text
from sweeprun.store.files import MOST_JSON, read_file
from sweeprun.store.looks import read_looks
from sweeprun.store.manifest import Manifest
from sweeprun.store.notices import read_randomness, read_stream_clash
from sweeprun.store.snapshot import Snapshot

MANIFEST_ATTRIBUTE = "manifest"
CODE_ATTRIBUTE = "code"
CHOSEN_ATTRIBUTE = "chosen_variables"
MASKED_ATTRIBUTE = "masked"
"""The keys whose values are masked, and the results that are left out, as their names say that they are secret."""

STATISTICS_ATTRIBUTE = "members_independent"
"""What statistics say of their members, and results don't: that is how files of the two are told apart."""

WARNINGS_ATTRIBUTE = "generator_warnings"
"""What makes the results doubtful that workers noted: draws from generators that no task has of its own."""

RUN_PATH, RUN_DIGEST = "run_path", "run_digest"
"""Where the run is, and what tells it from all others; see `digest_of`."""

OWNER_ATTRIBUTES = ("sweeprun", "run", "created", RUN_PATH, RUN_DIGEST)
"""What says which run a file is of."""

_LONGEST_ATTRIBUTE = 8_000_000


def attributes_of(
    snapshot: Snapshot,
    grid: Grid,
    common: Mapping[str, Any],
    masking: Masking,
    chosen: Sequence[str] | None = None,
    left_out: Sequence[str] = (),
) -> dict[str, Any]:
    """The attributes of a collected run: those that all results have, and its provenance.

    Parameters
    ----------
    snapshot, grid
        The run, and its points, with masked labels.
    common
        The attributes that all results have. One named like ours becomes ``result_NAME``.
    masking
        What of the run is masked.
    chosen
        The results that were asked for, which the Dataset says if these were not all.
    left_out
        The results that are left out as secret.
    """
    run, manifest = snapshot.run, masking.manifest
    config = masking.hidden.yaml(config_text(run))
    masked = {"keys": list(masking.hidden.values), "results": list(left_out)}
    provenance = manifest.provenance
    swept = grid.written()
    overrides = [override.written(swept[override.axis] if override.axis else None) for override in manifest.overrides]
    ours = {
        "sweeprun": __version__,
        "overrides": shlex.join(overrides),
        "command": command_text(provenance),
        "created": str(provenance.get("created")),
        "ended": str(shown_time(snapshot.ended())),
        "host": str(provenance.get("host")),
        "made_on": json.dumps(_made_on(snapshot)),
        "run": run.path.name,
        RUN_PATH: str(run.path.absolute()),
        RUN_DIGEST: digest_of(run),
        "versions": json.dumps(provenance.get("versions", {})),
        "git": json.dumps(provenance.get("git")),
        "streams": json.dumps(manifest.table.streams.to_dict()),
        **({} if chosen is None else {CHOSEN_ATTRIBUTE: json.dumps(list(chosen))}),
        **_looks(run),
        **_warnings(run),
        "base_config": config,
        **({MASKED_ATTRIBUTE: json.dumps(masked)} if any(masked.values()) else {}),
        **(_for_replay(run, manifest) if masking.whole else {}),
    }
    return {f"result_{key}" if key in ours else key: value for key, value in common.items()} | ours


def digest_of(run: RunDirectory) -> str:
    """What tells a run from all others, wherever it is: the SHA-256 of its manifest, which never changes.

    Raises
    ------
    FileNotFoundError, FormatError
        If there is no such run, or its manifest is no file that can be read.
    """
    return hashlib.sha256(read_file(run.manifest, MOST_JSON)).hexdigest()


def _looks(run: RunDirectory) -> dict[str, str]:
    """The looks that decided how many members there are; nothing if that was decided beforehand."""
    looks = [asdict(look) for look in read_looks(run)]
    return {"looks": json.dumps(looks)} if looks else {}


def _warnings(run: RunDirectory) -> dict[str, str]:
    """What workers noted of the generators that tasks drew from, and of streams that clash."""
    randomness = read_randomness(run)
    noted = (randomness.globals, randomness.copied, randomness.unseeded, read_stream_clash(run))
    lines = [str(one) for one in noted if one is not None]
    return {WARNINGS_ATTRIBUTE: json.dumps(lines)} if lines else {}


def noted_warnings(attrs: Mapping[Any, Any]) -> list[str]:
    """What the attributes of a Dataset say of generators; nothing if they don't, or can't be read."""
    try:
        lines = json.loads(str(attrs.get(WARNINGS_ATTRIBUTE, "[]")))
    except (ValueError, RecursionError):
        return []
    return [plain_message(line) for line in lines if isinstance(line, str)] if isinstance(lines, list) else []


def _made_on(snapshot: Snapshot) -> dict[str, int]:
    """Host and processor -> how many records were made there."""
    found: dict[str, int] = {}
    for shard in snapshot.shards:
        for batch in shard.batches:
            origin = Origin.from_json(batch.origin)
            name = f"{origin.host} ({origin.cpu})"
            found[name] = found.get(name, 0) + len(batch)
    return found


def _for_replay(run: RunDirectory, manifest: Manifest) -> dict[str, str]:
    """The manifest and the code: with them and the configs, any task can be run again. What is too long is left out."""
    code = read_code(run, accepted_code(run, manifest))
    texts = {
        MANIFEST_ATTRIBUTE: replace(manifest, provenance=short_form(manifest.provenance)).to_dict(),
        CODE_ATTRIBUTE: None if code is None else code.to_dict(),
    }
    written = {name: json.dumps(data) for name, data in texts.items() if data is not None}
    return {name: text for name, text in written.items() if len(text) <= _LONGEST_ATTRIBUTE}
