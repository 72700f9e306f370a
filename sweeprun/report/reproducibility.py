"""What makes a run reproducible: its streams, code, packages, inputs, and whether that was ever checked."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sweeprun.errors import SweeprunError
from sweeprun.provenance.code import read_code
from sweeprun.provenance.gather import command_text, shown_time
from sweeprun.provenance.mixed_threads import threads_of_results
from sweeprun.provenance.origin import Origin
from sweeprun.report.text import LONGEST_MESSAGE, LONGEST_TEXT, count, shown
from sweeprun.results.masking import Masking
from sweeprun.store.extensions import config_text
from sweeprun.store.looks import read_looks
from sweeprun.store.manifest import Manifest
from sweeprun.store.snapshot import Snapshot
from sweeprun.store.verification import read_verification
from sweeprun.wording import Command

_MOST_PACKAGES = 1000
_MOST_DIFFERENCES = 50
_MOST_LOOKS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing that is known of a run.

    Attributes
    ----------
    name, value
        What it is.
    is_code
        Whether somebody might type it.
    """

    name: str
    value: str
    is_code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproducibility:
    """What the panel of a page shows.

    Attributes
    ----------
    facts
        The lines of it.
    verified
        Whether tasks that were run again were all equal to the bit; None if that was never tried.
    drift
        What differs between the states of the code that results come from; nothing if there is one state.
    packages
        The versions of all packages that were installed.
    config
        The composed config, as text.
    """

    facts: tuple[Fact, ...]
    verified: bool | None
    drift: tuple[str, ...]
    packages: tuple[tuple[str, str], ...]
    config: str


def header_facts(snapshot: Snapshot) -> tuple[Fact, ...]:
    """What a run is: command, times, host, code, launcher."""
    provenance = snapshot.manifest.provenance
    ended = shown_time(snapshot.ended())
    facts = [
        Fact(name="Command", value=shown(command_text(provenance), LONGEST_MESSAGE), is_code=True),
        Fact(name="Started", value=shown(_time(provenance.get("created")))),
        Fact(name="Last result", value=shown(_time(ended)) if ended else ""),
        Fact(name="Host", value=shown(provenance.get("host") or "")),
        Fact(name="Code", value=shown(code_text(provenance), 300)),
        Fact(name="Launcher", value=shown(launcher_text(snapshot.manifest.launcher), 300)),
    ]
    return tuple(fact for fact in facts if fact.value)


def code_text(provenance: Mapping[str, Any]) -> str:
    """The commit, or the digest of the code."""
    git = provenance.get("git")
    if isinstance(git, Mapping) and git.get("commit"):
        return f"commit {str(git['commit'])[:12]}" + (" with uncommitted changes" if git.get("changed") else "")
    return f"digest {provenance['code']}" if provenance.get("code") else ""


def launcher_text(launcher: Mapping[str, Any]) -> str:
    """The launcher by name, and how many it may run at once."""
    name = str(launcher.get("name") or "")
    throttle = launcher.get("throttle")
    return f"{name}, at most {throttle} at once" if throttle else name


def reproducibility_of(snapshot: Snapshot, config: str) -> Reproducibility:
    """The panel of a run, and of its configs as they are to be shown."""
    manifest = snapshot.manifest
    verified, told = _verification(snapshot)
    digests = _digests(snapshot)
    facts = [*_stream_facts(manifest), *told, *_code_facts(manifest, digests), *_surroundings(manifest.provenance)]
    facts.append(Fact(name="Threads of each worker", value=_threads_text(snapshot)))
    facts += _look_facts(snapshot)
    packages = manifest.provenance.get("packages")
    pairs = list(packages.items())[:_MOST_PACKAGES] if isinstance(packages, Mapping) else []
    return Reproducibility(
        facts=tuple(fact for fact in facts if fact.value),
        verified=verified,
        drift=tuple(_drift(snapshot, digests)),
        packages=tuple((shown(name), shown(version)) for name, version in pairs),
        config=config,
    )


def _stream_facts(manifest: Manifest) -> Iterator[Fact]:
    streams = manifest.table.streams
    yield Fact(
        name="Random streams",
        value=streams.describe(0).replace("(0)", "(stream)").replace("(0,)", "(stream,)"),
        is_code=True,
    )
    yield Fact(
        name="Root seed",
        value="none: streams follow from task ids alone" if streams.root_seed is None else str(streams.root_seed),
    )
    shared = streams.shared_by
    told = (
        "every task has its own"
        if shared is None
        else f"shared by tasks of the same {', '.join(shared) or '(all tasks)'}"
    )
    yield Fact(name="Shared", value=shown(told, 300))


def _verification(snapshot: Snapshot) -> tuple[bool | None, list[Fact]]:
    try:
        outcome = read_verification(snapshot.run)
    except SweeprunError as error:
        return None, [Fact(name="Verified", value=shown(f"can't be read: {error}", LONGEST_MESSAGE))]
    if outcome is None:
        hint = f"never; try: {Command('verify', snapshot.run.shown())}"
        return None, [Fact(name="Verified", value=shown(hint, LONGEST_MESSAGE))]
    return outcome.equal == outcome.sample, [Fact(name="Verified", value=shown(outcome, LONGEST_MESSAGE))]


def _digests(snapshot: Snapshot) -> Counter[str]:
    """Digest of the code -> how many records were made with it."""
    found: Counter[str] = Counter()
    for shard in snapshot.shards:
        for batch in shard.batches:
            found[Origin.from_json(batch.origin).code] += len(batch)
    return found


def _code_facts(manifest: Manifest, digests: Counter[str]) -> Iterator[Fact]:
    provenance = manifest.provenance
    git = provenance.get("git")
    if isinstance(git, Mapping):
        yield Fact(name="Git commit", value=shown(git.get("commit") or git.get("problem") or ""), is_code=True)
        changed = git.get("changed")
        patch = f"yes; the patch is {git.get('patch')}" if git.get("patch") else "yes"
        yield Fact(name="Uncommitted changes", value="" if changed is None else shown(patch if changed else "none"))
    yield Fact(name="Code digest", value=shown(provenance.get("code") or ""), is_code=True)
    if len(digests) > 1:
        told = ", ".join(
            f"{digest or 'unknown'} ({count(records, 'record')})" for digest, records in digests.most_common(20)
        )
        yield Fact(name="Results are from", value=shown(told, LONGEST_MESSAGE))
    elif digests:
        yield Fact(name="Drift", value="none: all results are from one state of the code")


def _threads_text(snapshot: Snapshot) -> str:
    """With how many threads results were made; of more than one number, how many each; empty if it isn't known."""
    found = sorted(threads_of_results(snapshot).items())[:_MOST_DIFFERENCES]
    if len(found) < 2:
        return "".join(str(threads) for threads, _ in found)
    return ", ".join(f"{threads} ({count(results, 'result')})" for threads, results in found)


def _surroundings(provenance: Mapping[str, Any]) -> Iterator[Fact]:
    versions = provenance.get("versions")
    if isinstance(versions, Mapping):
        told = ", ".join(f"{name} {version}" for name, version in versions.items() if version)
        yield Fact(name="Versions", value=shown(told, LONGEST_MESSAGE))
    for title, key in (("Platform", "platform"), ("Processor", "cpu"), ("Python", "executable"), ("Directory", "cwd")):
        yield Fact(name=title, value=shown(provenance.get(key) or "", 300))
    blas = provenance.get("blas")
    if isinstance(blas, Mapping):
        yield Fact(name="BLAS", value=shown(" ".join(str(blas[k]) for k in ("name", "version") if k in blas)))


def _look_facts(snapshot: Snapshot) -> Iterator[Fact]:
    """Looks that decided how many members there are bias the results, so they are told."""
    try:
        looks = list(read_looks(snapshot.run))
    except SweeprunError as error:
        yield Fact(name="Looks", value=shown(f"can't be read: {error}", LONGEST_MESSAGE))
        return
    for number, look in enumerate(looks[:_MOST_LOOKS], 1):
        told = f"{look.time}: {look.described_rule} over {look.over}, {look.members} members"
        yield Fact(name=f"Look {number}", value=shown(f"{told}, {look.state}, {look.added} added", 500))


def _drift(snapshot: Snapshot, digests: Counter[str]) -> Iterator[str]:
    known = {digest: code for digest in digests if (code := read_code(snapshot.run, digest)) is not None}
    if len(known) < 2:
        return
    (first, code), *others = known.items()
    for digest, other in others[:_MOST_DIFFERENCES]:
        for difference in code.differences(other)[:_MOST_DIFFERENCES]:
            yield shown(f"{first} → {digest}: {difference}", 300)


def config_of(snapshot: Snapshot, masking: Masking) -> str:
    """The configs of a run as a page shows them; secrets in them are masked, and noted."""
    try:
        return shown(masking.hidden.yaml(config_text(snapshot.run)), LONGEST_TEXT)
    except (SweeprunError, OSError) as error:
        return shown(f"can't be read: {error}", LONGEST_MESSAGE)


def _time(text: object) -> str:
    """An ISO time as people write it."""
    return str(text or "").replace("T", " ").replace("+00:00", " UTC")
