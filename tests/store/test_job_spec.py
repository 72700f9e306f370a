"""What a manifest says of all tasks alike."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.store.job_spec import MAIN, PICKLED, FunctionReference, JobSpec, Script

TEXTS = st.text(max_size=5)
NAMES = st.lists(TEXTS, max_size=3).map(tuple)
REFERENCES = st.builds(
    FunctionReference,
    kind=st.sampled_from([PICKLED, MAIN, "of tomorrow"]),
    path=TEXTS,
    module=TEXTS,
    file=TEXTS,
    name=TEXTS,
    application=st.booleans(),
    resolvers=TEXTS,
    constants_path=TEXTS,
)
BY_KEYWORDS = st.builds(FunctionReference, kind=st.just(PICKLED), path=TEXTS, keywords=st.just(True), constants=NAMES)
SPECS = st.builds(
    JobSpec,
    subdir=TEXTS,
    chdir=st.booleans(),
    directories=st.booleans(),
    cwd=TEXTS,
    config=st.none() | st.just({"path": "conf", "name": "config", "extra": None}),
    task_variables=NAMES,
    composed_each=st.booleans(),
    function=st.none() | REFERENCES | BY_KEYWORDS,
    script=st.none() | st.builds(Script, file=TEXTS, module=TEXTS, arguments=NAMES, overridden=st.booleans()),
    dims=st.dictionaries(TEXTS, NAMES, max_size=2),
    coords=st.just({}) | st.just({"t": {"type": "text", "data": ["a"], "attrs": {}}}),
)


@given(spec=SPECS)
def test_what_is_written_is_read(spec: JobSpec) -> None:
    assert JobSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


def test_older_manifests_say_less() -> None:
    assert JobSpec.from_dict({"subdir": "${lr}", "chdir": True}) == JobSpec(
        subdir="${lr}", chdir=True, directories=True
    )
    assert JobSpec.from_dict({}) == JobSpec()


def test_where_workers_work_is_here_if_nobody_knows() -> None:
    assert JobSpec().base == Path.cwd()
    assert JobSpec(cwd="/a b").base == Path("/a b")


@pytest.mark.parametrize(
    "data",
    [
        {"subdir": 3},
        {"cwd": ["a"]},
        {"config": "conf"},
        {"task_variables": "OMP_NUM_THREADS"},
        {"task_variables": [1]},
        {"function": "study.draw"},
        {"function": {"kind": 3}},
        {"function": {"kind": PICKLED, "path": 3}},
        {"function": {"kind": PICKLED, "call": "keywords", "constants": "n"}},
        {"dims": {"x": "t"}},
        {"coords": ["t"]},
    ],
)
def test_what_is_malformed_is_refused(data: dict[str, Any]) -> None:
    with pytest.raises(TypeError):
        JobSpec.from_dict(data)


def test_a_reference_without_a_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        FunctionReference.from_dict({"path": "function.pickle"})
