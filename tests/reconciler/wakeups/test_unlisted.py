"""A room drops out of `rooms:`, by a slip of whoever edits it: its wake-up calls are lost by nobody's silence."""

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from desired.events import Moved
from desired.problem import Problem
from reconciler.alarms.finding import Severity, Situation, found
from reconciler.ports import NoteProgress, Rung
from reconciler.rooms import RoomTable
from reconciler.stays.notices import notices
from reconciler.stays.owed import WakeupResultOwed
from reconciler.wakeups.entries import Entry, WakeupStatus
from tests.reconciler.conftest import until
from tests.reconciler.lodge import DUE, MORNING, Lodge, no_wake, souza, wake

pytestmark = pytest.mark.anyio


class Telephones:
    """Every guest confirms at once."""

    def __init__(self) -> None:
        self.rung: list[str] = []

    async def ring(self, call: Entry, note: NoteProgress) -> Rung:  # noqa: ARG002
        self.rung.append(call.room)
        return Rung(WakeupStatus.OK, 1)


@pytest.fixture
def telephones() -> Telephones:
    return Telephones()


@pytest.fixture
def lodge(tmp_path: Path, telephones: Telephones) -> Iterator[Lodge]:
    lodge = Lodge(tmp_path, ringer=telephones)
    yield lodge
    lodge.store.close()


def told(lodge: Lodge) -> list[Problem]:
    found = notices(lodge.register, lodge.clock.now())
    return [problem for problem in found if problem.code == "wakeup_unlisted"]


async def reloads(lodge: Lodge, rooms: str) -> None:
    """The configuration was edited; the first look afterwards is at all rooms."""
    lodge.restart()
    lodge.hotel.roster.table = RoomTable.of([rooms])
    await lodge.reception.look(["1201"])


async def its_time_comes(lodge: Lodge, end: str) -> None:
    async with lodge.running():
        lodge.clock.advance(seconds=(DUE - lodge.clock.now()).total_seconds())
        await until(lambda: lodge.status("1207") == end)


async def test_the_call_of_a_room_that_is_no_longer_listed_stays_pending_and_people_hear_of_it_at_once(
    lodge: Lodge,
) -> None:
    await lodge.hear(souza(), wake())
    await reloads(lodge, "1201-1206")
    assert lodge.status("1207") == "pending"
    (problem,) = told(lodge)
    assert (problem.room, problem.subject) == ("1207", MORNING.isoformat())
    assert problem.message == (
        "room 1207 is no longer in `rooms:`; its wake-up call of 2026-11-23 06:30 cannot ring: put the room back, or "
        "wake the guest by hand"
    )
    (alarm,) = found(Situation([problem]))
    assert alarm.severity is Severity.URGENT


async def test_nobody_puts_it_back_and_the_pms_hears_that_the_guest_could_not_be_reached(
    lodge: Lodge, telephones: Telephones
) -> None:
    await lodge.hear(souza(), wake())
    await reloads(lodge, "1201-1206")
    await its_time_comes(lodge, "unreachable")
    assert telephones.rung == []
    assert await lodge.owed() == [WakeupResultOwed("1207", MORNING, "UR")]
    (failed,) = (p for p in notices(lodge.register, lodge.clock.now()) if p.code == "wakeup_failed")
    assert "the room is no longer in `rooms:`" in failed.message
    assert told(lodge) == [], "it is over, and another alarm says how"


async def test_a_room_that_is_put_back_in_time_is_rung(lodge: Lodge, telephones: Telephones) -> None:
    await lodge.hear(souza(), wake())
    await reloads(lodge, "1201-1206")
    await reloads(lodge, "1201-1210")
    assert told(lodge) == []
    await its_time_comes(lodge, "ok")
    assert telephones.rung == ["1207"]


async def test_the_pms_can_take_back_the_call_of_a_room_that_is_no_longer_listed(lodge: Lodge) -> None:
    await lodge.hear(souza(), wake())
    await reloads(lodge, "1201-1206")
    await lodge.hear(no_wake())
    await lodge.reception.look(["1207"])
    assert (lodge.status("1207"), told(lodge)) == ("cancelled", [])


async def test_a_guest_who_moves_out_of_a_room_that_is_no_longer_listed_takes_his_call_along(
    lodge: Lodge,
) -> None:
    await lodge.hear(souza(), wake())
    await reloads(lodge, "1201-1206")
    await lodge.hear(Moved("1207", "1203", "84311"), wake("1203"))
    await anyio.wait_all_tasks_blocked()
    assert lodge.status("1203") == "pending"


async def test_a_document_that_is_gone_takes_a_room_away_where_rooms_are_not_listed(lodge: Lodge) -> None:
    lodge.hotel.roster.table = None
    lodge.document("1207", occupied=True)
    await lodge.hear(wake())
    lodge.restart()
    lodge.hotel.roster.table = None
    assert told(lodge) == [], "the documents were not read yet"
    lodge.document("1201", occupied=True)
    await lodge.reception.look([])
    (problem,) = told(lodge)
    assert problem.message.startswith("no document names room 1207 any more; its wake-up call of ")
    assert lodge.status("1207") == "pending"


async def test_a_shadow_rings_nobody_and_so_misses_no_room(tmp_path: Path) -> None:
    lodge = Lodge(tmp_path / "shadow", shadow=True)
    await lodge.hear(souza(), wake())
    await reloads(lodge, "1201-1206")
    assert told(lodge) == []
    lodge.store.close()
