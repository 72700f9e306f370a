"""Real run directories with something in them changed at random: an error or what is right, and soon."""

import json
import os
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from sweeprun.store.directory import RunDirectory
from tests.hostile.conftest import Look, make_rich_run

SEEDS = range(int(os.environ.get("SWEEPRUN_TEST_MUTATIONS", "12")))
CHANGES_EACH = 5
VALUES: list[Any] = [
    *(None, True, 0, -1, 1, 2**31, 2**63, 10**18, 10**400, 0.5, float("nan"), float("inf"), -1e308),
    *("", "0", "x", "\0", "\x1b[31m", "\ud800", "../..", "1e999999999", "0-999999999999999", "|O"),
    *([], {}, [[]], [0], {"items": [[[], 1]]}, {"float": "x"}, {"name": "slurm"}, ["a"] * 1000),
]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_changed_run_is_an_error_or_right(look: Look, seed: int, tmp_path: Path) -> None:
    source = random.Random(seed)
    original = make_rich_run(tmp_path / "original")
    for number in range(CHANGES_EACH):
        run = RunDirectory(tmp_path / "multirun" / str(number))
        shutil.copytree(original.path, run.path)
        mutate(run.path, source)
        look(run)
        shutil.rmtree(run.path)


def mutate(directory: Path, source: random.Random) -> None:
    files = sorted(path for path in directory.rglob("*") if path.is_file())
    path = source.choice(files)
    texts = [path for path in files if path.suffix in {".json", ".beat", ".exits", ".job"}]
    match source.randrange(6):
        case 0:
            flip_bits(path, source)
        case 1:
            path.write_bytes(path.read_bytes()[: source.randrange(path.stat().st_size or 1)])
        case 2:
            swap(path, source.choice(files))
        case _:
            replace_value(source.choice(texts), source)


def flip_bits(path: Path, source: random.Random) -> None:
    content = bytearray(path.read_bytes())
    for _ in range(source.choice((1, 3, 30))):
        if content:
            content[source.randrange(len(content))] ^= 1 << source.randrange(8)
    path.write_bytes(content)


def swap(one: Path, other: Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def replace_value(path: Path, source: random.Random) -> None:
    data = json.loads(path.read_text())
    places = list(places_in(data))
    node, key = source.choice(places)
    if isinstance(node, dict) and source.random() < 0.1:
        del node[key]
    else:
        node[key] = source.choice(VALUES)
    path.write_text(json.dumps(data))


def places_in(data: Any) -> Any:
    items = data.items() if isinstance(data, dict) else enumerate(data)
    for key, value in items:
        yield data, key
        if isinstance(value, dict | list):
            yield from places_in(value)
