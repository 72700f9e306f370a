"""Names that are taken in a Dataset, and what results are called instead."""

from pathlib import Path

from sweeprun.results.collect import collect_run
from sweeprun.results.naming import Naming, layout_of
from sweeprun.store.payloads import Layout, Variable, encode_result
from tests.results.runs import count_axis, make_run, success, write_shard


def layout(result: object) -> Layout:
    return Layout.from_json(encode_result(result)[0])


def test_names_of_axes_are_taken() -> None:
    one = layout({"lr": ("seed", [1])})
    renamed = Naming.of([one], {"lr", "seed"}).applied(one)
    assert [(variable.name, variable.dims) for variable in renamed.variables] == [("result_lr", ("result_seed",))]


def test_a_new_name_stands_for_one_thing_in_all_tasks() -> None:
    layouts = [layout({"lr": 1}), layout({"lr": 1, "result_lr": 2})]
    naming = Naming.of(layouts, {"lr"})
    assert naming.variables == {"lr": "result_result_lr"}
    assert [variable.name for one in layouts for variable in naming.applied(one).variables] == [
        "result_result_lr",
        "result_result_lr",
        "result_lr",
    ]


def test_a_coordinate_keeps_the_name_of_its_dimension() -> None:
    one = layout({"y": ("t", [1.0]), "t": ("t", [5])})
    naming = Naming.of([one, layout({"t": 3})], {"lr"})
    assert (naming.variables, naming.dims) == ({"t": "result_t"}, {})
    assert [variable.name for variable in naming.applied(one).variables] == ["y", "t"]
    both = Naming.of([one], {"t"}).applied(one)
    assert [(variable.name, variable.dims) for variable in both.variables] == [
        ("y", ("result_t",)),
        ("result_t", ("result_t",)),
    ]


def test_dims_that_nobody_named_leave_variables_alone() -> None:
    one = layout({"x": [1, 2], "x_0": 3})
    assert [variable.name for variable in Naming.of([one], ()).applied(one).variables] == ["x", "result_x_0"]


def test_older_records_of_dimensions_without_names_have_those_of_newer_ones() -> None:
    dims = {"x": ["phony_dim_0"], "m": ["phony_dim_0", "time"], "g.x": ["g.phony_dim_2"], "time": ["time"]}
    older = Layout(
        variables=tuple(
            Variable(name=name, dims=tuple(own), shape=(2,) * len(own), type="<f8", coordinate=name == "time", attrs={})
            for name, own in dims.items()
        ),
        attrs={},
    )
    expected = {"x": ("x_0",), "m": ("m_0", "time"), "g.x": ("g.x_0",), "time": ("time",)}
    assert {one.name: one.dims for one in layout_of(older.to_json()).variables} == expected
    labelled = layout({"x": ("phony_dim_0", [1]), "phony_dim_0": [5]})
    assert layout_of(labelled.to_json()) == labelled


def test_older_and_newer_records_of_them_make_one_variable(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run", count_axis("seed", 2))
    older = {"x": (["phony_dim_0"], [1.0, 2.0]), "y": (["phony_dim_0"], [1.0, 2.0])}
    write_shard(run, "w", [success(0, older), success(1, {"x": [3.0], "y": [4.0, 5.0]})])
    dataset = collect_run(run).dataset
    assert (dataset["x"].dims, dataset["y"].dims) == (("seed", "x_0"), ("seed", "y_0"))
