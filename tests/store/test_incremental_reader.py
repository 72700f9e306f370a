"""Reading shards again gives what reading them anew gives, and reads only what was added."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.store import file_view, shards
from sweeprun.store.incremental_reader import ShardReader
from sweeprun.store.shards import ShardContents, read_shards
from tests.results.runs import failure, make_run, success, write_shard


def plain(found: Iterable[ShardContents]) -> list[object]:
    return [(one.path, one.torn, one.only_tail, one.end, list(one.records())) for one in found]


def whole_shard(folder: Path) -> bytes:
    batches = [success(0, {"x": 1.0}), failure(1)], [success(2, {"x": 2.0})], [success(3, {"x": 3})]
    return write_shard(make_run(folder / "whole"), "w", *batches).read_bytes()


@pytest.mark.parametrize("most_in_memory", [shards._MOST_IN_MEMORY, 0])
@given(data=st.data())
def test_a_shard_that_grows_in_any_steps(
    tmp_path_factory: pytest.TempPathFactory, most_in_memory: int, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("grow")
    whole = whole_shard(folder)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=4)))
    directory = folder / "shards"
    directory.mkdir()
    reader = ShardReader()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "_MOST_IN_MEMORY", most_in_memory)
        written = 0
        for cut in [*cuts, len(whole)]:
            with (directory / "w.arrow").open("ab") as file:
                file.write(whole[written:cut])
            written = max(written, cut)
            assert plain(reader.read(directory)) == plain(read_shards(directory))


def test_only_what_was_added_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = whole_shard(tmp_path)
    directory = tmp_path / "shards"
    directory.mkdir()
    path = directory / "w.arrow"
    path.write_bytes(whole[: 2 * len(whole) // 3])
    (directory / "v.arrow").write_bytes(whole)
    reader = ShardReader()
    list(reader.read(directory))
    starts = []
    read = file_view.read_content

    def noted(path: Path, *, in_memory: bool, start: int = 0) -> object:
        starts.append((path.name, start))
        return read(path, in_memory=in_memory, start=start)

    monkeypatch.setattr(shards, "read_content", noted)
    list(reader.read(directory))
    assert starts == []
    with path.open("ab") as file:
        file.write(whole[2 * len(whole) // 3 :])
    assert [len(list(one.records())) for one in reader.read(directory)] == [4, 4]
    assert [name for name, start in starts if start > 0] == ["w.arrow"]


def test_a_shard_that_is_another_or_shorter_is_read_anew(tmp_path: Path) -> None:
    whole = whole_shard(tmp_path)
    directory = tmp_path / "shards"
    directory.mkdir()
    path = directory / "w.arrow"
    reader = ShardReader()
    path.write_bytes(whole)
    list(reader.read(directory))
    for other in (whole[:-1000], b"", b"no shard" * 100, whole):
        replacement = directory / "replacement"
        replacement.write_bytes(other)
        replacement.replace(path)
        assert plain(reader.read(directory)) == plain(read_shards(directory))
    path.unlink()
    assert list(reader.read(directory)) == []
