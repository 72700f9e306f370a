"""Run directories that somebody hostile made: nothing of them is executed, nothing hangs, nothing is read elsewhere."""

import json
import os
import pickle
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import ipc

from sweeprun.cli.main import main
from sweeprun.store.directory import RunDirectory
from sweeprun.store.manifest import VERSION
from sweeprun.store.payloads import encode_result
from sweeprun.store.records import Outcome, Record
from sweeprun.store.shard_writer import _SCHEMA, _batch
from tests.hostile.conftest import GONE, Look, at_most
from tests.results.runs import failure, success, write_shard

SECRET = "the secret that lies elsewhere"


def test_a_run_that_is_not_hostile(run: RunDirectory, look: Look) -> None:
    said = look(run)
    assert {code for code, _ in said.values()} == {0}
    assert "printed by 0" in said["logs 0"][1]


def change(path: Path, *keys: Any, to: Any) -> None:
    data = node = json.loads(path.read_text())
    for key in keys[:-1]:
        node = node[key]
    node[keys[-1]] = to
    path.write_text(json.dumps(data))


class Payload:
    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (os.mkdir, (str(self.path),))


def test_nothing_is_executed(run: RunDirectory, look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    canary = tmp_path / "pwned"
    monkeypatch.setenv("SWEEPRUN_TEST_SECRET", SECRET)
    run.frozen_configs.write_bytes(pickle.dumps(Payload(canary)))
    run.extensions.mkdir()
    (run.extensions / "1.pickle").write_bytes(pickle.dumps(Payload(canary)))
    run.config.write_text(
        f"a: !!python/object/apply:os.mkdir ['{canary}']\n_target_: os.mkdir\n_args_: ['{canary}']\n"
        f"b: ${{oc.env:SWEEPRUN_TEST_SECRET}}\nc: ${{os.mkdir:{canary}}}\n"
    )
    run.hydra_config.write_text(run.config.read_text())
    (run.path / "sitecustomize.py").write_text(f"import os; os.mkdir({str(canary)!r})")
    evil = run.path / "evil-1.0.dist-info"
    evil.mkdir()
    (evil / "entry_points.txt").write_text("[sweeprun.launchers]\nevil = evil:Evil\nlocal = evil:Evil\n")
    (run.path / "evil.py").write_text((run.path / "sitecustomize.py").read_text())
    change(run.manifest, "python_path", to=[str(run.path)])
    change(run.manifest, "provenance", "command", to=["$(touch pwned)", "`touch pwned`"])
    change(run.manifest, "job", to={"subdir": f"${{os.mkdir:{canary}}}", "chdir": True, "cwd": str(run.path)})
    change(run.submission(0), "launcher", to={"name": "local", "_target_": "os.mkdir", "_args_": [str(canary)]})
    said = look(run)
    assert said["status"][0] == 2
    assert SECRET not in str(said)
    change(run.submission(0), "launcher", to={"name": "evil"})
    assert "no launcher 'evil'" in look(run)["status"][1]
    change(run.submission(0), "launcher", to={"name": "local"})
    assert {code for code, _ in look(run).values()} == {0}


HOSTILE_MANIFESTS: dict[str, tuple[tuple[Any, ...], Any]] = {
    "no format": (("format",), None),
    "version": (("version",), 10**4000),
    "no blocks": (("blocks",), []),
    "blocks of no type": (("blocks",), {"a": 1}),
    "first id": (("blocks", 0, "first_id"), -5),
    "huge range": (
        ("blocks", 0, "design", "axes", 0, "values"),
        {"kind": "integer_range", "start": 0, "stop": 10**18, "step": 1},
    ),
    "larger range": (
        ("blocks", 0, "design", "axes", 0, "values"),
        {"kind": "integer_range", "start": 0, "stop": 10**4000, "step": 1},
    ),
    "float range": (
        ("blocks", 0, "design", "axes", 0, "values"),
        {"kind": "integer_range", "start": 0.0, "stop": 3.0, "step": 1.0},
    ),
    "step 0": (("blocks", 0, "design", "axes", 0, "values", "step"), 0),
    "nan": (("blocks", 0, "design", "axes", 0, "values", "step"), float("nan")),
    "huge decimals": (("blocks", 0, "design", "axes", 2, "values", "stop"), "1e999999999"),
    "large decimals": (("blocks", 0, "design", "axes", 2, "values", "stop"), "1e999990"),
    "small decimals": (("blocks", 0, "design", "axes", 2, "values", "step"), "1e-999999999"),
    "many decimals": (("blocks", 0, "design", "axes", 2, "values", "step"), "1e-12"),
    "long decimals": (("blocks", 0, "design", "axes", 2, "values", "step"), "1" * 10**6),
    "decimals of a list": (("blocks", 0, "design", "axes", 2, "values", "step"), [0, [1], 0]),
    "labels of another type": (("blocks", 0, "design", "axes", 1, "values", "labels"), [1, {"items": []}]),
    "kind of another type": (("blocks", 0, "design", "axes", 1, "kind"), "int64"),
    "name of no type": (("blocks", 0, "design", "axes", 1, "name"), {"a": 1}),
    "same names": (("blocks", 0, "design", "axes", 1, "name"), "seed"),
    "reserved name": (("blocks", 0, "design", "axes", 1, "name"), "state"),
    "many axes": (
        ("blocks", 0, "design", "axes"),
        [
            {"name": f"a{i}", "kind": "int64", "values": {"kind": "integer_range", "start": 0, "stop": 1, "step": 1}}
            for i in range(5000)
        ],
    ),
    "typed as nothing": (("blocks", 0, "design", "axes", 0, "values"), {"kind": "typed", "types": 3, "labels": [1]}),
    "no date": (("blocks", 0, "design", "axes", 0, "values"), {"kind": "typed", "types": "date", "labels": ["today"]}),
    "a far date": (
        ("blocks", 0, "design", "axes", 0),
        {"name": "a", "kind": "datetime64", "values": {"kind": "typed", "types": "date", "labels": ["999999-01-01"]}},
    ),
    "a long span": (
        ("blocks", 0, "design", "axes", 0),
        {
            "name": "a",
            "kind": "timedelta64",
            "values": {"kind": "typed", "types": "timedelta", "labels": ["9" * 29 + "D"]},
        },
    ),
    "function": (("job", "function"), "function.pickle"),
    "shared by": (("streams",), {"root_seed": "a", "shared_by": 5}),
    "override of no axis": (("overrides",), [{"operation": "change", "key": "a", "selects": False, "axis": "zzz"}]),
    "command of no words": (("provenance",), {"command": [1, [2]]}),
    "deep": (("provenance",), json.loads("[" * 900 + "]" * 900)),
}


@pytest.mark.parametrize("name", HOSTILE_MANIFESTS)
def test_a_hostile_manifest_is_one_clear_error(run: RunDirectory, look: Look, name: str) -> None:
    keys, value = HOSTILE_MANIFESTS[name]
    if name == "version":  # more digits than Python writes
        run.manifest.write_text(run.manifest.read_text().replace(f'"version": {VERSION}', '"version": ' + "9" * 5000))
    else:
        try:
            change(run.manifest, *keys, to=value)
        except ValueError:
            pytest.skip("Python writes no such number")
    said = look(run)
    assert {code for words, (code, _) in said.items() if not words.startswith("list")} == {2}, said
    assert "malformed" in said["list"][1] or "manifest" in said["list"][1]


@pytest.mark.parametrize(
    "content", [b"", b"\0" * 100, b"[" * 10**6, b"[]", b"null", b"\xff\xfe", b'{"a": 1' + b" " * 2**26, b"1" * 10**5]
)
def test_a_manifest_that_is_no_json_object(run: RunDirectory, look: Look, content: bytes) -> None:
    run.manifest.write_bytes(content)
    said = look(run)
    assert {code for words, (code, _) in said.items() if not words.startswith("list")} == {2}


def test_a_manifest_that_claims_many_tasks_which_may_be(run: RunDirectory, look: Look) -> None:
    change(run.manifest, "blocks", 0, "design", "axes", 0, "values", "stop", to=2 * 10**6)
    said = look(run)
    assert said["status"][0] == said["show"][0] == 0
    assert said["collect -o out.nc"][0] == 2
    assert "missing values" in said["collect -o out.nc"][1]


NAMES = [
    "\x1b[31mred\x1b]0;title\x07",
    "a\ud800b",
    "a\0b",
    "[red]x[/red]",
    "..",
    "/etc",
    "x" * 5000,
    "\u202eabc",
    "a\nb\r",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_and_texts_that_terminals_or_files_take_for_something_else(
    run: RunDirectory, look: Look, name: str
) -> None:
    axes = json.loads(run.manifest.read_text())["blocks"][0]["design"]["axes"]
    axes[0]["name"] = name
    axes[1]["values"] |= {"texts": [name, "b"], "labels": [name, "b"], "values": [name, "b"]}
    change(run.manifest, "blocks", 0, "design", "axes", to=axes)
    change(run.manifest, "provenance", to={"command": [name, "b"], "created": name, "git": {"commit": name}})
    change(run.submission(0), "token", to=name)
    run.config.write_text(f"a: {name}", errors="surrogatepass")
    (run.logs / "0.worker-1.log").write_bytes(b"x" * 10)
    write_shard(run, "z", [failure(11, name, f"{name} {name}")])
    said = look(run)
    assert said["status"][0] == said["show"][0] == said["show 0"][0] == 0
    assert len(name) > 255 or said["collect -o out.nc"][0] == 0
    for _, text in said.values():
        assert not set(text) & set("\x1b\x07\0\r\u202e")


def record_of(layout: str, payload: bytes, task_id: int = 11) -> Record:
    return Record(
        task_id=task_id,
        attempt=1,
        outcome=Outcome.SUCCEEDED,
        stream=1,
        started=1.0,
        seconds=1.0,
        layout=layout,
        payload=payload,
    )


def variable(**changes: Any) -> dict[str, Any]:
    return {"name": "q", "dims": [], "shape": [], "type": "<f8", "coordinate": False, "attrs": {}} | changes


HOSTILE_LAYOUTS: dict[str, Any] = {
    "object": variable(type="|O"),
    "object in a record": variable(type="O,O"),
    "unicode": variable(type="<U2"),
    "type of no text": variable(type=["a", "O"]),
    "empty and huge": variable(dims=["a", "b"], shape=[10**12, 0]),
    "huge": variable(dims=["a"], shape=[10**15]),
    "beyond": variable(dims=["a", "b"], shape=[2**62, 2**62]),
    "negative": variable(dims=["a"], shape=[-1]),
    "fraction": variable(dims=["a"], shape=[1.5]),
    "dims of another number": variable(dims=["a"], shape=[]),
    "same dims": variable(dims=["a", "a"], shape=[1, 1]),
    "many dims": variable(dims=[str(i) for i in range(100)], shape=[1] * 100),
    "no name": variable(name=None),
    "no attributes": variable(attrs=5),
    "text": variable(type="text"),
    "texts": variable(type="text", dims=["a"], shape=[10**9]),
}


@pytest.mark.parametrize("name", HOSTILE_LAYOUTS)
@pytest.mark.parametrize(
    "payload", [b"", bytes(8), b"\x02" + bytes(7) + b"[]", b"\x07" + bytes(7) + b'[["a"]]', b"\xff" * 16]
)
def test_a_hostile_layout_costs_its_record(run: RunDirectory, look: Look, name: str, payload: bytes) -> None:
    layout = json.dumps({"variables": [HOSTILE_LAYOUTS[name]], "attrs": {}})
    write_shard(run, "z", [record_of(layout, payload)])
    said = look(run)
    assert said["status"][0] == 0
    code, text = said["collect -o out.nc"]
    assert code == 0 or "text" in name  # of texts the layout is right, and the payload one clear error
    assert code == 2 or "task 11: a record of it in z.arrow is damaged" in text


@pytest.mark.parametrize(
    "layout", ["{}", "[]", "[" * 10**5, "null", '{"variables": 5, "attrs": {}}', "", '{"variables": [{}], "attrs": {}}']
)
def test_a_layout_that_is_none(run: RunDirectory, look: Look, layout: str) -> None:
    write_shard(run, "z", [record_of(layout, b"")])
    code, text = look(run)["collect -o out.nc"]
    assert code == 0
    assert "task 11: a record of it in z.arrow is damaged" in text


@pytest.mark.parametrize("left_out", [5, ["a"], {"a": 1}, {"a": "\x1b[2J"}, {"\x1b[2J": "b"}])
def test_what_is_said_of_values_that_were_left_out_gives_no_orders(
    run: RunDirectory, look: Look, left_out: object
) -> None:
    layout = json.dumps({"variables": [variable()], "attrs": {}, "left_out": left_out, "missing": ["\x1b[2J"]})
    write_shard(run, "z", [record_of(layout, bytes(8))])
    assert look(run)["collect -o out.nc"][0] == 0


def test_small_results_that_would_be_huge_together(run: RunDirectory, look: Look) -> None:
    layouts = [variable(dims=["a", "b"], shape=shape) for shape in ([10**6, 0], [0, 10**6])]
    write_shard(
        run, "z", [record_of(json.dumps({"variables": [v], "attrs": {}}), b"", 10 + i) for i, v in enumerate(layouts)]
    )
    said = look(run)["collect -o out.nc"]
    assert said[0] == 2
    assert "missing values" in said[1]


@pytest.mark.parametrize(
    "payload",
    [b"", b"{}", b"[]", b"[" * 10**5, b'{"type": 5, "message": null, "traceback": []}', b"\xff", b'{"type": "a"}'],
)
def test_a_hostile_failure(run: RunDirectory, look: Look, payload: bytes) -> None:
    write_shard(
        run,
        "z",
        [
            Record(
                task_id=4,
                attempt=2,
                outcome=Outcome.FAILED,
                stream=1,
                started=1.0,
                seconds=1.0,
                layout="",
                payload=payload,
            )
        ],
    )
    said = look(run)
    assert said["status"][0] == 0
    assert "malformed failure" in said["status"][1]


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), 1e300])
def test_records_with_absurd_times(run: RunDirectory, look: Look, number: float) -> None:
    layout, payload = encode_result({"x": 1.0})
    write_shard(
        run,
        "z",
        [
            Record(
                task_id=0,
                attempt=2**31 - 1,
                outcome=Outcome.SUCCEEDED,
                stream=-1,
                started=number,
                seconds=number,
                layout=layout,
                payload=payload,
            )
        ],
    )
    assert {code for code, _ in look(run).values()} == {0}


SUBMISSIONS: dict[str, tuple[tuple[Any, ...], Any]] = {
    "number": (("number",), -1),
    "other number": (("number",), 7),
    "huge number": (("number",), 10**18),
    "tasks": (("array", "tasks"), "0-999999999999999"),
    "unordered tasks": (("array", "tasks"), "5-999999999999999,0"),
    "no tasks": (("array", "tasks"), "-5"),
    "packing": (("array", "tasks_per_job"), -1),
    "throttle": (("array", "throttle"), 0.5),
    "attempt": (("attempt",), 2**31),
    "created": (("created",), float("nan")),
    "after itself": (("after",), 0),
    "pid of a group": (("submitter", "pid"), -1),
    "pid of all": (("submitter", "pid"), 0),
    "huge pid": (("submitter", "pid"), 10**30),
    "pid of a path": (("submitter", "pid"), "../../etc"),
    "launcher": (("launcher",), []),
    "policy": (("policy",), {"retries": 10**18, "retry_on": None, "timeout": None, "max_failures": None}),
    "failures": (("policy",), {"retries": 0, "retry_on": None, "timeout": None, "max_failures": "1"}),
    "launcher's option": (("launcher",), {"name": "local", "throttle": "many"}),
    "slurm's options": (("launcher",), {"name": "slurm", "sbatch": 5}),
    "slurm's option": (("launcher",), {"name": "slurm", "sbatch": {"wrap": "touch pwned"}}),
    "slurm's variables": (("launcher",), {"name": "slurm", "variables": ["A=b"]}),
}


@pytest.mark.parametrize("name", SUBMISSIONS)
def test_a_hostile_submission_is_one_clear_error(run: RunDirectory, look: Look, name: str) -> None:
    keys, value = SUBMISSIONS[name]
    change(run.submission(0), *keys, to=value)
    said = look(run)
    assert said["status"][0] == (0 if name == "tasks" else 2), said["status"]
    assert said["collect -o out.nc"][0] == said["status"][0]


def test_ids_of_jobs_are_no_options(
    run: RunDirectory, look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands = tmp_path / "bin"
    commands.mkdir()
    for name in ("squeue", "sacct", "scontrol", "scancel", "sbatch"):
        (commands / name).write_text(f'#!/bin/sh\nprintf "%s\\n" "$0" "$@" >> "{tmp_path}/called"\n')
        (commands / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{commands}:{os.environ['PATH']}")
    change(run.submission(1), "launcher", to={"name": "slurm"})
    (run.submissions / "1.4711.job").unlink()
    for job_id in ("--help", "-o/tmp/pwned", "1,2", "1 -x", "4711;x", "$(touch pwned)", "٣", "%A", "a.b"):
        note = run.submissions / f"1.{job_id.replace('/', '_')}.job"
        note.write_text(json.dumps({"job_id": job_id, "role": "array"}))
    (run.submissions / "1.12.job").write_text(json.dumps({"job_id": "13", "role": "array"}))
    (run.submissions / "1.99.job").write_text(json.dumps({"job_id": "99", "role": "array"}))
    look(run)
    words = (tmp_path / "called").read_text().split("\n")
    assert set(words) <= {
        str(commands / "squeue"),
        str(commands / "sacct"),
        *["-r", "-h", "-t", "all", "-j", "99", "-o", "-X", "-n", "-P"],
        "%F|%K|%T|%S|%N|%r|%k",
        "JobID,Submit,ExitCode,State",
        "",
    }


NOTES: dict[str, Any] = {
    "task": ("task_id", 10**30),
    "negative task": ("task_id", -7),
    "no task": ("task_id", "0"),
    "submission": ("submission", -1),
    "index": ("index", 10**18),
    "index of no type": ("index", [0]),
    "attempt": ("attempt", 2**31),
    "since": ("since", "yesterday"),
    "since nan": ("since", float("nan")),
    "pid": ("pid", -1),
    "path": ("pid", "../1"),
    "host": ("host", {"a": 1}),
    "log": ("log", "../../../secret.log"),
    "log of nothing": ("log", "..\0.log"),
    "worker": ("worker", ["a"]),
}


@pytest.mark.parametrize("name", NOTES)
def test_a_hostile_beat_is_passed_over(run: RunDirectory, look: Look, name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.log").write_text(SECRET)
    key, value = NOTES[name]
    path = run.beat("0.worker-1")
    change(path, "task_id", to=9)
    change(path, key, to=value)
    said = look(run)
    assert {code for code, _ in said.values()} == {0}, said
    assert SECRET not in str(said)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[" * 10**5,
        "5",
        "{}",
        '{"place": 5}',
        '{"worker": "w", "task_id": 10e400, "code": 1, "when": 1, "place": {}}',
        '{"worker": "w", "task_id": 9, "code": 1, "when": 1, "place": {}, "log": "../../../secret.log"}',
        '{"worker": "w", "task_id": 9, "code": 1, "when": 1, "place": {}, "why": ["a"]}',
        "9" * 10**5,
    ],
)
def test_a_hostile_exit_is_passed_over(run: RunDirectory, look: Look, line: str, tmp_path: Path) -> None:
    (tmp_path / "secret.log").write_text(SECRET)
    run.exits("evil").write_text(line)
    said = look(run)
    assert {code for code, _ in said.values()} == {0}, said
    assert SECRET not in str(said)


def make_link(path: Path, target: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def make_fifo(path: Path, _: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def make_socket(path: Path, _: Path) -> None:
    path.unlink(missing_ok=True)
    here = Path.cwd()
    os.chdir(path.parent)  # names of sockets are short
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


def make_directory(path: Path, _: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def make_zero(path: Path, _: Path) -> None:
    make_link(path, Path("/dev/zero"))


def make_sparse(path: Path, _: Path) -> None:
    path.touch()
    os.truncate(path, 2**40)


FILES = {
    "manifest": lambda run: run.manifest,
    "config": lambda run: run.config,
    "submission": lambda run: run.submission(0),
    "job": lambda run: run.job(1, "4711"),
    "shard": lambda run: run.shard("0.worker-0"),
    "beat": lambda run: run.beat("0.worker-1"),
    "exits": lambda run: run.exits("0"),
    "notice": lambda run: run.global_randomness,
    "copies": lambda run: run.copied_generators,
    "unseeded": lambda run: run.unseeded_generators,
    "clash": lambda run: run.stream_clash,
    "failures": lambda run: run.failures(1),
    "log": lambda run: run.logs / "0.worker-0.log",
    "extension": lambda run: run.extension(1),
}
PASSED_OVER = {"job", "beat", "exits", "shard", "notice", "copies", "unseeded", "clash", "failures"}


@pytest.mark.parametrize("make", [make_link, make_fifo, make_socket, make_directory, make_zero, make_sparse])
@pytest.mark.parametrize("kind", FILES)
def test_what_is_no_file_of_the_run(
    run: RunDirectory, look: Look, tmp_path: Path, kind: str, make: Callable[[Path, Path], None]
) -> None:
    elsewhere = tmp_path / "elsewhere"
    path = FILES[kind](run)
    path.parent.mkdir(exist_ok=True)
    elsewhere.write_bytes(path.read_bytes() if path.exists() else b"{}")
    with elsewhere.open("ab") as file:
        file.write(SECRET.encode())
    make(path, elsewhere)
    said = look(run)
    assert SECRET not in str(said)
    codes = {code for words, (code, _) in said.items() if not words.startswith("list")}
    assert codes == {0} if kind in PASSED_OVER else 2 in codes, said
    if kind == "shard":
        assert path.name in said["collect -o out.nc"][1]


@pytest.mark.parametrize("name", ["shards", "workers", "logs", "submissions", "extensions"])
def test_a_directory_that_leads_elsewhere(run: RunDirectory, look: Look, tmp_path: Path, name: str) -> None:
    directory = run.path / name
    elsewhere = tmp_path / "elsewhere"
    if directory.exists():
        directory.rename(elsewhere)
    else:
        elsewhere.mkdir()
        (elsewhere / "1.json").write_text("{}")
    (elsewhere / "0.worker-0.log").write_text(SECRET)
    directory.symlink_to(elsewhere)
    said = look(run)
    assert SECRET not in str(said)
    assert 2 in {code for code, _ in said.values()}, said
    assert "symbolic link" in str(said)


def test_the_directory_of_a_task_that_leads_elsewhere(run: RunDirectory, look: Look) -> None:
    run.task(0).symlink_to("/etc")
    assert "directory" not in look(run)["show 0"][1].split("\n")[-2]


def test_a_worker_of_nobody_is_waited_for_no_more(run: RunDirectory) -> None:
    assert GONE.is_alive() is None
    with at_most(60):
        assert main(["wait", str(run.path)]) in (0, 1)


def test_columns_that_claim_more_than_they_have(run: RunDirectory, look: Look) -> None:
    batch, metadata = _batch([success(11, {"x": 1.0})])
    for codec in ("lz4", "zstd"):
        options = ipc.IpcWriteOptions(compression=codec)
        with pa.OSFile(str(run.shard(codec)), "wb") as sink, ipc.new_stream(sink, _SCHEMA, options=options) as writer:
            writer.write_batch(batch, custom_metadata=metadata)
    dictionary = pa.array(["a", "b"]).dictionary_encode()
    table = pa.table({"a": dictionary})
    with pa.OSFile(str(run.shard("dictionary")), "wb") as sink, ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    extension = pa.field(
        "task_id",
        pa.int64(),
        metadata={
            "ARROW:extension:name": "arrow.py_extension_type",
            "ARROW:extension:metadata": pickle.dumps(Payload(run.path / "pwned")),
        },
    )
    with (
        pa.OSFile(str(run.shard("extension")), "wb") as sink,
        ipc.new_stream(sink, pa.schema([extension], metadata=_SCHEMA.metadata)) as writer,
    ):
        writer.write_batch(pa.record_batch([pa.array([1])], schema=pa.schema([extension], metadata=_SCHEMA.metadata)))
    said = look(run)
    assert {code for code, _ in said.values()} == {0}
    for name in ("lz4", "zstd", "dictionary", "extension"):
        assert f"{name}.arrow" in said["collect -o out.nc"][1]


def test_shards_of_many_empty_names(run: RunDirectory, look: Look) -> None:
    for number in range(200):
        run.shard(f"z{number}").write_bytes(b"")
    assert "more such lines" in look(run)["collect -o out.nc"][1]
