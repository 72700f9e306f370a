"""Labels that lie within rounding of each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeprun.errors import ResultError
from sweeprun.results.close_labels import close_labels, nearest_places, same, union_within

labels = st.lists(st.floats(-5, 5, width=16) | st.just(np.nan), max_size=4, unique_by=repr)


def noted(*given_: np.ndarray) -> list[str]:
    union = np.unique(np.concatenate(given_))
    return [note.text for note in close_labels("t", range(len(given_)), given_, union)]


def test_the_same_number_in_two_precisions_is_told() -> None:
    (text,) = noted(np.array([0.1]), np.array([0.1], "f4"))
    assert text == (
        "labels of 't' differ by rounding alone, 0.1 in task 0 and 0.10000000149011612 in task 1, and are kept apart; "
        "a tolerance makes them one: --tolerance 1e-07"
    )


def test_rounding_is_relative_to_the_labels_or_to_their_distance() -> None:
    assert len(noted(np.array([0.0, 0.1]), np.array([0.1 + 0.2 - 0.3, 0.1]))) == 1
    assert noted(np.array([0.0]), np.array([1e-300])) == []
    assert len(noted(np.array([1e300]), np.array([np.nextafter(1e300, 0)]))) == 1
    assert noted(np.array([1.7e9, 1.7e9 + 0.001]), np.array([1.7e9 + 0.002])) == []


def test_labels_of_one_task_are_meant_to_differ() -> None:
    assert noted(np.array([0.3, 0.1 + 0.2]), np.array([5.0])) == []


def test_texts_and_counts_are_not_rounded() -> None:
    assert noted(np.array(["a"]), np.array(["b"])) == []
    assert noted(np.array([2**60]), np.array([2**60 + 1])) == []


@given(st.lists(labels, min_size=1, max_size=4), st.sampled_from([1e-9, 0.25, 1.0]))
def test_every_label_stands_within_the_tolerance_or_is_refused(given_: list[list[float]], tolerance: float) -> None:
    arrays = [np.array(own, float) for own in given_]
    try:
        union = union_within("t", range(len(arrays)), arrays, tolerance)
    except ResultError as error:
        assert "would become one" in str(error)  # noqa: PT017
        return
    assert (np.diff(union[~np.isnan(union)]) > 0).all()
    for own in arrays:
        places = nearest_places(union, own)
        assert len(set(places.tolist())) == len(own)
        assert same(own, union[places], tolerance)


def test_the_first_task_names_them() -> None:
    assert union_within("t", [0, 1], [np.array([0.3]), np.array([0.31, 0.5])], 0.02).tolist() == [0.3, 0.5]
    with pytest.raises(ResultError, match="a tolerance of 1 is too wide: two labels of 't' in task 7 would become one"):
        union_within("t", [3, 7], [np.array([0.5]), np.array([0.4, 0.6])], 1.0)
