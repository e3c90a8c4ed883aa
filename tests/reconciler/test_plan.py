"""The plan: the fewest calls, the most urgent first, and a digest that names exactly this plan."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desired.said import Origin, Source
from desired.target import Dnd, Target, Wanted
from observed.extension import Kind, Lease
from reconciler.account.operation import Operation, Priority
from reconciler.budget import limits
from reconciler.change import Cause, Change
from reconciler.plan import PRESENCE_EVERY, Write, assemble, digest, priority, writes_for

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
UPDATE_USER = Operation("update_user", "PATCH", "/users/{userId}", "core", "LIGHT")
SET_PRESENCE = Operation("set_presence", "PUT", "/users/{userId}/presence_status", "core", "MEDIUM")
UPDATE_DEVICE = Operation("update_device", "PATCH", "/phone/devices/{deviceId}", "phone", "LIGHT")
DELETE = Operation("delete_voicemail", "DELETE", "/phone/voice_mails/{voicemailId}", "phone", "LIGHT")
SPECIAL = {"dnd": SET_PRESENCE, "device_name": UPDATE_DEVICE, "voicemail": DELETE}
DESK = Origin(Source.DESK, "desk")


def price(_kind: Kind, field: str) -> Operation:
    return SPECIAL.get(field, UPDATE_USER)


def change(
    field: str, desired: str | None = "new", *, cause: Cause = "intentional", id_: str = "user"
) -> Change:
    return Change("1207", "1207", "user", field, "old", desired, cause, "desk", id_)


def target(*, occupied: bool | None = True, dnd: Dnd | None = None) -> Target:
    names = {"first_name": "Ana", "last_name": "Souza 1207", "display_name": "Ana Souza 1207"}
    wanted = {name: Wanted(value, DESK) for name, value in names.items()}
    if dnd is not None:
        wanted["dnd"] = Wanted(dnd, DESK)
    return Target("1207", "1207", occupied, wanted)


def writes(*changes: Change, of: Target | None = None, leases: dict[str, Lease] | None = None) -> list[Write]:
    made = writes_for(of or target(), changes, price, now=NOON, leases=leases or {}, always_open=False)
    return list(made)


def test_all_fields_of_an_extension_share_one_call() -> None:
    made = writes(change("first_name"), change("display_name"), change("department", "In"))
    assert [write.operation for write in made] == [UPDATE_USER]
    assert len(made[0].changes) == 3


def test_the_three_names_go_together_even_if_one_differs() -> None:
    (write,) = writes(change("display_name", "Ana Souza 1207"))
    assert write.values == {"first_name": "Ana", "last_name": "Souza 1207", "display_name": "Ana Souza 1207"}


def test_a_common_area_gets_the_one_name_it_has() -> None:
    area = replace(change("display_name", "Room 1300"), kind="common_area")
    (write,) = writes(area)
    assert write.values == {"display_name": "Room 1300"}


def test_a_department_travels_with_the_names() -> None:
    (write,) = writes(change("department", "In"), change("display_name", "Ana Souza 1207"))
    assert set(write.values) == {"first_name", "last_name", "display_name", "department"}


def test_a_lone_department_leaves_the_names_alone() -> None:
    (write,) = writes(change("department", "Out 2026-11-22"))
    assert write.values == {"department": "Out 2026-11-22"}


def test_every_message_is_a_call_of_its_own() -> None:
    made = writes(change("voicemail", None, id_="m1"), change("voicemail", None, id_="m2"))
    assert [(write.operation, write.id) for write in made] == [(DELETE, "m1"), (DELETE, "m2")]


@pytest.mark.parametrize("status", ["refused", "unsupported", "skipped", "failed", "stale"])
def test_only_planned_changes_become_calls(status: str) -> None:
    assert writes(replace(change("department"), status=status)) == []  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wish", "end"),
    [
        (Dnd(on=True), NOON + timedelta(minutes=1440)),
        (Dnd(on=True, until=NOON + timedelta(hours=2)), NOON + timedelta(hours=2)),
        (Dnd(on=True, until=NOON + timedelta(days=3)), NOON + timedelta(minutes=1440)),
        (Dnd(on=True, until=NOON - timedelta(hours=1)), None),
        (Dnd(on=False), None),
    ],
)
def test_do_not_disturb_is_asked_for_no_longer_than_wished_nor_than_zoom_takes(
    wish: Dnd, end: datetime | None
) -> None:
    (write,) = writes(change("dnd", "on"), of=target(dnd=wish))
    assert write.values == {"dnd": end}


def test_a_common_areas_telephone_is_not_told_to_ring_in_the_last_minute() -> None:
    until = NOON + timedelta(seconds=30)
    area = replace(change("dnd", "on"), kind="common_area")
    (write,) = writes(area, of=target(dnd=Dnd(on=True, until=until)))
    assert write.values == {"dnd": until}


def test_presence_waits_for_the_users_minute_to_pass() -> None:
    lease = Lease(None, NOON - timedelta(seconds=20))
    (write,) = writes(change("dnd", "on"), of=target(dnd=Dnd(on=True)), leases={"user": lease})
    assert write.not_before == lease.written + PRESENCE_EVERY


def test_presence_waits_also_when_a_telephone_is_renamed_along_with_it() -> None:
    lease = Lease(None, NOON - timedelta(seconds=20))
    rename, presence = writes(
        change("device_name", id_="device"),
        change("dnd", "on"),
        of=target(dnd=Dnd(on=True)),
        leases={"user": lease},
    )
    assert (rename.id, rename.not_before) == ("device", None)
    assert (presence.id, presence.not_before) == ("user", lease.written + PRESENCE_EVERY)


@pytest.mark.parametrize(
    ("field", "cause", "occupied", "expected"),
    [
        ("display_name", "intentional", False, Priority.PRIVACY),
        ("device_name", "intentional", False, Priority.PRIVACY),
        ("department", "intentional", True, Priority.CHECK_IN),
        ("display_name", "drift", False, Priority.REPAIR),
        ("display_name", "drift", True, Priority.REPAIR),
        ("device_name", "intentional", True, Priority.REPAIR),
        ("display_name", "intentional", None, Priority.REPAIR),
        ("dnd", "intentional", False, Priority.DND),
        ("dnd", "lease", True, Priority.DND),
        ("voicemail", "intentional", False, Priority.MAILBOX),
    ],
)
def test_privacy_goes_before_check_in_before_dnd_before_repair_before_mailboxes(
    field: str, cause: Cause, *, occupied: bool | None, expected: Priority
) -> None:
    assert priority(change(field, cause=cause), target(occupied=occupied)) == expected


def test_a_call_is_as_urgent_as_its_most_urgent_field() -> None:
    (write,) = writes(change("department", cause="drift"), change("display_name"), of=target(occupied=False))
    assert write.priority == Priority.PRIVACY


def test_the_most_urgent_calls_stand_first_in_the_plan() -> None:
    repair, check_out = change("display_name", cause="drift"), change("display_name")
    plan = assemble(
        [repair, check_out],
        [*writes(repair), *writes(check_out, of=target(occupied=False))],
        limits("pro", 0.5),
    )
    assert [write.priority for write in plan.writes] == [Priority.PRIVACY, Priority.REPAIR]


def test_the_estimate_follows_from_the_labels_of_the_calls() -> None:
    many = [replace(change("display_name"), id=f"user {n}") for n in range(30)]
    assert assemble(many, writes(*many), limits("pro", 0.5)).eta_seconds == pytest.approx(2.0)


@pytest.mark.parametrize(("always_open", "calls", "seconds"), [(False, 2, 0.3), (True, 1, 0.1)])
def test_closed_hours_cost_a_look_and_a_write_until_it_is_known_that_there_are_none(
    always_open: bool, calls: int, seconds: float
) -> None:
    silence = replace(change("dnd", "on"), kind="common_area")
    (write,) = writes_for(
        target(dnd=Dnd(on=True)), [silence], price, now=NOON, leases={}, always_open=always_open
    )
    assert write.calls == calls
    assert assemble([silence], [write], limits("pro", 0.5)).eta_seconds == pytest.approx(seconds)


def test_the_digest_does_not_depend_on_the_order_of_the_rooms() -> None:
    one, other = change("display_name"), replace(change("display_name"), room="1208")
    assert digest([one, other]) == digest([other, one])
    assert len(digest([one])) == 16


@pytest.mark.parametrize("part", ["room", "extension", "field", "id", "observed", "desired"])
def test_another_change_is_another_digest(part: str) -> None:
    assert digest([change("display_name")]) != digest([replace(change("display_name"), **{part: "other"})])  # type: ignore[arg-type]


def test_an_emptied_field_is_not_the_same_as_one_without_a_value() -> None:
    assert digest([change("department", "")]) != digest([change("department", None)])
