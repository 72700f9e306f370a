"""Functions that return before their work is done are refused in whatever they are wrapped."""

import functools
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

from sweeprun.errors import TaskFunctionError
from sweeprun.worker.deferred import refuse_deferred


async def fetch(lr: float) -> float:
    return lr


async def stream(lr: float) -> AsyncIterator[float]:
    yield lr


def chain(lr: float) -> Iterator[float]:
    yield lr


def plain(lr: float) -> float:
    return lr


class Fetcher:
    async def __call__(self, lr: float) -> float:
        return lr

    async def fetch(self, lr: float) -> float:
        return lr

    @staticmethod
    def chain(lr: float) -> Iterator[float]:
        yield lr


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (fetch, "f is an async function: a call runs nothing of it and returns no result"),
        (stream, "f is an async generator function"),
        (chain, "f is a generator function"),
        (functools.partial(functools.partial(fetch), lr=1), "f is an async function"),
        (functools.cache(fetch), "f is an async function"),
        (functools.partial(functools.lru_cache(chain), 1), "f is a generator function"),
        (Fetcher(), "f is an async function"),
        (functools.partial(Fetcher(), 1), "f is an async function"),
        (Fetcher().fetch, "f is an async function"),
        (Fetcher.chain, "f is a generator function"),
    ],
)
def test_what_runs_nothing_when_it_is_called_is_refused(function: Callable[..., Any], kind: str) -> None:
    with pytest.raises(TaskFunctionError, match=kind):
        refuse_deferred("f", function)


@functools.wraps(fetch)
def run_to_its_end(lr: float) -> float:
    import asyncio

    return asyncio.run(fetch(lr))


@pytest.mark.parametrize(
    "function",
    [plain, functools.partial(plain, 1), functools.cache(plain), Fetcher, print, max, [].append, run_to_its_end],
)
def test_everything_else_is_not(function: Callable[..., Any]) -> None:
    refuse_deferred("f", function)
