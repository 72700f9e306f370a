"""Records and failures."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.errors import FormatError
from sweeprun.store.records import FAILURE_LAYOUT, Failure, Outcome, Record

any_text = st.text(st.characters())  # lone surrogates, too: file names hold them

records = st.builds(
    Record,
    task_id=st.integers(0, 2**63 - 1),
    attempt=st.integers(1, 2**31 - 1),
    outcome=st.sampled_from(Outcome),
    stream=st.integers(0, 2**63 - 1),
    started=st.floats(0, 1e12),
    seconds=st.floats(0, 1e12),
    layout=st.text(st.characters(codec="ascii"), max_size=30),
    payload=st.binary(max_size=60),
)


@given(records, st.sampled_from(sorted(Record.__dataclass_fields__)), st.data())
def test_the_checksum_covers_everything(record: Record, field: str, data: st.DataObject) -> None:
    other = getattr(data.draw(records), field)
    changed = replace(record, **{field: other})
    assert (changed.checksum() == record.checksum()) == (other == getattr(record, field))


@given(any_text, any_text, any_text)
def test_a_failure_survives(kind: str, message: str, traceback: str) -> None:
    reason = Failure(type=kind, message=message, traceback=traceback)
    assert Failure.decode(reason.encode()) == reason


@pytest.mark.parametrize(
    "payload", [b"", b"\xff", b"null", b"[1]", b'"text"', b"{}", json.dumps({"type": "a", "message": "b"}).encode()]
)
def test_a_malformed_failure_is_an_error(payload: bytes) -> None:
    with pytest.raises(FormatError, match="malformed failure"):
        Failure.decode(payload)


@pytest.mark.parametrize("outcome", Outcome)
def test_only_failed_records_have_a_failure(outcome: Outcome) -> None:
    reason = Failure(type="ValueError", message="bad", traceback="…")
    fields: dict[str, Any] = {"task_id": 1, "attempt": 1, "stream": 1, "started": 0.0, "seconds": 0.0}
    record = Record(**fields, outcome=outcome, layout=FAILURE_LAYOUT, payload=reason.encode())
    assert record.failure() == (reason if outcome is Outcome.FAILED else None)
