"""A hotel's day with its PMS, from the records on a real socket to the names on the telephones."""

import random
from datetime import timedelta
from typing import Any

import pytest

from tests.reconciler.conftest import Inn
from tests.reconciler.front import ROOMS, Front, front
from tests.reconciler.guestlist import guests

pytestmark = pytest.mark.anyio

KEY = "FidCrypt0S|GVDpVnl6qYlTQXQJZxXdbw=="


async def a_day(hotel: Front) -> None:
    """Arrivals, sharers, a corrected name, moves, a swap, a night audit, wake-up calls, departures, a lost line."""
    pms, who = hotel.pms, guests(random.Random(7))  # noqa: S311 - the same guests every day
    arrived = [pms.check_in(room, next(who)) for room in ROOMS[:6]]
    sharer = pms.share("1006", next(who))
    await hotel.in_step()
    hotel.inn.clock.advance(
        minutes=16
    )  # where no resync comes, the first quarter of an hour is state (D-15b)
    pms.do_not_disturb("1001", on=True)
    pms.message_lamp("1002", on=True)
    pms.class_of_service("1003", 1)
    tomorrow = pms.local().replace(hour=6, minute=30, second=15, microsecond=0) + timedelta(days=1)
    pms.wake_up("1001", tomorrow)
    pms.wake_up("1002", tomorrow)
    pms.wake_up("1002", tomorrow + timedelta(minutes=15))
    pms.cancel_wake_up("1002", tomorrow)
    pms.change("1004", last="Correctedberg")
    await hotel.in_step()
    pms.move("1001", "1010")
    pms.move("1006", "1011", sharer)
    await hotel.in_step()
    pms.swap("1002", "1003")
    await hotel.in_step()
    pms.night_audit_begins()
    pms.check_out("1004", arrived[3])
    pms.check_in("1004", next(who))
    pms.night_audit_ends()
    await hotel.in_step()
    pms.options.repeat_last = 20
    await hotel.unmoved_by(pms.drop)
    pms.check_out("1005")
    pms.check_out("1010")
    pms.check_out("1011")
    await hotel.in_step()
    await hotel.nobody_lingers()


HABITS: dict[str, dict[str, Any]] = {
    "tidy": {},
    "greets twice, cuts every byte, cp850": {"greeting": "twice", "chunk": 1, "encoding": "cp850"},
    "greets with silence, moves one by one": {"greeting": "silent", "moves": "GO GI"},
    "slow to come alive, moves in groups": {"alive_delay": 5.0, "moves": "GO GO GI GI"},
    "remembers us, refuses second connections, GS always Y": {
        "remembers": True, "second": "refuse", "gs_of_old_room": "Y", "gs_in_resync": "Y",
    },
    "a key, GS always N": {"auth_key": KEY, "gs_of_old_room": "N", "gs_in_resync": "N"},
    "ignores the wish for a resync": {"resync": "ignore"},
    "streams its guests after each LA, many records a packet": {"stream_guests": True, "chunk": 4096},
    "names with a comma, UTF-8, old languages": {
        "names": "Last, First", "encoding": "utf-8", "old_languages": True,
    },
    "titles in names, shuffled fields": {"names": "Title Last", "shuffle": True},
    "names in one, unknown records and fields": {"names": "First Last", "unknown": True},
    "last names only, rubbish between the records": {"names": "Last", "junk": True, "chunk": 7},
    "holds records in the night audit, WR when due": {"audit_holds": True, "wakeups": "due"},
}  # fmt: skip


@pytest.mark.parametrize("habit", HABITS)
async def test_a_day_lands_in_zoom_whatever_the_habits_of_the_pms(inn: Inn, habit: str) -> None:
    habits = HABITS[habit]
    link = {"auth_key": KEY} if "auth_key" in habits else {}
    async with front(inn, link=link, **habits) as hotel:
        await a_day(hotel)
