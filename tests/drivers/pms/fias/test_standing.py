"""A link that leaves its connection to the next one: the PMS notices nothing of it."""

from collections.abc import AsyncIterator

import anyio
import pytest

from desired.events import CheckedIn, CheckedOut
from drivers.pms.fias.frames import framed
from drivers.pms.fias.link import Link
from reconciler.stays.owed import RoomStateOwed
from tests.drivers.pms.fias.peer import Line, Peer, a_line, until

pytestmark = pytest.mark.anyio

IN = "GI|RN1207|G#84311|"
OUT = "GO|RN1207|G#84311|"
CHECKED_IN = CheckedIn("1207", "84311")
CHECKED_OUT = CheckedOut("1207", "84311")


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with a_line() as line:
        yield line


async def alive(line: Line) -> Peer:
    peer = await line.peer()
    await peer.becomes_alive()
    await until(lambda: "connected" in line.desk.happened)
    return peer


async def left_by(link: Link) -> Link:
    """The link, ended so that its connection stands where that can be."""
    await link.stop(leave=True)
    await link.stop()  # whoever tidies up behind it changes nothing
    return link


async def test_records_go_on_over_the_same_connection_and_none_is_heard_twice_or_never(line: Line) -> None:
    whole = framed(OUT.encode())
    async with line.running(line.link()) as first:
        peer = await alive(line)
        await peer.sends(IN)
        await peer.sends_bytes(whole[:7])
        await until(lambda: first.status.received["GI"])
        await left_by(first)
    await peer.sends_bytes(whole[7:])
    async with line.running(line.link(stands=first.left)) as second:
        await until(lambda: CHECKED_OUT in line.desk.happened)
        line.desk.owe(RoomStateOwed("1207", "clean"))
        await peer.gets("RE")
    assert line.desk.happened == ["connected", CHECKED_IN, CHECKED_OUT]
    assert len(line.peers) == 1
    assert [record[:2] for record in peer.received if record[:2] in {"LE", "LD", "RE"}] == ["LD", "RE"]
    assert second.status is first.status


async def test_a_house_that_has_lost_its_memory_asks_for_every_room_over_the_connection_that_stands(
    line: Line,
) -> None:
    async with line.running(line.link()) as first:
        peer = await alive(line)
        await left_by(first)
    line.desk.is_empty = True
    async with line.running(line.link(stands=first.left)):
        await peer.gets("DR")
    assert len(line.peers) == 1


async def test_a_connection_that_breaks_between_two_links_is_made_anew(line: Line) -> None:
    async with line.running(line.link()) as first:
        peer = await alive(line)
        await left_by(first)
    await peer.hangs_up()
    async with line.running(line.link(stands=first.left)) as second:
        await line.clock.turn_when_waited(1.0)
        await (await line.peer(2)).becomes_alive()
        await until(lambda: second.status.up)


async def test_a_resync_that_is_under_way_is_ended_with_the_link(line: Line) -> None:
    async with line.running(line.link()) as link:
        peer = await alive(line)
        await peer.sends("DS|DA260105|TI101502|")
        await until(lambda: link.status.state == "resync")
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(left_by, link)
            await peer.gets("LE")
            await peer.sends("LE|DA260105|TI101503|")
    assert link.left is None


async def test_a_record_that_the_house_cannot_store_keeps_a_connection_from_being_left(line: Line) -> None:
    async with line.running(line.link()) as link:
        peer = await alive(line)
        line.desk.doors_open = anyio.Event()
        await peer.sends(IN)
        await until(lambda: line.desk.batches)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(left_by, link)
            await line.clock.turn_when_waited(4.0)
        await until(lambda: peer.closed)
    assert link.left is None
