"""Somebody who types a page into a terminal and a Python interpreter, from top to bottom."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.docs.blocks import Block, Kind
from tests.docs.matching import matches

_SECONDS = 180
_EXIT_CODE = re.compile(r"^(.*?)\s*#.*\bexit code (\d+)\b.*$", re.MULTILINE)


class BlockError(AssertionError):
    """A block doesn't do what the page says."""


class Session:
    """Runs blocks in a directory. What they export, and where they go, holds for the blocks below them."""

    def __init__(self, folder: Path, notes: Path, environment: Mapping[str, str], page: str = "page") -> None:
        self._folder = folder
        self._environment = dict(environment)
        self._page = page
        self._exports, self._place = notes / "exports", notes / "place"
        self._exports.touch()
        self._place.write_text(str(folder))
        self._python: subprocess.Popen[str] | None = None
        self._printed = ""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._python is not None:
            assert self._python.stdin is not None
            assert self._python.stdout is not None
            self._python.stdin.close()
            self._python.wait(_SECONDS)
            self._python.stdout.close()

    def run(self, block: Block) -> None:
        """Do with a block what its kind says.

        Raises
        ------
        BlockError
            If a command fails, or prints something else than the page shows.
        """
        match block.kind:
            case Kind.BASH:
                self._printed = self._bash(block, block.text)
            case Kind.CONSOLE:
                for command, shown in typed(block.text):
                    self._printed = self._bash(block, command)
                    if shown:
                        self._compare(block, shown)
            case Kind.PYTHON | Kind.PYCON:
                self._printed = self._run_python(block)
            case Kind.OUTPUT:
                self._compare(block, block.text)
            case Kind.FILE:
                self._write(block)

    def _compare(self, block: Block, shown: str) -> None:
        if not matches(shown, self._printed):
            raise BlockError(
                f"{self._page}, line {block.line}: it shows\n{shown}\nbut this is printed:\n{self._printed}"
            )

    def _write(self, block: Block) -> None:
        path = Path(self._place.read_text().strip()) / block.note
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, encoding="utf-8")
        if block.text.startswith("#!"):
            path.chmod(0o755)

    def _bash(self, block: Block, commands: str) -> str:
        script = "\n".join(
            (
                "set -euo pipefail",
                f"source {shlex.quote(str(self._exports))}",
                f'cd -- "$(cat {shlex.quote(str(self._place))})"',
                f"trap 'export -p >{self._exports}; pwd >{self._place}' EXIT",
                expecting_exit_codes(commands),
            )
        )
        process = subprocess.Popen(
            ["bash", "-c", script],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            printed, _ = process.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            raise BlockError(f"{self._page}, line {block.line}: not within {_SECONDS} s:\n{commands}") from None
        if process.returncode:
            raise BlockError(
                f"{self._page}, line {block.line}: exit code {process.returncode} of\n{commands}\n{printed}"
            )
        return printed

    def _run_python(self, block: Block) -> str:
        if self._python is None:
            self._python = subprocess.Popen(
                [sys.executable, Path(__file__).with_name("python_server.py")],
                cwd=self._place.read_text().strip(),
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
        assert self._python.stdin is not None
        assert self._python.stdout is not None
        asked = {"text": block.text, "line": block.line, "page": self._page, "pycon": block.kind is Kind.PYCON}
        self._python.stdin.write(json.dumps(asked) + "\n")
        self._python.stdin.flush()
        line = self._python.stdout.readline()
        if not line:
            raise BlockError(f"{self._page}, line {block.line}: it ends the interpreter:\n{block.text}")
        answer = json.loads(line)
        if not answer["done"]:
            raise BlockError(f"{self._page}, line {block.line}: {answer['printed']}\nin\n{block.text}")
        return str(answer["printed"])


def typed(text: str) -> Iterator[tuple[str, str]]:
    """The commands of a console, each with what it shows below it; ``> `` goes on with a command.

    Raises
    ------
    BlockError
        If it doesn't begin with a prompt.
    """
    command: str | None = None
    shown = ""
    for line in text.splitlines(keepends=True):
        if line.startswith("$ "):
            if command is not None:
                yield command, shown
            command, shown = line[2:], ""
        elif command is not None and line.startswith("> ") and not shown:
            command += line[2:]
        elif command is None:
            raise BlockError(f"a console begins with the prompt `$ `, not with {line!r}")
        else:
            shown += line
    if command is not None:
        yield command, shown


def expecting_exit_codes(commands: str) -> str:
    """Commands of which those may fail, and must, whose comment says so: ``# … exit code 1``."""
    return _EXIT_CODE.sub(lambda found: f"{{ {found[1]}; }} && exit 99 || [[ $? == {found[2]} ]]", commands)
