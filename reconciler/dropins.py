"""The drop-in folder of a running controller: watched, read again where a file was half-written, and told of."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import anyio
from anyio import to_thread

from desired.files import PATIENCE, Folder
from desired.watch import changes
from reconciler.health import Health
from reconciler.hotel import Hotel
from reconciler.logs import logger
from reconciler.ports import Clock

log = logger("documents")


@dataclass(slots=True)
class DropIns:
    """Keeps the hotel's documents as the folder has them; ``on_change`` hears of rooms whose documents changed."""

    folder: Folder
    root: Path
    hotel: Hotel
    clock: Clock
    health: Health
    on_change: Callable[[frozenset[str]], Awaitable[None]]
    _reading: anyio.Lock = field(default_factory=anyio.Lock)
    _unfinished: anyio.Event = field(default_factory=anyio.Event)
    _again_in: float = 0.0

    async def watch(self) -> None:
        """Take what changes until cancelled."""
        async with aclosing(changes(self.root)) as hints, anyio.create_task_group() as tasks:
            tasks.start_soon(self._look_again)
            async for _ in hints:
                await self._take_documents()

    async def _look_again(self) -> None:
        """Wait for a file that may be half-written, while the check-ins in other files go on."""
        while True:
            await self._unfinished.wait()
            self._unfinished = anyio.Event()
            await self.clock.sleep(self._again_in)
            await self._take_documents()

    async def read(self, *, accept_empty: bool = False) -> None:
        """Take what the documents say now; a file that is being written is waited for as long as in a single pass."""
        until = self.clock.monotonic() + PATIENCE
        while (again_in := await self._take_documents(accept_empty=accept_empty)) is not None:
            if self.clock.monotonic() >= until:
                return
            await self.clock.sleep(again_in)

    async def _take_documents(self, *, accept_empty: bool = False) -> float | None:
        """Take what the documents say now; the seconds after which an unfinished one is worth another look."""
        async with self._reading:
            load = partial(self.folder.load, self.clock.now().timestamp(), accept_empty=accept_empty)
            loaded = await to_thread.run_sync(load)
            before = {(p.code, p.where) for p in self.hotel.roster.loaded.problems}
            moved = self.hotel.roster.take_documents(loaded)
        self.health.documents_read_at = self.clock.now()
        self.health.documents = self.hotel.roster.problems()
        for problem in loaded.problems:
            if (problem.code, problem.where) not in before:
                log.warning(
                    "document",
                    code=problem.code,
                    where=problem.where,
                    room=problem.room,
                    reason=problem.message,
                )
        if moved:
            await self.on_change(moved)
        if loaded.look_again is not None:
            self._again_in = loaded.look_again
            self._unfinished.set()
        return loaded.look_again
