"""One spender of the account: the running controller does what needs Zoom, or this process where none runs.

A controller owns the account a moment before it answers at its door, and a moment after it has closed it. Whoever
comes then waits for it instead of spending beside it.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio

from reconciler.app.entry import unwrapped
from reconciler.app.online import CONTROLLER, Busy

STARTS_WITHIN = 10.0
"""Seconds that a controller gets to open its door, or to go."""

KNOCK_EVERY = 0.5

Result = TypeVar("Result")


async def handed_or_here(
    hand_over: Callable[[], Awaitable[Result | None]], here: Callable[[], Awaitable[Result]]
) -> Result:
    """What the running controller answers, or else what is done here. Busy if neither can be."""
    tries_end = anyio.current_time() + STARTS_WITHIN
    waiting = False
    while True:
        answer = await hand_over()
        if answer is not None:
            return answer
        try:
            with unwrapped():
                return await here()
        except Busy as busy:
            ours = busy.owner.holder == CONTROLLER and busy.owner.host == socket.gethostname()
            if not ours or anyio.current_time() >= tries_end:
                raise
            if not waiting:
                sys.stderr.write(
                    f"reconcile: waiting for the controller (process {busy.owner.pid}) to answer\n"
                )
            waiting = True
        await anyio.sleep(KNOCK_EVERY)
