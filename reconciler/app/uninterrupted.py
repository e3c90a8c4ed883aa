"""What a reload does not interrupt: telephone lines and PMS connections whose own settings stay the same.

A controller that ends for a reload leaves them standing, and its successor goes on with them: no account is
registered anew, and the PMS notices nothing. Whatever else ends a controller ends them as well. Where the store is a
database that machines share nothing is left, because another machine may be the one that goes on.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Self

import anyio
from anyio.abc import TaskGroup

from drivers.pms.fias.conversation import House
from drivers.pms.fias.link import Link, Standing
from drivers.sip.setup import Setup
from drivers.sip.switchboard import Switchboard
from reconciler.app.lines import setup_of
from reconciler.app.linked import link_options
from reconciler.app.registry import name_of
from reconciler.configuration.links import PmsLink
from reconciler.configuration.settings import Settings, secret
from reconciler.errors import Fatal

GoesBy = tuple[object, ...]
"""All that a connection was opened by. It stays for as long as this stays the same."""

NEVER: Final[GoesBy] = ()


@dataclass(slots=True)
class _Lines:
    goes_by: GoesBy
    board: Switchboard
    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    ended: anyio.Event = field(default_factory=anyio.Event)
    failure: Exception | None = None

    async def serve(self) -> None:
        """Keep the lines until the scope is cancelled. A failure is told to who uses them."""
        try:
            with self.scope:
                await self.board.serve()
        except Exception as error:  # noqa: BLE001 - raised where the lines are used
            self.failure = error
        finally:
            self.board.close()
            self.ended.set()

    async def fail(self) -> None:
        """Raise what has ended the lines."""
        await self.ended.wait()
        if self.failure is not None:
            raise self.failure

    async def end(self) -> None:
        """End them; returns when they are down."""
        self.scope.cancel()
        await self.ended.wait()


class Uninterrupted:
    """Lines and connections of one hotel, from one controller to the next.

    ``comes_next`` are the settings of the next one, where this one ends for a reload; else None.
    """

    def __init__(self, comes_next: Callable[[], Settings | None] = lambda: None) -> None:
        self._comes_next = comes_next
        self._tasks: TaskGroup | None = None
        self._lines: _Lines | None = None
        self._opened: dict[str, GoesBy] = {}
        self._left: dict[str, tuple[GoesBy, Standing]] = {}

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        """Telephone lines can be opened, and kept, while inside."""
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            try:
                yield self
            finally:
                with anyio.CancelScope(shield=True):
                    await self.drop()

    async def drop(self) -> None:
        """End what was left: nobody is there to go on with it."""
        for _, left in self._left.values():
            left.wire.close()
        self._left.clear()
        if self._lines is not None:
            lines, self._lines = self._lines, None
            await lines.end()

    # Telephones

    @asynccontextmanager
    async def telephones(
        self, setup: Setup, now: Callable[[], datetime], command: Sequence[str]
    ) -> AsyncIterator[Switchboard]:
        """The channels of this setup while inside, which may stand already; all calls have ended afterwards."""
        lines = await self._lines_of(setup, now, command)
        stay = False
        try:
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(lines.fail)
                yield lines.board
                tasks.cancel_scope.cancel()
            stay = self._next_lines(command) == lines.goes_by
        finally:
            with anyio.CancelScope(shield=True):
                if stay:
                    await lines.board.hang_up()
                    lines.board.log_packets(False)  # noqa: FBT003 - a switch
                else:
                    self._lines = None
                    await lines.end()

    async def _lines_of(self, setup: Setup, now: Callable[[], datetime], command: Sequence[str]) -> _Lines:
        goes_by = _by_setup(setup, command)
        if self._lines is not None:
            if self._lines.goes_by == goes_by:
                return self._lines
            await self._lines.end()
        assert self._tasks is not None
        self._lines = _Lines(goes_by, Switchboard(setup, now, command))
        self._tasks.start_soon(self._lines.serve)
        return self._lines

    def _next_lines(self, command: Sequence[str]) -> GoesBy:
        """By what the lines of the next controller go."""
        following = self._following()
        if following is None or following.sip is None:
            return NEVER
        try:
            return _by_setup(setup_of(following.sip, following.state), command)
        except Fatal:
            return NEVER

    # The PMS

    def link(self, settings: Settings, link: PmsLink, house: House, *, resync: bool) -> Link:
        """One link as the settings say, over the connection that stands where there is one.

        ``resync`` asks for every room. Fatal where its key cannot be read.
        """
        options = link_options(settings, link, resync=resync)
        goes_by = self._opened[options.name] = _by_link(settings, link)
        was, standing = self._left.pop(options.name, (NEVER, None))
        if standing is not None and was != goes_by:
            standing.wire.close()
            standing = None
        return Link(options, house, random.random, standing)

    async def end(self, links: Iterable[Link]) -> None:
        """End these links; the connections that the next controller would open just so are left to it."""
        following = self._following()
        coming = (
            {} if following is None else {name_of(each): _by_link(following, each) for each in following.pms}
        )
        async with anyio.create_task_group() as ending:
            for link in links:
                ending.start_soon(self._end, link, coming)

    async def _end(self, link: Link, coming: dict[str, GoesBy]) -> None:
        name = link.status.name
        goes_by = self._opened[name]
        await link.stop(leave=coming.get(name) == goes_by)
        if link.left is not None:
            self._left[name] = (goes_by, link.left)

    def _following(self) -> Settings | None:
        following = self._comes_next()
        return following if following is not None and following.database is None else None


def _by_setup(setup: Setup, command: Sequence[str]) -> GoesBy:
    """The certificates, too: those in the file may be others than before."""
    authority = Path(setup.ca_file).read_bytes() if setup.ca_file else b""
    return setup, authority, tuple(command)


def _by_link(settings: Settings, link: PmsLink) -> GoesBy:
    """Without its log, which is ours; the key as it stands in its file now. NEVER where it cannot be read."""
    key = ""
    if link.auth_key is not None or link.auth_key_file is not None:
        try:
            key = secret(link.auth_key, link.auth_key_file, "pms.auth_key")
        except ValueError:
            return NEVER
    return len(settings.pms) == 1, settings.property.timezone, key, link.model_copy(update={"log": None})
