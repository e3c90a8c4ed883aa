"""A PMS link that is kept: connected, connected again after every loss, and ended in good order.

There is one connection at a time, never a second: a PMS drops the older one, or refuses the newer (FIAS, transport
and framing). Whoever replaces a link, after a change of its settings say, waits for ``stop`` first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import anyio

from drivers.pms.fias.conversation import LEFT, LOGGER, Conversation, House, Lasting, LinkOptions
from drivers.pms.fias.frames import Framer
from drivers.pms.fias.orders import Orders
from drivers.pms.fias.session import GREETING, NOTHING, Session, Turn
from drivers.pms.fias.status import LinkStatus, in_words
from drivers.pms.fias.translate import Translator
from drivers.pms.fias.waiting import unless
from drivers.pms.fias.wire import Wire

CONNECTING: Final = 10.0
"""Seconds for a connection to be made."""
LONGEST_PAUSE: Final = 60.0
STEADY: Final = 10.0
"""Seconds after which a link that was alive is tried again at once; one that keeps falling waits longer."""
JITTER: Final = 0.25
"""Part of a pause that chance may add, so that many hotels do not come back at one moment."""
ENDING: Final = GREETING + 1.0
"""Seconds for an orderly end; what hangs then (a full disk, say) is cut off."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A connection that one link leaves to the next: all that was read is durable, all that was sent is marked."""

    wire: Wire
    lasting: Lasting


class Link:
    """One FIAS link. ``random`` gives numbers from 0 to 1; ``status`` says how it is.

    It goes on with a connection that ``stands``, which a link of the same options has left; a house that knows
    nothing of its rooms by now asks for all of them.
    """

    def __init__(
        self,
        options: LinkOptions,
        house: House,
        random: Callable[[], float],
        stands: Standing | None = None,
    ) -> None:
        self._options = options
        self._house = house
        self._random = random
        peer = f"{options.host}:{options.port}"
        self._wire = stands.wire if stands else None
        self._lasting = stands.lasting if stands else Lasting(
            Session(options.manners), LinkStatus(options.name, peer, house.clock.now()),
            Translator(options.voice), Framer(),
        )  # fmt: skip
        knows_nobody = stands is not None and house.reception.empty(options.name)
        self._orders = Orders(resync=options.resync_at_start or knows_nobody)
        self._scope = anyio.CancelScope()
        self._runs = False
        self._ended = anyio.Event()
        self._pauses = 0
        self._complaints: set[str] = set()
        self.status = self._lasting.status
        self.left: Standing | None = None
        """What this link has left behind when it was stopped."""

    async def run(self) -> None:
        """Keep the link until ``stop``. What goes wrong with it is said once of each kind, and tried again."""
        self._runs = True
        try:
            with self._scope:
                while not self._orders.stopped:
                    await self._connect_and_talk()
                    await self._pause()
        finally:
            self._ended.set()

    async def stop(self, *, leave: bool = False) -> None:
        """Say LE, wait a moment for the answer, close. Returns when ``run`` has ended.

        ``leave``: say nothing where the link is alive and no resync is under way; it stands in ``left`` then.
        """
        self._orders.stop(leave=leave)
        if not self._runs:
            return
        await unless(self._ended.wait, partial(self._house.clock.sleep, ENDING))
        self._scope.cancel()
        await self._ended.wait()

    @property
    def settling(self) -> bool:
        """True while a PMS hears who we are, or is asked for every room: no other link can go on from here."""
        state = self.status.state
        return state == "describing" or (self.status.up and not self._lasting.session.may_send)

    def resync(self) -> None:
        """Ask the PMS for every room; at once if the link is alive, else as soon as it is."""
        self._lasting.session.try_key_again()
        self._orders.resync()

    async def _connect_and_talk(self) -> None:
        standing, self._wire = self._wire, None
        if standing is not None:
            await self._talk(standing)
            return
        self._lasting = replace(self._lasting, framer=Framer())
        try:
            wire = await unless(
                partial(Wire.open, self._options.host, self._options.port),
                partial(self._house.clock.sleep, CONNECTING),
                self._orders.stop_given,
            )
        except OSError as error:
            self._complain(in_words(error))
            return
        if wire is None:
            self._complain(in_words(TimeoutError()))
            return
        await self._talk(wire)

    async def _talk(self, wire: Wire) -> None:
        conversation = Conversation(wire, self._options, self._house, self._orders, self._lasting)
        began = self._house.clock.monotonic()
        reason, turn = "", NOTHING
        try:
            reason = await conversation.run()
        finally:
            if reason != LEFT:
                turn = self._hang_up(wire)
        if reason == LEFT:
            self.left = Standing(wire, self._lasting)
            return
        if conversation.was_alive:
            self._complaints.clear()
            if self._house.clock.monotonic() - began >= STEADY:
                self._pauses = 0
        if turn.broken:
            broken = self._lasting.translator.broken(self._house.clock.now())
            await self._house.reception.hear(self._options.name, [broken])
        await self._house.reception.lost(self._options.name)
        if not self._orders.stopped:
            self._complain(reason)

    def _hang_up(self, wire: Wire) -> Turn:
        session = self._lasting.session
        wire.close()
        turn = session.lost()
        self.status.follow(session, self._house.clock.now())
        return turn

    async def _pause(self) -> None:
        """Wait before the next connection: 1, 2, 4 … 60 s and a little; an order from the house cuts it short."""
        self._orders.take(alive=False)  # only one that is given from now on
        if self._orders.stopped:
            return
        if self._lasting.session.refused:
            # Another try would stop the PMS's interface again, so this waits for somebody who says it may.
            self._complain(
                "the PMS does not take our key: check pms.auth_key there and here, then ask for a resync"
            )
            await self._orders.given()
            return
        seconds = min(2.0**self._pauses, LONGEST_PAUSE) * (1 + JITTER * self._random())
        self._pauses += 1
        await unless(partial(self._house.clock.sleep, seconds), self._orders.given)

    def _complain(self, reason: str) -> None:
        """Keep what went wrong for people, and log it once of each kind until the link is alive again."""
        self.status.error = reason
        if reason not in self._complaints:
            self._complaints.add(reason)
            LOGGER.warning("PMS link %s (%s): %s", self._options.name, self.status.peer, reason)
