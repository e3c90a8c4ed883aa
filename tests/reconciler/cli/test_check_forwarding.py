"""`reconcile check --forwarding`: a caller whom nobody answers reaches the guest's mailbox, in every room."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fixtures.zoom_cloud.faults import Fault
from fixtures.zoom_cloud.records import Extension
from reconciler.store.rows import Claimant, account_ownership
from reconciler.store.store import Store
from tests.reconciler.house import House, free_address

PILOT = 7009
ROOMS = range(1001, 1007)


@pytest.fixture(autouse=True)
def voice(house: House) -> None:
    """Our lines have an extension that every room should forward to."""
    (house.folder / "rooms").mkdir()
    house.cloud.add_user(PILOT, "Voice", "Line")
    for room in ROOMS:
        house.cloud.extension(room).always_open = False
    house.usual = {**house.usual, "voice": {"pilot": str(PILOT)}}
    house.configure()


def forwards_to(house: House, room: int, extension: int, *ways: str, hours: str | None = None) -> None:
    """Somebody sets in Zoom where a room's calls go on to."""
    record: Extension = house.cloud.extension(room)
    setting = {"forward_to_extension": {"extension_id": house.cloud.extension(extension).extension_id}}
    handling = {
        name: value
        for way in ways or ("call_not_answer_action", "busy_on_another_call_action")
        for name, value in ((way, "forward_to_extension"), (f"{way}_setting", setting))
        if room < 1005 or way == "call_not_answer_action"
    }
    for each in (hours,) if hours else ("business_hours", "closed_hours"):
        present = record.call_handling[each]
        changed = {"call_handling_setting": present["call_handling_setting"] | handling}
        record.call_handling = {**record.call_handling, each: present | changed}


def all_forward(house: House) -> None:
    for room in ROOMS:
        forwards_to(house, room, PILOT)


def goes_on(house: House, room: int, hours: str = "business_hours") -> dict[str, Any]:
    """What Zoom does with calls to a room."""
    handling: dict[str, Any] = house.cloud.extension(room).call_handling[hours]["call_handling_setting"]
    return {name: value for name, value in handling.items() if not name.endswith("_setting")}


def lines(house: House, *words: str, code: int = 0) -> list[str]:
    ran = house("check", "--forwarding", *words)
    assert (ran.code, ran.err) == (code, "")
    return ran.out.splitlines()


def test_rooms_that_all_forward_to_our_lines_are_in_good_order(house: House) -> None:
    all_forward(house)
    assert lines(house) == [
        "ok   forwarding: 6 telephones forward to voice.pilot (7009)",
        "0 bad, 0 to look at",
    ]


def test_each_room_that_keeps_its_callers_is_named_with_what_becomes_of_them(house: House) -> None:
    all_forward(house)
    forwards_to(house, 1002, 7001)
    house.cloud.extension(1005).call_handling = house.cloud.add_common_area(1099).call_handling
    found = lines(house, code=1)
    assert found[0] == (
        "bad  forwarding 1002: calls that nobody answers go on to 7001 and calls to a busy telephone go on to 7001,"
        " not on to 7009 → `reconcile check --forwarding --fix` sets it, or set it in Zoom (call handling)"
    )
    assert found[1].startswith(
        "warn forwarding 1002: calls that nobody answers in closed hours go on to 7001"
    )
    assert found[2].startswith(
        "bad  forwarding 1005: calls that nobody answers go to Zoom's own voicemail, not on to 7009"
    )
    assert "ok   forwarding: 4 telephones forward to voice.pilot (7009)" in found


def test_a_caller_who_finds_a_room_busy_should_not_wait(house: House) -> None:
    all_forward(house)
    house.cloud.extension(1001).call_handling = house.cloud.add_user(1098).call_handling
    forwards_to(house, 1001, PILOT, "call_not_answer_action")
    assert lines(house)[0].startswith(
        "warn forwarding 1001: calls to a busy telephone wait (call waiting), not on to 7009"
    )


def test_the_whole_examination_names_the_rooms_in_one_line(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nobody_registers(_: object) -> list[dict[str, Any]]:
        return []

    monkeypatch.setattr("reconciler.app.doctor.lines.registrations", nobody_registers)
    all_forward(house)
    forwards_to(house, 1002, 7001)
    forwards_to(house, 1003, 7001, "busy_on_another_call_action")
    accounts = [{"user": "9001", "password": "x"}]
    house.configure(
        sip={
            "pbx": {"address": "127.0.0.1", "port": 9},
            "accounts": accounts,
            "local": {"port": int(free_address().rpartition(":")[2])},
        }
    )
    found = [line for line in house("check").out.splitlines() if " forwarding: " in line]
    assert found[0].startswith(
        "bad  forwarding: calls that nobody answers do not go on to voice.pilot (7009)"
    )
    assert "in the rooms 1002 → `reconcile check --forwarding`" in found[0]
    assert "in the rooms 1003" in found[1]


def test_what_is_wrong_is_set_and_only_that(house: House) -> None:
    all_forward(house)
    forwards_to(house, 1002, 7001)
    forwards_to(house, 1006, 7001, hours="closed_hours")
    staff = goes_on(house, 7001)
    found = lines(house, "--fix")
    assert "ok   forwarding 1002: set to 7009 (business hours)" in found
    assert "ok   forwarding 1006: set to 7009 (closed hours)" in found
    patched = [call.path for call in house.cloud.calls if call.method == "PATCH"]
    assert len(patched) == 3, "two for 1002, one for 1006"
    assert (house.cloud.redundant, house.cloud.violations) == ([], [])
    assert goes_on(house, 7001) == staff
    assert lines(house) == [
        "ok   forwarding: 6 telephones forward to voice.pilot (7009)",
        "0 bad, 0 to look at",
    ]


def test_the_first_room_of_a_new_hotel_is_set_too(house: House) -> None:
    """No room forwards there yet that could show how Zoom calls the pilot."""
    lines(house, "--fix")
    assert [goes_on(house, room)["call_not_answer_action"] for room in ROOMS] == ["forward_to_extension"] * 6
    assert lines(house)[-1] == "0 bad, 0 to look at"


def test_a_pilot_that_is_no_user_is_found_by_its_telephone(house: House) -> None:
    house.cloud.add_common_area(7010, "Voice server")
    house.cloud.add_device("Voice server", [7010])
    house.configure(voice={"pilot": "7010"})
    lines(house, "--fix")
    assert lines(house)[-1] == "0 bad, 0 to look at"


def test_a_pilot_that_no_list_shows_is_learned_from_a_room_that_forwards_there(house: House) -> None:
    house.cloud.add_common_area(7010, "The group of our lines")
    house.configure(voice={"pilot": "7010"})
    assert lines(house, "--fix", code=1)[0].startswith(
        "bad  voice.pilot 7010: Zoom shows 7010 neither as a user"
    )
    assert not [call for call in house.cloud.calls if call.method == "PATCH"]
    forwards_to(house, 1003, 7010)
    lines(house, "--fix")
    assert lines(house)[-1] == "0 bad, 0 to look at"


def test_what_was_set_stands_in_the_history(house: House) -> None:
    all_forward(house)
    forwards_to(house, 1002, 7001, hours="business_hours")
    lines(house, "--fix")
    (row,) = house("history", "1002", "--format", "json").json["history"]
    assert (row["field"], row["after"]) == ("forwarding", "7009 in business hours")
    assert row["result"] == "applied"


def test_a_room_that_is_paused_is_left_alone(house: House) -> None:
    house("pause", "1001", "--reason", "being rebuilt")
    found = lines(house, "--fix", code=1)
    assert any(
        line.startswith("bad  forwarding 1001: ") and "`reconcile resume 1001`" in line for line in found
    )
    assert goes_on(house, 1001)["call_not_answer_action"] == "forward_to_voicemail"


def test_extensions_outside_the_list_of_rooms_are_neither_judged_nor_set(house: House) -> None:
    house.configure(rooms=["1001-1003"])
    house.document("1004", "occupied: false")
    found = lines(house, "--fix")
    assert not any("1004" in line or "7001" in line for line in found)
    assert goes_on(house, 1004)["call_not_answer_action"] == "forward_to_voicemail"


def test_closed_hours_that_a_room_does_not_have_are_no_fault_from_then_on(house: House) -> None:
    house.configure(rooms=["1001"])
    house.cloud.extension(1001).always_open = True
    assert "ok   forwarding 1001: has no closed hours, so there is nothing to set in them" in lines(
        house, "--fix"
    )
    assert lines(house) == [
        "ok   forwarding: 1 telephones forward to voice.pilot (7009)",
        "0 bad, 0 to look at",
    ]


def test_while_a_controller_works_on_the_account_nothing_is_set_beside_it(house: House) -> None:
    lines(house, code=1)
    file, account = house.state / "housephone.sqlite", house.cloud.account_id
    with Store.open(file, property_name="Harbour View", account=account) as store:
        claimant, now = Claimant("reconcile run", "another-host", 77), datetime.now(UTC)
        store.acquire(account_ownership(account), claimant, now=now, ttl=timedelta(minutes=5))
        ran = house("check", "--forwarding", "--fix")
        looked = house("check", "--forwarding")
    assert ran.code == 3
    assert "process 77 on another-host" in ran.err
    assert not [call for call in house.cloud.calls if call.method == "PATCH"]
    assert (looked.code, looked.err) == (1, ""), "looking is free"


def test_a_moment_in_which_zoom_has_no_time_is_waited_out(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.app.doctor.mending.AGAIN", (0.01, 0.01))
    all_forward(house)
    forwards_to(house, 1002, 7001, hours="business_hours")
    house.cloud.faults.add(Fault("answer", method="PATCH", status=503))
    assert "ok   forwarding 1002: set to 7009 (business hours)" in lines(house, "--fix")


def test_a_change_whose_answer_is_lost_is_not_sent_twice_and_told(house: House) -> None:
    all_forward(house)
    forwards_to(house, 1002, 7001, hours="business_hours")
    house.cloud.faults.add(Fault("answer", method="PATCH", status=500))
    (line,) = [line for line in lines(house, "--fix", code=1) if "1002" in line]
    assert "it could not be set: " in line
    assert line.endswith("→ run it again: it looks first, and sets only what is still wrong")
    assert len([call for call in house.cloud.calls if call.method == "PATCH"]) == 1


def test_without_the_scope_to_set_it_each_room_says_what_to_do_by_hand(house: House) -> None:
    house.cloud.scopes = {scope for scope in house.cloud.scopes if "update:user_call_handling" not in scope}
    found = lines(house, "--fix", code=1)
    (line,) = [line for line in found if line.startswith("bad  forwarding 1001: ")]
    assert "set it in Zoom (call handling): the app lacks the scope phone:update:user_call" in line
    assert goes_on(house, 1005)["call_not_answer_action"] == "forward_to_extension"


def test_without_the_scope_to_look_nothing_is_verified_and_nothing_set(house: House) -> None:
    house.cloud.scopes = {scope for scope in house.cloud.scopes if "read:user_call_handling" not in scope}
    found = lines(house, "--fix")
    assert found[4].startswith(
        "off  forwarding: not verified in the rooms 1001, 1002, 1003, 1004: the app lacks"
    )
    assert goes_on(house, 1001)["call_not_answer_action"] == "forward_to_voicemail"


def test_a_hotel_whose_messages_stay_with_zoom_is_not_asked_to_forward(house: House) -> None:
    house.configure(message_management=True)
    assert lines(house, "--fix")[0].startswith("off  forwarding: not asked for: our mailbox is off")
    assert not [call for call in house.cloud.calls if call.method == "PATCH"]


def test_without_a_pilot_nobody_knows_where_to(house: House) -> None:
    house.configure(voice={})
    assert lines(house)[0].startswith("off  forwarding: not verified: voice.pilot does not say where")


def test_without_zoom_the_command_says_so(house: House) -> None:
    house.cloud.app_disabled = True
    ran = house("check", "--forwarding")
    assert ran.code == 1
    assert "Zoom refuses the app" in ran.err


@pytest.mark.parametrize("words", [("--fix",), ("--scopes", "--forwarding")])
def test_options_that_make_no_sense_together_are_wrong_use(house: House, words: tuple[str, ...]) -> None:
    assert house("check", *words).code == 64
