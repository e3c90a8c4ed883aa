"""The nights on which the clocks change: an hour that does not exist, and one that comes twice.

A local time that does not exist counts as before the change (02:30 is 03:30 summer time); one that comes twice means
its first coming (FIAS, section 10).
"""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from desired.document import RoomDocument
from desired.names import NameTemplates
from desired.placed import Loaded, Placed
from desired.target import House
from observed.cache import Observed
from observed.extension import Extension, Lease, Voicemail
from reconciler.account.operation import Operation
from reconciler.change import Change
from reconciler.hotel import Hotel
from reconciler.rooms import RoomTable
from reconciler.roster import Roster
from reconciler.views.room import room_view
from reconciler.wakeups.ledger import Ledger


class Night(NamedTuple):
    """What a document says, which moment that is, and how the hotel's clock shows it."""

    zone: str
    said: str
    moment: str
    shown: str


NIGHTS = {
    "New York, the hour that is not": Night(
        "America/New_York", "2026-03-08T02:30", "2026-03-08T07:30Z", "2026-03-08T03:30:00-04:00"
    ),
    "New York, the hour that comes twice": Night(
        "America/New_York", "2026-11-01T01:30", "2026-11-01T05:30Z", "2026-11-01T01:30:00-04:00"
    ),
    "New York, a minute before the clocks go back": Night(
        "America/New_York", "2026-11-01T01:59", "2026-11-01T05:59Z", "2026-11-01T01:59:00-04:00"
    ),
    "Berlin, the hour that is not": Night(
        "Europe/Berlin", "2026-03-29T02:30", "2026-03-29T01:30Z", "2026-03-29T03:30:00+02:00"
    ),
    "Berlin, the hour that comes twice": Night(
        "Europe/Berlin", "2026-10-25T02:30", "2026-10-25T00:30Z", "2026-10-25T02:30:00+02:00"
    ),
    "Berlin, a minute after the clocks went forward": Night(
        "Europe/Berlin", "2026-03-29T03:01", "2026-03-29T01:01Z", "2026-03-29T03:01:00+02:00"
    ),
    "Lord Howe Island, the half hour that is not": Night(
        "Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:45Z", "2026-10-04T02:45:00+11:00"
    ),
    "Lord Howe Island, the half hour that comes twice": Night(
        "Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45Z", "2026-04-05T01:45:00+11:00"
    ),
}

every_night = pytest.mark.parametrize("night", NIGHTS.values(), ids=NIGHTS)


def moment(night: Night) -> datetime:
    return datetime.fromisoformat(night.moment)


def hotel(zone: str, **wish: Any) -> Hotel:
    """A hotel in this time zone whose one room wishes this."""
    templates = NameTemplates(occupied=("${first}", "${last}", "${last}"), vacant=("Room", "", "Room"))
    house = House(templates, ZoneInfo(zone), clear_mailboxes=True)
    made = Hotel(
        house, Roster(RoomTable.of(["1207"])), lambda _kind, field: Operation(field, "PUT", "/", "core", "LIGHT"),
        Observed([Extension("user", "u1", 1207, "Room 1207")]),
    )  # fmt: skip
    document = RoomDocument.model_validate({"room": "1207", **wish})
    made.roster.take_documents(Loaded((Placed(document, "rooms/1207.yaml", {"": (1, 1)}),), ()))
    return made


def changes(made: Hotel, now: datetime) -> tuple[Change, ...]:
    return made.look("1207", now).changes


def leased_until(made: Hotel, now: datetime) -> list[Any]:
    """The ends of the do-not-disturb that are to be written now."""
    plan = made.look("1207", now)
    return [w.values["dnd"] for w in made.writes(plan, plan.changes, now) if "dnd" in w.values]


@every_night
def test_do_not_disturb_ends_at_the_moment_that_was_meant(night: Night) -> None:
    made, now = hotel(night.zone, dnd={"until": night.said}), moment(night) - timedelta(hours=3)

    (end,) = leased_until(made, now)

    assert end.timestamp() == moment(night).timestamp()
    made.leases["u1"] = Lease(end, now)
    assert changes(made, now) == changes(made, moment(night) + timedelta(seconds=1)) == ()


@every_night
@pytest.mark.parametrize("wrong", [timedelta(minutes=-30), timedelta(minutes=30), timedelta(hours=1)])
def test_a_lease_that_ends_at_another_moment_is_put_right(night: Night, wrong: timedelta) -> None:
    made, now = hotel(night.zone, dnd={"until": night.said}), moment(night) - timedelta(hours=1)
    made.leases["u1"] = Lease(moment(night) + wrong, now - timedelta(hours=2))

    assert [end.timestamp() for end in leased_until(made, now)] == [moment(night).timestamp()]


@every_night
def test_a_cleared_mailbox_loses_what_was_left_until_then_and_nothing_of_the_hour_after(night: Night) -> None:
    made, cleared = hotel(night.zone, mailbox={"cleared": night.said}), moment(night)
    left = {"before": -3600, "the second before": -1, "then": 0, "the second after": 1, "an hour later": 3600}
    made.messages[1207] = tuple(
        Voicemail(id_, 1207, cleared + timedelta(seconds=seconds)) for id_, seconds in left.items()
    )

    gone = [change.id for change in changes(made, cleared + timedelta(hours=6))]

    assert gone == ["before", "the second before", "then"]


@every_night
def test_a_wake_up_is_one_call_at_a_time_that_the_hotels_clock_shows(night: Night) -> None:
    made = hotel(night.zone, wakeups=[{"at": night.said}])

    def calls(now: datetime) -> Any:
        return room_view(made, made.look("1207", now), Ledger(made.house.zone), {}, now)["wakeups"]

    assert calls(moment(night) - timedelta(seconds=1)) == [{"at": night.shown, "status": "pending"}]
    assert calls(moment(night) + timedelta(seconds=1)) == [{"at": night.shown, "status": "unreachable"}]
    assert datetime.fromisoformat(night.shown) == moment(night)


@every_night
def test_what_a_room_wishes_is_shown_by_the_hotels_clock(night: Night) -> None:
    made = hotel(night.zone, dnd={"until": night.said}, mailbox={"cleared": night.said})
    now = moment(night) - timedelta(minutes=5)

    view = room_view(made, made.look("1207", now), Ledger(made.house.zone), {}, now)

    assert (view["dnd"], view["mailbox"]) == ({"until": night.shown}, {"cleared": night.shown})


def test_the_second_coming_of_an_hour_is_named_by_its_offset() -> None:
    second = "2026-11-01T01:30:00-05:00"
    made = hotel("America/New_York", dnd={"until": second}, mailbox={"cleared": second})
    now = datetime(2026, 11, 1, 6, 25, tzinfo=UTC)
    made.messages[1207] = (
        Voicemail("in the first", 1207, datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),
        Voicemail("in the second", 1207, datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
        Voicemail("after it", 1207, datetime(2026, 11, 1, 6, 30, 1, tzinfo=UTC)),
    )

    view = room_view(made, made.look("1207", now), Ledger(made.house.zone), {}, now)

    assert leased_until(made, now) == [datetime(2026, 11, 1, 6, 30, tzinfo=UTC)]
    assert [c.id for c in changes(made, now) if c.field == "voicemail"] == ["in the first", "in the second"]
    assert (view["dnd"], view["mailbox"]) == ({"until": second}, {"cleared": second})
