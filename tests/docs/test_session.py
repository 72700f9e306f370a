"""What a page says that isn't so is found: else the tests of the pages would show nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.blocks import find_blocks
from tests.docs.conftest import environment
from tests.docs.session import BlockError, Session


@pytest.fixture
def session(page_folder: Path, tmp_path: Path) -> Iterator[Session]:
    with Session(page_folder, tmp_path, environment()) as session:
        yield session


def run(session: Session, page: str) -> None:
    for block in find_blocks(page):
        session.run(block)


GOOD = """\
A file, `there/study.py`:

```python
X = 3
```

```bash
cd there
export COLOUR=blue
```

```console
$ echo $COLOUR \\
> and $(basename "$PWD")
blue and there
$ ls nowhere    # exit code 2, as there is nothing
ls: …
```

```python
import study
print(study.X)
```

```text
3
```

```pycon
>>> study.X + 1
4
```
"""


def test_a_page_is_one_session(session: Session) -> None:
    run(session, GOOD)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("blue and there", "red and there"),
        ("cd there", "cd elsewhere"),
        ("cd there", "false | cat\ncd there"),
        ("cd there", "echo $NEVER_SET\ncd there"),
        ("exit code 2", "exit code 1"),
        ("$ ls nowhere", "$ ls"),
        ("X = 3", "X = 4"),
        ("import study", "import styudy"),
        ("study.X + 1\n4", "study.X + 1\n5"),
        ("print(study.X)", "print(study.X)\nraise SystemExit"),
        ("print(study.X)", "import os\nos._exit(0)"),
        ("```console\n", "```console\necho\n"),
    ],
)
def test_a_broken_block_is_found(session: Session, good: str, bad: str) -> None:
    assert good in GOOD
    with pytest.raises(BlockError):
        run(session, GOOD.replace(good, bad))
