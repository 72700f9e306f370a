"""Names that are taken in a Dataset, and what results are called instead."""

from sweeprun.results.naming import Naming
from sweeprun.store.payloads import Layout, encode_result


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
