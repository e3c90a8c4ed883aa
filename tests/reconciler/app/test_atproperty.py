"""A hotel whose Zoom is looked after by a centre: what its configuration may say, and what it does not do itself."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reconciler.app.accounts import account_of, has_zoom
from reconciler.app.offline import hotel_of
from reconciler.app.outpost import RINGS_FOR, Ringing
from reconciler.conditions import conditions
from reconciler.configuration.file import load
from reconciler.configuration.settings import Settings
from reconciler.errors import Fatal, Misconfigured
from reconciler.wakeups.entries import Entry, WakeupStatus
from reconciler.wakeups.ledger import Ledger

CENTRE = "postgresql://harbour@db.example/housephone"
NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


def configured(folder: Path, **more: Any) -> Settings:
    path = folder / "housephone.yaml"
    said = {"property": {"timezone": "Europe/Lisbon"}, "rooms": ["1001-1002"], "centre": CENTRE, **more}
    path.write_text(json.dumps(said), encoding="utf-8")
    return load(path, {})


def test_what_the_property_knows_stands_in_a_file_of_its_own(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="leave out database"):
        configured(tmp_path, database=CENTRE)


@pytest.mark.parametrize("address", ["db.example", "mysql://db.example/housephone", ""])
def test_a_centre_is_a_postgresql_database(tmp_path: Path, address: str) -> None:
    with pytest.raises(Misconfigured, match="centre: expected the centre's database"):
        configured(tmp_path, centre=address)


def test_whoever_asks_zoom_there_hears_who_does(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="looked after by the centre"):
        account_of(configured(tmp_path))


def test_a_room_is_paused_where_zoom_is_looked_after(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="looked after by the centre"):
        has_zoom(configured(tmp_path))


def test_nothing_is_said_there_of_what_zoom_shows(tmp_path: Path) -> None:
    hotel = hotel_of(configured(tmp_path).grounds)
    plan = hotel.look("1001", NOW)
    assert plan.problems == ()
    assert plan.changes == ()
    assert [each.reason for found in conditions(hotel, plan, NOW).values() for each in found] == [
        "AtTheCentre"
    ]


@dataclass
class Call:
    """A wake-up call as the property has told it."""

    due: datetime
    status: WakeupStatus = WakeupStatus.RINGING

    @property
    def entry(self) -> Entry:
        return Entry("1001", self.due.replace(tzinfo=None), self.due, self.status, (), "", self.due)


def ringing(calls: Sequence[Call]) -> list[datetime]:
    ledger = Ledger(ZoneInfo("UTC"), [call.entry for call in calls])
    return [entry.due for entry in Ringing(ledger, lambda: NOW).open()]


def test_do_not_disturb_gives_way_as_long_as_a_call_may_ring_at_the_property() -> None:
    soon, rings = NOW + timedelta(minutes=2), NOW - timedelta(minutes=5)
    over = Call(NOW - timedelta(minutes=1), WakeupStatus.OK)
    assert ringing([Call(rings), Call(soon, WakeupStatus.PENDING), over]) == [rings, soon]


def test_a_property_that_died_while_it_rang_does_not_keep_do_not_disturb_away_for_ever() -> None:
    assert ringing([Call(NOW - RINGS_FOR - timedelta(seconds=1))]) == []
