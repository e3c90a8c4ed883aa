"""The ledger of wake-up calls: every call has one entry and one end."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from desired.said import Origin, Source, WakeupCall
from reconciler.stays.owed import Owed, WakeupClearedOwed, WakeupResultOwed, WakeupSetOwed
from reconciler.wakeups.entries import Entry, WakeupStatus, Wanted, moment_of
from reconciler.wakeups.ledger import REMEMBERED, Ledger

NEW_YORK = ZoneInfo("America/New_York")
EVENING = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
"""22 November, 21:00 in the hotel."""
MORNING = datetime(2026, 11, 23, 6, 30, 15)  # noqa: DTZ001 - the hotel's local time
DUE = datetime(2026, 11, 23, 11, 30, 15, tzinfo=UTC)
PMS = Origin(Source.PMS, "pms WR", EVENING)
PHONE = Origin(Source.PHONE, "phone", EVENING)
DESK = Origin(Source.DESK, "desk", EVENING)
FILE = Origin(Source.FILE, "rooms/1207.yaml:4:1")


def call(*origins: Origin, at: datetime = MORNING) -> WakeupCall:
    return WakeupCall(at, origins)


class House:
    """A ledger whose steps are taken over at once, and what the PMS has heard."""

    def __init__(self) -> None:
        self.ledger = Ledger(NEW_YORK)
        self.told: list[tuple[str, Owed]] = []
        self._wanted: dict[str, Sequence[WakeupCall]] = {}

    def want(
        self,
        *rooms: tuple[str, Sequence[WakeupCall]],
        now: datetime = EVENING,
        link: str = "pms",
        desk: bool = False,
    ) -> None:
        """These rooms want these calls now, all said at once."""
        wanted = [Wanted(room, calls, link, "somebody", desk) for room, calls in rooms]
        self._wanted |= dict(rooms)
        posting = self.ledger.post(wanted, now, lambda room: self._wanted.get(room, ()))
        self._take(posting.entries, posting.owed)

    def ends(self, room: str, status: WakeupStatus, now: datetime = DUE) -> None:
        posting = self.ledger.ends(self.entry(room), now, status=status)
        self._take(posting.entries, posting.owed)

    def leave(self, room: str) -> None:
        """A shadow leaves a call that is due to the system beside it."""
        posting = self.ledger.left(self.entry(room), DUE)
        self._take(posting.entries, posting.owed)

    def refuse(self, room: str) -> None:
        posting = self.ledger.refuse(room, MORNING, "pms", EVENING, PMS)
        self._take(posting.entries, posting.owed)

    def entry(self, room: str, at: datetime = MORNING) -> Entry:
        found = self.ledger.entry((room, at))
        assert found is not None
        return found

    def status(self, room: str) -> str | None:
        found = self.ledger.entry((room, MORNING))
        return None if found is None else found.status.value

    def _take(self, entries: Iterable[Entry], owed: Iterable[tuple[str, Owed]]) -> None:
        self.ledger.take(entries)
        self.told += owed


@pytest.fixture
def house() -> House:
    return House()


def test_a_call_of_the_pms_is_entered_with_its_moment(house: House) -> None:
    house.want(("1207", [call(PMS)]))

    entry = house.entry("1207")
    assert (entry.status, entry.due, entry.link) == (WakeupStatus.PENDING, DUE, "pms")
    assert house.told == [], "the PMS knows"


def test_the_same_call_wanted_again_is_the_same_call(house: House) -> None:
    house.want(("1207", [call(PMS)]))
    again = house.ledger.post([Wanted("1207", [call(PMS)], "pms")], DUE, lambda _: ())

    assert (again.entries, again.owed) == ((), ())


@pytest.mark.parametrize("origin", [PHONE, DESK])
def test_the_pms_is_told_of_a_call_set_by_telephone_or_desk_and_of_its_end(
    house: House, origin: Origin
) -> None:
    house.want(("1207", [call(origin)]))
    house.want(("1207", [call(origin)]))
    house.ends("1207", WakeupStatus.OK)

    assert house.told == [
        ("pms", WakeupSetOwed("1207", MORNING)), ("pms", WakeupResultOwed("1207", MORNING, "OK")),
    ]  # fmt: skip


def test_the_pms_is_not_told_of_a_call_in_a_document(house: House) -> None:
    house.want(("1207", [call(FILE)]))
    house.ends("1207", WakeupStatus.NO_ANSWER)

    assert house.told == []


def test_a_call_that_the_guest_sets_too_is_known_to_the_pms_already(house: House) -> None:
    house.want(("1207", [call(PMS)]))
    house.want(("1207", [call(PMS, PHONE)]))

    assert house.told == []
    assert house.entry("1207").origins == (PMS, PHONE)


def test_a_hotel_without_a_pms_tells_nobody(house: House) -> None:
    house.want(("1207", [call(PHONE)]), link="")
    house.ends("1207", WakeupStatus.OK)

    assert house.told == []


@pytest.mark.parametrize(
    ("status", "result"),
    [
        (WakeupStatus.OK, "OK"),
        (WakeupStatus.NO_ANSWER, "NR"),
        (WakeupStatus.BUSY, "BY"),
        (WakeupStatus.UNREACHABLE, "UR"),
    ],
)
def test_the_pms_hears_how_its_call_ended_digit_for_digit(
    house: House, status: WakeupStatus, result: str
) -> None:
    house.want(("1207", [call(PMS)]))
    house.ends("1207", status)

    [(link, owed)] = house.told
    assert isinstance(owed, WakeupResultOwed)
    assert (link, owed.room, owed.time, owed.result) == ("pms", "1207", MORNING, result)


def test_a_call_that_has_ended_is_not_rung_again_when_the_pms_repeats_itself(house: House) -> None:
    house.want(("1207", [call(PMS)]))
    house.ends("1207", WakeupStatus.NO_ANSWER)
    repeated = Origin(Source.PMS, "pms WR", DUE + timedelta(minutes=1))
    house.want(("1207", [call(repeated)]), now=DUE + timedelta(minutes=1))

    assert house.status("1207") == "no_answer"


def test_a_call_that_came_to_its_end_early_rings_if_it_is_asked_for_anew(house: House) -> None:
    house.want(("1207", [call(PMS)]))
    house.ends("1207", WakeupStatus.UNREACHABLE, now=EVENING)
    anew = Origin(Source.PMS, "pms WR", EVENING + timedelta(hours=1))
    house.want(("1207", [call(anew)]), now=EVENING + timedelta(hours=1))

    assert house.status("1207") == "pending"


def test_a_call_taken_back_by_the_pms_is_cancelled_without_a_word(house: House) -> None:
    house.want(("1207", [call(PMS)]))
    house.want(("1207", []))

    assert (house.status("1207"), house.told) == ("cancelled", [])


def test_a_call_cancelled_by_telephone_is_cleared_with_the_pms(house: House) -> None:
    house.want(("1207", [call(PMS)]))
    house.want(("1207", []), desk=True)

    assert house.told == [("pms", WakeupClearedOwed("1207", MORNING))]


def test_a_call_set_again_after_it_was_cancelled_rings(house: House) -> None:
    house.want(("1207", [call(PMS)]))
    house.want(("1207", []))
    house.want(("1207", [call(PMS)]))

    assert house.status("1207") == "pending"


def test_a_call_of_a_file_rests_with_the_room_and_wakes_with_the_next_guest(house: House) -> None:
    house.want(("1207", [call(FILE)]))
    house.want(("1207", []))
    assert house.status("1207") == "cancelled"

    house.want(("1207", [call(FILE)]))
    assert house.status("1207") == "pending"


def test_a_call_that_a_shadow_left_is_not_made_because_the_room_wants_another_one(house: House) -> None:
    house.want(("1207", [call(PMS)]))
    house.leave("1207")
    later = call(PMS, at=MORNING + timedelta(hours=2))
    house.want(("1207", [call(PMS), later]), now=DUE + timedelta(seconds=1))
    assert (house.status("1207"), house.entry("1207", later.at).open) == ("cancelled", True)

    anew = Origin(Source.PMS, "pms WR", DUE + timedelta(minutes=2))
    house.want(("1207", [call(anew), later]), now=anew.moment)
    assert house.status("1207") == "pending", "asked for again, it is no later than ten minutes"


def test_a_moving_guest_is_woken_in_the_new_room_and_the_pms_knows_it(house: House) -> None:
    house.want(("1207", [call(PHONE)]))
    house.told.clear()
    house.want(("1207", []), ("1301", [call(PHONE)]))
    house.ends("1301", WakeupStatus.OK)

    assert (house.status("1207"), house.status("1301")) == ("cancelled", "ok")
    assert house.told == [("pms", WakeupResultOwed("1301", MORNING, "OK"))]


def test_a_guest_who_was_woken_is_not_woken_again_after_a_move(house: House) -> None:
    house.want(("1207", [call(PMS)]))
    house.ends("1207", WakeupStatus.OK)
    house.want(("1207", []), ("1301", [call(PMS)]), now=DUE + timedelta(minutes=2))

    assert (house.status("1207"), house.status("1301")) == ("ok", None)


def test_a_guest_of_a_group_who_was_woken_is_not_called_again_because_another_one_was_not(
    house: House,
) -> None:
    house.want(("1206", [call(PMS)]), ("1207", [call(PMS)]))
    house.want(("1206", []))
    house.ends("1207", WakeupStatus.OK)
    house.want(("1207", []), ("1301", [call(PMS)]), now=DUE + timedelta(hours=2))

    assert (house.status("1206"), house.status("1301")) == ("cancelled", None)


def test_two_guests_woken_at_the_same_time_are_two_calls(house: House) -> None:
    house.want(("1207", [call(PMS)]))
    house.ends("1207", WakeupStatus.OK)
    house.want(("1301", [call(PMS)]))

    assert house.status("1301") == "pending", "the PMS asked for both in one breath"


def test_a_call_that_the_pms_asks_for_too_late_is_entered_to_be_refused(house: House) -> None:
    late = Origin(Source.PMS, "pms WR", DUE + timedelta(hours=1))
    house.want(("1207", [call(late)]), now=DUE + timedelta(hours=1))

    assert house.status("1207") == "pending"


def test_an_old_call_in_a_document_wakes_nobody_and_alarms_nobody(house: House) -> None:
    house.want(("1207", [call(FILE)]), now=DUE + timedelta(hours=1))

    assert house.status("1207") is None


def test_a_call_that_ended_days_ago_is_forgotten_and_stays_ended(house: House) -> None:
    house.want(("1207", [call(PMS)]))
    house.ends("1207", WakeupStatus.OK)
    later = DUE + REMEMBERED + timedelta(hours=1)
    house.ledger.forget(later)
    assert house.ledger.of_room("1207") == ()

    house.want(("1207", [call(PMS)]), now=later)
    assert house.status("1207") is None


def test_a_room_that_is_not_ours_cannot_be_woken_which_the_pms_hears_once(house: House) -> None:
    house.refuse("9999")
    house.refuse("9999")
    assert house.told == [("pms", WakeupResultOwed("9999", MORNING, "UR"))]

    house.ledger.take(house.ledger.withdraw("9999", None, EVENING, "pms WC").entries)
    house.refuse("9999")
    assert len(house.told) == 2


def test_failed_calls_are_there_for_people_to_see(house: House) -> None:
    house.want(("1207", [call(PMS)]), ("1208", [call(PMS)]), ("1209", [call(PMS)]))
    house.ends("1207", WakeupStatus.NO_ANSWER)
    house.ends("1208", WakeupStatus.OK)

    assert [entry.room for entry in house.ledger.failed(EVENING)] == ["1207"]
    assert [entry.room for entry in house.ledger.open()] == ["1209"]


@pytest.mark.parametrize(
    ("zone", "local", "moment"),
    [
        ("America/New_York", "2026-03-08T02:30:00", "2026-03-08T07:30:00"),
        ("America/New_York", "2026-11-01T01:30:00", "2026-11-01T05:30:00"),
        ("Europe/Berlin", "2026-03-29T02:30:00", "2026-03-29T01:30:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15:00", "2026-10-03T15:45:00"),
        ("Australia/Lord_Howe", "2026-04-05T01:45:00", "2026-04-04T14:45:00"),
    ],
)
def test_a_skipped_hour_rings_later_and_a_repeated_one_the_first_time(
    zone: str, local: str, moment: str
) -> None:
    due = moment_of(datetime.fromisoformat(local), ZoneInfo(zone))
    assert due == datetime.fromisoformat(moment).replace(tzinfo=UTC)
