"""What `reconcile check` says of the telephone side, before a guest oversleeps."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.sip.setup import Setup
from fixtures.zoom_cloud.records import Extension, User
from reconciler.app.imported import FILE
from tests.reconciler.house import House

ACCOUNTS = [{"user": "9001", "password": "x", "extension": "7009"}, {"user": "9002", "password": "y"}]


@pytest.fixture(autouse=True)
def folders(house: House) -> None:
    """What a hotel has after its first pass."""
    (house.folder / "rooms").mkdir()
    house.state.mkdir(mode=0o700)
    house.cloud.add_user(7009, "Voice", "Line")


@pytest.fixture(autouse=True)
def registrar(monkeypatch: pytest.MonkeyPatch) -> None:
    """A PBX that answers nobody; tests/conformance has a real one."""

    async def tried(setup: Setup) -> list[dict[str, Any]]:
        return [
            {"channel": each.user, "registered": False, "since": None, "why": "no answer"}
            for each in setup.accounts
        ]

    monkeypatch.setattr("reconciler.app.doctor.lines.registrations", tried)


@pytest.fixture
def port() -> Iterator[socket.socket]:
    """A port that somebody else has."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken


def free() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def said(house: House, *, voice: dict[str, Any] | None = None, **sip: Any) -> list[str]:
    """Everything but what has nothing to do with telephones."""
    local = {"address": "127.0.0.1", "port": free()} | sip.pop("local", {})
    lines = {"pbx": {"address": "127.0.0.1", "port": free()}, "accounts": ACCOUNTS, "local": local} | sip
    alerts = {"second_contact": "7001"}
    house.configure(sip=lines, voice={"pilot": "9000", "operator": "7001"} | (voice or {}), alerts=alerts)
    return house("check").out.splitlines()


def about(lines: list[str], what: str) -> str:
    (line,) = [line for line in lines if line.partition(" ")[2].lstrip().startswith(what)]
    return line


def test_a_hotel_without_lines_reads_what_becomes_of_wake_up_calls(house: House) -> None:
    line = about(house("check").out.splitlines(), "telephones")
    assert line.startswith("off  telephones: none: wake-up calls end as unreachable")


def test_a_telephone_side_in_good_order(house: House) -> None:
    lines = said(house)
    for expected in (
        "ok   telephone stack: baresip is installed",
        "ok   prompts: everything can be said in en",
        "ok   wake-up calls: 2 channels are enough for the 0 wake-up calls to come",
        "ok   voice.operator 7001: is a user in Zoom",
    ):
        assert expected in lines
    assert about(lines, "telephone port").endswith(" is free")
    assert about(lines, "voice device") == "ok   voice device: Voice Line names no room"


def ring_times(lines: list[str]) -> list[str]:
    return [line for line in lines if line.partition(" ")[2].lstrip().startswith("ring time")]


def rings_for(record: Extension, hours: str, **seconds: int) -> None:
    """How long Zoom lets a telephone ring in these hours."""
    present = record.call_handling[hours]
    distribution = {"call_distribution_setting": present["call_distribution_setting"] | seconds}
    record.call_handling = {**record.call_handling, hours: present | distribution}


def test_rooms_that_forward_before_a_wake_up_call_has_rung_are_refused(house: House) -> None:
    areas = [house.cloud.extension(number) for number in (1005, 1006)]
    rings_for(areas[0], "business_hours", ring_duration=20)
    rings_for(areas[1], "closed_hours", ring_duration=15)
    lines = ring_times(said(house))
    bad = "bad  ring time: voice.wakeup.ring is 24 s, and by then Zoom forwards the call in the rooms 1005 (20 s)"
    assert lines[0].startswith(f"{bad} → let their telephones ring for longer")
    assert lines[1].startswith("warn ring time: voice.wakeup.ring is 24 s")
    assert "in closed hours in the rooms 1006 (15 s)" in lines[1]


def test_a_ring_time_that_only_reaches_the_timer_is_refused_too(house: House) -> None:
    lines = ring_times(said(house, voice={"wakeup": {"ring": 30}}))
    assert lines[0].startswith("bad  ring time: voice.wakeup.ring is 30 s")
    assert "1005 (30 s)" in lines[0]


def test_a_room_whose_unanswered_calls_simply_end_may_do_so(house: House) -> None:
    area = house.cloud.extension(1005)
    rings_for(area, "business_hours", ring_duration=20)
    hours = area.call_handling["business_hours"] | {
        "call_handling_setting": {"call_not_answer_action": "disconnect"}
    }
    area.call_handling = {**area.call_handling, "business_hours": hours}
    assert not any(line.startswith("bad") for line in ring_times(said(house)))


def test_a_users_timer_is_read_where_zoom_shows_it(house: House) -> None:
    user = house.cloud.extension(1001)
    assert isinstance(user, User)
    user.forwards_to = ("+12125550177",)
    rings_for(user, "business_hours", simultaneous_ring_max_wait_time=20)
    lines = ring_times(said(house))
    assert "the rooms 1001 (20 s)" in lines[0]
    assert lines[1].startswith("off  ring time: not verified in the rooms 1002, 1003")
    assert "Zoom shows it of users only whose calls are forwarded outside as well" in lines[1]


def test_a_timer_that_may_not_be_read_is_not_verified(house: House) -> None:
    house.cloud.scopes = {scope for scope in house.cloud.scopes if "call_handling" not in scope}
    lines = ring_times(said(house))
    assert [line.partition(":")[0] for line in lines] == ["off  ring time", "off  ring time"]
    assert any("lacks the scope phone:read:common_area_call_handling_setting:admin" in line for line in lines)


def test_without_zoom_no_timer_is_verified(house: House) -> None:
    house.cloud.app_disabled = True
    assert ring_times(said(house))[0].startswith("off  ring time: not verified: ")


def test_a_line_whose_name_is_a_rooms_number_is_told(house: House) -> None:
    house.cloud.extension(7009).display_name = "Wake-up 1002"
    line = about(said(house), "voice device")
    assert line.startswith("bad  voice device: Wake-up 1002 holds 1002, which is a guest room")


def imports(house: House, name: str) -> list[str]:
    """Use the lines of a telephone that was set up by hand in Zoom."""
    (house.state / "secrets").mkdir(mode=0o700)
    account = {"user": "9001", "auth_user": "", "password": "x", "domain": "", "proxy": ""}
    kept = {"device": name, "accounts": [account]}
    (house.state / FILE).write_text(json.dumps(kept))
    return said(house, accounts="zoom")


def test_the_telephone_whose_lines_we_use_is_looked_up(house: House) -> None:
    house.cloud.add_device("Voice server", [7001])
    assert "ok   voice device: Voice server names no room" in imports(house, "Voice server")


def test_a_telephone_with_another_name_by_now_is_told(house: House) -> None:
    line = about(imports(house, "Voice server"), "voice device")
    assert line.startswith("warn voice device: Voice server is not in Zoom any more, or has another name")


def test_channels_that_nobody_answers_for_are_bad_with_what_helps(house: House) -> None:
    lines = said(house)
    assert about(lines, "channel 9001").startswith(
        "bad  channel 9001: is down: no answer → see that the PBX runs"
    )
    assert house("check").code == 1


def test_a_port_that_somebody_has_is_found(house: House, port: socket.socket) -> None:
    line = about(said(house, local={"port": port.getsockname()[1]}), "telephone port")
    assert line.startswith("bad  telephone port: 127.0.0.1:")
    assert "is taken" in line


def test_too_few_media_ports_are_found(house: House, port: socket.socket) -> None:
    taken = port.getsockname()[1]
    lines = said(house, local={"media_ports": f"{taken}-{taken + 7}"})
    assert f"only 7 of {taken}-{taken + 7} are free, and 2 channels need 8" in about(lines, "media ports")


def test_a_password_that_is_missing_is_told_with_its_account(house: House) -> None:
    line = about(said(house, accounts=[{"user": "9001", "password_file": "secrets/9001"}]), "telephones")
    assert "No such file or directory" in line
    assert "→ give account 9001 the password" in line


def test_a_password_that_others_can_read_is_told(house: House) -> None:
    (house.folder / "9001").write_text("x")
    (house.folder / "9001").chmod(0o644)
    lines = said(house, accounts=[{"user": "9001", "password_file": "9001"}])
    assert any(line.startswith("warn secret: ") and "may be read by others" in line for line in lines)


def test_an_authority_that_is_no_certificate_is_told(house: House) -> None:
    (house.folder / "ca.pem").write_text("hello")
    lines = said(house, local={"transport": "tls"}, tls={"ca_file": "ca.pem"})
    assert any(
        line.startswith("bad  certificate ") and "no certificate can be read" in line for line in lines
    )


def test_a_backend_that_is_not_installed_is_told(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    loads = "raise SystemExit('drivers.sip.stack.CannotWork: the backend baresip is not installed')"
    monkeypatch.setattr("reconciler.app.doctor.lines._LOADS", loads)
    assert about(said(house), "telephone stack") == (
        "bad  telephone stack: the backend baresip is not installed → make install"
    )


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("7001", "ok   voice.operator 7001: is a user in Zoom"),
        ("0", "warn voice.operator 0: is no user and no common area"),
        ("7999", "warn voice.operator 7999: is no user"),
        ("1002", "warn voice.operator 1002: is a guest room"),
    ],
)
def test_the_operator_is_looked_up(house: House, number: str, found: str) -> None:
    assert about(said(house, voice={"operator": number}), "voice.operator").startswith(found)


def test_a_pilot_that_is_missing_or_a_room_is_told(house: House) -> None:
    assert about(said(house, voice={"pilot": None}), "voice.pilot").startswith("warn voice.pilot: not set")
    assert about(said(house, voice={"pilot": "1001"}), "voice.pilot").startswith("bad  voice.pilot: 1001 is")


def test_a_recording_of_another_form_is_named(house: House) -> None:
    own = house.folder / "own" / "en"
    own.mkdir(parents=True)
    (own / "goodbye.wav").write_bytes(b"RIFF")
    line = about(said(house, voice={"prompts": "own"}), "prompts")
    assert line.startswith("warn prompts: ")
    assert "goodbye.wav" in line


def test_a_minute_with_too_many_wake_up_calls_is_told(house: House) -> None:
    said(house, accounts=ACCOUNTS[:1])
    for room in (1001, 1002, 1003):
        house("wakeup", "add", room, "2027-01-04T06:30")
    line = about(house("check").out.splitlines(), "wake-up calls")
    assert line.startswith(
        "warn wake-up calls of 2027-01-04 06:30: 3 wake-up calls in this minute and 1 channel"
    )


def test_no_password_is_printed(house: House, tmp_path: Path) -> None:
    secret = "hush-hush-9001"
    (tmp_path / "word").write_text(secret)
    lines = said(
        house, accounts=[{"user": "9001", "password": secret}, {"user": "9002", "password_file": "word"}]
    )
    assert secret not in "\n".join(lines)
