"""Frames of the stack: the module and the statement that they are in, and the call that runs there."""

import ast
import linecache
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any


def module_of(frame: FrameType) -> str:
    """The name of the module that a frame is in; an empty text if it has none."""
    return str(frame.f_globals.get("__name__", ""))


def shown_call(frame: FrameType) -> str:
    """The call that a frame is in, with its place."""
    call = call_in(frame)
    where = f"{Path(frame.f_code.co_filename).name}, line {frame.f_lineno}"
    return f"{frame.f_code.co_name if call is None else ast.unparse(call)} ({where})"


def call_in(frame: FrameType) -> ast.Call | None:
    """The call that runs in a frame; None if its source isn't known."""
    path = path_to_call(frame)
    return path[-1] if path and isinstance(path[-1], ast.Call) else None


def path_to_call(frame: FrameType) -> list[ast.AST]:
    """The statement that a frame is in, and what leads in it to the call that runs; empty if its source isn't known."""
    positions = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    return _paths(_source(frame)).get(positions, [])


def statements_of(frame: FrameType) -> list[ast.stmt]:
    """The statements of the file that a frame is in."""
    return _statements(_source(frame))


def _source(frame: FrameType) -> str:
    return "".join(linecache.getlines(frame.f_code.co_filename, frame.f_globals))


@lru_cache(maxsize=16)
def _statements(source: str) -> list[ast.stmt]:
    return ast.parse(source).body


@lru_cache(maxsize=16)
def _paths(source: str) -> Mapping[Any, list[ast.AST]]:
    """Where each call of some source is -> the statement that it is in, and what leads in it to the call."""
    return dict(_walk(ast.Module(body=_statements(source), type_ignores=[]), []))


def _walk(node: ast.AST, path: list[ast.AST]) -> Iterator[tuple[Any, list[ast.AST]]]:
    for child in ast.iter_child_nodes(node):
        own: list[ast.AST] = [child] if isinstance(child, ast.stmt) else [*path, child]
        if isinstance(child, ast.Call):
            yield (child.lineno, child.end_lineno, child.col_offset, child.end_col_offset), own
        yield from _walk(child, own)
