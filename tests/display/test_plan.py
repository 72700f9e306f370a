"""What a sweep would run, as text; tests/cli/test_plan.py has more of it."""

from sweeprun.display.plan import plan_text
from sweeprun.runs.plan import plan_of
from sweeprun.runs.prepare_call import Asked, prepare_call


def simulate(lr: float = 0.1, seed: int = 0) -> float:
    return lr * seed


def test_axes_points_that_are_left_out_and_the_first_and_last_tasks() -> None:
    asked = Asked(function=simulate, axes={"lr": [0.1, 0.01], "seed": range(50)}, exclude="seed == 2")
    lines = plan_text(plan_of(prepare_call(asked), "local")).splitlines()
    assert lines[:5] == [
        "tasks: 98",
        "axes, the first varies slowest:",
        "  lr (2, float64): 0.1, 0.01",
        "  seed (50, int64): 0, 1, 2, …, 49",
        "left out: 2 of 100 points",
    ]
    assert lines[-7:-2] == [
        "  0: lr=0.1 seed=0  default_rng(0)",
        "  1: lr=0.1 seed=1  default_rng(1)",
        "  3: lr=0.1 seed=3  default_rng(3)",
        "  …",
        "  97: lr=0.01 seed=47  default_rng(97)",
    ]
