"""The difference of one extension: what is ours to change, why, and what only looks different."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from desired.said import Origin, Source
from desired.target import Dnd, Target, Wanted
from observed.extension import UNKNOWN, Device, Extension, Lease, Voicemail
from reconciler.account.capability import Capabilities, Feature, FeatureState
from reconciler.change import LAG, Change, Known, OwnWrite
from reconciler.diff import diff, plainly_shown
from reconciler.quiet import LEASE

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
DESK = Origin(Source.DESK, "desk")
HOUR = timedelta(hours=1)
USER = Extension(
    "user", "u1", 1207, "Room 1207", "Room", "1207", department="Out", dnd=UNKNOWN, calling="internal",
    device=Device("d1", "Telephone 1207", (1207,)), read_at=NOON,
)  # fmt: skip
AREA = Extension(
    "common_area", "a1", 1300, "Room 1300", department="Out", dnd=False, calling="internal", read_at=NOON
)


def target(origin: Origin = DESK, **wanted: Any) -> Target:
    return Target("1207", "1207", None, {name: Wanted(value, origin) for name, value in wanted.items()})


def known(**facts: Any) -> Known:
    return Known(NOON, **facts)


def without(feature: Feature) -> Capabilities:
    return Capabilities({feature: FeatureState(on=False, reason=f"no scope for {feature}")})


def only(changes: tuple[Change, ...]) -> Change:
    (change,) = changes
    return change


# One look

SHOWN: dict[str, Any] = {
    "first_name": "Room",
    "display_name": "Room 1207",
    "department": "Out",
    "calling": "internal",
    "dnd": False,
}


def test_one_look_tells_that_a_room_shows_what_is_wished() -> None:
    assert plainly_shown(SHOWN, USER, known())
    assert diff(target(**{**SHOWN, "dnd": Dnd(on=False)}), USER, known()) == ()


@pytest.mark.parametrize(
    ("values", "extension", "facts"),
    [
        ({"first_name": "Ana"}, USER, {}),
        ({"dnd": True}, USER, {}),
        ({"dnd": False}, replace(USER, dnd=True), {}),
        ({"dnd": False}, USER, {"leases": {"u1": Lease(NOON + HOUR, NOON)}}),
        ({"dnd": False}, replace(AREA, dnd=True), {}),
        ({"device_name": "Ana 1207"}, USER, {}),
        ({"first_name": "Room"}, USER, {"own": {("u1", "first_name"): OwnWrite("Ana", "Room", NOON)}}),
    ],
)
def test_one_look_is_not_enough_where_something_may_be_to_do(
    values: dict[str, str | bool], extension: Extension, facts: dict[str, Any]
) -> None:
    wishes: dict[str, Any] = {n: Dnd(on=v) if isinstance(v, bool) else v for n, v in values.items()}
    assert diff(target(**wishes), extension, known(**facts))

    assert not plainly_shown(values, extension, known(**facts))


# Plain values


def test_a_room_that_shows_what_is_wished_needs_nothing() -> None:
    assert diff(target(display_name="Room 1207", department="Out", calling="internal"), USER, known()) == ()


def test_a_field_that_nobody_wishes_is_never_touched() -> None:
    assert diff(target(), USER, known()) == ()


def test_a_check_in_changes_the_names_that_differ() -> None:
    changes = diff(
        target(first_name="Room", last_name="Souza 1207", display_name="Ana Souza 1207"), USER, known()
    )
    assert [(c.field, c.observed, c.desired) for c in changes] == [
        ("last_name", "1207", "Souza 1207"),
        ("display_name", "Room 1207", "Ana Souza 1207"),
    ]
    assert {(c.cause, c.source, c.id, c.status) for c in changes} == {
        ("intentional", "desk", "u1", "planned")
    }


def test_an_emptied_department_is_a_change() -> None:
    assert only(diff(target(department=""), USER, known())).desired == ""


def test_what_was_not_read_is_not_written() -> None:
    assert diff(target(department="In"), replace(USER, department=UNKNOWN), known()) == ()


def test_a_common_area_has_no_first_and_last_name() -> None:
    changes = diff(target(first_name="Ana", last_name="Souza", display_name="Ana Souza"), AREA, known())
    assert [c.field for c in changes] == ["display_name"]


@pytest.mark.parametrize(
    ("extension", "field", "feature"),
    [
        (USER, "calling", Feature.USER_CALLING),
        (AREA, "calling", Feature.COMMON_AREA_CALLING),
        (AREA, "display_name", Feature.COMMON_AREA_NAMES),
        (AREA, "department", Feature.COMMON_AREA_NAMES),
        (USER, "device_name", Feature.DEVICE_NAMES),
    ],
)
def test_what_zoom_cannot_do_is_unsupported_with_its_reason(
    extension: Extension, field: str, feature: Feature
) -> None:
    change = only(
        diff(
            Target("1207", "1207", None, {field: Wanted("new", DESK)}),
            extension,
            known(capabilities=without(feature)),
        )
    )
    assert (change.status, change.reason) == ("unsupported", f"no scope for {feature}")


# Drift, intention and lag


def test_a_value_that_was_in_place_and_is_gone_has_drifted() -> None:
    own = {("u1", "display_name"): OwnWrite("Ana Souza 1207")}
    assert only(diff(target(display_name="Ana Souza 1207"), USER, known(own=own))).cause == "drift"


def test_a_new_wish_is_intentional_whatever_was_in_place_before() -> None:
    own = {("u1", "display_name"): OwnWrite("Room 1207")}
    assert only(diff(target(display_name="Ana Souza 1207"), USER, known(own=own))).cause == "intentional"


def test_the_value_from_before_our_own_write_is_lag() -> None:
    own = {("u1", "display_name"): OwnWrite("Ana Souza 1207", "Room 1207", NOON - timedelta(seconds=10))}
    assert diff(target(display_name="Ana Souza 1207"), USER, known(own=own)) == ()


def test_a_reading_older_than_our_own_write_is_lag_too() -> None:
    own = {("u1", "display_name"): OwnWrite("Ana Souza 1207", "Room 1207", NOON + timedelta(seconds=10))}
    assert diff(target(display_name="Ana Souza 1207"), USER, known(own=own)) == ()


def test_two_writes_within_a_moment_both_explain_a_late_reading() -> None:
    first = OwnWrite("Room 1207").then("Mia Berg 1207", "Room 1207", NOON - timedelta(seconds=2))
    own = {("u1", "display_name"): first.then("Ana Souza 1207", "Mia Berg 1207", NOON - timedelta(seconds=1))}
    for late in ("Room 1207", "Mia Berg 1207"):
        shown = replace(USER, display_name=late)
        assert diff(target(display_name="Ana Souza 1207"), shown, known(own=own)) == ()


def test_a_write_of_long_ago_explains_nothing_any_more() -> None:
    first = OwnWrite("Room 1207").then("Mia Berg 1207", "Room 1207", NOON - LAG)
    own = {("u1", "display_name"): first.then("Ana Souza 1207", "Mia Berg 1207", NOON - timedelta(seconds=1))}
    assert only(diff(target(display_name="Ana Souza 1207"), USER, known(own=own))).cause == "drift"


def test_any_other_value_after_our_own_write_is_drift() -> None:
    own = {("u1", "display_name"): OwnWrite("Ana Souza 1207", "Room 1207", NOON - timedelta(seconds=10))}
    change = only(
        diff(target(display_name="Ana Souza 1207"), replace(USER, display_name="Reception"), known(own=own))
    )
    assert change.cause == "drift"


def test_the_value_from_before_is_drift_once_zoom_has_had_its_time() -> None:
    own = {("u1", "display_name"): OwnWrite("Ana Souza 1207", "Room 1207", NOON - LAG)}
    assert only(diff(target(display_name="Ana Souza 1207"), USER, known(own=own))).cause == "drift"


def test_lag_of_an_old_wish_does_not_hold_up_a_new_one() -> None:
    own = {("u1", "display_name"): OwnWrite("Ana Souza 1207", "Room 1207", NOON - timedelta(seconds=10))}
    assert only(diff(target(display_name="Mia Berg 1207"), USER, known(own=own))).cause == "intentional"


# The room's telephone


def test_the_rooms_own_telephone_is_renamed_under_its_own_id() -> None:
    change = only(diff(target(device_name="Ana Souza"), USER, known()))
    assert (change.field, change.id, change.observed) == ("device_name", "d1", "Telephone 1207")


@pytest.mark.parametrize("device", [None, Device("gw", "Gateway", (1207, 1208)), Device("gw", "Gateway", ())])
def test_a_gateway_shared_by_rooms_is_never_renamed(device: Device | None) -> None:
    assert diff(target(device_name="Ana Souza"), replace(USER, device=device), known()) == ()


def test_a_late_reading_does_not_hide_that_the_guest_has_left_meanwhile() -> None:
    own = {("u1", "display_name"): OwnWrite("Ana Souza 1207", "Room 1207", NOON - timedelta(seconds=20))}
    change = only(diff(target(display_name="Room 1207"), USER, known(own=own)))
    assert (change.observed, change.desired, change.status) == ("Ana Souza 1207", "Room 1207", "planned")


def test_a_telephones_name_lags_as_well() -> None:
    own = {("d1", "device_name"): OwnWrite("Ana Souza", "Telephone 1207", NOON - timedelta(seconds=10))}
    assert diff(target(device_name="Ana Souza"), USER, known(own=own)) == ()


# Messages


def messages(*minutes: int) -> dict[int, list[Voicemail]]:
    return {1207: [Voicemail(f"m{m}", 1207, NOON + timedelta(minutes=m)) for m in minutes]}


def test_a_cleared_mailbox_loses_what_was_left_up_to_that_moment_and_nothing_later() -> None:
    changes = diff(target(cleared=NOON), USER, known(messages=messages(-60, 0, 1)))
    assert [(c.id, c.desired) for c in changes] == [("m-60", None), ("m0", None)]


def test_messages_stay_where_no_mailbox_is_to_be_cleared() -> None:
    assert diff(target(), USER, known(messages=messages(-60))) == ()


def test_messages_that_may_not_be_deleted_are_shown_as_unsupported() -> None:
    capabilities = without(Feature.VOICEMAIL_DELETE)
    change = only(diff(target(cleared=NOON), USER, known(messages=messages(-1), capabilities=capabilities)))
    assert change.status == "unsupported"


# Do-not-disturb of a user: a lease


def held(until: datetime | None, written: datetime | None = None) -> dict[str, Lease]:
    """A lease as long as Zoom takes one, unless it says when it was written."""
    return {"u1": Lease(until, written or (until or NOON) - LEASE)}


def dnd(wish: Dnd, user: Extension = USER, **facts: Any) -> tuple[Change, ...]:
    return diff(target(dnd=wish), user, known(**facts))


ON, OFF = Dnd(on=True), Dnd(on=False)


def test_do_not_disturb_takes_a_lease() -> None:
    change = only(dnd(ON))
    assert (change.field, change.observed, change.desired, change.cause) == (
        "dnd",
        "off",
        "on",
        "intentional",
    )


def test_a_lease_with_hours_left_is_enough() -> None:
    assert dnd(ON, leases=held(NOON + 6 * HOUR)) == ()


def test_a_lease_is_renewed_about_twenty_hours_after_it_was_taken() -> None:
    renewed = [
        hours
        for hours in range(1, 24)
        if dnd(ON, leases=held(NOON - hours * HOUR + LEASE, written=NOON - hours * HOUR))
    ]
    assert renewed[0] in {20, 21}
    assert renewed[-1] == 23
    assert only(dnd(ON, leases=held(NOON + 3 * HOUR))).cause == "lease"


def test_renewals_of_many_rooms_are_spread() -> None:
    lease = {f"u{n}": Lease(NOON + timedelta(hours=4, minutes=10), NOON - 20 * HOUR) for n in range(50)}
    due = [bool(dnd(ON, replace(USER, id=f"u{n}"), leases=lease)) for n in range(50)]
    assert any(due)
    assert not all(due)


def test_a_lease_that_ran_out_while_nobody_looked_is_taken_again() -> None:
    assert only(dnd(ON, leases=held(NOON - HOUR, written=NOON - 25 * HOUR))).cause == "lease"


def test_a_wish_newer_than_the_last_lease_is_intentional() -> None:
    phone = Origin(Source.PHONE, "phone *4", NOON - timedelta(minutes=1))
    leases = held(NOON - 10 * HOUR, written=NOON - 12 * HOUR)
    assert only(diff(target(phone, dnd=ON), USER, known(leases=leases))).cause == "intentional"


def test_do_not_disturb_until_a_moment_is_leased_once() -> None:
    until = Dnd(on=True, until=NOON + 2 * HOUR)
    assert only(dnd(until)).desired == "on"
    assert dnd(until, leases=held(NOON + 2 * HOUR)) == ()
    assert dnd(until, leases=held(NOON + 2 * HOUR - timedelta(seconds=60))) == ()


def test_a_shortened_wish_is_written_again() -> None:
    shortened = Dnd(on=True, until=NOON + HOUR)
    assert only(dnd(shortened, leases=held(NOON + 2 * HOUR))).cause == "intentional"


@pytest.mark.parametrize(
    "wish", [Dnd(on=True, until=NOON + 9 * HOUR), Dnd(on=True, until=NOON + 72 * HOUR), ON]
)
@pytest.mark.parametrize("hours", [5, 1, 0, -2])
def test_a_lengthened_wish_is_written_again_and_is_no_renewal(wish: Dnd, hours: int) -> None:
    leases = held(NOON + hours * HOUR, written=NOON - 3 * HOUR)
    assert only(dnd(wish, leases=leases)).cause == "intentional"


def test_do_not_disturb_for_days_is_renewed_day_by_day() -> None:
    days = Dnd(on=True, until=NOON + 72 * HOUR)
    assert dnd(days, leases=held(NOON + 10 * HOUR)) == ()
    assert only(dnd(days, leases=held(NOON + 3 * HOUR))).cause == "lease"


def test_do_not_disturb_that_ends_by_itself_costs_no_call_at_its_end() -> None:
    until = Dnd(on=True, until=NOON + timedelta(seconds=30))
    on = replace(USER, dnd=True, read_at=NOON - HOUR)
    assert dnd(until, on, leases=held(NOON + timedelta(seconds=30))) == ()
    ended = Dnd(on=True, until=NOON - timedelta(minutes=5))
    assert dnd(ended, on, leases=held(NOON - timedelta(minutes=5))) == ()


def test_a_wish_cut_off_in_the_past_ends_the_lease_now() -> None:
    ended = Dnd(on=True, until=NOON - timedelta(minutes=5))
    change = only(dnd(ended, leases=held(NOON + 5 * HOUR)))
    assert (change.observed, change.desired) == ("on", "off")


def test_off_gives_back_the_lease_that_we_hold() -> None:
    change = only(dnd(OFF, leases=held(NOON + 5 * HOUR)))
    assert (change.observed, change.desired, change.cause) == ("on", "off", "intentional")


@pytest.mark.parametrize("leases", [{}, held(None), held(NOON - HOUR)])
def test_off_is_in_sync_where_we_hold_no_lease_and_cannot_read_presence(leases: dict[str, Lease]) -> None:
    assert dnd(OFF, leases=leases) == ()


def test_off_where_presence_shows_that_somebody_switched_it_on_is_drift() -> None:
    assert only(dnd(OFF, replace(USER, dnd=True))).cause == "drift"
    later = replace(USER, dnd=True, read_at=NOON)
    assert only(dnd(OFF, later, leases=held(NOON - HOUR))).cause == "drift"


def test_on_where_somebody_ended_it_in_zoom_is_drift() -> None:
    ended = replace(USER, dnd=False, read_at=NOON)
    change = only(dnd(ON, ended, leases=held(NOON + 20 * HOUR)))
    assert (change.observed, change.desired, change.cause) == ("off", "on", "drift")


def test_presence_read_too_soon_after_our_write_is_lag() -> None:
    lagging = replace(USER, dnd=False, read_at=NOON)
    assert dnd(ON, lagging, leases=held(NOON + LEASE - timedelta(seconds=20))) == ()


def test_without_the_scope_on_is_unsupported_and_off_is_silent() -> None:
    capabilities = without(Feature.DND)
    change = only(dnd(ON, capabilities=capabilities))
    assert (change.status, change.reason) == ("unsupported", f"no scope for {Feature.DND}")
    assert dnd(OFF, leases=held(NOON + HOUR), capabilities=capabilities) == ()


# Do-not-disturb of a common area: a switch


def test_a_common_areas_telephone_is_told_not_to_ring_without_an_end() -> None:
    change = only(diff(target(dnd=ON), AREA, known()))
    assert (change.observed, change.desired) == ("off", "on")
    assert diff(target(dnd=ON), replace(AREA, dnd=True), known()) == ()


def test_a_common_areas_telephone_is_quiet_to_the_last_second() -> None:
    until = Dnd(on=True, until=NOON + timedelta(seconds=1))
    assert diff(target(dnd=until), replace(AREA, dnd=True), known()) == ()
    assert only(diff(target(dnd=until), AREA, known())).desired == "on"
    over = Dnd(on=True, until=NOON)
    assert only(diff(target(dnd=over), replace(AREA, dnd=True), known())).desired == "off"


def test_a_common_areas_telephone_rings_again_when_the_moment_has_passed() -> None:
    ended = Dnd(on=True, until=NOON - HOUR)
    assert only(diff(target(dnd=ended), replace(AREA, dnd=True), known())).desired == "off"


def test_a_common_areas_switch_that_was_not_read_is_left_alone() -> None:
    assert diff(target(dnd=ON), replace(AREA, dnd=UNKNOWN), known()) == ()


def test_a_common_areas_switch_lags_and_drifts_like_any_value() -> None:
    own = {("a1", "dnd"): OwnWrite("on", "off", NOON - timedelta(seconds=10))}
    assert diff(target(dnd=ON), AREA, known(own=own)) == ()
    long_ago = {("a1", "dnd"): OwnWrite("on", "off", NOON - HOUR)}
    assert only(diff(target(dnd=ON), AREA, known(own=long_ago))).cause == "drift"


def test_a_common_area_without_the_scopes_is_unsupported_only_when_it_should_be_quiet() -> None:
    capabilities = without(Feature.RING_SWITCH)
    assert only(diff(target(dnd=ON), AREA, known(capabilities=capabilities))).status == "unsupported"
    assert diff(target(dnd=OFF), AREA, known(capabilities=capabilities)) == ()
