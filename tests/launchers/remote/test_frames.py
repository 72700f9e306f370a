"""What goes over the stream between a pool and the node of a worker."""

import pytest

from sweeprun.errors import FormatError
from sweeprun.launchers.remote.frames import Frame, FrameReader, Piece, Word

_FRAMES: list[Frame] = [
    Word("hello", "1"),
    Piece("shards/w.arrow", 0, b"a\nb\0\xff"),
    Word("answer", "done 1 0 ü\n"),
    Piece("17/a\nfile", None, b""),
    Word("kill"),
]
_BYTES = b"".join(frame.encode() for frame in _FRAMES)


@pytest.mark.parametrize("step", [1, 7, len(_BYTES)])
def test_they_come_out_as_they_went_in(step: int) -> None:
    reader = FrameReader(greeted=True)
    parts = [_BYTES[place : place + step] for place in range(0, len(_BYTES), step)]
    assert [frame for part in parts for frame in reader.feed(part)] == _FRAMES


def test_what_a_shell_prints_before_the_greeting_is_passed_over() -> None:
    reader = FrameReader(greeted=False)
    printed = b'Welcome to node1!\n\n{"verb": "kill", "text": ""}\n{"file": 3}\n3\n'
    assert list(reader.feed(printed + _BYTES)) == _FRAMES


@pytest.mark.parametrize(
    "line",
    [
        *(b"nothing", b"[]", b"3", b"{}", b'{"verb": "kill"}', b'{"verb": 3, "text": ""}', b"\xff"),
        *(b'{"file": "x", "offset": -1, "size": 0}', b'{"file": "x", "offset": 0, "size": -1}'),
        b'{"file": "x", "offset": 0, "size": 1e300}',
    ],
)
def test_what_is_no_frame_is_an_error(line: bytes) -> None:
    with pytest.raises(FormatError, match="no frame"):
        list(FrameReader(greeted=True).feed(line + b"\n"))
