"""The exception tree is what its docstring draws."""

import inspect
import re

from sweeprun import errors


def test_all_names_every_exception() -> None:
    classes = {name for name, value in vars(errors).items() if inspect.isclass(value) and issubclass(value, Exception)}
    assert set(errors.__all__) == classes


def test_the_drawing_is_the_tree() -> None:
    drawn = re.findall(r"^    ([│├└─ ]*)([A-Z]\w+) ", errors.__doc__ or "", re.MULTILINE)
    assert {name for _, name in drawn} == set(errors.__all__)
    parents: list[str] = []
    for branch, name in drawn:
        depth = len(branch) // 4
        del parents[depth:]
        base = getattr(errors, name).__bases__[0].__name__
        assert base == (parents[-1] if parents else "Exception")
        parents.append(name)
