"""Two houses with telephones: a simulated one, and one with a real PBX, real telephones and the real driver.

The same tests walk through both. What only a real one has is tested beside them with its peers.
"""

import contextlib
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Protocol

import anyio
import pytest

import fixtures.telephones as simulated
from drivers.sip.setup import Account, Setup
from drivers.sip.switchboard import Switchboard, switchboard
from fixtures.telephones import Exchange, Line
from reconciler.telephones.call import Call, Telephones
from tests.conformance.telephones import sipp
from tests.conformance.telephones.peers import HOST, PASSWORD, Pbx, free_port, free_range, write_certificates
from tests.conformance.telephones.sipp import Telephone

SPEED = 10.0
_USERS = count(9200)
"""Each house has accounts of its own at the PBX that they share."""
TONE = b"".join(
    (20_000 if (n // 8) % 2 else -20_000).to_bytes(2, "little", signed=True) for n in range(8_000)
)
"""One second of a tone."""


def now() -> datetime:
    """The time of day."""
    return datetime.now(UTC)


class House(Protocol):
    """What a test asks of a house. Each gives the extension of a telephone that behaves so."""

    @property
    def telephones(self) -> Telephones: ...

    def picks_up(self, keys: str = "") -> str: ...
    def hangs_up(self) -> str: ...
    def is_busy(self) -> str: ...
    def refuses(self, code: int) -> str: ...
    def rings_for_ever(self) -> str: ...
    def takes_a_transfer(self) -> str: ...
    def refuses_a_transfer(self) -> str: ...
    def calls_us(self, keys: str = "") -> None: ...


class QuickClock:
    """Time that flows ten times as fast, in the simulated house."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def now(self) -> datetime:
        return now() + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return (time.monotonic() - self._began) * SPEED

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds / SPEED)


class Simulated:
    """The simulated house."""

    def __init__(self, exchange: Exchange) -> None:
        self.telephones = exchange
        self._next = 1200

    def _at(self, guest: simulated.Guest) -> str:
        self._next += 1
        self.telephones.at(str(self._next), guest)
        return str(self._next)

    def picks_up(self, keys: str = "") -> str:
        return self._at(simulated.picks_up(0.5, keys, pause=0.5, hangs_up=False))

    def hangs_up(self) -> str:
        async def script(line: Line) -> None:
            line.answer()
            await line.wait(0.5)
            line.hang_up()

        return self._at(script)

    def is_busy(self) -> str:
        return self._at(simulated.busy())

    def refuses(self, code: int) -> str:
        return self._at(simulated.refuses(code))

    def rings_for_ever(self) -> str:
        return self._at(simulated.no_answer())

    def takes_a_transfer(self) -> str:
        return self.picks_up()

    def refuses_a_transfer(self) -> str:
        async def script(line: Line) -> None:
            line.takes_transfers = False
            line.answer()

        return self._at(script)

    def calls_us(self, keys: str = "") -> None:
        async def script(line: Line) -> None:
            await line.answered()
            for key in keys:
                await line.wait(0.5)
                line.press(key)

        self.telephones.call_in(simulated.forwarded("1301", caller="1207"), script)


@dataclass
class Real:
    """A house with a PBX. Telephones are unplugged at the end."""

    folder: Path
    pbx: Pbx
    telephones: Switchboard
    plugged: list[Telephone] = field(default_factory=list)

    @property
    def channel(self) -> str:
        """By which we are called."""
        return self.telephones.channels()[0].account

    def plug_in(self, scenario: str, *arguments: str, host: str = HOST) -> Telephone:
        """A telephone that plays this scenario, and echoes what it hears."""
        telephone = Telephone(self.folder, scenario, arguments=("-rtp_echo", *arguments), host=host)
        telephone.start()
        self.plugged.append(telephone)
        return telephone

    def dials(self, scenario: str) -> Telephone:
        """Somebody who calls once through the PBX."""
        return self.plug_in(scenario, f"{HOST}:{self.pbx.port}", "-m", "1")

    def picks_up(self, keys: str = "") -> str:
        return self.plug_in(sipp.picks_up(then=sipp.pause(0.3) + "".join(map(sipp.press, keys)))).extension

    def hangs_up(self) -> str:
        return self.plug_in(sipp.hangs_up()).extension

    def is_busy(self) -> str:
        return self.refuses(486)

    def refuses(self, code: int) -> str:
        return self.plug_in(sipp.refuses(f"{code} No")).extension

    def rings_for_ever(self) -> str:
        return self.plug_in(sipp.rings_for_ever()).extension

    def takes_a_transfer(self) -> str:
        return self.plug_in(sipp.takes_a_transfer()).extension

    def refuses_a_transfer(self) -> str:
        return self.plug_in(sipp.refuses_a_transfer()).extension

    def calls_us(self, keys: str = "") -> None:
        then = sipp.pause(0.3) + "".join(map(sipp.press, keys))
        self.dials(
            sipp.calls(self.channel, "Diversion: <sip:1301@pbx.example>;reason=no-answer\n", then=then)
        )


@pytest.fixture(scope="session")
def pbx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    """The PBX that most tests share."""
    folder = tmp_path_factory.mktemp("pbx")
    write_certificates(folder, names=["localhost"], addresses=[HOST])
    pbx = Pbx(folder)
    pbx.start()
    yield pbx
    pbx.stop()


def setup_for(pbx: Pbx, **changes: object) -> Setup:
    """How our channels register at this PBX."""
    values: dict[str, object] = {
        "backend": "baresip", "registrar": HOST, "registrar_port": pbx.port,
        "accounts": tuple(Account(str(next(_USERS)), password=PASSWORD) for _ in range(2)),
        "local_address": HOST, "local_port": free_port(), "media_ports": free_range(100),
    }  # fmt: skip
    if changes.get("transport") == "tls":
        values |= {"registrar_port": pbx.tls_port, "ca_file": str(pbx.folder / "ca.pem")}
    return Setup(**(values | changes))  # type: ignore[arg-type]


async def registered(board: Telephones, *, within: float = 10) -> None:
    """Wait until every channel works."""
    await until(lambda: all(channel.registered for channel in board.channels()), within=within)


async def until(true: Callable[[], object], *, within: float = 10) -> None:
    """Wait for something to come true."""
    with anyio.fail_after(within):
        while not true():  # noqa: ASYNC110 - what comes true is in other processes
            await anyio.sleep(0.01)


async def next_call(telephones: Telephones, *, within: float = 10) -> Call:
    """The next call that comes in."""
    with anyio.fail_after(within):
        async for call in telephones.incoming():
            return call
    raise AssertionError


@contextlib.asynccontextmanager
async def at_work(folder: Path, pbx: Pbx, setup: Setup, *, working: bool = True) -> AsyncIterator[Real]:
    """A house whose channels are registered at this PBX."""
    async with switchboard(setup, now) as board:
        house = Real(folder, pbx, board)
        try:
            if working:
                await registered(board)
            yield house
        finally:
            for telephone in house.plugged:
                telephone.stop()


@pytest.fixture(scope="module")
async def board(pbx: Pbx) -> AsyncIterator[Switchboard]:
    """The channels that most tests share, over UDP."""
    async with switchboard(setup_for(pbx), now) as board:
        await registered(board)
        yield board


@pytest.fixture
async def real(tmp_path: Path, pbx: Pbx, board: Switchboard) -> AsyncIterator[Real]:
    """A real house, in which nobody telephones yet."""
    house = Real(tmp_path, pbx, board)
    yield house
    for line in list(board._lines.values()):
        await line.hang_up()
    for telephone in house.plugged:
        telephone.stop()
    await until(lambda: not any(channel.busy for channel in board.channels()))
    while board._rings.statistics().current_buffer_used:
        board._rings.receive_nowait()
