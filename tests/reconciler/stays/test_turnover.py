"""Check-ins and check-outs are counted by the hotel's hours: rooms that are filled, and rooms that are emptied."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from reconciler.stays.turnover import Turn, by_hour, counted
from tests.reconciler.conftest import Inn
from tests.reconciler.desk.conftest import Lobby, at_work, open_desk
from tests.reconciler.front import front
from tests.reconciler.guestlist import guests

NEW_YORK = ZoneInfo("America/New_York")
AFTERNOON = datetime(2026, 11, 22, 20, 30, tzinfo=UTC)
"""15:30 in the hotel."""
TODAY = date(2026, 11, 22)


def test_each_turn_stands_in_its_hour() -> None:
    note = counted(None, [Turn(AFTERNOON, come=True), Turn(AFTERNOON, come=True)], NEW_YORK)
    note = counted(note, [Turn(AFTERNOON - timedelta(hours=4), come=False)], NEW_YORK)
    hours = by_hour(note, TODAY)
    assert (hours[15], hours[11], sum(map(sum, hours))) == ((2, 0), (0, 1), 3)


def test_the_hotels_day_counts_and_not_the_worlds() -> None:
    late = datetime(2026, 11, 23, 4, 59, tzinfo=UTC)
    note = counted(None, [Turn(late, come=True)], NEW_YORK)
    assert by_hour(note, TODAY)[23] == (1, 0)
    assert not any(map(any, by_hour(note, TODAY + timedelta(days=1))))


def test_old_hours_are_forgotten_and_a_strange_note_counts_nothing() -> None:
    note = counted(None, [Turn(AFTERNOON, come=True)], NEW_YORK)
    later = counted(note, [Turn(AFTERNOON + timedelta(days=5), come=True)], NEW_YORK)
    assert list(later) == ["2026-11-27T15"]
    assert by_hour({"2026-11-22T15": "many"}, TODAY)[15] == (0, 0)


async def turned(lobby: Lobby) -> tuple[int, int]:
    """Check-ins and check-outs of the day."""
    hours = (await lobby.desk.figures.turnover())["hours"]
    return sum(hour["check_ins"] for hour in hours), sum(hour["check_outs"] for hour in hours)


@pytest.mark.anyio
async def test_of_a_day_only_rooms_that_fill_and_empty_count_and_a_restart_loses_none(inn: Inn) -> None:
    who = guests(random.Random(5))  # noqa: S311 - any guests
    async with front(inn) as hotel, open_desk(inn, hotel.running) as lobby:
        first = hotel.pms.check_in("1001", next(who))
        hotel.pms.check_in("1002", next(who))
        hotel.pms.share("1002", next(who))
        hotel.pms.move("1002", "1003")
        hotel.pms.check_out("1001", first)
        await hotel.in_step()
        await lobby.ask("checkin", room="1004", last="Souza")
        await lobby.ask("checkout", room="1004")
        assert await turned(lobby) == (3, 2)
        hotel.pms.resync()
        await hotel.in_step()
        assert await turned(lobby) == (3, 2)
    inn.configure()
    async with at_work(inn) as lobby:
        assert await turned(lobby) == (3, 2)
