"""Numbers that are not finite, as programs print them."""

import math
from typing import Any

import pytest

from sweeprun.worker.loose_json import load_json


@pytest.mark.parametrize("text", ["nan", "NaN", "NAN", "-nan", "+nan", "-nan(ind)", " nan\n"])
def test_nan_is_a_number(text: str) -> None:
    for given, found in ((text, lambda x: x), (f"[1, {text}]", lambda x: x[1]), (f'{{"x":{text}}}', lambda x: x["x"])):
        assert math.isnan(found(load_json(given)))


@pytest.mark.parametrize("text", ["inf", "Inf", "INF", "+inf", "Infinity", "infinity", "+Infinity"])
def test_so_are_infinities(text: str) -> None:
    assert load_json(text) == math.inf
    assert load_json(f'{{"x": {text}, "y": 2}}') == {"x": math.inf, "y": 2}
    assert load_json(f"-{text.lstrip('+')}") == -math.inf


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2.5", 2.5),
        ('{"nan": "nan, inf", "x": nan}', {"nan": "nan, inf", "x": math.nan}),
        ('{"a\\" inf": -inf}', {'a" inf': -math.inf}),
        ('["inf"]', ["inf"]),
        ("null", None),
    ],
)
def test_texts_stay_what_they_are(text: str, value: Any) -> None:
    assert repr(load_json(text)) == repr(value)


@pytest.mark.parametrize("text", ["nano", "1inf", "inf.", "info: 3", "{nan: 3}", "--inf", "1.nan", "nan(", "NA", ""])
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        load_json(text)
