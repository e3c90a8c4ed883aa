"""The ledger of wake-up calls across restarts."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from desired.said import Origin, Source
from reconciler.store.store import Store
from reconciler.wakeups.entries import Entry, WakeupStatus

Open = Any


def call(now: datetime, *, room: str = "1207", hours: int = 8, **more: Any) -> Entry:
    """A call that the PMS and a file want."""
    origins = (Origin(Source.FILE, "rooms/1207.yaml:4:1"), Origin(Source.PMS, "pms WR", now))
    at = datetime(2026, 11, 23, 6, 30, 15)  # noqa: DTZ001 - the hotel's local time
    entry = Entry(room, at, now + timedelta(hours=hours), WakeupStatus.PENDING, origins, "pms", now)
    return replace(entry, **more)


def test_a_wake_up_call_is_still_known_after_a_restart(open_store: Open, now: datetime) -> None:
    before = open_store()
    snoozing = call(now, room="1208", outcomes=("no_answer", "snoozed"), again=now + timedelta(minutes=5))
    before.enter_wakeups([call(now), snoozing])
    before.close()

    assert open_store().wakeups(now + timedelta(days=9)) == [call(now), snoozing]


def test_a_call_has_one_row_that_says_how_it_stands(store: Store, now: datetime) -> None:
    store.enter_wakeups([call(now)])
    ended = call(now, status=WakeupStatus.NO_ANSWER, attempts=3, by="nobody answered")
    store.enter_wakeups([ended])

    assert store.wakeups(now) == [ended]


def test_what_ended_long_ago_is_not_asked_for_and_goes_with_the_history(store: Store, now: datetime) -> None:
    ended = call(now, room="1208", status=WakeupStatus.OK)
    store.enter_wakeups([call(now), ended])
    assert store.wakeups(now + timedelta(days=2)) == [call(now)]

    store.prune(now + timedelta(days=90))

    assert store.wakeups(now - timedelta(days=1)) == [call(now)]
