"""The reception: what is told is in the store with its effects before anybody acts on it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from desired.events import (
    CheckedIn,
    Moved,
    ResyncBegan,
    ResyncEnded,
    StatusTold,
)
from desired.said import Field, Origin, Source
from reconciler.account.past import Occupied
from reconciler.ports import Heard
from reconciler.rooms import RoomTable
from reconciler.stays.owed import RoomStateOwed, WakeupClearedOwed, WakeupResultOwed, WakeupSetOwed
from reconciler.stays.page import write
from reconciler.stays.reception import LOOK_EVERY, MANY, PATIENT_LOOKS
from reconciler.store.errors import StaleEpoch, StoreUnavailable
from reconciler.store.rows import SaidRow
from tests.reconciler.conftest import until
from tests.reconciler.lodge import (
    MORNING,
    OUT_AND_IN,
    Lodge,
    in_rooms,
    leaves,
    no_wake,
    open_store,
    souza,
    wake,
)

pytestmark = pytest.mark.anyio


@pytest.fixture
def lodge(tmp_path: Path) -> Iterator[Lodge]:
    lodge = Lodge(tmp_path)
    yield lodge
    lodge.store.close()


async def resync(lodge: Lodge, records: list[Heard]) -> None:
    """The PMS tells every room as it is."""
    began, ended = lodge.record(ResyncBegan()), lodge.record(ResyncEnded())
    await lodge.reception.hear("pms", [began, *records, ended])


# What is told is kept


async def test_a_guest_checked_in_by_the_pms_is_known_to_the_house_and_after_a_restart(lodge: Lodge) -> None:
    await lodge.hear(souza())
    assert (lodge.guests("1207"), lodge.moved) == (["Souza"], ["1207"])

    lodge.restart()
    assert lodge.guests("1207") == ["Souza"]
    assert "1207" in lodge.hotel.pms_rooms
    await lodge.hear(leaves())
    assert lodge.guests("1207") == []


async def test_a_batch_is_told_to_the_house_once(lodge: Lodge) -> None:
    await lodge.hear(souza("1207", "1"), souza("1208", "2"), leaves("1207", "1"))

    assert sorted(lodge.moved) == ["1207", "1208"]


async def test_of_a_full_house_told_at_once_everybody_hears_when_it_is_told(lodge: Lodge) -> None:
    rooms = [str(room) for room in range(1201, 1202 + MANY)]
    lodge.hotel.roster.table = RoomTable.of(rooms)

    await lodge.hear(*(souza(room, room) for room in rooms))
    assert lodge.guests(rooms[-1]) == ["Souza"]
    assert lodge.moved == []

    async with lodge.running():
        await anyio.wait_all_tasks_blocked()
        assert lodge.moved == []
        lodge.clock.advance(seconds=LOOK_EVERY)
        await until(lambda: bool(lodge.moved))
    assert sorted(lodge.moved) == rooms


async def test_records_that_never_cease_keep_nobody_in_the_dark_for_long(lodge: Lodge) -> None:
    rooms = [str(room) for room in range(1201, 1202 + MANY)]
    lodge.hotel.roster.table = RoomTable.of(rooms)

    async with lodge.running():
        await anyio.wait_all_tasks_blocked()
        for look in range(PATIENT_LOOKS):
            assert lodge.moved == []
            await lodge.hear(*(souza(room, f"{room}-{look}") for room in rooms))
            lodge.clock.advance(seconds=LOOK_EVERY)
            await anyio.wait_all_tasks_blocked()
    assert sorted(lodge.moved) == rooms


async def test_of_a_guest_who_leaves_in_a_flood_of_records_the_house_hears_at_once(lodge: Lodge) -> None:
    others = [str(room) for room in range(1208, 1209 + MANY)]
    lodge.hotel.roster.table = RoomTable.of(["1207", *others])
    await lodge.hear(souza("1207", "1"))
    lodge.moved.clear()

    await lodge.hear(leaves("1207", "1"), *(souza(room, room) for room in others))

    assert lodge.moved == ["1207"]


async def test_who_comes_and_goes_in_one_flood_holds_nobody_up_unless_his_name_was_shown(
    lodge: Lodge,
) -> None:
    rooms = [str(room) for room in range(1201, 1202 + MANY)]
    lodge.hotel.roster.table = RoomTable.of(rooms)
    await lodge.hear(*(souza(room, room) for room in rooms))
    lodge.hotel.occupancy["1207"] = Occupied(occupied=True, since=lodge.clock.now())

    await lodge.hear(*(leaves(room, room) for room in rooms))

    assert lodge.moved == ["1207"]


async def test_explain_names_the_record_and_its_time(lodge: Lodge) -> None:
    await lodge.hear(souza())
    lodge.restart()

    assert lodge.hotel.wish("1207").fields[Field.GUESTS].origin == Origin(
        Source.PMS, "pms CheckedIn 02:00:00", lodge.clock.now()
    )


async def test_a_file_says_nothing_about_guests_in_a_room_of_the_pms(lodge: Lodge) -> None:
    lodge.document("1207", guests=[{"last": "Bergström"}])
    assert lodge.guests("1207") == ["Bergström"]

    await lodge.hear(souza())

    assert lodge.guests("1207") == ["Souza"]
    assert "pms_room" in [problem.code for problem in lodge.hotel.wish("1207").problems]


async def test_a_redelivered_run_changes_nothing_even_after_a_restart(lodge: Lodge) -> None:
    now = lodge.clock.now()
    run = [
        lodge.record(souza(), mark="a", of=now),
        lodge.record(wake(), mark="b"),
        lodge.record(leaves(), mark="c", of=now + timedelta(seconds=1)),
    ]
    await lodge.reception.hear("pms", run)
    lodge.clock.advance(minutes=1)
    await lodge.reception.hear("pms", [lodge.record(souza("1208", "9"), mark="d", of=lodge.clock.now())])
    lodge.restart()
    lodge.moved.clear()

    await lodge.reception.connected("pms")
    for heard in run:
        await lodge.reception.hear("pms", [heard])

    assert (lodge.guests("1207"), lodge.guests("1208"), lodge.moved) == ([], ["Souza"], [])


async def test_a_run_is_known_again_although_a_resync_came_in_its_midst(lodge: Lodge) -> None:
    came = lodge.record(souza(), mark="GI", of=lodge.clock.now())
    left = lodge.record(leaves(), mark="GO", of=lodge.clock.now())
    statuses = lodge.record(StatusTold("1207", {Field.DND: "off"}), mark="RE")
    resync = [lodge.record(ResyncBegan()), statuses, lodge.record(ResyncEnded())]
    await lodge.reception.hear("pms", [came, *resync, left])

    await lodge.reception.connected("pms")
    await lodge.reception.hear("pms", [came, left])

    assert lodge.guests("1207") == []
    assert not lodge.reception.anomalies()


async def test_a_run_is_known_again_of_which_a_status_was_told_amid_a_resync(lodge: Lodge) -> None:
    await lodge.settle()
    came = lodge.record(souza(), mark="GI", of=lodge.clock.now())
    private = lodge.record(StatusTold("1207", {Field.DND: "on"}), mark="RE")
    left = lodge.record(leaves(), mark="GO", of=lodge.clock.now() + timedelta(seconds=5))
    resync = [lodge.record(ResyncBegan()), private, lodge.record(ResyncEnded())]
    await lodge.reception.hear("pms", [came, *resync, left])

    await lodge.reception.connected("pms")
    await lodge.reception.hear("pms", [came, private, left])

    assert lodge.guests("1207") == []
    assert lodge.hotel.wish("1207").get(Field.DND) == "off"


async def test_a_record_in_doubt_survives_a_crash_and_is_applied_when_the_doubt_ends(lodge: Lodge) -> None:
    await lodge.reception.hear("pms", [lodge.record(wake(), mark="a"), lodge.record(no_wake(), mark="b")])
    await lodge.reception.connected("pms")
    await lodge.reception.hear("pms", [lodge.record(wake(), mark="a")])
    assert lodge.status("1207") != "pending", "in doubt"
    lodge.restart()

    lodge.clock.advance(minutes=2)
    await lodge.reception.connected("pms")
    async with lodge.running():
        lodge.clock.advance(minutes=1)
        await time_for_reading(lodge)
        lodge.clock.advance(seconds=3)
        await until(lambda: lodge.status("1207") == "pending")


async def time_for_reading(lodge: Lodge) -> None:
    """Wait until the reception has seen that it looks late, and gives what is in doubt more time."""
    await until(lambda: (lodge.register.next_due() or lodge.clock.now()) > lodge.clock.now())


async def test_a_machine_that_stood_still_does_not_take_a_repetition_for_over(lodge: Lodge) -> None:
    """Its next record may lie in the line unread; in a room whose guest has left it would leave its mark."""
    await lodge.settle()
    private = lodge.record(StatusTold("1207", {Field.DND: "on"}), mark="RE")
    left = lodge.record(leaves(), mark="GO", of=lodge.clock.now())
    await lodge.hear(souza())
    await lodge.reception.hear("pms", [private, left])
    await lodge.reception.connected("pms")
    async with lodge.running():
        await lodge.reception.hear("pms", [private])
        await anyio.wait_all_tasks_blocked()
        lodge.clock.advance(seconds=10)
        await time_for_reading(lodge)
        await lodge.reception.hear("pms", [left])
    assert lodge.hotel.wish("1207").get(Field.DND) == "off"


async def test_a_departure_is_finished_when_its_time_has_come_also_after_a_crash(lodge: Lodge) -> None:
    await lodge.hear(souza(), wake())
    await lodge.settle()
    await lodge.hear(leaves())
    assert lodge.guests("1207") == []
    assert lodge.status("1207") == "pending"
    lodge.restart()

    lodge.clock.advance(seconds=OUT_AND_IN.total_seconds() + 1)
    async with lodge.running():
        await until(lambda: lodge.status("1207") == "cancelled")
    assert lodge.hotel.wish("1207").get(Field.CLEARED) is not None


# The store comes first


async def test_while_the_store_is_locked_nothing_is_shown_and_nothing_is_lost(
    lodge: Lodge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.store.engine.BUSY_SECONDS", 0.02)
    lodge.restart()
    file = lodge.folder / "state" / "housephone.sqlite"
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            with closing(sqlite3.connect(file, isolation_level=None)) as other:
                other.execute("BEGIN IMMEDIATE")
                tasks.start_soon(lodge.hear, souza())
                await until(lambda: lodge.reception.trouble)
                assert "locked" in (lodge.reception.trouble or "")
                assert (lodge.guests("1207"), lodge.moved) == ([], [])
                other.execute("ROLLBACK")
            while lodge.reception.trouble:
                lodge.clock.advance(seconds=30)
                await anyio.sleep(0.005)

    assert lodge.guests("1207") == ["Souza"]
    lodge.restart()
    assert lodge.guests("1207") == ["Souza"]


async def test_a_second_batch_waits_for_the_first(lodge: Lodge, monkeypatch: pytest.MonkeyPatch) -> None:
    say, full = lodge.store.say, [True]

    def full_disk(rows: Any) -> None:
        if full:
            raise StoreUnavailable("the store", "database or disk is full")
        say(rows)

    monkeypatch.setattr(lodge.store, "say", full_disk)
    with anyio.fail_after(10):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(lodge.hear, souza())
            await until(lambda: lodge.reception.trouble)
            tasks.start_soon(lodge.hear, leaves())
            await anyio.wait_all_tasks_blocked()
            assert lodge.moved == []
            full.clear()
            lodge.clock.advance(minutes=1)

    assert (lodge.guests("1207"), lodge.moved) == ([], ["1207", "1207"])


async def test_whoever_lost_the_account_to_another_process_takes_nothing_more(
    lodge: Lodge, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken_over(_rows: Any) -> None:
        raise StaleEpoch("zoom:account-1", 1, 2)

    monkeypatch.setattr(lodge.store, "say", taken_over)
    with pytest.raises(StaleEpoch):
        await lodge.hear(souza())
    assert lodge.guests("1207") == []


def test_a_page_whose_commit_nobody_saw_is_not_written_twice(lodge: Lodge) -> None:
    page, _ = lodge.register.tell(
        [wake()], lodge.told("desk", source=Source.DESK), lodge.clock.now(), [RoomStateOwed("1207", "clean")]
    )
    write(lodge.store, page)
    write(lodge.store, page)

    assert lodge.store.waiting() == {"pms": 2}


# Rooms that are not ours


async def test_a_room_outside_the_list_is_tracked_and_counts_when_it_is_listed_later(lodge: Lodge) -> None:
    await lodge.hear(souza("2001"))

    assert lodge.reception.anomalies() == {"unmapped_room": 1}
    assert "2001" not in lodge.hotel.rooms()
    assert [row.room for row in lodge.store.said() if row.field == "guests"] == ["2001"]


async def test_nobody_is_woken_in_a_room_that_there_is_not_and_the_pms_hears_so_once(lodge: Lodge) -> None:
    await lodge.hear(wake("9999"), wake("9999"), named=(("9999", "09999"),))
    await lodge.hear(wake("9999"), named=(("9999", "09999"),))

    [dispatch] = await lodge.sent()
    assert (dispatch.room, dispatch.owed) == ("09999", WakeupResultOwed("09999", MORNING, "UR"))


async def test_a_link_speaks_only_for_its_own_rooms(tmp_path: Path) -> None:
    tower = {"1201", "1202"}
    feeds = {"tower": lambda room: room in tower, "garden": lambda room: room not in tower}
    lodge = Lodge(tmp_path, feeds=feeds)
    await lodge.hear(souza("1201", "1"), link="tower")
    await lodge.hear(leaves("1201", None), CheckedIn("1205", "1", {"last": "Hallberg"}), link="garden")

    assert (lodge.guests("1201"), lodge.guests("1205")) == (["Souza"], ["Hallberg"])
    assert lodge.reception.anomalies()["unmapped_room"] == 1
    lodge.store.close()


async def test_a_guest_who_moves_into_another_pms_house_has_left_this_one(tmp_path: Path) -> None:
    lodge = Lodge(tmp_path, feeds={"pms": in_rooms("1201")})
    await lodge.hear(souza("1201"))
    await lodge.hear(Moved("1205", "1201", "84311"))

    assert (lodge.guests("1201"), lodge.guests("1205")) == ([], [])
    lodge.store.close()


async def test_rooms_that_the_pms_never_mentioned_are_listed(lodge: Lodge) -> None:
    assert lodge.register.rooms.unmentioned() == [], "nothing was told yet"
    snapshot = [lodge.record(souza(f"12{n:02}", str(n)), snapshot=True) for n in range(1, 9)]
    edges = [
        Heard(lodge.told(name), (event,), name)
        for name, event in (("DS", ResyncBegan()), ("DE", ResyncEnded()))
    ]
    await lodge.reception.hear("pms", [edges[0], *snapshot, edges[1]])

    assert lodge.register.rooms.unmentioned() == ["1209", "1210"]
    assert not lodge.reception.empty("pms")


# What is odd


async def test_what_was_odd_is_counted_across_restarts(lodge: Lodge) -> None:
    await lodge.hear(souza(), anomalies=("unknown_field",))
    await lodge.hear(leaves("1207", "77777"))
    await lodge.reception.count("pms", "malformed_frame", 3)
    async with lodge.running():
        lodge.clock.advance(seconds=2)
        await until(lambda: not lodge.register.uncounted)
    lodge.restart()

    assert lodge.reception.anomalies() == {"unknown_field": 1, "unknown_reservation": 1, "malformed_frame": 3}


async def test_a_resync_that_would_empty_the_house_is_held_until_it_is_released(lodge: Lodge) -> None:
    await lodge.hear(*(souza(f"12{n:02}", str(n)) for n in range(1, 9)))
    await lodge.settle()
    gone = [lodge.record(leaves(f"12{n:02}", None), snapshot=True) for n in range(1, 9)]
    edges = [
        Heard(lodge.told(name), (event,), name)
        for name, event in (("DS", ResyncBegan()), ("DE", ResyncEnded()))
    ]
    await lodge.reception.hear("pms", [edges[0], *gone, edges[1]])
    assert lodge.guests("1201") == ["Souza"]
    assert lodge.reception.anomalies()["resync_held"] == 1
    lodge.restart()

    await lodge.reception.release("pms", lodge.told("resync", source=Source.DESK))

    assert [lodge.guests(f"12{n:02}") for n in range(1, 9)] == [[]] * 8


async def test_a_guest_of_an_account_that_is_no_room_of_ours_does_not_let_an_empty_resync_through(
    lodge: Lodge,
) -> None:
    lodge.hotel.roster.table = RoomTable.of(["1201-1299"])
    rooms = [f"12{n:02}" for n in range(1, 25)]
    await lodge.hear(*(StatusTold(room, {Field.DND: "off"}) for room in rooms))
    await lodge.hear(*map(souza, rooms[:4], "1234"), souza("PM01", "999"))
    await lodge.settle()
    await resync(lodge, [lodge.record(leaves(room, None), snapshot=True) for room in rooms])

    assert [lodge.guests(room) for room in rooms[:4]] == [["Souza"]] * 4
    assert lodge.reception.anomalies()["resync_held"] == 1


# Desk and telephones


async def test_a_resync_that_a_crash_cut_off_is_counted_as_abandoned_and_checks_nobody_out(
    lodge: Lodge,
) -> None:
    await lodge.hear(souza("1207", "1"), souza("1208", "2"))
    await lodge.settle()
    gone = lodge.record(leaves("1207", None), snapshot=True)
    await lodge.reception.hear("pms", [lodge.record(ResyncBegan()), gone])

    lodge.restart()  # nobody could tell the house that the link was lost
    assert lodge.reception.anomalies() == {}  # who only looks on counts nothing
    async with lodge.running():
        await until(lambda: lodge.reception.anomalies() == {"swap_abandoned": 1})
        await lodge.hear(ResyncEnded())
    assert (lodge.guests("1207"), lodge.guests("1208")) == (["Souza"], ["Souza"])

    lodge.restart()
    async with lodge.running():
        await anyio.wait_all_tasks_blocked()
    assert lodge.reception.anomalies() == {"swap_abandoned": 1}


async def test_the_desk_checks_in_a_guest_who_the_pms_checks_out(lodge: Lodge) -> None:
    assert await lodge.desk(souza()) == ""
    assert lodge.guests("1207") == ["Souza"]

    await lodge.hear(leaves("1207", None))
    assert lodge.guests("1207") == []


async def test_the_desk_hears_why_nothing_came_of_it(lodge: Lodge) -> None:
    assert await lodge.desk(no_wake()) == "no_such_wakeup"


async def test_a_check_out_at_the_desk_takes_back_the_wake_up_calls_that_the_pms_knows_of(
    lodge: Lodge,
) -> None:
    await lodge.hear(souza(), wake())
    await lodge.desk(wake(at=MORNING + timedelta(hours=1)), source=Source.PHONE)
    await lodge.desk(leaves())

    later = MORNING + timedelta(hours=1)
    assert await lodge.owed() == [
        WakeupSetOwed("1207", later), WakeupClearedOwed("1207", MORNING), WakeupClearedOwed("1207", later),
    ]  # fmt: skip


async def test_a_check_out_at_the_pms_needs_no_word_about_the_wake_up_calls(lodge: Lodge) -> None:
    await lodge.settle()
    await lodge.hear(souza(), wake())
    await lodge.hear(leaves())
    lodge.clock.advance(seconds=OUT_AND_IN.total_seconds())
    async with lodge.running():
        await until(lambda: lodge.status("1207") == "cancelled")

    assert await lodge.owed() == []


async def test_the_pms_is_told_what_the_telephone_sets_and_cancels_and_not_what_a_document_says(
    lodge: Lodge,
) -> None:
    await lodge.hear(souza())
    await lodge.desk(wake(), source=Source.PHONE)
    await lodge.desk(wake(), source=Source.DESK)
    await lodge.desk(no_wake(), source=Source.DESK)
    lodge.document("1207", wakeups=[{"at": "2026-11-23T07:00"}])
    await lodge.reception.look(["1207"])

    assert await lodge.owed() == [WakeupSetOwed("1207", MORNING), WakeupClearedOwed("1207", MORNING)]


async def test_a_call_that_the_pms_clears_and_the_guest_still_wants_rings_without_a_result_for_the_pms(
    lodge: Lodge,
) -> None:
    await lodge.hear(souza(), wake())
    await lodge.desk(wake(), source=Source.PHONE)
    await lodge.hear(no_wake())
    assert lodge.status("1207") == "pending"

    lodge.clock.advance(days=1)
    async with lodge.running():
        await until(lambda: lodge.status("1207") == "unreachable")
    assert await lodge.owed() == []


async def test_a_room_that_the_pms_has_not_named_yet_belongs_to_the_link_that_feeds_it(lodge: Lodge) -> None:
    await lodge.desk(owed=[RoomStateOwed("1205", "clean", "M17")])

    assert await lodge.owed() == [RoomStateOwed("1205", "clean", "M17")]


async def test_the_command_line_without_a_controller_writes_the_same_page(lodge: Lodge) -> None:
    page, refused = lodge.register.tell([souza()], lodge.told("desk", source=Source.DESK), lodge.clock.now())
    assert refused == ""
    write(lodge.store, page)

    lodge.restart()
    assert lodge.guests("1207") == ["Souza"]


async def test_what_another_process_wrote_is_known_after_rereading_and_not_overwritten(lodge: Lodge) -> None:
    await lodge.settle()
    await lodge.hear(souza())
    with open_store(lodge.folder) as other:
        other.say([SaidRow("1207", "desk", "dnd", "on", "desk", lodge.clock.now() + timedelta(seconds=1))])
        other.pause("1208", reason="works", until=None, by="desk")
    await lodge.reception.reread()
    assert lodge.hotel.wish("1207").get(Field.DND) == "on"
    assert "1208" in lodge.hotel.paused

    await lodge.hear(leaves())
    lodge.restart()
    assert lodge.hotel.wish("1207").get(Field.DND) == "off"
