"""Whatever Zoom does to our calls: the telephones end as wished or the change is listed, after few calls."""

import re
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from fixtures.zoom_cloud import Fault
from reconciler.errors import Later, NoAccess
from reconciler.outcome import Report
from tests.reconciler.conftest import Inn, until

pytestmark = pytest.mark.anyio

USER = "/users/{userId}"
AREA = "/phone/common_areas/{commonAreaId}"
PRESENCE = "/users/{userId}/presence_status"
PER_SECOND = {"X-RateLimit-Category": "Light", "X-RateLimit-Type": "QPS"}


def reasons(report: Report) -> set[str | None]:
    return {change.reason for change in report.changes if change.status != "applied"}


def statuses(report: Report) -> set[str]:
    return {change.status for change in report.changes}


async def in_sync(inn: Inn) -> bool:
    report = await inn.audit()
    return (report.exit_code(), report.changes) == (0, ())


@pytest.fixture
def guests(inn: Inn) -> Inn:
    """A guest in a room that is a user, another in a common area."""
    inn.guest("1001", "Ana", "Souza")
    inn.guest("1009", "Kwame", "Hallberg")
    return inn


SHOWN = ["Ana Souza 1001", "Kwame Hallberg 1009"]

PASSING: dict[str, Fault] = {
    "server error": Fault("answer", status=500),
    "unavailable": Fault("answer", status=503),
    "unavailable, with a time": Fault("answer", status=503, headers={"Retry-After": "2"}),
    "a proxy's page": Fault("bad_gateway"),
    "twice a gateway timeout": Fault("answer", status=504, times=2),
    "dropped before it was done": Fault("drop"),
    "dropped after it was done": Fault("apply_then_drop"),
    "malformed": Fault("malformed"),
    "slow beyond patience": Fault("slow", seconds=1.0),
    "slow": Fault("slow", seconds=0.1),
    "429 by the second": Fault("answer", status=429, headers=PER_SECOND),
    "429 by the second, with seconds": Fault("answer", status=429, headers=PER_SECOND | {"Retry-After": "1"}),
    "429 without any header": Fault("answer", status=429),
    "conflict": Fault("answer", status=409),
    "token revoked": Fault("token_revoked"),
    "token fault": Fault("answer", status=401, code=124),
}


@pytest.mark.parametrize("kind", ["user", "common area"])
async def test_faults_that_pass_end_with_the_right_names(inn: Inn, kind: str) -> None:
    """Each room has its own mishap in one and the same pass."""
    inn.configure(rooms=["2001-2020"])
    rooms = dict(enumerate(PASSING, 2001))
    for number, mishap in rooms.items():
        user = kind == "user"
        record = inn.cloud.add_user(number) if user else inn.cloud.add_common_area(number)
        path = f"/users/{record.id}" if user else f"/phone/common_areas/{record.id}"
        inn.cloud.faults.add(replace(PASSING[mishap], path=path, method="PATCH"))
        inn.guest(str(number), "Ana", "Souza")

    report = await inn.sync(wait=True)

    shown = {mishap: inn.shown(number) for number, mishap in rooms.items()}
    assert shown == {mishap: [f"Ana Souza {number}"] for number, mishap in rooms.items()}
    assert (report.exit_code(), statuses(report)) == (0, {"applied"})
    tries = Counter(call.path for call in inn.writes())
    assert max(tries.values()) <= 4
    assert await in_sync(inn)


async def test_a_write_without_an_answer_is_read_back_and_not_made_twice(guests: Inn) -> None:
    for path in (USER, AREA):
        guests.cloud.faults.add(Fault("apply_then_drop", path=path, method="PATCH"))

    report = await guests.sync(wait=True)

    assert (statuses(report), guests.shown(1001, 1009)) == ({"applied"}, SHOWN)
    assert len(guests.writes()) == 2
    assert (guests.reads()[USER], guests.reads()[AREA]) == (1, 1)


async def test_presence_without_an_answer_keeps_its_minute(inn: Inn) -> None:
    inn.document("1001", "dnd: on")
    inn.cloud.faults.add(Fault("drop", path=PRESENCE, method="PUT"))

    report = await inn.sync()
    assert (report.exit_code(), statuses(report)) == (1, {"failed"})
    assert len(inn.writes()) == 1

    inn.clock.advance(minutes=1)
    assert (await inn.sync()).exit_code() == 0
    assert inn.user(1001).dnd_until is not None


async def test_people_read_in_the_hotels_time_when_the_minute_of_presence_is_over(inn: Inn) -> None:
    inn.document("1001", "dnd: on")
    await inn.sync()
    inn.document("1001", "dnd: off")

    (reason,) = reasons(await inn.sync())

    assert re.fullmatch(
        r"waits until \d{4}-\d\d-\d\d \d\d:\d\d:\d\d-0[45]:00: Zoom takes one .*", reason or ""
    )


async def test_a_zoom_that_never_gets_well_is_left_alone_after_a_few_tries(guests: Inn) -> None:
    guests.cloud.faults.add(Fault("answer", method="PATCH", status=500, times=None))

    report = await guests.sync()

    assert (report.exit_code(), statuses(report)) == (1, {"failed"})
    assert 2 <= len(guests.writes()) <= 10
    guests.cloud.faults.clear()
    guests.clock.advance(minutes=5)
    assert (await guests.sync()).exit_code() == 0
    assert guests.shown(1001, 1009) == SHOWN


async def test_one_room_that_fails_does_not_hold_up_the_others(guests: Inn) -> None:
    path = f"/users/{guests.user(1001).id}"
    guests.cloud.faults.add(Fault("answer", path=path, method="PATCH", status=500, times=None))

    report = await guests.sync()

    assert report.exit_code() == 4
    assert guests.shown(1001, 1009) == ["Room 1001", "Kwame Hallberg 1009"]


@pytest.mark.parametrize("form", ["iso", "http-date", "seconds", "absent"])
async def test_a_daily_limit_parks_the_work_until_it_restarts(inn: Inn, form: str) -> None:
    inn.configure(message_management=True, zoom={"share": 1.0})
    cleared = inn.clock.now().replace(microsecond=0) - timedelta(hours=1)
    inn.cloud.add_voicemail(1009, cleared)
    inn.document("1009", f'mailbox: {{cleared: "{cleared.isoformat()}"}}')
    inn.guest("1001", "Ana", "Souza")
    inn.cloud.limits.retry_after = form  # type: ignore[assignment]
    inn.cloud.limits.used_today["phone"] = 30_000

    report = await inn.sync()
    again = await inn.sync()

    assert (report.exit_code(), again.exit_code()) == (4, 4)
    assert [p.code for p in again.problems] == ["mailboxes_not_read"]
    assert inn.shown(1001) == ["Ana Souza 1001"]  # names do not wait for mailboxes
    assert inn.reads()["/phone/voice_mails"] == 1  # nor is Zoom asked again on this day
    inn.clock.advance(days=1)
    assert (await inn.sync()).exit_code() == 0
    assert inn.mailbox(1009) == []


async def test_a_daily_limit_of_writes_is_listed_with_its_end(guests: Inn) -> None:
    guests.cloud.faults.add(
        Fault(
            "answer", path=USER, method="PATCH", status=429, times=None,
            headers={"X-RateLimit-Category": "Light", "X-RateLimit-Type": "Daily-limit"},
        )
    )  # fmt: skip

    report = await guests.sync()

    assert report.exit_code() == 4
    assert len(guests.writes()) == 2
    assert any("daily" in (reason or "") for reason in reasons(report))
    guests.cloud.faults.clear()
    again = await guests.sync()
    assert (again.exit_code(), len(guests.writes())) == (4, 2)  # no call leaves on this day
    guests.clock.advance(days=1)
    assert (await guests.sync()).exit_code() == 0


async def test_a_user_who_is_gone_is_listed_and_the_rest_goes_on(guests: Inn) -> None:
    guests.cloud.faults.add(Fault("user_removed", path=USER, method="PATCH"))

    report = await guests.sync()

    assert report.exit_code() == 4
    assert guests.shown(1009) == ["Kwame Hallberg 1009"]
    assert len(guests.writes()) == 2
    found = await guests.audit()
    assert ("no_extension", "1001") in {(p.code, p.room) for p in found.problems}


async def test_a_user_whose_invitation_lapsed_is_listed(guests: Inn) -> None:
    guests.user(1001).invitation_lapsed = True

    report = await guests.sync()

    assert report.exit_code() == 4
    assert any("invitation" in (reason or "") for reason in reasons(report))
    assert (await guests.sync()).exit_code() == 1
    assert len(guests.writes()) == 2  # it is not tried again in vain


async def test_a_name_that_zoom_refuses_gives_way_to_the_vacant_one(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    await inn.sync()
    inn.cloud.word_filter = {"grimaldi"}
    inn.guest("1001", "Luca", "Grimaldi")
    inn.forget_calls()

    report = await inn.sync()

    assert inn.shown(1001) == ["Room 1001"]
    assert ("name_refused", "1001") in {(p.code, p.room) for p in report.problems}
    assert statuses(report) == {"failed"}
    assert len(inn.writes()) == 2
    again = await inn.sync()
    assert (again.exit_code(), again.changes) == (0, ())
    assert [p.code for p in again.problems] == ["name_refused"]
    assert len(inn.writes()) == 2


async def test_a_refused_name_in_a_vacant_room_needs_no_second_call(inn: Inn) -> None:
    inn.cloud.word_filter = {"grimaldi"}
    inn.guest("1001", "Luca", "Grimaldi")

    report = await inn.sync()

    assert (inn.shown(1001), statuses(report), len(inn.writes())) == (["Room 1001"], {"failed"}, 1)
    assert [p.code for p in report.problems] == ["name_refused"]


async def test_a_refused_name_stands_in_the_history_and_is_not_asked_about_again(inn: Inn) -> None:
    inn.cloud.word_filter = {"grimaldi"}
    inn.guest("1001", "Luca", "Grimaldi")
    await inn.sync()
    inn.forget_calls()

    await inn.sync(cached=True)

    assert [call.path for call in inn.cloud.calls if call.method == "GET"] == []
    async with inn.open() as room:
        told = {(row.field, row.after, row.result[:7]) for row in room.store.history("1001")}
    assert ("display_name", "Luca Grimaldi 1001", "400/300") in told


async def test_another_guest_is_shown_again_after_a_refused_name(inn: Inn) -> None:
    inn.cloud.word_filter = {"grimaldi"}
    inn.guest("1001", "Luca", "Grimaldi")
    await inn.sync()
    inn.guest("1001", "Ana", "Souza")

    assert (await inn.sync()).exit_code() == 0
    assert inn.shown(1001) == ["Ana Souza 1001"]


async def test_where_the_filter_refuses_the_vacant_name_too_the_extension_alone_goes_up(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    await inn.sync()
    inn.cloud.word_filter = {"grimaldi", "room"}
    inn.guest("1001", "Luca", "Grimaldi")
    inn.forget_calls()

    report = await inn.sync()

    assert (inn.shown(1001), statuses(report), len(inn.writes())) == (["1001"], {"failed"}, 3)
    assert [p.code for p in report.problems] == ["name_refused"]
    inn.clock.advance(minutes=1)
    await inn.sync()
    assert (inn.shown(1001), len(inn.writes())) == (["1001"], 4)  # the vacant name was tried once more
    inn.clock.advance(minutes=10)
    assert (await inn.sync()).exit_code() == 0
    assert len(inn.writes()) == 4  # not argued with


async def test_a_required_scope_lost_on_the_way_ends_the_pass_with_its_name(inn: Inn) -> None:
    for room in range(1001, 1009):
        inn.guest(str(room), "Ana", "Souza")
    inn.cloud.faults.add(
        Fault("scope_lost", path=USER, method="PATCH", nth=2, scope="user:update:user:admin", times=None)
    )

    report = await inn.sync()

    assert report.exit_code() == 4
    assert any("user:update:user:admin" in (reason or "") for reason in reasons(report))
    assert 2 <= len(inn.writes()) <= 8
    before = len(inn.writes())
    with pytest.raises(NoAccess, match="user:update:user:admin"):
        await inn.sync()
    assert len(inn.writes()) == before
    inn.cloud.faults.clear()
    inn.cloud.scopes.add("user:update:user:admin")
    inn.clock.advance(minutes=5)
    assert (await inn.sync()).exit_code() == 0
    assert inn.shown(1008) == ["Ana Souza 1008"]


async def test_an_optional_scope_lost_on_the_way_is_unsupported_and_the_rest_goes_on(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza", "dnd: on")
    inn.cloud.faults.add(
        Fault("scope_lost", path=PRESENCE, method="PUT", scope="user:update:presence_status:admin")
    )

    report = await inn.sync()

    assert report.exit_code() == 0
    assert {(c.field, c.status) for c in report.changes if c.status != "applied"} == {("dnd", "unsupported")}
    assert inn.shown(1001) == ["Ana Souza 1001"]
    assert (await inn.sync()).exit_code() == 0


async def test_do_not_disturb_is_unsupported_where_nobody_is_signed_in(inn: Inn) -> None:
    inn.user(1001).signed_in = False
    inn.document("1001", "dnd: on")

    report = await inn.sync()

    assert (report.exit_code(), statuses(report)) == (0, {"unsupported"})
    assert (await inn.sync()).exit_code() == 0
    assert len(inn.writes()) == 1


async def test_a_common_area_without_the_call_handling_scopes_cannot_be_silenced(inn: Inn) -> None:
    inn.cloud.scopes = {scope for scope in inn.cloud.scopes if "call_handling" not in scope}
    inn.document("1009", "dnd: on")
    inn.document("1010", "dnd: off")

    report = await inn.sync()

    assert report.exit_code() == 0
    assert {(c.extension, c.status) for c in report.changes} == {("1009", "unsupported")}
    assert inn.writes() == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault("answer", status=503), Fault("bad_gateway"), Fault("drop"), Fault("drop_mid_body"),
        Fault("malformed"), Fault("token_revoked"), Fault("slow", seconds=1.0),
        Fault("answer", status=429, headers=PER_SECOND),
    ],
    ids=lambda fault: fault.kind + (str(fault.status) if fault.kind == "answer" else ""),
)  # fmt: skip
async def test_lists_that_go_wrong_once_are_read_again(guests: Inn, fault: Fault) -> None:
    for path in ("/users", "/phone/users", "/phone/common_areas"):
        guests.cloud.faults.add(replace(fault, path=path))

    assert (await guests.sync()).exit_code() == 0
    assert guests.shown(1001, 1009) == SHOWN


@pytest.mark.parametrize("path", ["/users", "/phone/users", "/phone/common_areas"])
async def test_a_list_of_other_types_than_documented_is_not_believed(guests: Inn, path: str) -> None:
    guests.cloud.faults.add(Fault("wrong_types", path=path))

    with pytest.raises(Later, match="cannot be read"):
        await guests.sync()

    assert guests.writes() == []
    assert (await guests.sync()).exit_code() == 0
    assert guests.shown(1001, 1009) == SHOWN


async def test_a_page_token_that_ran_out_starts_the_list_again(inn: Inn) -> None:
    for number in range(2001, 2301):
        inn.cloud.add_user(number)
    inn.guest("1001", "Ana", "Souza")
    inn.cloud.faults.add(Fault("page_token_expired", path="/phone/users", nth=2))
    inn.cloud.faults.add(Fault("page_token_expired", path="/users", nth=2))

    assert (await inn.sync()).exit_code() == 0
    assert inn.shown(1001) == ["Ana Souza 1001"]


async def test_a_list_that_cannot_be_read_changes_nothing_and_says_so(guests: Inn) -> None:
    guests.cloud.faults.add(Fault("drop_mid_body", path="/phone/users", times=None))

    with pytest.raises(Later, match="no answer"):
        await guests.sync()

    assert guests.writes() == []
    assert len(guests.cloud.calls) <= 8


async def test_voicemail_that_somebody_else_deleted_counts_as_deleted(inn: Inn) -> None:
    inn.configure(message_management=True)
    cleared = inn.clock.now().replace(microsecond=0) - timedelta(hours=1)
    inn.cloud.add_voicemail(1001, cleared)
    inn.document("1001", f'mailbox: {{cleared: "{cleared.isoformat()}"}}')
    inn.cloud.faults.add(Fault("apply_then_drop", path="/phone/voice_mails/{voicemailId}", method="DELETE"))

    report = await inn.sync(wait=True)

    assert (report.exit_code(), inn.mailbox(1001)) == (0, [])


async def test_a_connection_that_is_refused_is_a_failure_with_a_reason(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    inn.configure(zoom={"url": "http://127.0.0.1:9"})

    with pytest.raises(Later, match="ConnectError"):
        await inn.sync()

    assert inn.cloud.calls == []


async def test_rules_for_calls_that_fit_no_class_are_set_right(inn: Inn) -> None:
    verified = {"date": "2026-11-01", "by": "duty manager", "users": True, "common_areas": True}
    inn.configure(calling={"enabled": True, "emergency_verified": verified})
    inn.user(1001).outbound_rules = inn.user(1001).outbound_rules | {"FR": 2, "DE": 3}
    inn.vacant(1001)

    await inn.sync()

    assert set(inn.user(1001).outbound_rules.values()) == {2}
    assert await in_sync(inn)


async def test_what_is_not_known_after_a_lost_answer_is_read_back_by_the_controller(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        lost = Fault("apply_then_drop", path=USER, method="PATCH")
        inn.cloud.faults.add(lost)
        inn.cloud.faults.add(Fault("answer", path=USER, method="GET", status=503, times=5))
        inn.forget_calls()
        # Not "Room 1001" again: so soon after Ana's check-in that could be a late reading of the time before her.
        inn.guest("1001", "Bruno", "Lima")
        await until(lambda: inn.shown(1001) == ["Bruno Lima 1001"])
        await until(lambda: running.controller.health.pending == 0 and inn.reads().get(USER, 0) >= 6)
    assert len(inn.writes()) == 1
