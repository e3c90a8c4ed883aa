"""Waiting for one of several things, in the time of a clock that is passed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

T = TypeVar("T")


async def unless(act: Callable[[], Awaitable[T]], *ends: Callable[[], Awaitable[object]]) -> T | None:
    """What ``act`` gives, or None if one of the ``ends`` came first and cut it off. Its OSError passes through.

    What was done is known to the caller even if he is cancelled at that moment: a record that the kernel has taken,
    and of which nobody knew, would be sent once more.
    """
    result: T | None = None
    failure: OSError | None = None

    async def watch(end: Callable[[], Awaitable[object]], scope: anyio.CancelScope) -> None:
        await end()
        scope.cancel()

    async with anyio.create_task_group() as tasks:
        for end in ends:
            tasks.start_soon(watch, end, tasks.cancel_scope)
        try:
            result = await act()
        except OSError as error:
            failure = error
        tasks.cancel_scope.shield = True
        tasks.cancel_scope.cancel()
    if failure is not None:
        raise failure
    return result
