"""`reconcile check`: what is wrong is found before a guest notices, and the line says what helps."""

from pathlib import Path

import pytest

from tests.reconciler.house import House


@pytest.fixture(autouse=True)
def folders(house: House) -> None:
    """What a hotel has after its first pass; and it hears of emergency calls."""
    events = {"events": "webhook", "event_secret": "harbour-view-event-secret"}
    house.usual = {**house.usual, "zoom": {**house.usual["zoom"], **events}}
    house.configure()
    (house.folder / "rooms").mkdir()
    house.state.mkdir(mode=0o700)


def findings(house: House, level: str) -> list[str]:
    ran = house("check")
    assert ran.err == ""
    assert ran.code == (1 if any(line.startswith("bad ") for line in ran.out.splitlines()) else 0)
    return [line.removeprefix(level).strip() for line in ran.out.splitlines() if line.startswith(f"{level} ")]


def test_a_hotel_in_good_order_has_nothing_to_worry_about(house: House) -> None:
    house.document("1001", "guests: [{first: Ana, last: Souza}]")
    assert findings(house, "bad") == []
    assert findings(house, "warn") == []
    assert house("check").out.splitlines()[-1] == "0 bad, 0 to look at"


@pytest.mark.parametrize("zone", ["Etc/UTC", "UTC", "GMT", "Etc/GMT+3"])
def test_a_time_zone_that_is_no_place_is_asked_about(house: House, zone: str) -> None:
    assert "timezone: America/New_York" in findings(house, "ok")
    house.configure(property={"name": "Hotel", "timezone": zone})
    (line,) = findings(house, "warn")
    assert line.startswith(f"timezone: {zone} is no place: wake-up calls and all local times go by it → set ")


def test_it_changes_nothing_in_zoom(house: House) -> None:
    house.document("1001", "guests: [{first: Ana, last: Souza}]")
    house("check")
    assert {call.method for call in house.cloud.calls} <= {"GET", "POST"}
    assert all(call.path == "/oauth/token" for call in house.cloud.calls if call.method == "POST")


@pytest.mark.parametrize("setting", ["account_id", "client_id", "client_secret"])
def test_a_missing_credential_is_named(house: House, setting: str) -> None:
    house.configure(zoom={setting: "" if setting != "client_secret" else None})
    (line,) = findings(house, "bad")
    assert f"zoom.{setting}" in line


@pytest.mark.parametrize(
    ("content", "wrong"), [(None, "No such file or directory"), ("", "the file is empty")]
)
def test_a_secret_that_is_not_in_its_file_is_told_with_the_fix(
    house: House, content: str | None, wrong: str
) -> None:
    house.configure(zoom={"client_secret": None, "client_secret_file": "zoom-secret"})
    if content is not None:
        (house.folder / "zoom-secret").write_text(content)
        (house.folder / "zoom-secret").chmod(0o600)
    (line,) = findings(house, "bad")
    assert f"zoom-secret: {wrong} → copy it from the server-to-server app" in line


def test_every_line_that_is_bad_or_to_look_at_names_its_fix(house: House) -> None:
    house.configure(safety={"max_blanked": "100%"}, zoom={"share": 1, "client_secret": "wrong"})
    house.state.chmod(0o755)
    house.document("1001", "guest: []")
    house.document("1999", "occupied: false")
    house.document("1002", f"guests: [{{first: Ana 2, last: {'Souza' * 30}}}]\nname: {{display: Room 1003}}")
    lines = findings(house, "bad") + findings(house, "warn")
    assert len(lines) >= 8
    assert [line for line in lines if " → " not in line] == []


def test_wrong_credentials_are_told_from_missing_ones(house: House) -> None:
    house.configure(zoom={"client_secret": "wrong"})
    (line,) = findings(house, "bad")
    assert line.startswith("zoom: Zoom refuses the app")


def test_a_missing_optional_scope_turns_its_feature_off_with_the_remedy(house: House) -> None:
    house.cloud.scopes.discard("user:update:presence_status:admin")
    (line,) = findings(house, "warn")
    assert line.startswith("feature dnd: off: do-not-disturb of users")
    assert line.endswith("user:update:presence_status:admin")


def test_a_feature_that_nobody_asked_for_may_be_off(house: House) -> None:
    house.cloud.scopes.discard("phone:update:device:admin")
    assert findings(house, "warn") == []
    assert any(line.startswith("feature device_names: not asked for") for line in findings(house, "off"))
    house.configure(names={"device": {"occupied": "${last} ${extension}", "vacant": "Room ${extension}"}})
    assert findings(house, "warn")[0].startswith("feature device_names: off")


def test_a_feature_that_the_configuration_has_off_is_not_called_on(house: House) -> None:
    unused = {"user_voicemail", "voicemail_delete", "user_calling", "common_area_calling"}
    granted = [line for line in findings(house, "off") if ": granted, not used: " in line]
    assert {f"feature {name}" for name in unused} <= {line.partition(":")[0] for line in granted}
    assert not any(name in line for line in findings(house, "ok") for name in unused)

    house.configure(message_management=True)

    assert any(line.startswith("feature voicemail_delete: on: ") for line in findings(house, "ok"))


def test_a_missing_required_scope_is_bad(house: House) -> None:
    house.cloud.scopes.discard("user:update:user:admin")
    (line,) = findings(house, "bad")
    assert "user:update:user:admin" in line


def test_rooms_without_a_usable_extension_are_named(house: House) -> None:
    house.configure(rooms=["1001-1009"])
    house.cloud.add_user(1007, "Room", "1007", pending=True)
    house.cloud.add_user(1008, "Room", "1008")
    lines = findings(house, "bad")
    assert lines == [
        "extensions: no extension for the rooms 1009 → give them one in Zoom, or take them out of `rooms:`"
    ]
    assert "1007" in findings(house, "warn")[0]
    assert "extensions: 7 of 9 found" in findings(house, "ok")


def test_broken_documents_and_documents_outside_the_fence_are_named(house: House) -> None:
    house.document("1001", "guest: []")
    house.document("1999", "occupied: false")
    (line,) = findings(house, "bad")
    assert line.startswith("rooms/1001.yaml:2:1: guest: unknown field")
    assert any(line.startswith("fence: ") and "1999" in line for line in findings(house, "warn"))


def test_a_guests_name_on_the_telephone_of_a_room_that_was_taken_out_is_named_without_the_guest(
    house: House,
) -> None:
    house.document("1005", "guests: [{first: Ana, last: Souza}]")
    assert house("--yes").code == 0
    (house.folder / "rooms" / "1005.yaml").unlink()
    house.configure(rooms=["1001-1004"])
    (line,) = [line for line in findings(house, "warn") if line.startswith("names left: ")]
    assert line.startswith(
        "names left: extension 1005 still shows a guest's name that housephone wrote, and room 1005 "
    )
    assert line.endswith(" → put it back, or empty the name in Zoom by hand")
    house.cloud.extension(1005).display_name = "Room 1005"
    assert not [line for line in findings(house, "warn") if line.startswith("names left: ")]


def test_names_that_cannot_be_told_apart_are_found(house: House) -> None:
    house.document("1001", "name: {display: Concierge}")
    house.document("1002", "name: {display: Concierge}")
    (line,) = (line for line in findings(house, "warn") if "shown by several extensions" in line)
    assert "1001, 1002" in line.replace(" = ", ", ")
    house.configure(names={"vacant": {"display": "Room"}})
    assert any("shown by several extensions" in line for line in findings(house, "warn"))


def test_names_that_had_to_be_cut_are_found(house: House) -> None:
    house.document("1001", f"guests: [{{first: Ana, last: {'Souza' * 30}}}]")
    assert "cut in the rooms 1001" in findings(house, "warn")[0]


def test_settings_that_would_not_protect_are_found(house: House) -> None:
    house.configure(safety={"max_blanked": "100%"})
    assert "max_blanked 100%" in findings(house, "warn")[0]


def test_a_state_folder_that_others_can_read_is_found(house: House) -> None:
    house.state.chmod(0o755)
    assert findings(house, "warn")[0].startswith("state: ")


def test_the_scopes_are_printed_for_the_app_and_compared_with_the_token(house: House) -> None:
    house.cloud.scopes.discard("phone:update:device:admin")
    ran = house("check", "--scopes")
    assert ran.code == 0
    lines = {line.split()[0]: line for line in ran.out.splitlines() if line.startswith("  ")}
    assert "granted" in lines["user:update:user:admin"]
    assert "missing" in lines["phone:update:device:admin"]
    assert "name the telephones themselves" in lines["phone:update:device:admin"]
    assert "  device_names " in ran.out.partition("Off until the app has them:")[2]
    house.cloud.scopes.discard("user:update:user:admin")
    again = house("check", "--scopes")
    assert again.code == 1
    assert "missing" in next(line for line in again.out.splitlines() if "user:update:user:admin" in line)


def test_the_scopes_can_be_read_before_there_are_credentials(house: House) -> None:
    house.configure(zoom={"account_id": "", "client_id": ""})
    ran = house("check", "--scopes")
    assert ran.code == 0
    assert "not known: zoom.account_id is missing" in ran.out


def test_the_scopes_can_be_read_before_there_is_a_configuration(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOUSEPHONE_CONFIG", str(tmp_path / "nowhere.yaml"))
    ran = house.run(["check", "--scopes"])
    assert (ran.code, ran.err) == (0, "")
    assert "user:update:user:admin" in ran.out
    assert "not known: there is no configuration yet" in ran.out


def test_an_app_that_has_every_scope_is_told_so(house: House) -> None:
    assert house("check", "--scopes").out.splitlines()[-1] == "None is missing."


def test_a_mistake_in_the_configuration_is_told_with_its_place(house: House) -> None:
    house.config.write_text("property: {timezone: Mars/Olympus}\n")
    ran = house("check")
    assert ran.code == 1
    assert "housephone.yaml:1:" in ran.err
