"""Names and values, in lines."""

from sweeprun.display.details import details_text


def test_a_mapping_is_indented_a_list_is_a_line_and_a_long_text_keeps_its_lines() -> None:
    shown = {
        "task": 3,
        "coordinates": {"lr": 0.1},
        "overrides": ["lr=0.1", "seed=1"],
        "traceback": "a\nb\n",
        "result": {},
    }
    assert details_text(shown).splitlines() == [
        "task: 3",
        "coordinates:",
        "  lr: 0.1",
        "overrides: lr=0.1 seed=1",
        "traceback:",
        "  a",
        "  b",
        "result: the task returned no value",
    ]


def test_nothing_in_it_takes_orders_or_forges_a_line() -> None:
    assert details_text({"coordinates": {"lr": "a\nstate: failed\x1b[2J"}}).splitlines() == [
        "coordinates:",
        "  lr: a\\nstate: failed\\x1b[2J",
    ]
