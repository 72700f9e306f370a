"""Records of several layouts, for the tests of shards."""

from dataclasses import replace

from sweeprun.store.records import Record
from tests.results.runs import failure, success


def records(count: int) -> list[Record]:
    """Every third one is a failure; the payloads differ in length."""
    plain = [
        failure(i, message=f"é {i}") if i % 3 == 2 else success(i, {"x": i / 3, "s": "t" * i}) for i in range(count)
    ]
    return [replace(record, origin='{"code": "é"}') for record in plain]
