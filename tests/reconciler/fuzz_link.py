"""Mutated frames into a link at work, by the thousand: `python -m tests.fuzz pms-link`.

Everything behind the socket is the product's: session, translation, stays and a store on the disk. The PMS at the
other end answers whatever is asked, sends rubbish for records, and after every hundred frames a good one, which must
have been applied before it goes on.
"""

import random
import time
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anyio
from anyio.abc import SocketAttribute, SocketStream

from desired.said import Field
from drivers.pms.fias.conversation import House, LinkOptions
from drivers.pms.fias.frames import Framer, framed
from drivers.pms.fias.link import Link
from drivers.pms.fias.outbound import Taken
from drivers.pms.fias.records import Codec
from drivers.pms.fias.session import Manners
from drivers.pms.fias.translate import Voice
from tests.drivers.pms.fias.fuzz import mutated
from tests.reconciler.conftest import FastClock
from tests.reconciler.lodge import EVENING, ZONE, Lodge

BATCH = 100
ROOM = "1210"
"""No sample is about it, and hardly any mutation."""
GOOD = "GI|RN1210|G#%d|GSN|GNGuest|DA261122|TI210000|"
AGAIN = 5.0
"""Seconds after which the good record is sent again, on a new connection if there is one."""
PAGE = 4096


@dataclass
class Outcome:
    """What became of a run: good records applied, connections, seconds, and megabytes that the process grew by."""

    applied: int = 0
    connections: int = 0
    seconds: float = 0.0
    grown: float = 0.0


class Peer:
    """A PMS that answers what it is asked, and sends what it should not."""

    def __init__(self, lodge: Lodge, batches: int, chance: random.Random) -> None:
        self._lodge = lodge
        self._batches = batches
        self._chance = chance
        self._stream: SocketStream | None = None
        self._alive = anyio.Event()
        self._writing = anyio.Lock()
        self.outcome = Outcome()

    async def serve(self, stream: SocketStream) -> None:
        """One connection: greet, take every description, say so."""
        self.outcome.connections += 1
        self._stream = stream
        framer = Framer()
        try:
            async with aclosing(stream):
                await stream.send(framed(b"LS|DA261122|TI210000|"))
                async for data in stream:
                    for frame in framer.feed(data):
                        if frame.startswith(b"LA|"):
                            async with self._writing:
                                await stream.send(framed(b"LA|DA261122|TI210000|"))
                            self._alive.set()
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            pass
        finally:
            if self._stream is stream:
                self._stream, self._alive = None, anyio.Event()

    async def run(self) -> None:
        """Send it all."""
        for number in range(1, self._batches + 1):
            await self._send(b"".join(self._rubbish() for _ in range(BATCH)))
            while not self._is_applied(number):
                await self._send(framed((GOOD % number).encode()))
                with anyio.move_on_after(AGAIN):
                    while not self._is_applied(number):  # noqa: ASYNC110 - nobody rings
                        await anyio.sleep(0.002)
            self.outcome.applied += 1

    def _rubbish(self) -> bytes:
        """A mutated frame that is no LE: every one would end the connection in good order, and take time."""
        return next(frame for frame in iter(partial(mutated, self._chance), None) if b"\x02LE" not in frame)

    async def _send(self, data: bytes) -> None:
        await self._alive.wait()
        try:
            stream = self._stream
            while data and stream is not None:
                size = self._chance.randint(1, 16_384)
                piece, data = data[:size], data[size:]
                async with self._writing:
                    await stream.send(piece)
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return

    def _is_applied(self, number: int) -> bool:
        guests = self._lodge.hotel.wish(ROOM).get(Field.GUESTS) or ()
        return [guest.reservation for guest in guests] == [str(number)]


async def fuzz(count: int, seed: int, folder: Path) -> Outcome:
    """Send ``count`` mutated frames. It does not return before every good record was applied."""
    lodge = Lodge(folder, FastClock(EVENING))
    peer = Peer(lodge, count // BATCH, random.Random(seed))  # noqa: S311 - repeatable
    began, size = time.monotonic(), _megabytes()
    async with await anyio.create_tcp_listener(local_host="127.0.0.1") as listener:
        port = listener.extra(SocketAttribute.local_port)  # noqa: S610 - no database is near
        options = LinkOptions(
            "127.0.0.1", port, Voice("pms", ZONE), Codec.of("utf-8-then:cp1252"), Manners("0.1.0"), Taken()
        )
        link = Link(options, House(lodge.clock, lodge.reception, lodge.reception.outbox), lambda: 0.0)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(listener.serve, peer.serve))
            tasks.start_soon(lodge.reception.run)
            tasks.start_soon(link.run)
            await peer.run()
            tasks.cancel_scope.cancel()
    peer.outcome.seconds = time.monotonic() - began
    peer.outcome.grown = _megabytes() - size
    lodge.store.close()
    return peer.outcome


def _megabytes() -> float:
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * PAGE / 1e6
