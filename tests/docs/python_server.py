"""Runs the Python blocks of a page in one namespace: one JSON object a line in, one out."""

import doctest
import io
import json
import sys
import traceback
from contextlib import redirect_stderr, redirect_stdout
from typing import Any


def run_block(block: dict[str, Any], names: dict[str, Any]) -> bool:
    """Run a block; whether it did what the page says. What it prints goes to standard output."""
    source = "\n" * (block["line"]) + block["text"]  # so that tracebacks have the page's lines
    if block["pycon"]:
        test = doctest.DocTestParser().get_doctest(
            block["text"].replace("…", "..."), names, block["page"], block["page"], block["line"]
        )
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
        result = runner.run(test, out=sys.stdout.write, clear_globs=False)
        names.update(test.globs)
        return result.failed == 0
    try:
        exec(compile(source, block["page"], "exec"), names)
    except BaseException:  # noqa: BLE001  # SystemExit, too: whatever ends a block fails it
        traceback.print_exc()
        return False
    return True


def main() -> None:
    """Serve until standard input ends."""
    answers = sys.stdout
    names: dict[str, Any] = {"__name__": "__main__"}
    sys.path[0] = ""  # as in an interpreter that somebody types into
    for line in sys.stdin:
        printed = io.StringIO()
        with redirect_stdout(printed), redirect_stderr(printed):
            done = run_block(json.loads(line), names)
        answers.write(json.dumps({"done": done, "printed": printed.getvalue()}) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
