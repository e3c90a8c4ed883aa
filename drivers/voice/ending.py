"""The end of a call, whatever happens: nobody is left on a line that we have forgotten."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import anyio

from reconciler.telephones.call import Call

HANGING_UP: Final = 3.0
"""Seconds of real time for hanging up when the program stops; a telephone stack that hangs may not hold it."""


@asynccontextmanager
async def hung_up(call: Call) -> AsyncIterator[Call]:
    """A call that is hung up at the end of the block, also when the block is cancelled."""
    try:
        yield call
    finally:
        await hang_up(call)


async def hang_up(call: Call) -> None:
    """Hang up, also where we are cancelled."""
    with anyio.move_on_after(HANGING_UP, shield=True):
        await call.hang_up()
