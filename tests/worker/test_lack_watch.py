"""What all tasks so far lack is said once, and not if one of them doesn't."""

from sweeprun.worker.lack_watch import LackWatch


def test_what_all_tasks_lack_is_said_once() -> None:
    watch = LackWatch()
    assert watch.news() == ""
    watch.look({"model": "it is a value of type\nModel", "other": "too long"})
    watch.look({"model": "it is a value of type Model"})
    assert watch.news() == "every task so far lacks what can't be stored: 'model' (it is a value of type Model)"
    watch.look({"model": "it is a value of type Model"})
    assert watch.news() == ""


def test_nothing_is_said_once_a_task_lacked_nothing() -> None:
    watch = LackWatch()
    watch.look({})
    watch.look({"model": "it is a value of type Model"})
    assert watch.news() == ""


def test_names_that_fit_in_no_task_are_said_with_it() -> None:
    watch = LackWatch()
    watch.look({}, {"dims.x": "dims.x names 2 dimensions (a, b), but x has 1", "labels.t": "has 2 values and …"})
    watch.look({}, {"dims.x": "dims.x names 2 dimensions (a, b), but x has 3"})
    assert watch.news() == "in every task so far, dims.x names 2 dimensions (a, b), but x has 1"
    assert watch.news() == ""
