"""What may take so long and no longer, by a clock that is passed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import anyio

from reconciler.ports import Clock


async def for_at_most(clock: Clock, seconds: float, act: Callable[[], Awaitable[object]]) -> None:
    """Cut ``act`` off after so many seconds. What it raises passes through as it is."""
    failed: Exception | None = None

    async def stop(everything: anyio.CancelScope) -> None:
        await clock.sleep(seconds)
        everything.cancel()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stop, tasks.cancel_scope)
        try:
            await act()
        except Exception as error:  # noqa: BLE001 - raised again, outside of the group that would wrap it
            failed = error
        tasks.cancel_scope.cancel()
    if failed is not None:
        raise failed
