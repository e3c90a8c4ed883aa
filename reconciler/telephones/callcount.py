"""Telephones that count their calls by how each of them ended, for the metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from typing import Literal

import anyio
from anyio.abc import TaskGroup

from reconciler.telephones.call import Call, CallEnded, Channel, Ended, Telephones

Direction = Literal["in", "out"]


class CountedTelephones:
    """Fulfils ``reconciler.telephones.call.Telephones``. Calls that go on are followed while ``run`` is at work."""

    def __init__(self, telephones: Telephones) -> None:
        self.ended: Counter[tuple[Direction, Ended]] = Counter()
        """Calls by direction and end since the start."""
        self._telephones = telephones
        self._calls: TaskGroup | None = None

    async def run(self) -> None:
        """Wait for the end of every call, until cancelled."""
        async with anyio.create_task_group() as calls:
            self._calls = calls
            try:
                await anyio.sleep_forever()
            finally:
                self._calls = None

    def channels(self) -> Sequence[Channel]:
        """Every channel as it is now."""
        return self._telephones.channels()

    async def dial(self, extension: str, *, ring: float, name: str = "") -> Call:
        """Ring an extension; one that nobody answers is counted at once."""
        try:
            call = await self._telephones.dial(extension, ring=ring, name=name)
        except CallEnded as ended:
            self.ended["out", ended.end.reason] += 1
            raise
        self._begins("out", call)
        return call

    async def incoming(self) -> AsyncIterator[Call]:
        """Calls that come in."""
        async for call in self._telephones.incoming():
            self._begins("in", call)
            yield call

    def _begins(self, direction: Direction, call: Call) -> None:
        if self._calls is not None:
            self._calls.start_soon(self._follow, direction, call)

    async def _follow(self, direction: Direction, call: Call) -> None:
        self.ended[direction, (await call.wait_ended()).reason] += 1
