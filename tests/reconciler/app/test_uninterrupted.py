"""A reload: the PMS notices it only where something of its own link has changed.

The same with a real process, its telephone lines and a real PBX: ``tests/conformance/telephones/test_whole.py``.
"""

from base64 import b64encode
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import anyio
import pytest

from drivers.pms.fias.conversation import House
from drivers.pms.fias.link import Link
from reconciler.app.uninterrupted import Uninterrupted
from reconciler.configuration.settings import Settings
from tests.drivers.pms.fias.peer import Line, Peer, a_line, until
from tests.reconciler.conftest import Inn

pytestmark = pytest.mark.anyio

KEY, OTHER = (f"FidCrypt0S|{b64encode(bytes([each] * 16)).decode()}" for each in (1, 2))


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with a_line() as line:
        yield line


class Hotel:
    """A hotel with one link, whose configuration is put right while it is at work."""

    def __init__(self, inn: Inn, line: Line) -> None:
        self._inn = inn
        self._line = line
        self.coming: Settings | None = None
        self.kept = Uninterrupted(lambda: self.coming)

    def configured(self, *, pms: Any = None, **settings: Any) -> Settings:
        """The hotel's settings, with these beside the usual ones."""
        link = {"kind": "fias", "host": "127.0.0.1", "port": self._line.port}
        self._inn.configure(pms=[link | (pms or {})], **settings)
        return self._inn.settings

    def link(self, settings: Settings) -> Link:
        """Its link by these settings."""
        house = House(self._line.clock, self._line.desk, self._line.desk)
        return self.kept.link(settings, settings.pms[0], house, resync=False)

    async def alive(self) -> Peer:
        """The PMS, once it is connected."""
        peer = await self._line.peer()
        await peer.becomes_alive()
        await until(lambda: "connected" in self._line.desk.happened)
        return peer


@pytest.fixture
def hotel(inn: Inn, line: Line) -> Hotel:
    return Hotel(inn, line)


async def test_a_link_goes_on_over_a_reload_that_is_about_something_else(hotel: Hotel, line: Line) -> None:
    before = hotel.configured()
    hotel.coming = hotel.configured(pms={"log": {"enabled": True}}, retention={"history_days": 30})
    async with line.running(hotel.link(before)) as link:
        peer = await hotel.alive()
        await hotel.kept.end([link])
    async with line.running(hotel.link(hotel.coming)) as link:
        await peer.sends("GI|RN1001|G#1|")
        await until(lambda: link.status.received["GI"])
    assert (len(line.peers), [text for text in peer.received if text.startswith("LE")]) == (1, [])


@pytest.mark.parametrize(
    "coming",
    [
        {"pms": {"keepalive": "none"}},
        {"pms": {"encoding": "cp850"}},
        {"pms": {"name": "annex"}},
        {"property": {"name": "Harbour View", "timezone": "America/Chicago"}},
        {"database": "postgresql://nobody@localhost/nothing"},
        None,
    ],
    ids=["keepalive", "encoding", "name", "zone", "a database of several machines", "a stop"],
)
async def test_a_link_whose_own_settings_change_or_whose_hotel_stops_says_goodbye(
    hotel: Hotel, line: Line, coming: dict[str, Any] | None
) -> None:
    before = hotel.configured()
    hotel.coming = None if coming is None else hotel.configured(**coming)
    await says_goodbye(hotel, line, hotel.link(before))


async def test_a_link_whose_key_stands_in_a_file_that_has_changed_says_goodbye(
    hotel: Hotel, line: Line, tmp_path: Path
) -> None:
    file = tmp_path / "key"
    file.write_text(KEY)
    hotel.coming = before = hotel.configured(pms={"auth_key_file": str(file)})
    link = hotel.link(before)
    file.write_text(OTHER)
    await says_goodbye(hotel, line, link)


async def says_goodbye(hotel: Hotel, line: Line, link: Link) -> None:
    async with line.running(link):
        peer = await hotel.alive()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(hotel.kept.end, [link])
            await peer.gets("LE")
            await peer.sends("LE|DA260105|TI101500|")
        await until(lambda: peer.closed)


async def test_a_reload_waits_while_the_pms_tells_of_all_rooms(inn: Inn, line: Line) -> None:
    inn.configure(pms=[{"kind": "fias", "host": "127.0.0.1", "port": line.port}])
    async with inn.controller() as running, anyio.create_task_group() as tasks:
        good = anyio.Event()

        async def rest() -> None:
            await running.office.rest()
            good.set()

        peer = await line.peer()
        await peer.becomes_alive()
        await peer.gets("DR")
        tasks.start_soon(rest)
        await peer.sends("DS|DA260105|TI101500|", "GI|RN1001|G#1|GNSouza|")
        await until(lambda: running.office.wires[0].status.received["GI"])
        assert not good.is_set()
        await peer.sends("DE|DA260105|TI101500|")
        await good.wait()


async def test_what_is_left_and_not_taken_up_is_closed(hotel: Hotel, line: Line) -> None:
    hotel.coming = before = hotel.configured()
    async with line.running(hotel.link(before)) as link:
        peer = await hotel.alive()
        await hotel.kept.end([link])
    assert not peer.closed
    await hotel.kept.drop()
    await until(lambda: peer.closed)
