"""One connection to the PMS, from the first byte to the last: what is heard, and what is owed.

Records that were read together are told to the house together, and nothing more is read before that is durable.
Whatever the session makes of a batch is settled before anything waits, so that nothing leaves into a resync whose
beginning has already been read.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final, Literal, Protocol

import anyio

from drivers.pms.fias.frames import Framer, framed
from drivers.pms.fias.orders import Orders
from drivers.pms.fias.outbound import Taken, record_of
from drivers.pms.fias.records import Codec, Record, encode, parse
from drivers.pms.fias.session import NOTHING, Manners, Now, Phase, Session, Turn
from drivers.pms.fias.status import LinkStatus, in_words
from drivers.pms.fias.translate import Translator, Voice
from drivers.pms.fias.waiting import unless
from drivers.pms.fias.wire import Wire
from reconciler.ports import Clock, Heard, Outbox, Reception

LOGGER: Final = logging.getLogger("housephone.pms")

READ_AHEAD: Final = 16 * 1024
"""Bytes that may be read and not be durable yet (contract, section 7)."""
WRITING: Final = 30.0
"""Seconds within which the PMS must take a record from us."""

LEFT: Final = "left to another link"
"""Why a conversation ends whose connection stands, and whose session goes on elsewhere."""

Direction = Literal["in", "out"]


class FrameLog(Protocol):
    """Where frames are noted for people."""

    def note(self, at: datetime, link: str, direction: Direction, texts: Sequence[str]) -> None:
        """Note frames that came in or went out together; never raises."""
        ...


@dataclass(frozen=True, slots=True)
class LinkOptions:
    """One link as the hotel has set it up; ``resync_at_start`` asks for all rooms at the first chance."""

    host: str
    port: int
    voice: Voice
    codec: Codec
    manners: Manners
    taken: Taken
    resync_at_start: bool = False

    @property
    def name(self) -> str:
        """The link's name."""
        return self.voice.link


@dataclass(frozen=True, slots=True)
class House:
    """Whom a link reports to, what it sends from, and its clock."""

    clock: Clock
    reception: Reception
    outbox: Outbox
    log: FrameLog | None = None


@dataclass(frozen=True, slots=True)
class Lasting:
    """What of a link outlives its connections; ``framer`` has what came in last and is no whole frame yet."""

    session: Session
    status: LinkStatus
    translator: Translator
    framer: Framer


class Conversation:
    """One connection of a link."""

    def __init__(
        self, wire: Wire, options: LinkOptions, house: House, orders: Orders, lasting: Lasting
    ) -> None:
        self._wire = wire
        self._options = options
        self._house = house
        self._session = lasting.session
        self._orders = orders
        self._status = lasting.status
        self._translator = lasting.translator
        self._framer = lasting.framer
        self._writing = anyio.Lock()
        self._may_send = anyio.Event()
        self._failed = anyio.Event()
        self._failure = ""
        self.was_alive = False

    async def run(self) -> str:
        """Talk until the connection ends, and say why it did. The caller closes the wire, but one that is LEFT."""
        if self._session.phase is Phase.DOWN:  # else another link has left it as it is
            self._session.connected(self._now())
        self._follow()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(self._pay)
            try:
                reason = await self._listen()
            except OSError as error:
                reason = in_words(error)
            if reason == LEFT:
                await self._writing.acquire()  # what is being sent goes out whole
            tasks.cancel_scope.cancel()
        return reason

    async def _listen(self) -> str:
        while True:
            data = await unless(
                partial(self._wire.read, READ_AHEAD),
                self._something_due,
                self._orders.given,
                self._failed.wait,
            )
            reason = await self._take(data)
            if reason:
                return reason
            del data  # the last packet of a resync would stay while the link is quiet

    async def _take(self, data: bytes | None) -> str:
        """Do what follows from data, or from its being time (None). Answers why to close, if so."""
        if data == b"":
            return "the PMS closed the connection"
        if data is None and self._failure:
            return self._failure
        turns = [self._session.tick(self._now())] if data is None else list(self._understood(data))
        if not turns or not turns[-1].close:
            turns.append(self._ordered(turns))
        self._follow()
        began = self._house.clock.monotonic()
        reason = await self._act(turns)
        self._session.held_up(self._house.clock.monotonic() - began)
        return reason

    # What comes in

    def _understood(self, data: bytes) -> Iterator[Turn]:
        """What follows from each record; of those behind the end of the link nothing does."""
        now, at = self._now(), self._house.clock.now()
        frames = [self._options.codec.decode(frame) for frame in self._framer.feed(data)]
        self._note(at, "in", [text for text, _ in frames])
        for text, undecodable in frames:
            record = parse(text, undecodable=undecodable)
            if record is None:
                self._framer.malformed += 1
                continue
            self._status.heard(record, at, self._options.voice.zone)
            turn = self._session.received(record, now)
            yield turn
            if turn.close:
                return

    def _ordered(self, turns: Sequence[Turn]) -> Turn:
        """What somebody in the house asks for, or its ignorance: a house that knows no guest must hear of all."""
        session, now = self._session, self._now()
        stop, resync = self._orders.take(alive=session.phase is Phase.ALIVE)
        if stop and session.phase is not Phase.ENDING:
            return Turn(close=LEFT) if self._orders.leaves and session.may_send else session.stop(now)
        has_come_alive = any(turn.alive for turn in turns)
        if has_come_alive and session.wants_resync(empty=self._house.reception.empty(self._options.name)):
            return session.resync(now, first=True)
        return session.resync(now) if resync else NOTHING

    async def _something_due(self) -> None:
        left = self._session.due - self._house.clock.monotonic()
        await (anyio.sleep_forever() if math.isinf(left) else self._house.clock.sleep(max(left, 0.0)))

    async def _act(self, turns: Sequence[Turn]) -> str:
        """Do what follows, in order: tell the house, then answer the PMS. Answers why to close, if so."""
        at = self._house.clock.now()
        heard: list[Heard] = []
        for turn in turns:
            if turn.broken:
                heard.append(self._translator.broken(at))
            if turn.begins:
                await self._tell(heard)
                heard = []
                await self._house.reception.connected(self._options.name)
            if turn.record is not None:
                heard.append(self._translator.heard(turn.record, at))
        await self._tell(heard)
        await self._count_oddities()
        for record in (record for turn in turns for record in turn.send):
            await self._send(record)
        return next((turn.close for turn in turns if turn.close), "")

    async def _tell(self, heard: Sequence[Heard]) -> None:
        if heard:
            await self._house.reception.hear(self._options.name, heard)

    async def _count_oddities(self) -> None:
        framer, name = self._framer, self._options.name
        for anomaly, times in (("malformed_frame", framer.malformed), ("oversize_frame", framer.oversize)):
            if times:
                self._status.oddities[anomaly] += times
                await self._house.reception.count(name, anomaly, times)
        framer.malformed = framer.oversize = 0

    # What goes out

    async def _pay(self) -> None:
        """Send what is owed, one by one, each marked when the kernel has it.

        A failure is left to the listener to find, because the house must not be cut off while it takes records in.
        """
        try:
            while True:
                await self._may_send.wait()
                dispatch = await self._house.outbox.next(self._options.name)
                record = record_of(dispatch, self._options.taken)
                async with self._writing:
                    if not self._session.may_send:
                        continue  # asked for again afterwards: the room may be occupied otherwise by then (D-16)
                    if self._wire.is_closed_by_peer():
                        return  # it leaves on the next connection
                    if record is not None:
                        await self._write(record)
                with anyio.CancelScope(shield=True):
                    await self._house.outbox.sent(dispatch)
        except OSError as error:
            self._failure = in_words(error)
            self._failed.set()

    async def _send(self, record: Record) -> None:
        async with self._writing:
            await self._write(record)

    async def _write(self, record: Record) -> None:
        self._note(self._house.clock.now(), "out", [record.text])
        data = framed(encode(record, self._options.codec))
        written = await unless(partial(self._wire.write, data), partial(self._house.clock.sleep, WRITING))
        if written is None:
            raise TimeoutError
        self._status.sent[record.id] += 1

    # Both

    def _follow(self) -> None:
        """Let the sender and the status know where the session stands."""
        session = self._session
        if session.may_send:
            self._may_send.set()
        elif self._may_send.is_set():
            self._may_send = anyio.Event()
        self.was_alive = self.was_alive or session.phase is Phase.ALIVE
        if self._status.follow(session, self._house.clock.now()):
            LOGGER.info("PMS link %s: %s", self._options.name, self._status.state)

    def _note(self, at: datetime, direction: Direction, texts: Sequence[str]) -> None:
        if self._house.log is not None:
            self._house.log.note(at, self._options.name, direction, texts)

    def _now(self) -> Now:
        clock = self._house.clock
        local = clock.now().astimezone(self._options.voice.zone).replace(tzinfo=None)
        return Now(clock.monotonic(), local)
