"""A backup of yesterday is put back: what the PMS heard since is not said anew, and nobody rings for the past."""

import shutil
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from desired.events import CheckedIn, Event, Moved, Told, WakeupAsked, WakeupCancelled
from desired.said import Source
from reconciler.stays.owed import Owed, RoomStateOwed, WakeupResultOwed
from reconciler.stays.page import write
from reconciler.store.store import Store
from reconciler.wakeups.entries import WakeupStatus
from tests.reconciler.hearsay import PMS, register_in, tell
from tests.reconciler.house import House, Ran

CLEAN = RoomStateOwed("1001", "clean", "M17")
DIRTY = RoomStateOwed("1001", "dirty")
HOURS = timedelta(hours=1)
START = datetime.now(UTC).replace(second=0, microsecond=0)
PROPERTY = ZoneInfo("America/New_York")


@pytest.fixture
def file(house: House, tmp_path: Path) -> Path:
    """A backup of four hours ago: room 1001 was clean, which the PMS had yet to hear, and two calls were to come."""
    house.configure(pms=[PMS])
    tell(house, CheckedIn("1001", "84311", {"last": "Souza"}), ago=5 * HOURS)
    tell(house, WakeupAsked("1001", local(-3)), WakeupAsked("1001", local(+9)), ago=5 * HOURS)
    owe(house, CLEAN)
    file = tmp_path / "hotel.tar.gz"
    assert house("backup", file).code == 0
    return file


def local(hours: int) -> datetime:
    """A time of the hotel, so many hours from now; the same one however long a test takes."""
    return (START + hours * HOURS).astimezone(PROPERTY).replace(tzinfo=None)


def owe(house: House, owed: Owed) -> None:
    with register_in(house) as (store, _):
        store.owe("pms", [owed], datetime.now(UTC))


def sent(store: Store) -> None:
    """The link has sent everything that waited."""
    for row in store.all_owed():
        store.mark_sent(row.number, datetime.now(UTC))


def what_is_owed(house: House) -> list[Owed]:
    """What the PMS will hear, also of all that the start looks at."""
    with register_in(house) as (store, register):
        page = register.look(["1001", "1002"], datetime.now(UTC))
        assert (page.owed, page.entries) == ((), ())
        return [row.owed for row in store.all_owed()]


def at_the_desk(house: House, *events: Event) -> None:
    with register_in(house) as (store, register):
        now = datetime.now(UTC)
        page, refused = register.tell(events, Told(Source.DESK, "desk", now), now)
        assert not refused
        write(store, page)


def calls(house: House, room: str = "1001") -> dict[datetime, str]:
    with register_in(house) as (_, register):
        return {entry.at: entry.status.value for entry in register.ledger.of_room(room)}


def restored(house: House, file: Path) -> Ran:
    ran = house("restore", file)
    assert (ran.code, ran.err) == (0, "")
    return ran


def test_on_a_new_machine_nothing_is_said_or_rung_of_which_nobody_knows_whether_it_was(
    house: House, file: Path
) -> None:
    shutil.rmtree(house.state)

    ran = restored(house, file)

    assert what_is_owed(house) == []
    assert calls(house) == {local(-3): "unreachable", local(+9): "pending"}
    lines = ran.out.splitlines()
    assert any(
        line.startswith("not sent  room 1001: clean, by M17: the PMS may have heard it") for line in lines
    )
    assert any(
        line.startswith(f"not rung  room 1001, {local(-3):%Y-%m-%d %H:%M}: its time") for line in lines
    )
    assert "wakeup_failed" in house("show").out, "somebody must see to the guest"


def test_the_store_that_is_replaced_says_what_was_sent_and_rung_since(house: House, file: Path) -> None:
    with register_in(house) as (store, register):
        sent(store)
        entry = register.ledger.entry(("1001", local(-3)))
        assert entry is not None
        ends = partial(register.ledger.ends, status=WakeupStatus.OK)
        page, _ = register.post_all([entry.key], ends, entry.due)
        store.enter_wakeups(page.entries)
    owe(house, DIRTY)

    ran = restored(house, file)

    assert what_is_owed(house) == [DIRTY], "the room is not clean any more"
    assert calls(house) == {local(-3): "ok", local(+9): "pending"}
    assert "not sent" not in ran.out
    assert "not rung" not in ran.out


def test_what_still_waits_in_the_store_that_is_replaced_is_sent_and_not_lost(
    house: House, file: Path
) -> None:
    owe(house, WakeupResultOwed("1001", local(-3), "OK"))
    ran = restored(house, file)
    assert what_is_owed(house) == [CLEAN, WakeupResultOwed("1001", local(-3), "OK")]
    assert "not sent" not in ran.out


def test_a_store_that_was_begun_anew_in_between_knows_nothing_of_it(house: House, file: Path) -> None:
    shutil.rmtree(house.state)
    owe(house, DIRTY)
    ran = restored(house, file)
    assert what_is_owed(house) == [DIRTY]
    assert "not sent  room 1001: clean" in ran.out


def test_calls_to_come_are_those_that_the_store_that_is_replaced_holds(house: House, file: Path) -> None:
    """Set after the backup they ring, and cancelled after it they do not."""
    tell(house, WakeupAsked("1001", local(+10)), WakeupCancelled("1001", local(+9)), ago=2 * HOURS)
    at_the_desk(house, WakeupAsked("1001", local(+11)), WakeupAsked("1001", local(+12)))
    at_the_desk(house, WakeupCancelled("1001", local(+12)))

    ran = restored(house, file)

    what_is_owed(house)
    stand = {local(+9): "cancelled", local(+10): "pending", local(+11): "pending"}
    assert {at: status for at, status in calls(house).items() if at != local(-3)} == stand
    assert f"kept      room 1001, {local(+10):%Y-%m-%d %H:%M}" in ran.out
    assert f"kept      room 1001, {local(+11):%Y-%m-%d %H:%M}" in ran.out
    assert f"cancelled room 1001, {local(+9):%Y-%m-%d %H:%M}" in ran.out
    tell(house, WakeupCancelled("1001", local(+10)))
    assert calls(house)[local(+10)] == "cancelled", "it is the PMS's own call, as before"


def test_a_call_that_moved_with_its_guest_since_rings_in_his_new_room(house: House, file: Path) -> None:
    at_the_desk(house, Moved("1002", "1001", None))
    restored(house, file)
    what_is_owed(house)
    assert calls(house)[local(+9)] == "cancelled"
    assert calls(house, "1002") == {local(+9): "pending"}
