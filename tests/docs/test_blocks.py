import pytest

from tests.docs.blocks import Block, Kind, PageError, find_blocks


def test_blocks_are_told_apart() -> None:
    page = """\
Do this:

```console
$ ls
```

<!-- run: touch here
touch there -->

A config, `conf/config.yaml`:

```yaml
a: 1
```

```python
print(1)
```

```text
1
```

*Not run by the tests: opens a debugger.*

```bash
sweeprun replay 3 --pdb
```

```{toctree}
other
```
"""
    assert list(find_blocks(page)) == [
        Block(kind=Kind.CONSOLE, text="$ ls\n", line=3),
        Block(kind=Kind.BASH, text=" touch here\ntouch there \n", line=7),
        Block(kind=Kind.FILE, text="a: 1\n", line=12, note="conf/config.yaml"),
        Block(kind=Kind.PYTHON, text="print(1)\n", line=16),
        Block(kind=Kind.OUTPUT, text="1\n", line=20),
        Block(kind=Kind.NOT_RUN, text="sweeprun replay 3 --pdb\n", line=26, note="opens a debugger."),
    ]


@pytest.mark.parametrize(
    "page",
    [
        "Do\n\n    sweeprun\n",
        "```\nsweeprun\n```\n",
        "```sh\nsweeprun\n```\n",
        "```yaml\na: 1\n```\n",
        "```text\nsweeprun\n```\n",
        "```{code-block} python\n1 / 0\n```\n",
        "- in a list\n\n  ```\n  sweeprun\n  ```\n",
    ],
)
def test_no_block_escapes(page: str) -> None:
    with pytest.raises(PageError, match=r"line [1-4]"):
        list(find_blocks(page))
