"""A pass: what the documents say is what the telephones show afterwards, and a second audit finds nothing."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from fixtures.zoom_cloud.faults import Fault
from reconciler.errors import Fatal
from reconciler.outcome import Report
from tests.reconciler.conftest import Inn

pytestmark = pytest.mark.anyio

CALLING = {
    "enabled": True,
    "emergency_verified": {"date": "2026-11-01", "by": "duty manager", "users": True, "common_areas": True},
}


def codes(report: Report) -> set[str]:
    return {problem.code for problem in report.problems}


def statuses(report: Report) -> dict[tuple[str, str], str]:
    return {(change.extension, change.field): change.status for change in report.changes}


async def in_sync(inn: Inn) -> bool:
    """Whether a fresh audit finds nothing to do."""
    report = await inn.audit()
    return (report.exit_code(), report.changes) == (0, ())


async def test_a_guest_who_checked_in_is_shown_and_a_second_audit_finds_nothing(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    inn.guest("1009", "Kwame", "Hallberg")
    inn.vacant(1002)

    report = await inn.sync()

    assert report.exit_code() == 0
    assert inn.shown(1001, 1009, 1002) == ["Ana Souza 1001", "Kwame Hallberg 1009", "Room 1002"]
    assert (inn.user(1001).first_name, inn.user(1001).last_name) == ("Ana", "Souza 1001")
    assert await in_sync(inn)


async def test_a_guest_who_left_leaves_no_name_behind(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    await inn.sync()
    inn.vacant(1001)

    assert (await inn.sync()).exit_code() == 0
    assert inn.shown(1001) == ["Room 1001"]
    assert "Souza" not in inn.user(1001).last_name
    assert await in_sync(inn)


@pytest.mark.parametrize(
    ("option", "department"),
    [
        ("state", "In {today}"),
        ("description", "Ocean wing"),
        ("room_id", "A-1001"),
        ("tenant", "Harbour"),
        ("site", "Main"),
    ],
)
async def test_the_department_says_what_the_hotel_chose(inn: Inn, option: str, department: str) -> None:
    inn.configure(department=option)
    mailbox = "mailbox: {description: Ocean wing, room_id: A-1001}"
    inn.guest("1001", "Ana", "Souza", mailbox)
    inn.guest("1009", "Kwame", "Hallberg", mailbox)
    today = inn.clock.now().astimezone(ZoneInfo("America/New_York")).date()

    await inn.sync()

    expected = department.format(today=today)
    assert (inn.user(1001).dept, inn.area(1009).department) == (expected, expected)
    assert await in_sync(inn)


async def test_one_changed_extension_is_one_patch_for_names_and_department(inn: Inn) -> None:
    inn.configure(department="state")
    inn.guest("1001", "Ana", "Souza")
    inn.guest("1009", "Kwame", "Hallberg")
    inn.vacant(1002, 1010)

    report = await inn.sync()

    written = [(call.method, call.path) for call in inn.writes()]
    assert len(written) == report.calls == 4  # the vacant two get their department
    assert len(set(written)) == 4
    inn.forget_calls()
    await inn.sync()
    assert inn.writes() == []


async def test_the_telephone_of_one_room_is_renamed_and_a_shared_gateway_never(inn: Inn) -> None:
    inn.configure(names={"device": {"occupied": "${last} ${extension}", "vacant": "Room ${extension}"}})
    inn.cloud.add_user(1013)
    inn.cloud.add_user(1014)
    gateway = inn.cloud.add_device("Gateway 3", [1013, 1014])
    inn.configure(
        names={"device": {"occupied": "${last} ${extension}", "vacant": "Room ${extension}"}},
        rooms=["1001-1014"],
    )
    for room in ("1001", "1009", "1013", "1014"):
        inn.guest(room, "Ana", "Souza")

    await inn.sync()

    assert (inn.phone(1001).display_name, inn.phone(1009).display_name) == ("Souza 1001", "Souza 1009")
    assert gateway.display_name == "Gateway 3"
    assert await in_sync(inn)


async def test_do_not_disturb_is_presence_for_a_user_and_silence_for_a_common_area(inn: Inn) -> None:
    inn.document("1001", "dnd: on")
    inn.document("1009", "dnd: on")

    await inn.sync()

    now = inn.clock.now()
    lease = inn.user(1001).dnd_until
    assert lease is not None
    assert timedelta(hours=23, minutes=58) < lease - now <= timedelta(hours=24)
    assert not inn.area(1009).ring_device
    assert await in_sync(inn)


async def test_do_not_disturb_until_a_time_ends_then_and_not_later(inn: Inn) -> None:
    end = inn.clock.now() + timedelta(hours=3)
    inn.document("1001", f'dnd: {{until: "{end.isoformat()}"}}')
    inn.document("1009", f'dnd: {{until: "{end.isoformat()}"}}')

    await inn.sync()

    lease = inn.user(1001).dnd_until
    assert lease is not None
    assert abs(lease - end) <= timedelta(seconds=90)
    assert not inn.area(1009).ring_device
    inn.clock.advance(hours=3, minutes=3)
    await inn.sync()
    assert inn.area(1009).ring_device
    assert inn.user(1001).presence_at(inn.clock.now()) == "Available"
    assert await in_sync(inn)


async def test_do_not_disturb_that_is_switched_off_rings_again(inn: Inn) -> None:
    inn.document("1001", "dnd: on")
    inn.document("1009", "dnd: on")
    await inn.sync()
    inn.document("1001", "dnd: off")
    inn.document("1009", "dnd: off")
    inn.clock.advance(minutes=2)

    assert (await inn.sync()).exit_code() == 0
    assert inn.user(1001).dnd_until is None
    assert inn.area(1009).ring_device
    assert await in_sync(inn)


async def test_that_a_common_area_is_always_open_is_learned_once_and_priced_from_then_on(inn: Inn) -> None:
    prices, paid, refused, seen = [], [], [], []
    for word in ("on", "off", "on"):  # each in a process of its own
        inn.document("1009", f"dnd: {word}")
        inn.document("1010", f"dnd: {word}")
        inn.forget_calls()
        report = await inn.sync()
        assert report.exit_code() == 0
        prices.append(report.calls)
        paid.append(len(inn.writes()))
        refused.append(sum(call.status == 400 for call in inn.writes()))
        seen.append((report.changes, report.problems, inn.cloud.calls[:]))

    assert prices == paid == [4, 2, 2], seen
    assert refused == [2, 0, 0]


async def test_a_common_area_that_was_given_closed_hours_is_silent_in_them_a_week_later_at_the_latest(
    inn: Inn,
) -> None:
    inn.document("1009", "dnd: on")
    await inn.sync()
    inn.area(1009).always_open = False
    inn.document("1009", "dnd: off")
    inn.clock.advance(days=7)
    await inn.sync()
    inn.document("1009", "dnd: on")
    inn.clock.advance(minutes=2)

    report = await inn.sync()

    hours = inn.area(1009).call_handling
    rings = [
        hours[kind]["call_distribution_setting"]["ring_device"] for kind in ("business_hours", "closed_hours")
    ]
    assert rings == [False, False]
    assert report.calls == 2


async def test_a_cleared_mailbox_loses_what_came_before_and_nothing_later(inn: Inn) -> None:
    inn.configure(message_management=True)
    cleared = (inn.clock.now() - timedelta(hours=2)).replace(microsecond=0)
    later = cleared + timedelta(seconds=1)
    for number in (1001, 1009):
        for days in (0, 1, 45, 100, 160):  # months are walked
            inn.cloud.add_voicemail(number, cleared - timedelta(days=days))
        inn.cloud.add_voicemail(number, later)
        inn.document(str(number), f'mailbox: {{cleared: "{cleared.isoformat()}"}}')
    inn.cloud.add_voicemail(1002, cleared - timedelta(days=1))
    inn.cloud.add_voicemail(7001, cleared - timedelta(days=1))

    report = await inn.sync()

    assert report.exit_code() == 0
    assert (inn.mailbox(1001), inn.mailbox(1009)) == ([later], [later])
    assert len(inn.mailbox(1002)) == len(inn.mailbox(7001)) == 1
    assert len(inn.writes()) == 10
    assert await in_sync(inn)


async def test_the_class_of_service_follows_the_stay_where_it_is_enabled(inn: Inn) -> None:
    inn.configure(calling=CALLING)
    inn.guest("1001", "Ana", "Souza", "calling: national")
    inn.guest("1002", "Yuki", "Farnham")
    inn.vacant(1003, 1009)

    await inn.sync()

    rules = [inn.cloud.extension(number).outbound_rules for number in (1001, 1002, 1003, 1009)]
    assert [(each["US"], each["FR"]) for each in rules] == [(1, 2), (1, 1), (2, 2), (2, 2)]
    assert await in_sync(inn)


async def test_the_class_of_service_is_left_alone_where_it_is_not_enabled(inn: Inn) -> None:
    inn.vacant(1001, more="calling: internal")

    await inn.sync()

    assert inn.user(1001).outbound_rules["FR"] == 1


async def test_a_reading_that_lags_behind_our_own_write_is_not_drift(inn: Inn) -> None:
    inn.cloud.lag = 30.0
    inn.configure(department="state")
    inn.guest("1001", "Ana", "Souza")
    inn.guest("1009", "Kwame", "Hallberg")
    await inn.sync()
    inn.forget_calls()

    assert (await inn.sync()).exit_code() == 0
    assert inn.writes() == []


async def test_a_name_that_somebody_typed_by_hand_is_drift_and_is_repaired(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    inn.guest("1009", "Kwame", "Hallberg")
    await inn.sync()
    inn.user(1001).display_name = "Suite by the sea"
    inn.area(1009).display_name = "Broken phone"

    found = await inn.audit()
    await inn.sync()

    assert {change.cause for change in found.changes} == {"drift"}
    assert found.exit_code() == 2
    assert inn.shown(1001, 1009) == ["Ana Souza 1001", "Kwame Hallberg 1009"]
    assert await in_sync(inn)


async def test_what_was_there_before_our_first_pass_is_no_drift(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")

    assert {change.cause for change in (await inn.audit()).changes} == {"intentional"}


async def test_staff_are_never_written_although_a_document_lists_their_extension(inn: Inn) -> None:
    inn.document("1001", 'extensions: ["7001"]\nguests: [{first: Ana, last: Souza}]')
    inn.guest("7002", "Yuki", "Farnham")
    inn.guest("1002", "Petra", "Dworkin")

    report = await inn.sync()

    assert inn.shown(1002) == ["Petra Dworkin 1002"]
    assert [(p.code, p.room) for p in report.problems] == [("not_listed", "7002"), ("not_listed", "1001")]
    assert len(inn.writes()) == 1


async def test_missing_pending_and_doubled_extensions_are_named_and_the_rest_goes_on(inn: Inn) -> None:
    inn.configure(rooms=["1001-1020"])
    inn.cloud.add_user(1013, pending=True)
    twice = inn.cloud.add_user(1999)
    twice.extension_number = 1002
    for room in ("1001", "1002", "1013", "1020"):
        inn.guest(room, "Ana", "Souza")

    report = await inn.sync()

    assert inn.shown(1001) == ["Ana Souza 1001"]
    assert {(p.code, p.room) for p in report.problems} == {
        ("ambiguous_extension", "1002"), ("pending_user", "1013"), ("no_extension", "1020"),
    }  # fmt: skip
    assert len(inn.writes()) == 1
    assert inn.user(1013).display_name == "Room 1013"


async def test_a_broken_document_keeps_its_last_good_version_and_the_rest_goes_on(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    await inn.sync()
    inn.document("1001", "guests: [{first: Ana, lst: Souza}]")
    inn.guest("1002", "Yuki", "Farnham")

    report = await inn.sync()

    assert report.exit_code() == 4
    assert "unknown_field" in codes(report)
    assert inn.shown(1001, 1002) == ["Ana Souza 1001", "Yuki Farnham 1002"]


async def test_a_removed_document_leaves_the_room_as_it_is(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    inn.guest("1002", "Yuki", "Farnham")
    await inn.sync()
    inn.remove("1001")

    assert (await inn.sync()).exit_code() == 0
    assert inn.shown(1001) == ["Ana Souza 1001"]


async def test_a_pass_about_one_room_leaves_the_others_for_later(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    inn.guest("1002", "Yuki", "Farnham")

    report = await inn.sync("100[2-9]")

    assert (report.rooms, report.exit_code()) == (1, 0)
    assert inn.shown(1001, 1002) == ["Room 1001", "Yuki Farnham 1002"]


async def test_a_dry_run_writes_nothing(inn: Inn) -> None:
    inn.configure(department="state", message_management=True)
    inn.guest("1001", "Ana", "Souza", "dnd: on")
    before = inn.shown(1001)

    report = await inn.audit()

    assert report.exit_code() == 2
    assert inn.shown(1001) == before
    assert inn.writes() == []


async def test_nothing_is_applied_when_the_person_at_the_terminal_says_no(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")

    report = await inn.sync(ask=lambda _plan: False)

    assert report.exit_code() == 1
    assert inn.shown(1001) == ["Room 1001"]


async def test_a_cached_pass_reads_nothing_and_still_knows_its_own_writes(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    await inn.sync()
    inn.guest("1001", "Yuki", "Farnham")
    inn.forget_calls()

    assert (await inn.sync(cached=True)).exit_code() == 0
    assert inn.shown(1001) == ["Yuki Farnham 1001"]
    assert (await inn.sync(cached=True)).changes == ()
    assert inn.reads() == {}


async def test_500_rooms_are_read_with_two_lists_of_users_and_five_of_telephones(inn: Inn) -> None:
    for number in range(2001, 2501):
        inn.cloud.add_user(number)
    for staff in [*inn.cloud.users.values()][:8]:
        inn.cloud.remove(staff)  # rooms 1001 to 1008: 500 rooms and two of the staff are left
    for area in [*inn.cloud.common_areas.values()]:
        inn.cloud.remove(area)
    inn.configure(rooms=["2001-2490"])
    for number in range(2001, 2491):
        inn.vacant(number)

    assert (await inn.sync()).exit_code() == 0

    assert inn.reads() == {"/users": 2, "/phone/users": 6}
    assert sum(call.path == "/oauth/token" for call in inn.cloud.calls) == 1


async def full_house(inn: Inn) -> None:
    """Eight rooms with guests."""
    for room in range(1001, 1009):
        inn.guest(str(room), "Ana", "Souza")
    await inn.sync()
    inn.forget_calls()


def rules(report: Report) -> list[str]:
    return [refusal.rule for refusal in report.refusals]


async def test_files_that_blank_many_rooms_at_once_are_refused_and_the_rest_goes_on(inn: Inn) -> None:
    await full_house(inn)
    inn.vacant(1001, 1002, 1003)
    inn.guest("1009", "Yuki", "Farnham")

    found, done = await inn.audit(), await inn.sync()

    assert (found.exit_code(), done.exit_code()) == (2, 4)
    assert rules(done) == ["max-blanked"]
    assert inn.shown(1001, 1002, 1003, 1009) == [
        *(f"Ana Souza {n}" for n in (1001, 1002, 1003)),
        "Yuki Farnham 1009",
    ]


async def test_a_pass_that_a_rule_refuses_as_a_whole_writes_nothing_until_it_is_lifted_by_name(
    inn: Inn,
) -> None:
    await full_house(inn)
    inn.vacant(1001, 1002, 1003)

    assert ((await inn.audit()).exit_code(), (await inn.sync()).exit_code()) == (3, 3)
    assert (await inn.sync(allow="max-deletes")).exit_code() == 3
    assert inn.writes() == []
    assert (await inn.sync(allow="max-blanked")).exit_code() == 0
    assert inn.shown(1001, 1002, 1003) == ["Room 1001", "Room 1002", "Room 1003"]


async def test_several_small_batches_within_ten_minutes_count_together(inn: Inn) -> None:
    await full_house(inn)  # 25 % of 8 rooms are 2
    inn.vacant(1001)
    assert (await inn.sync()).exit_code() == 0
    inn.vacant(1002)
    assert (await inn.sync()).exit_code() == 0
    inn.vacant(1003)
    assert (await inn.sync()).exit_code() == 3
    inn.clock.advance(minutes=11)
    assert (await inn.sync()).exit_code() == 0
    assert inn.shown(1003, 1004) == ["Room 1003", "Ana Souza 1004"]


async def test_files_that_name_nobody_any_more_are_refused_although_the_rooms_stay_occupied(inn: Inn) -> None:
    await full_house(inn)
    for room in (1001, 1002):
        inn.document(str(room), "occupied: true\nguests: []")
    assert (await inn.sync()).exit_code() == 0  # 25 % of 8 rooms are 2
    inn.document("1003", "occupied: true")

    refused = await inn.sync()

    assert (refused.exit_code(), rules(refused)) == (3, ["max-blanked"])
    assert inn.shown(1002, 1003) == ["Room 1002", "Ana Souza 1003"]


async def test_one_room_may_always_lose_its_guest(inn: Inn) -> None:
    inn.configure(safety={"max_blanked": "0%"})
    inn.guest("1001", "Ana", "Souza")
    await inn.sync()
    inn.vacant(1001)

    assert (await inn.sync()).exit_code() == 0
    assert inn.shown(1001) == ["Room 1001"]


async def test_a_room_that_may_not_be_blanked_still_has_its_do_not_disturb_switched_off(inn: Inn) -> None:
    for room in range(1001, 1009):
        inn.guest(str(room), "Ana", "Souza", "dnd: on")
    await inn.sync()
    inn.clock.advance(minutes=2)
    inn.vacant(1001, 1002, 1003, more="dnd: off")

    report = await inn.sync()

    assert (report.exit_code(), rules(report)) == (4, ["max-blanked"])
    assert inn.shown(1001) == ["Ana Souza 1001"]
    assert inn.user(1001).dnd_until is None


async def test_a_folder_that_is_suddenly_empty_is_refused(inn: Inn) -> None:
    await full_house(inn)
    for room in range(1001, 1009):
        inn.remove(str(room))
    inn.user(1001).display_name = "Typed by hand"

    refused = await inn.sync()

    assert (refused.exit_code(), rules(refused), inn.writes()) == (3, ["empty-source"], [])
    allowed = await inn.sync(allow="empty-source")
    assert (allowed.exit_code(), allowed.rooms) == (0, 0)


async def test_a_dry_run_that_lifts_the_rule_forgets_no_document(inn: Inn) -> None:
    await full_house(inn)
    for room in range(1001, 1009):
        inn.remove(str(room))

    looked = await inn.audit(allow="empty-source")
    refused = await inn.sync()

    assert (looked.exit_code(), looked.rooms) == (0, 0)
    assert (refused.exit_code(), rules(refused)) == (3, ["empty-source"])


async def test_nothing_is_in_sync_with_a_zoom_that_nobody_has_read(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")

    with pytest.raises(Fatal, match="not been read"):
        await inn.audit(cached=True)


async def test_many_deletions_of_voicemail_need_a_person(inn: Inn) -> None:
    inn.configure(message_management=True, safety={"max_deletes": 2})
    cleared = inn.clock.now().replace(microsecond=0) - timedelta(hours=1)
    for hours in range(3):
        inn.cloud.add_voicemail(1001, cleared - timedelta(hours=hours))
    inn.document("1001", f'mailbox: {{cleared: "{cleared.isoformat()}"}}')

    assert rules(await inn.sync()) == ["max-deletes"]
    assert len(inn.mailbox(1001)) == 3
    assert (await inn.sync(allow="max-deletes")).exit_code() == 0
    assert inn.mailbox(1001) == []


async def test_a_room_that_nobody_knows_is_a_mistake_and_not_an_empty_success(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")

    with pytest.raises(Fatal, match=r"no room is called 99\*"):
        await inn.audit("99*")


async def test_the_problems_of_rooms_that_were_not_asked_for_are_not_told(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    inn.guest("7002", "Yuki", "Farnham")

    report = await inn.audit("1001")

    assert report.problems == ()


async def test_a_room_that_zoom_did_not_tell_of_is_named_and_not_called_in_sync(inn: Inn) -> None:
    inn.document("1009", "dnd: on")
    silent = Fault(
        "drop", path="/phone/common_areas/{commonAreaId}/call_handling/settings", method="GET", times=None
    )
    inn.cloud.faults.add(silent)

    looked, made = await inn.audit(), await inn.sync()

    for report in (looked, made):
        assert report.exit_code() == 4
        (problem,) = report.problems
        assert problem.code == "rooms_not_read"
        assert "1009" in problem.message
    inn.cloud.faults.clear()
    assert (await inn.sync()).exit_code() == 0
    assert not inn.area(1009).ring_device
