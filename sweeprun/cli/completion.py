"""``sweeprun completion SHELL``: what makes a shell complete sweeprun's words, and the answers to its questions."""

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

from sweeprun.cli.complete.syntax import SHELLS
from sweeprun.errors import UsageError

QUERY = "--query"
"""What the shells' functions ask with; nobody types it."""

_DESCRIPTION = (
    "Print a shell function that completes sweeprun's words: subcommands, options, runs, config keys and groups. "
    "Let your shell read it at its start."
)
_EXAMPLE = """eval "$(sweeprun completion bash)"     # in ~/.bashrc
  eval "$(sweeprun completion zsh)"      # in ~/.zshrc, below compinit if that is there
  sweeprun completion fish | source      # in ~/.config/fish/config.fish"""


def main(words: Sequence[str]) -> int:
    """Print the function of a shell, or answer it."""
    if words[:1] == [QUERY]:
        print("\n".join(answer(*words[1:])))
        return 0

    from importlib.resources import files

    from sweeprun.cli.arguments import subcommand_parser

    parser = subcommand_parser("completion", _DESCRIPTION, _EXAMPLE)
    parser.add_argument("shell", help=f"one of {', '.join(SHELLS)}")
    shell = parser.parse_args(words).shell
    if shell not in SHELLS:
        raise UsageError(f"there is no completion for {shell!r}, but for {', '.join(SHELLS)}: sweeprun completion bash")
    print((files("sweeprun.cli") / "shells" / f"completion.{shell}").read_text(encoding="utf-8"), end="")
    return 0


def answer(shell: str = "", *words: str) -> list[str]:
    """The lines that a shell's function gets; none if anything is wrong.

    Parameters
    ----------
    shell
        Which one asks.
    words
        Of bash: the line up to the cursor, and the part of it that will be replaced. Of the others: the words behind
        ``sweeprun``, the last one being that at the cursor, which fish leaves in its quotes.
    """
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return list(_in_bash(*words) if shell == "bash" else _elsewhere(shell, words))
        except Exception:  # noqa: BLE001  # somebody is typing; what is wrong is told when the command runs
            return []


def _in_bash(line: str, replaced: str) -> Iterator[str]:
    """Candidates as they are typed in bash, without what stands before the replaced part of the word."""
    from sweeprun.cli.complete.shell_words import Line, quoted

    typed = Line.parse(line)
    found = _candidates(typed.words[1:], typed.current)
    kept = len(typed.current) - len(Line.parse(typed.quote + replaced).current)
    for text in found:
        yield f"\t{found[text]}" if not text else quoted(text[kept:], typed.quote)


def _elsewhere(shell: str, words: Sequence[str]) -> Iterator[str]:
    from sweeprun.cli.complete.shell_words import Line

    *before, current = words
    if shell == "fish":
        current = Line.parse(current).current
    for text, about in _candidates(before, current).items():
        yield f"{text}\t{about}"


def _candidates(words: Sequence[str], current: str) -> Mapping[str, str]:
    from sweeprun.cli.complete.candidates import candidates

    return candidates(words, current)
