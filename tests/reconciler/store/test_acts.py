"""What we did to Zoom, told from what others did, and what is not tried again."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from reconciler.store.rows import (
    AttemptRow,
    ConditionRow,
    ConfirmedRow,
    ContestRow,
    MailboxRow,
    RefusedNameRow,
    WriteRow,
    WriteStatus,
)
from reconciler.store.store import Store

Open = Any


def rename(now: datetime, field: str = "display_name") -> WriteRow:
    return WriteRow("zoom-1", field, "Ana Souza 1207", "Room 1207", WriteStatus.INTENT, now)


def test_a_call_without_an_answer_is_known_as_intended_after_a_restart(
    open_store: Open, now: datetime
) -> None:
    intended = [rename(now), rename(now, "first_name")]
    before = open_store()
    before.intend(intended)
    before.close()

    assert open_store().writes() == {(row.extension, row.field): row for row in intended}


def test_the_result_of_a_call_takes_the_place_of_its_intent(store: Store, now: datetime) -> None:
    store.intend([rename(now)])
    answered = replace(rename(now), status=WriteStatus.APPLIED, answered_at=now + timedelta(seconds=1))
    store.settle([answered])

    assert store.writes() == {("zoom-1", "display_name"): answered}
    assert store.writes()["zoom-1", "display_name"].status is WriteStatus.APPLIED


def test_a_value_seen_as_desired_is_confirmed_until_another_one_is(store: Store, now: datetime) -> None:
    first = ConfirmedRow("zoom-1", "display_name", "Room 1207", now)
    second = ConfirmedRow("zoom-1", "display_name", None, now + timedelta(days=1))
    store.confirm([first])
    assert store.confirmed() == {("zoom-1", "display_name"): first}

    store.confirm([second])
    assert store.confirmed() == {("zoom-1", "display_name"): second}


def test_failed_tries_go_on_counting_after_a_restart_and_are_forgotten_by_operation(
    open_store: Open, now: datetime
) -> None:
    renaming = AttemptRow("zoom-1", "rename", 3, now, now + timedelta(minutes=5), "429", "too many")
    silencing = AttemptRow("zoom-1", "dnd", 1, now, None, "5301", "not signed in", permanent=True)
    other = replace(renaming, extension="zoom-2")
    before = open_store()
    for row in (renaming, silencing, other):
        before.record_attempt(row)
    before.record_attempt(replace(renaming, count=4))
    before.close()

    store = open_store()
    assert store.attempts() == {
        ("zoom-1", "rename"): replace(renaming, count=4),
        ("zoom-1", "dnd"): silencing,
        ("zoom-2", "rename"): other,
    }
    store.forget_attempts("zoom-1", "rename")
    assert set(store.attempts()) == {("zoom-1", "dnd"), ("zoom-2", "rename")}
    store.forget_attempts("zoom-1")
    assert set(store.attempts()) == {("zoom-2", "rename")}


def test_a_mailbox_is_known_as_empty_up_to_the_latest_clearing(store: Store, now: datetime) -> None:
    later = MailboxRow("zoom-1", now + timedelta(days=1), now + timedelta(days=1, seconds=9))
    store.note_mailboxes([MailboxRow("zoom-1", now, now)])
    store.note_mailboxes([later])

    assert store.mailboxes() == {"zoom-1": later}


def test_a_refused_name_is_remembered_by_its_digest_only(store: Store, now: datetime) -> None:
    store.refuse_names([RefusedNameRow("zoom-1", "d1", now), RefusedNameRow("zoom-1", "d2", now)])

    assert store.refused_names() == {("zoom-1", "d1"): now, ("zoom-1", "d2"): now}


def test_a_condition_counts_from_the_change_of_its_status_not_from_the_last_look(
    store: Store, now: datetime
) -> None:
    missing = ConditionRow("zoom-1", "Ready", "False", "no_extension", "not found", now)
    hour = timedelta(hours=1)
    store.note_conditions([missing])
    store.note_conditions([replace(missing, reason="ambiguous_extension", since=now + hour)])
    assert store.conditions()["zoom-1", "Ready"] == replace(missing, reason="ambiguous_extension")

    store.note_conditions([replace(missing, status="True", since=now + 2 * hour)])
    assert store.conditions()["zoom-1", "Ready"].since == now + 2 * hour


def test_how_often_a_field_was_put_right_is_kept_until_it_is_over(open_store: Open, now: datetime) -> None:
    name = ContestRow("zoom-1", "display_name", "display_name:abc", [now.isoformat()], 0, None, now)
    switch = replace(name, field="dnd", rests=2, until=now + timedelta(hours=2))
    before = open_store()
    before.note_contests([name, switch])
    before.note_contests([replace(name, rests=1)])
    before.close()

    store = open_store()
    assert store.contests() == {
        ("zoom-1", "display_name"): replace(name, rests=1),
        ("zoom-1", "dnd"): switch,
    }
    store.end_contests([("zoom-1", "dnd"), ("zoom-9", "dnd")])
    assert store.contests().keys() == {("zoom-1", "display_name")}
    store.prune(now + timedelta(seconds=1))
    assert store.contests() == {}
