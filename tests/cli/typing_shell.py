"""A real shell at a terminal, into which words and TABs are typed."""

import os
import re
import shutil
import sys
from pathlib import Path

import pexpect
import pytest

_SECONDS = 60  # bounds what hangs; nothing takes that long
_START = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
    "fish": ["--no-config", "-i"],
}
_READ = {
    "bash": 'bind "set enable-bracketed-paste off"; eval "$(sweeprun completion bash)"',
    "zsh": 'bindkey -e; unsetopt zle_bracketed_paste; eval "$(sweeprun completion zsh)"',
    "fish": "sweeprun completion fish | source",
}


class TypingShell:
    """One shell, at work in a directory."""

    def __init__(self, name: str, directory: Path, home: Path) -> None:
        self.name = name
        program = shutil.which(name)
        if program is None:
            missing = f"there is no {name} here"
            if os.environ.get("CI") == "true":
                pytest.fail(f"{missing}, and in continuous integration there must be")
            pytest.skip(missing)
        kept = {key: os.environ[key] for key in ("LANG", "LC_ALL", "TMPDIR") if key in os.environ}
        environment = kept | {
            "HOME": str(home),
            "ZDOTDIR": str(home),
            "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
            "TERM": "dumb",
            "LC_ALL": "C.UTF-8",
        }
        self.child = pexpect.spawn(
            program,
            _START[name],
            cwd=str(directory),
            env=environment,
            encoding="utf-8",
            timeout=_SECONDS,
            dimensions=(60, 250),
        )
        self.child.delaybeforesend = None
        self.line(_READ[name])
        self.line("echo re''ady")
        self.child.expect("ready")

    def line(self, text: str) -> None:
        self.child.send(f"{text}\r")

    def completed(self, text: str) -> list[str]:
        """The words that a line has after it was typed, TABs included, as the shell itself reads them."""
        self.child.send(text)
        self.child.send("\x01printf '<%s>' begin ")  # at the line's beginning
        self.child.send("\x05 'end'\r")
        self.child.expect(r"<begin>(.*)<end>")
        return re.findall("<([^>]*)>", self.child.match[1])

    def listed(self, text: str) -> str:
        """What is shown below a line with TABs, which is then given up; fish shows nothing at dumb terminals."""
        if self.name == "fish":
            self.line(f"complete -C '{text}'")
        else:
            self.child.send(f"{text}\t\t\x15")  # the last one kills the line
        self.line("echo en''ded")
        self.child.expect("ended\r\n")
        return str(self.child.before)

    def close(self) -> None:
        self.child.close(force=True)
