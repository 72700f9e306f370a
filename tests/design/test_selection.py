"""Conditions over axes: which points are left out."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.design.grid import Grid
from sweeprun.design.selection import Expression, Selection
from sweeprun.design.tasks import TaskTable
from sweeprun.errors import OverrideError
from tests.design.joints import joint_grid, joint_grids, listed
from tests.design.test_grid import grid


def excluding(*texts: str) -> Selection:
    return Selection(exclude=tuple(Expression(text=text) for text in texts))


def only(*texts: str) -> Selection:
    return Selection(only=tuple(Expression(text=text) for text in texts))


MIXED = Grid(axes=(listed("model", ["cnn", "mlp"]), listed("opt.lr", [0.1, 0.01]), listed("deep", [True, False])))


@pytest.mark.parametrize(
    "text",
    [
        "model == 'cnn'",
        "model != 'cnn' and opt.lr > 0.05",
        "opt.lr < 0.05 or deep",
        "not deep",
        "model in ('cnn', 'rnn')",
        "model not in ['cnn']",
        "0.005 < opt.lr <= 0.01",
        "opt.lr * 10 == 1 and deep == True",
        "-opt.lr + 1 > 0.95",
        "(opt.lr // 0.05) % 2 == 1",
        "True",
    ],
)
def test_conditions_mean_what_they_do_in_python(text: str) -> None:
    kept = excluding(text).kept(MIXED)
    for position in range(len(MIXED)):
        point = MIXED.coordinates(position)
        lr = point["opt.lr"]
        holds = eval(text.replace("opt.lr", "lr"), {"model": point["model"], "lr": lr, "deep": point["deep"]})
        assert (position in kept) is (not holds)


@given(joint_grids(), st.data())
def test_masks_sets_and_counts_agree(design: Grid, data: st.DataObject) -> None:
    names = sorted(design.names())
    conditions = [f"{name.replace('.', '_')} > 0" for name in names]
    design = _renamed(design)
    chosen = data.draw(st.sets(st.sampled_from(conditions))) if conditions else set()
    selection = Selection(exclude=tuple(Expression(text=text) for text in sorted(chosen)))
    kept = selection.kept(design)
    expected = [not any(_seen(design, at)[text.split()[0]] > 0 for text in chosen) for at in range(len(design))]
    assert kept.whole_mask().tolist() == expected
    assert len(kept) == sum(expected)
    assert list(kept.task_ids(100)) == [at + 100 for at, run in enumerate(expected) if run]
    assert [at in kept for at in range(len(design))] == expected
    if any(expected):
        table = TaskTable.of(design, selection=selection)
        assert table.selected_mask().tolist() == expected
        assert [table.is_selected(at) for at in range(len(design))] == expected
        assert list(table.selected()) == list(kept.task_ids())
        assert table.count_selected() == sum(expected)
        assert TaskTable.from_dict(json.loads(json.dumps(table.to_dict()))) == table


def _renamed(design: Grid) -> Grid:
    """With names that are names in Python, too."""
    data = json.loads(json.dumps(design.to_dict()).replace(".", "_"))
    return Grid.from_dict(data)


def _seen(design: Grid, at: int) -> dict[str, float]:
    numbers = dict(zip((d.name for d in design.dimensions), design.places(at), strict=True))
    return {**numbers, **design.coordinates(at)}  # type: ignore[dict-item]


def test_all_of_only_and_none_of_exclude() -> None:
    both = Selection(only=only("a0 > 0", "a1 > 0").only, exclude=excluding("a0 == 2", "a1 == 2").exclude)
    assert list(both.kept(grid(4, 4)).task_ids()) == [5, 7, 13, 15]


def test_points_of_a_sample_are_left_out_by_number_or_by_value() -> None:
    design = joint_grid([[1, 2, 1], [5, 6, 7]], [[0, 1]])
    renamed = _renamed(design)
    assert list(excluding("d0 >= 1").kept(renamed).task_ids()) == [0, 1]
    assert list(excluding("d0_0 == 1 and d1 == 0").kept(renamed).task_ids()) == [1, 2, 3, 5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("lr >", "is no condition .*invalid syntax"),
        ("seed > 1", "names 'seed', which is not an axis; axes: model, opt.lr, deep"),
        ("opt.lr + 1", "neither true nor false"),
        ("model and deep", "'model' in .* neither true nor false"),
        ("model > 1", "compares texts with numbers: model text and 1 numbers"),
        ("model + 1 == 2", "'model' .* is no number"),
        ("deep + 1 == 2", "'deep' .* is no number"),
        ("model.lower() == 'cnn'", "not understood|not an axis"),
        ("[x for x in (1, 2)]", "not understood|not an axis"),
        ("model in 'cnn'", "there must be a list"),
        ("model in ()", "there must be a list"),
        ("model is 'cnn'", "`is` compares nothing"),
        ("(lambda: True)()", "not understood"),
        ("opt.lr ** 2 > 0", "not understood"),
        ("1j == 1", "not understood"),
        ("not " * 3000 + "deep", "nested too deeply|is no condition|longer than"),
    ],
)
def test_what_is_no_condition_is_told(text: str, message: str) -> None:
    with pytest.raises(OverrideError, match=message):
        excluding(text).kept(MIXED)


def test_leaving_out_everything_is_an_error() -> None:
    with pytest.raises(OverrideError, match="leave none of the 4 points"):
        TaskTable.of(grid(2, 2), selection=excluding("a0 >= 0"))


def test_a_grid_of_a_billion_points_is_not_listed() -> None:
    table = TaskTable.of(grid(10**3, 10**6), selection=excluding("a0 >= 10"))
    assert table.count_selected() == 10**7
    assert table.selected().ranges == (range(10**7),)
    assert not table.is_selected(10**7)
    with pytest.raises(OverrideError, match="10000000000 combinations"):
        TaskTable.of(grid(10**5, 10**5), selection=excluding("a0 > a1"))


def test_conditions_are_numpys_for_large_grids() -> None:
    kept = excluding("(a0 + a1) % 2 == 1").kept(grid(300, 300))
    rows, columns = np.indices((300, 300))
    assert np.array_equal(kept.whole_mask(), ((rows + columns) % 2 == 0).reshape(-1))
