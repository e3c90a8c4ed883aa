"""Changes and wake-up calls are counted by the hotel's own days, by the database itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import event

from desired.said import Origin, Source
from reconciler.store.journal import LONGEST_RESULT
from reconciler.store.rows import HistoryRow
from reconciler.store.store import Store
from reconciler.views.days import DAYS, changes_by_day, last_days, wakeups_by_day
from reconciler.wakeups.entries import Entry, WakeupStatus, moment_of
from tests.reconciler.store.conftest import OpenStore

NEW_YORK = ZoneInfo("America/New_York")
AFTER = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
"""The day after the clocks went back in New York."""


def change(at: datetime, cause: str = "intentional", result: str = "applied") -> HistoryRow:
    return HistoryRow(at, "1207", "1207", "display_name", "a", "b", cause, "pms GI", "PATCH", result)


def call(at: datetime, status: WakeupStatus) -> Entry:
    origin = Origin(Source.DESK, "desk page", AFTER)
    return Entry("1207", at, moment_of(at, NEW_YORK), status, (origin,), "", AFTER)


def test_a_change_belongs_to_the_day_on_which_the_hotel_made_it(store: Store) -> None:
    days = last_days(AFTER, NEW_YORK)
    store.append([
        change(datetime(2026, 11, 1, 3, 59, 59, tzinfo=UTC)),  # still October in New York
        change(datetime(2026, 11, 1, 4, 0, tzinfo=UTC)),
        change(datetime(2026, 11, 2, 4, 59, tzinfo=UTC), "drift"),  # 25 hours later, and still the same day
        change(datetime(2026, 11, 2, 5, 0, tzinfo=UTC), "lease", "applied, seen later"),
        change(datetime(2026, 11, 2, 6, 0, tzinfo=UTC), result="429 too many"),
        change(datetime(2026, 9, 1, tzinfo=UTC)),
    ])  # fmt: skip

    rows = {
        row["day"]: row for row in changes_by_day(days, store.made_by_day([at for _, at in days]))["days"]
    }

    assert rows["2026-10-31"] == {"day": "2026-10-31", "intentional": 1, "drift": 0, "lease": 0}
    assert rows["2026-11-01"] == {"day": "2026-11-01", "intentional": 1, "drift": 1, "lease": 0}
    assert rows["2026-11-02"] == {"day": "2026-11-02", "intentional": 0, "drift": 0, "lease": 1}
    assert len(rows) == DAYS
    assert sum(row["intentional"] + row["drift"] + row["lease"] for row in rows.values()) == 4


def test_changes_are_counted_without_opening_one(store: Store) -> None:
    queries: list[Any] = []
    event.listen(store._engine, "before_cursor_execute", lambda *heard: queries.append(heard[2:4]))
    store.made_by_day([AFTER - timedelta(days=1), AFTER])
    (query, values) = queries[-1]
    with store._engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            for other in ("seqscan", "bitmapscan", "indexscan"):  # in a small table the planner has no reason
                connection.exec_driver_sql(f"SET enable_{other} = off")
            plan = connection.exec_driver_sql(f"EXPLAIN {query}", values).scalars().all()
            assert any("Index Only Scan using ix_history_property_at_cause_result" in line for line in plan)
        else:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", values).all()
            assert any("COVERING INDEX ix_history_property_at_cause_result" in line[3] for line in plan)


def test_whatever_zoom_says_at_length_is_kept_as_far_as_it_matters(store: Store) -> None:
    said = "400 " + "Zürich " * 5000
    store.append([change(AFTER, result=said)])
    (row,) = store.history()
    assert row.result == said[:LONGEST_RESULT]


def test_another_hotels_changes_are_not_counted(open_store: OpenStore) -> None:
    open_store("Sea View").append([change(AFTER)])
    assert open_store("Harbour View").made_by_day([AFTER - timedelta(days=1)]) == []


def test_wake_up_calls_are_counted_by_result_and_local_day(store: Store) -> None:
    evening = datetime.fromisoformat("2026-11-01T23:30")
    calls = [call(evening, WakeupStatus.OK), call(evening.replace(minute=31), WakeupStatus.NO_ANSWER)]
    calls += [call(evening.replace(minute=32), WakeupStatus.CANCELLED)]
    calls += [
        replace(calls[0], room="1208"),
        call(datetime.fromisoformat("2026-11-02T00:10:30"), WakeupStatus.BUSY),
    ]
    store.enter_wakeups(calls)
    days = last_days(AFTER, NEW_YORK)

    counted = wakeups_by_day(days, store.wakeups_by_day(date(2026, 10, 4)))["days"]

    assert [row for row in counted if row["ok"] or row["busy"]] == [
        {"day": "2026-11-01", "ok": 2, "no_answer": 1, "busy": 0, "unreachable": 0},
        {"day": "2026-11-02", "ok": 0, "no_answer": 0, "busy": 1, "unreachable": 0},
    ]
