"""Keeps calls to one extension apart: Zoom answers 429 to two at a time (Zoom API, Rate limits)."""

from __future__ import annotations

from dataclasses import dataclass, field

import anyio

from reconciler.plan import Write

DRAIN = 10.0
"""Seconds within which calls on their way should come back when the work is told to end."""


def call_key(write: Write) -> tuple[str, str]:
    """What makes two writes the same call, whatever they write: at most one of them waits."""
    return write.operation.name, write.id


@dataclass(slots=True)
class Traffic:
    """Which extensions have a call on its way, and which calls wait: shared by all who write to one account."""

    busy: set[str] = field(default_factory=set)
    waiting: dict[tuple[str, str], int] = field(default_factory=dict)
    freed: anyio.Event = field(default_factory=anyio.Event)
    closed: bool = False
    """True from when no further call may leave."""

    async def close(self) -> None:
        """Let no further call leave, and wait for those on their way; for no longer than ``DRAIN``."""
        self.closed = True
        with anyio.move_on_after(DRAIN):
            while self.busy:
                await self.freed.wait()

    def left(self, write: Write) -> None:
        """This call waits no longer: a newer wish needs another one."""
        if self.waiting.get(call_key(write)) == write.priority:
            del self.waiting[call_key(write)]

    def free(self, extension: str) -> None:
        """The call to this extension has come back; whoever waits for it may look again."""
        self.busy.discard(extension)
        self.freed.set()
        self.freed = anyio.Event()
