"""A PMS of a few lines for tests of the link, which say themselves what it sends, and a house that it reports to."""

import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import anyio
from anyio.abc import SocketAttribute, SocketStream

from desired.events import Event
from drivers.pms.fias.conversation import Direction, House, LinkOptions
from drivers.pms.fias.frames import Framer, framed
from drivers.pms.fias.link import Link, Standing
from drivers.pms.fias.outbound import Taken
from drivers.pms.fias.records import Codec
from drivers.pms.fias.session import Keepalive, Manners
from drivers.pms.fias.translate import Voice
from reconciler.ports import Heard
from reconciler.stays.owed import Dispatch, Owed

TEN = datetime(2026, 1, 5, 15, 15, tzinfo=UTC)
GREETS = "LS|DA260105|TI101500|"
CONFIRMS = "LA|DA260105|TI101501|"
PATIENCE = 5.0
"""Real seconds that a test waits for something before it fails."""


async def until(holds: Callable[[], object]) -> None:
    """Wait until something is so."""
    with anyio.fail_after(PATIENCE):
        while not holds():  # noqa: ASYNC110 - anything may be waited for
            await anyio.sleep(0.001)


class TurnedClock:
    """Time that only passes when somebody turns the clock; whoever sleeps until then wakes up."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.sleepers: list[float] = []
        self._turned = anyio.Event()

    def now(self) -> datetime:
        return TEN + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        end = self.seconds + seconds
        self.sleepers.append(end)
        try:
            while self.seconds < end:
                await self._turned.wait()
            await anyio.lowlevel.checkpoint()
        finally:
            self.sleepers.remove(end)

    def turn(self, seconds: float) -> None:
        self.seconds += seconds
        self._turned.set()
        self._turned = anyio.Event()

    async def turn_when_waited(self, seconds: float) -> None:
        """Turn the clock once somebody sleeps until just then."""
        await until(lambda: any(abs(end - self.seconds - seconds) < 0.001 for end in self.sleepers))
        self.turn(seconds)


class Desk:
    """The house: remembers what it was told, and owes what tests want it to owe."""

    def __init__(self) -> None:
        self.batches: list[list[Heard]] = []
        self.happened: list[str | Event] = []
        """Events, "connected" and counted anomalies, as they came."""
        self.is_empty = False
        self.doors_open = anyio.Event()
        self.doors_open.set()
        self.owed: list[Dispatch] = []
        self._owes = anyio.Event()
        self.paid: list[Dispatch] = []
        self.occupied = True
        self.frames: list[tuple[Direction, str]] = []

    def has_heard(self, event: Event, times: int) -> bool:
        return self.happened.count(event) == times

    # Reception

    def empty(self, link: str) -> bool:
        assert link == "pms"
        return self.is_empty

    async def lost(self, link: str) -> None:
        assert link == "pms"

    async def connected(self, link: str) -> None:
        assert link == "pms"
        self.happened.append("connected")

    async def hear(self, link: str, heard: Sequence[Heard]) -> None:
        assert link == "pms"
        assert heard
        self.batches.append(list(heard))
        await self.doors_open.wait()
        self.happened += [event for each in heard for event in each.events]

    async def count(self, link: str, anomaly: str, times: int = 1) -> None:
        assert link == "pms"
        self.happened += [anomaly] * times

    # Outbox

    def owe(self, *owed: Owed) -> None:
        self.owed += [Dispatch(len(self.owed) + n, "pms", each, "1207", False) for n, each in enumerate(owed)]
        self._owes.set()

    async def next(self, link: str) -> Dispatch:
        assert link == "pms"
        while not self.owed:
            self._owes = anyio.Event()
            await self._owes.wait()
        first = self.owed[0]
        return Dispatch(first.number, first.link, first.owed, first.room, self.occupied)

    async def sent(self, dispatch: Dispatch) -> None:
        self.paid.append(dispatch)
        self.owed = [each for each in self.owed if each.number != dispatch.number]

    # Frame log

    def note(self, _at: datetime, link: str, direction: Direction, texts: Sequence[str]) -> None:
        assert link == "pms"
        self.frames += [(direction, text) for text in texts]


class Peer:
    """The PMS's side: connections, and what came in on each."""

    def __init__(self, stream: SocketStream) -> None:
        self._stream = stream
        self._framer = Framer()
        self.received: list[str] = []
        self.closed = False

    async def listen(self) -> None:
        try:
            async for data in self._stream:
                self.received += [frame.decode("cp1252") for frame in self._framer.feed(data)]
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            pass
        self.closed = True

    async def sends(self, *records: str) -> None:
        await self.sends_bytes(b"".join(framed(record.encode("cp1252")) for record in records))

    async def sends_bytes(self, data: bytes) -> None:
        await self._stream.send(data)

    async def gets(self, name: str, times: int = 1) -> str:
        """Wait for the record of that id (for so many of them); the last one."""
        await until(lambda: sum(text.startswith(name + "|") for text in self.received) >= times)
        return [text for text in self.received if text.startswith(name + "|")][times - 1]

    async def becomes_alive(self) -> None:
        await self.sends(GREETS)
        await self.gets("LA")
        await self.sends(CONFIRMS)

    async def hangs_up(self) -> None:
        await self._stream.aclose()


class Line:
    """A link, the house behind it, and a PMS that waits for it."""

    def __init__(self, port: int) -> None:
        self.clock = TurnedClock()
        self.desk = Desk()
        self.port = port
        self.peers: list[Peer] = []

    def link(
        self,
        *,
        host: str = "127.0.0.1",
        port: int | None = None,
        keepalive: Keepalive = "ls",
        taken: Taken | None = None,
        sign: Callable[[str], str] | None = None,
        resync_at_start: bool = False,
        stands: Standing | None = None,
    ) -> Link:
        options = LinkOptions(
            host,
            self.port if port is None else port,
            Voice("pms", ZoneInfo("America/New_York")),
            Codec.of("cp1252"),
            Manners("0.1.0", keepalive, sign=sign),
            taken or Taken(),
            resync_at_start,
        )
        return Link(options, House(self.clock, self.desk, self.desk, self.desk), lambda: 0.0, stands)

    async def peer(self, number: int = 1) -> Peer:
        """The so-maniest connection, once it is made."""
        await until(lambda: len(self.peers) >= number)
        return self.peers[number - 1]

    @asynccontextmanager
    async def running(self, link: Link) -> AsyncIterator[Link]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(link.run)
            yield link
            tasks.cancel_scope.cancel()


@asynccontextmanager
async def a_line() -> AsyncIterator[Line]:
    """A line whose PMS takes every connection."""
    async with await anyio.create_tcp_listener(local_host="127.0.0.1", family=socket.AF_INET) as listener:
        line = Line(listener.extra(SocketAttribute.local_port))  # noqa: S610 - no database is near

        async def serve(stream: SocketStream) -> None:
            peer = Peer(stream)
            line.peers.append(peer)
            async with stream:
                await peer.listen()

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(listener.serve, serve)
            yield line
            tasks.cancel_scope.cancel()
