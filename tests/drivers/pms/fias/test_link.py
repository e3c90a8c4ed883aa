"""A link over real sockets, against a PMS that does what each test says."""

import logging
import socket
from collections.abc import AsyncIterator
from datetime import datetime
from functools import partial

import anyio
import pytest
from anyio.lowlevel import checkpoint

from desired.events import CheckedIn, CheckedOut, ResyncBegan, ResyncBroken
from drivers.pms.fias.conversation import READ_AHEAD
from drivers.pms.fias.frames import framed
from drivers.pms.fias.outbound import Taken
from drivers.pms.fias.session import ANSWER, BETWEEN_CHECKS, GREETING, SILENCE_IN_RESYNC
from reconciler.stays.owed import DoNotDisturbOwed, MessagesOwed, RoomStateOwed, WakeupResultOwed
from tests.drivers.pms.fias.peer import CONFIRMS, GREETS, Line, Peer, a_line, until

pytestmark = pytest.mark.anyio

IN = "GI|RN1207|G#84311|"
OUT = "GO|RN1207|G#84311|"
CHECKED_IN = CheckedIn("1207", "84311")
CHECKED_OUT = CheckedOut("1207", "84311")
BEGINS, IS_DONE = "DS|DA260105|TI101502|", "DE|DA260105|TI101503|"
SIX_THIRTY = datetime.fromisoformat("2026-01-06T06:30:00")


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    async with a_line() as line:
        yield line


async def alive(line: Line, number: int = 1) -> Peer:
    peer = await line.peer(number)
    await peer.becomes_alive()
    await until(lambda: line.desk.happened.count("connected") == number)
    return peer


# Hearing


async def test_what_the_pms_says_reaches_the_house_in_its_order(line: Line) -> None:
    async with line.running(line.link()) as link:
        peer = await alive(line)
        await peer.sends(IN, OUT)
        await until(lambda: len(line.desk.happened) == 3)
        assert line.desk.happened == ["connected", CHECKED_IN, CHECKED_OUT]
        assert link.status.state == "alive"
        assert link.status.problem is None
        assert link.status.last_record_at == line.clock.now()
        assert (link.status.received["GI"], link.status.sent["LD"]) == (1, 1)


async def test_records_that_come_with_the_confirmation_are_heard_after_it(line: Line) -> None:
    async with line.running(line.link()):
        peer = await line.peer()
        await peer.sends(GREETS, CONFIRMS, IN)
        await until(lambda: line.desk.happened == ["connected", CHECKED_IN])


async def test_records_before_the_confirmation_are_heard_too(line: Line) -> None:
    async with line.running(line.link()):
        peer = await line.peer()
        await peer.sends(GREETS, IN)
        await until(lambda: line.desk.happened == ["connected", CHECKED_IN])
        await peer.sends(CONFIRMS, OUT)
        await until(lambda: line.desk.happened == ["connected", CHECKED_IN, CHECKED_OUT])


async def test_what_was_read_together_is_told_together(line: Line) -> None:
    async with line.running(line.link()):
        peer = await alive(line)
        await peer.sends(*([IN] * 50))
        await until(lambda: len(line.desk.happened) == 51)
        assert [len(batch) for batch in line.desk.batches] == [50]


async def test_nothing_is_read_while_the_house_is_busy(line: Line) -> None:
    async with line.running(line.link()):
        peer = await alive(line)
        line.desk.doors_open = anyio.Event()
        count = 20_000
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(peer.sends_bytes, framed(IN.encode()) * count)
            await until(lambda: line.desk.batches)
            await anyio.sleep(0.05)
            (only,) = line.desk.batches
            assert len(only) <= READ_AHEAD / len(framed(IN.encode()))
            assert len(line.desk.frames) < count
            line.desk.doors_open.set()
        await until(lambda: line.desk.happened.count(CHECKED_IN) == count)


async def test_broken_frames_are_counted_and_the_next_good_record_is_heard(line: Line) -> None:
    async with line.running(line.link()) as link:
        peer = await alive(line)
        await peer.sends_bytes(
            b"\x02GI|RN12\x02gi|RN1|\x03junk\x02" + b"X" * 9000 + b"\x03" + framed(IN.encode())
        )
        await until(lambda: CHECKED_IN in line.desk.happened)
        await until(lambda: len(line.desk.happened) == 5)
        assert sorted(str(each) for each in line.desk.happened[2:]) == [
            "malformed_frame",
            "malformed_frame",
            "oversize_frame",
        ]
        assert link.status.oddities == {"malformed_frame": 2, "oversize_frame": 1}


async def test_every_frame_may_be_seen_in_the_log(line: Line) -> None:
    async with line.running(line.link()):
        peer = await alive(line)
        await peer.sends(IN)
        await until(lambda: CHECKED_IN in line.desk.happened)
    assert line.desk.frames[0] == ("in", GREETS)
    assert [text[:2] for direction, text in line.desk.frames if direction == "out"][0:2] == ["LD", "LR"]
    assert line.desk.frames[-1] == ("in", IN)


# Sending


async def test_what_is_owed_leaves_in_its_order_and_is_marked(line: Line) -> None:
    line.desk.owe(
        RoomStateOwed("1207", "clean", "4711"),
        MessagesOwed("1207", 1, 0),
        DoNotDisturbOwed("1207", on=True),
        WakeupResultOwed("1207", SIX_THIRTY, "NR"),
    )
    async with line.running(line.link()):
        peer = await alive(line)
        await peer.gets("WA")
        assert [text for text in peer.received if text[:2] in {"RE", "WA"}] == [
            "RE|RN1207|RS4|ID4711|",
            "RE|RN1207|VMY|",
            "WA|RN1207|DA260106|TI063000|ASNR|",
        ]
        await until(lambda: not line.desk.owed)


async def test_nothing_owed_leaves_before_the_link_is_alive(line: Line) -> None:
    line.desk.owe(RoomStateOwed("1207", "clean"))
    async with line.running(line.link(taken=Taken(guest_service=True))):
        peer = await line.peer()
        await peer.sends(GREETS)
        await peer.gets("LA")
        await anyio.sleep(0.02)
        assert "RE" not in {text[:2] for text in peer.received}
        await peer.sends(CONFIRMS)
        await peer.gets("RE")


async def test_what_is_owed_waits_for_the_end_of_a_resync_and_tells_the_room_as_it_is_then(
    line: Line,
) -> None:
    async with line.running(line.link()) as link:
        peer = await alive(line)
        await peer.sends(BEGINS, "GI|RN1207|G#84311|SF|")
        await until(lambda: link.status.state == "resync")
        line.desk.occupied = False
        line.desk.owe(RoomStateOwed("1207", "dirty"), RoomStateOwed("1207", "clean"))
        await anyio.sleep(0.02)
        assert "RE" not in {text[:2] for text in peer.received}
        line.desk.occupied = True
        await peer.sends(IS_DONE)
        assert await peer.gets("RE", 2) == "RE|RN1207|RS4|"
        assert peer.received[-2:] == ["RE|RN1207|RS2|", "RE|RN1207|RS4|"]


async def test_what_was_not_sent_leaves_on_the_next_connection(line: Line) -> None:
    async with line.running(line.link()):
        peer = await alive(line)
        await peer.hangs_up()
        line.desk.owe(RoomStateOwed("1207", "clean"))
        await line.clock.turn_when_waited(1.0)
        again = await alive(line, 2)
        assert await again.gets("RE") == "RE|RN1207|RS4|"
        await until(lambda: len(line.desk.paid) == 1)


# Resync


async def test_a_house_that_knows_nothing_asks_for_every_room(line: Line) -> None:
    line.desk.is_empty = True
    async with line.running(line.link()) as link:
        peer = await alive(line)
        assert await peer.gets("DR") == "DR|DA260105|TI101500|"
        await peer.sends(BEGINS)
        await until(lambda: link.status.state == "resync")


async def test_a_house_that_knows_its_guests_never_asks_by_itself(line: Line) -> None:
    async with line.running(line.link()):
        for number, pause in ((1, 1.0), (2, 2.0), (3, 4.0)):
            peer = await alive(line, number)
            await peer.sends(IN)
            await until(partial(line.desk.has_heard, CHECKED_IN, number))
            await peer.hangs_up()
            await line.clock.turn_when_waited(pause)
    assert all("DR" not in {text[:2] for text in peer.received} for peer in line.peers)


async def test_somebody_may_ask_at_any_time(line: Line) -> None:
    link = line.link()
    link.resync()
    async with line.running(link):
        peer = await alive(line)
        await peer.gets("DR")
        line.clock.turn(ANSWER)  # ignored, which a PMS may
        await until(lambda: link.status.state == "alive")
        link.resync()
        await peer.gets("DR", 2)


async def test_a_link_may_ask_once_after_a_crash(line: Line) -> None:
    async with line.running(line.link(resync_at_start=True)):
        peer = await alive(line)
        await peer.gets("DR")
        await peer.hangs_up()
        await line.clock.turn_when_waited(1.0)
        again = await alive(line, 2)
        await again.sends(IN)
        await until(lambda: CHECKED_IN in line.desk.happened)
        assert "DR" not in {text[:2] for text in again.received}


async def test_a_resync_that_the_connection_cuts_off_is_told_as_broken(line: Line) -> None:
    async with line.running(line.link()):
        peer = await alive(line)
        await peer.sends(BEGINS)
        await until(lambda: ResyncBegan() in line.desk.happened)
        await peer.hangs_up()
        await until(lambda: line.desk.happened[-1] == ResyncBroken())


async def test_a_resync_that_falls_silent_is_told_as_broken(line: Line) -> None:
    line.desk.owe(RoomStateOwed("1207", "clean"))
    async with line.running(line.link()):
        peer = await line.peer()
        await peer.sends(GREETS)
        await peer.gets("LA")
        await peer.sends(CONFIRMS, BEGINS)
        await until(lambda: ResyncBegan() in line.desk.happened)
        await line.clock.turn_when_waited(SILENCE_IN_RESYNC)
        await until(lambda: line.desk.happened[-1] == ResyncBroken())
        await peer.gets("RE")


# Keeping the link


async def test_a_pms_that_says_nothing_is_asked(line: Line) -> None:
    async with line.running(line.link()) as link:
        peer = await line.peer()
        await line.clock.turn_when_waited(GREETING)
        assert await peer.gets("LS") == "LS|DA260105|TI101503|"
        assert link.status.state == "listening"
        await line.clock.turn_when_waited(ANSWER)
        await until(lambda: peer.closed)
        assert link.status.error == "the PMS did not answer within 32 s"


async def test_a_quiet_link_is_checked_and_a_dead_one_is_made_anew(line: Line) -> None:
    async with line.running(line.link()):
        peer = await alive(line)
        await line.clock.turn_when_waited(BETWEEN_CHECKS)
        await peer.gets("LS")
        await peer.sends(CONFIRMS)
        await line.clock.turn_when_waited(BETWEEN_CHECKS)
        await peer.gets("LS", 2)
        await line.clock.turn_when_waited(ANSWER)
        await until(lambda: peer.closed)
        await line.clock.turn_when_waited(1.0)
        await alive(line, 2)


async def test_a_house_that_was_busy_does_not_take_its_pms_for_dead(line: Line) -> None:
    async with line.running(line.link()):
        peer = await alive(line)
        await line.clock.turn_when_waited(BETWEEN_CHECKS)
        await peer.gets("LS")
        line.desk.doors_open = anyio.Event()
        await peer.sends(IN)
        await until(lambda: line.desk.batches)
        await peer.sends(OUT)
        line.clock.turn(3600.0)
        line.desk.doors_open.set()
        await until(lambda: CHECKED_OUT in line.desk.happened)
        assert not peer.closed


async def test_a_lost_link_is_down_since_it_was_lost_and_not_since_the_last_try(line: Line) -> None:
    async with line.running(line.link()) as link:
        peer = await alive(line)
        line.clock.turn(60)
        lost_at = line.clock.now()
        await peer.hangs_up()
        await line.clock.turn_when_waited(1.0)
        for number, pause in ((2, 2.0), (3, 4.0)):  # it takes the connection, and then hangs up on us
            again = await line.peer(number)
            await until(lambda: link.status.state == "listening")
            assert link.status.since == lost_at
            await again.hangs_up()
            await line.clock.turn_when_waited(pause)
            assert link.status.since == lost_at
        await (await line.peer(4)).becomes_alive()
        await until(lambda: link.status.up)
        assert (link.status.problem, link.status.since) == (None, line.clock.now())


async def test_the_end_of_the_link_is_answered_and_then_it_begins_anew(line: Line) -> None:
    async with line.running(line.link()) as link:
        peer = await alive(line)
        await peer.sends("LE|DA260105|TI101500|")
        await peer.gets("LE")
        await until(lambda: peer.closed)
        assert link.status.problem == f"127.0.0.1:{line.port}: the PMS ended the link"
        await line.clock.turn_when_waited(1.0)
        await alive(line, 2)


async def test_there_is_never_a_second_connection(line: Line) -> None:
    async with line.running(line.link()):
        for number in (1, 2, 3, 4):
            peer = await line.peer(number)
            assert all(earlier.closed for earlier in line.peers[:-1])
            await peer.hangs_up()
            await line.clock.turn_when_waited(2.0 ** (number - 1))


async def test_the_pauses_between_attempts_grow_to_a_minute(
    line: Line, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        port = nobody.getsockname()[1]
        with caplog.at_level(logging.WARNING, "housephone"):
            async with line.running(line.link(port=port)) as link:
                for pause in (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0):
                    await line.clock.turn_when_waited(pause)
                assert link.status.state == "down"
                assert "connection refused" in (link.status.problem or "")
    assert [record.getMessage() for record in caplog.records] == [
        f"PMS link pms (127.0.0.1:{port}): connection refused: does the PMS's interface run, and is it on this port?"
    ]


async def test_a_host_that_is_not_known_is_said_so(line: Line) -> None:
    async with line.running(line.link(host="pms.invalid")) as link:
        await until(lambda: link.status.error)
        assert "host name is not known" in (link.status.problem or "")


async def test_a_refused_key_waits_for_somebody(line: Line) -> None:
    async with line.running(line.link(sign=lambda digits: digits)) as link:
        peer = await line.peer()
        await peer.sends(GREETS)
        assert await peer.gets("LD") == "LD|DA260105|TI101500|V#0.1.0|IFPB|RT4|CG260105101500|"
        await peer.hangs_up()
        await until(lambda: link.status.state == "refused")
        for _ in range(100):
            line.clock.turn(60.0)
            await checkpoint()
        assert len(line.peers) == 1
        assert "auth_key" in (link.status.problem or "")
        link.resync()
        again = await line.peer(2)
        await again.becomes_alive()
        await until(lambda: link.status.state == "alive")


# Ending


async def test_the_house_ends_the_link_in_good_order(line: Line) -> None:
    async with line.running(line.link()) as link:
        peer = await alive(line)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(link.stop)
            await peer.gets("LE")
            assert not peer.closed
            await peer.sends("LE|DA260105|TI101500|")
        await until(lambda: peer.closed)
        assert len(line.peers) == 1


async def test_the_end_comes_even_while_the_pms_talks_on_and_on(line: Line) -> None:
    async with line.running(line.link()) as link:
        peer = await alive(line)

        async def talk() -> None:
            while not peer.closed:
                await peer.sends(IN, OUT)

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(talk)
            await until(lambda: len(line.desk.happened) > 10)
            tasks.start_soon(link.stop)
            await peer.gets("LE")
            tasks.cancel_scope.cancel()


async def test_a_pms_that_does_not_answer_the_end_is_left_after_three_seconds(line: Line) -> None:
    async with line.running(line.link()) as link:
        peer = await alive(line)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(link.stop)
            await peer.gets("LE")
            await line.clock.turn_when_waited(GREETING)
        await until(lambda: peer.closed)


async def test_a_link_without_a_connection_ends_at_once(line: Line) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        async with line.running(line.link(port=nobody.getsockname()[1])) as link:
            await until(lambda: link.status.error)
            await link.stop()
    await line.link().stop()  # and so does one that never began


async def test_an_end_does_not_wait_for_a_house_that_cannot_take_records_in(line: Line) -> None:
    async with line.running(line.link()) as link:
        peer = await alive(line)
        line.desk.doors_open = anyio.Event()
        await peer.sends(IN)
        await until(lambda: line.desk.batches)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(link.stop)
            await line.clock.turn_when_waited(GREETING + 1)
        await until(lambda: peer.closed)
        assert CHECKED_IN not in line.desk.happened
