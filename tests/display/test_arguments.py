import pytest

from sweeprun.display.arguments import as_arguments


@pytest.mark.parametrize(
    ("typed", "argument"),
    [
        ("--nan raise refuses them; --nan omit", "nan='raise' refuses them; nan='omit'"),
        ("--nan is 'foo'; take one of", "nan is 'foo'; take one of"),
        ("--interval bootstrap can't be", "interval='bootstrap' can't be"),
        ("--level is 95", "level is 95"),
        ("--quantiles has 5", "quantiles has 5"),
        ("; --over is lr,seed", "; over is lr,seed"),
        ("take others (--variables), or", "take others (dataset[[NAME, …]]), or"),
        ("--seed is -1; --independent", "seed is -1; independent=True"),
        ("x--y --other", "x--y --other"),
    ],
)
def test_options_are_arguments(typed: str, argument: str) -> None:
    assert as_arguments(typed) == argument
