"""Names and expressions in a function, as its syntax tree says."""

import ast
from typing import Any

import numpy as np
import pytest

from sweeprun.worker.meanings import Config
from sweeprun.worker.scopes import Scope, only_argument, scope_of, tree_of
from tests.worker.test_meanings import Few

LIMIT = 7


def function(cfg: Any, seed: Any) -> Any:
    from numpy import random as nr

    again = 3
    again = cfg.data.seed
    once = cfg.data.seed
    shifted: int = once * 2 + LIMIT
    seed = int(seed) + 1
    inner = [lambda hidden: hidden, nr]
    return again, shifted, seed, inner


@pytest.fixture
def scope() -> Scope:
    tree = tree_of(function)
    assert tree is not None
    return scope_of(function, tree, "f", {"cfg": Config(), "seed": Config(("data", "seed"))})


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("3", [3]),
        ("LIMIT", [7]),
        ("once", [4, 5]),
        ("shifted", [15, 17]),
        ("seed", [5, 6]),
        ("int(once)", [4, 5]),
        ("nr.SeedSequence(once)", [4, 5]),
        ("nr.SeedSequence(entropy=3)", [3]),
        ("nr.SeedSequence(3, spawn_key=(1,))", []),
        ("[once, 0]", [4, 5]),
        ("(3,)", [3]),
        ("[once, 1]", []),
        ("cfg.get('data').seed", [4, 5]),
        ("cfg['data']['seed']", [4, 5]),
        ("again", []),
        ("hidden", []),
        ("nothing", []),
        ("once / 2", []),
        ("once ** 2", []),
        ("f'{once}'", []),
    ],
)
def test_what_an_expression_is_in_the_tasks(scope: Scope, text: str, values: list[int]) -> None:
    node = ast.parse(text, mode="eval").body
    assert list(scope.meaning(node).seeds(Few())[0]) == values


def test_objects_are_found_by_name(scope: Scope) -> None:
    for text, found in (("nr.default_rng", np.random.default_rng), ("np", np), ("len", len)):
        assert scope.meaning(ast.parse(text, mode="eval").body).thing is found


@pytest.mark.parametrize(
    ("text", "argument"),
    [("f(1)", "1"), ("f(seed=1)", "1"), ("f()", None), ("f(1, 2)", None), ("f(other=1)", None), ("f(1, seed=2)", None)],
)
def test_the_only_argument_may_have_a_name(text: str, argument: str | None) -> None:
    call = ast.parse(text, mode="eval").body
    assert isinstance(call, ast.Call)
    found = only_argument(call, "seed")
    assert (None if found is None else ast.unparse(found)) == argument


def test_what_has_no_source_has_no_tree() -> None:
    assert tree_of(eval("lambda: 1")) is None


def test_a_lambda_has_the_tree_of_a_function_that_returns_what_it_does() -> None:
    tree = tree_of(lambda one, *, two=3: one + two)  # beside another: (lambda: 4)
    assert tree is not None
    assert ast.unparse(tree) == "def lambda_(one, *, two=3):\n    return one + two"
    assert [node.lineno for node in tree.body] == [1]
