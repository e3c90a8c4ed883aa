"""What the house asks of a link that is at work: to end, or to ask the PMS for every room."""

from __future__ import annotations

import anyio


class Orders:
    """Orders wait here until the link has taken them."""

    def __init__(self, *, resync: bool = False) -> None:
        self.stopped = False
        self.leaves = False
        """A connection that stands is to be left standing, for another link."""
        self.resync_wanted = resync
        self._given = anyio.Event()
        self._stop_given = anyio.Event()
        if resync:
            self._given.set()

    def stop(self, *, leave: bool = False) -> None:
        """End the link in good order, for good; ``leave`` what stands to another link. The first word counts."""
        self.leaves = self.leaves if self.stopped else leave
        self.stopped = True
        self._stop_given.set()
        self._given.set()

    def resync(self) -> None:
        """Ask the PMS for every room, as soon as the link is alive."""
        self.resync_wanted = True
        self._given.set()

    async def given(self) -> None:
        """Wait for a new order."""
        await self._given.wait()

    async def stop_given(self) -> None:
        """Wait for the order to end."""
        await self._stop_given.wait()

    def take(self, *, alive: bool) -> tuple[bool, bool]:
        """Whether to stop and whether to resync now; a resync waits until the link is alive."""
        if self._given.is_set():
            self._given = anyio.Event()
        resync = self.resync_wanted and alive
        self.resync_wanted = self.resync_wanted and not alive
        return self.stopped, resync
