"""A pass that is told to end before it is done: calls on their way finish, and what still waits is left."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import anyio

from reconciler.account.traffic import Traffic

Interruption = Callable[[], Awaitable[None]]
"""Comes back as soon as somebody wants the pass to end."""


@asynccontextmanager
async def heard(interruption: Interruption | None) -> AsyncIterator[anyio.Event]:
    """Listen while inside; the event is set once the interruption has come."""
    stop = anyio.Event()

    async def listen(come: Interruption) -> None:
        await come()
        stop.set()

    async with anyio.create_task_group() as tasks:
        if interruption is not None:
            tasks.start_soon(listen, interruption)
        yield stop
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def unless(stop: anyio.Event, traffic: Traffic) -> AsyncIterator[None]:
    """Work inside; at ``stop`` the traffic is closed, and the work ends where it waits."""
    async with anyio.create_task_group() as tasks:

        async def give_up() -> None:
            await stop.wait()
            await traffic.close()
            tasks.cancel_scope.cancel()

        tasks.start_soon(give_up)
        yield
        tasks.cancel_scope.cancel()
