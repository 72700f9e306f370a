"""Damage to files, as crashes, disks and people do it."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
from pyarrow import ipc

Damage = Callable[[bytes, random.Random], bytes]


def cut(content: bytes, chance: random.Random) -> bytes:
    """Truncated at any byte."""
    return content[: chance.randrange(len(content))]


def flip(content: bytes, chance: random.Random) -> bytes:
    """Some bits are others."""
    damaged = bytearray(content)
    for _ in range(chance.choice((1, 1, 5, 50))):
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def zero(content: bytes, chance: random.Random) -> bytes:
    """A stretch of zeros, as file systems leave after a crash."""
    start = chance.randrange(len(content))
    length = min(len(content) - start, chance.choice((1, 8, 64, 512, 4096)))
    return content[:start] + bytes(length) + content[start + length :]


def garble(content: bytes, chance: random.Random) -> bytes:
    """Something else altogether."""
    return chance.choice(
        (
            b"",
            chance.randbytes(300),
            b"null\n[]\n1e999\n{}\n",
            b'{"worker": null, "task_id": "x", "code": [], "when": 0, "place": {}}\n',
            content[: len(content) // 2],
            content + content,
            b"\xff" * 384,
        )
    )


SHARD_DAMAGES: dict[str, Damage] = {"cut": cut, "flip": flip, "zero": zero}


def damage_in_place(path: Path, damage: Damage, chance: random.Random) -> str:
    """Damage what has been written of a file, to which somebody may be appending; where."""
    content = path.read_bytes()
    damaged = damage(content, chance)
    if len(damaged) < len(content):
        os.truncate(path, len(damaged))
        return f"{len(damaged)} of {len(content)}"
    places = [place for place, (old, new) in enumerate(zip(content, damaged, strict=True)) if old != new]
    with path.open("r+b") as file:
        for place in places:
            file.seek(place)
            file.write(damaged[place : place + 1])
    return f"{places[:3]} of {len(content)}, {len(places)} bytes"


def is_whole(content: bytes) -> bool:
    """Whether a shard ends where a batch ends, so that nobody can tell that there was more."""
    source = pa.BufferReader(content)
    end = 0
    try:
        reader = ipc.open_stream(source)
        while True:
            end = source.tell()
            reader.read_next_batch()
    except (StopIteration, pa.ArrowException, OSError):
        return end == len(content)
