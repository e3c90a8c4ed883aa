"""housephone.yaml: what it may say, what the environment may say instead, and how mistakes are told."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from reconciler.account.capability import Feature
from reconciler.configuration.environment import find, overlay
from reconciler.configuration.file import load
from reconciler.configuration.settings import Settings, secret
from reconciler.errors import Misconfigured

Write = Callable[[str], Path]
MINIMAL = "property: {timezone: America/New_York}\n"
HASH = "$argon2id$v=19$m=64,t=1,p=1$86+cdkTZbr4VCYzulsWFFQ$qPkore63ldgb1ZFGu6/dy1VxpgDMGTEQJ2FqpJNJVJY"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a configuration file and tell where it is."""

    def written(text: str) -> Path:
        path = tmp_path / "housephone.yaml"
        path.write_text(dedent(text), encoding="utf-8")
        return path

    return written


def settings(write: Write, text: str, **environment: str) -> Settings:
    return load(write(MINIMAL + dedent(text)), environment)


def mistakes(write: Write, text: str, **environment: str) -> list[str]:
    path = write(text)
    with pytest.raises(Misconfigured) as raised:
        load(path, environment)
    return [line.removeprefix(f"{path}:") for line in raised.value.message.splitlines()]


def mistake(write: Write, text: str, **environment: str) -> str:
    """The one mistake in a configuration whose first line is in order."""
    (only,) = mistakes(write, MINIMAL + dedent(text), **environment)
    return only


# Defaults and paths


def test_a_time_zone_is_all_that_a_hotel_must_say(write: Write) -> None:
    hotel = settings(write, "")
    assert hotel.property.zone == ZoneInfo("America/New_York")
    assert hotel.grounds.table is None
    assert (hotel.zoom.share, hotel.zoom.retries, hotel.zoom.interval, hotel.zoom.refresh_cache) == (
        0.5,
        3,
        60,
        480,
    )
    assert (hotel.safety.max_blanked, hotel.safety.max_deletes) == (0.25, 200)
    assert (hotel.department, hotel.message_management, hotel.calling.enabled) == ("disabled", False, False)
    assert hotel.desk.address == ("127.0.0.1", 8080)


def test_relative_paths_start_at_the_configurations_folder(write: Write, tmp_path: Path) -> None:
    hotel = settings(
        write, "desired: ./rooms\nstate: /var/lib/housephone\nzoom: {client_secret_file: secrets/zoom}"
    )
    assert hotel.desired == tmp_path / "rooms"
    assert hotel.state == Path("/var/lib/housephone")
    assert hotel.zoom.client_secret_file == tmp_path / "secrets/zoom"


def test_the_rooms_of_a_hotel_are_a_table(write: Write) -> None:
    rooms = """
        rooms:
          - "0101-0103"
          - 1305
          - {room: PH1, extensions: ["1901", 1902], description: Penthouse, room_id: PH-1}
          - "!0102"
        """
    table = settings(write, rooms).grounds.table
    assert table is not None
    assert list(table.rooms) == ["0101", "0103", "1305", "PH1"]
    assert table.rooms["PH1"].extensions == ("1901", "1902")


@pytest.mark.parametrize(("text", "part"), [("25%", 0.25), ("0%", 0.0), ("100 %", 1.0), ("7%", 0.07)])
def test_how_many_rooms_may_be_blanked_is_a_percentage(write: Write, text: str, part: float) -> None:
    assert settings(write, f"safety: {{max_blanked: {text}}}").safety.max_blanked == part


def test_templates_of_the_hotel_take_the_place_of_ours(write: Write) -> None:
    names = """
        names:
          occupied: {first: "${title}", last: "${last}", display: "${last} ${extension}"}
          device: {occupied: "${last}", vacant: "Room ${room}"}
          vip: {1: Gold, PLAT: Platinum}
        """
    hotel = settings(write, names)
    assert hotel.names.vip == {"1": "Gold", "PLAT": "Platinum"}
    assert hotel.names.vacant.display == "Room ${extension}"
    assert "Gold" in repr(hotel.grounds.house.templates)


def test_a_verified_hotel_may_write_where_rooms_may_call(write: Write) -> None:
    calling = """
        calling: {enabled: true, emergency_verified: {date: 2026-11-20, by: R. Moss, users: true}}
        """
    hotel = settings(write, calling)
    assert hotel.calling.enabled
    withheld = hotel.grounds.withheld()
    assert list(withheld) == [Feature.COMMON_AREA_CALLING]
    assert (
        withheld[Feature.COMMON_AREA_CALLING].remedy
        == "try one, then set calling.emergency_verified.common_areas"
    )


@pytest.mark.parametrize("listen", ["localhost:8080", "127.0.0.1:80", "'[::1]:8080'"])
def test_a_page_on_this_machine_needs_no_users(write: Write, listen: str) -> None:
    assert settings(write, f"desk: {{listen: {listen}}}").desk.users == []


def test_a_page_on_the_network_has_users(write: Write) -> None:
    users = f"users: [{{name: desk, password_hash: '{HASH}'}}]"
    hotel = settings(write, f"desk: {{listen: '0.0.0.0:8080', {users}}}")
    assert hotel.desk.address == ("0.0.0.0", 8080)  # noqa: S104


# Mistakes


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "safety: {max: 5}",
            "2:10: safety.max: unknown setting, expected one of max_blanked, max_deletes, max_repairs",
        ),
        (
            "names:\n  vacant: {shown: x, display: y}",
            "3:12: names.vacant.shown: unknown setting, expected one of first, last, display",
        ),
        ("zoom: {share: 1.5}", "2:15: zoom.share: expected at most 1"),
        ("zoom: {interval: 0}", "2:18: zoom.interval: expected more than 0"),
        ("zoom: {interval: soon}", "2:18: zoom.interval: expected a number"),
        ("zoom: {retries: many}", "2:17: zoom.retries: expected a whole number"),
        (
            "zoom: {home_country: usa}",
            "2:22: zoom.home_country: expected a country's two capital letters such as US",
        ),
        ("zoom: {plan: free}", "2:14: zoom.plan: expected pro or business"),
        ("zoom: null", "2:7: zoom: expected {url: …, account_id: …, client_id: …}"),
        ("pms: {kind: fias}", "2:6: pms: expected a list"),
        ("log_names: sometimes", "2:12: log_names: expected true or false"),
        ("desired: 5", "2:10: desired: expected a file or folder"),
        ("zoom: {client_id: 0123}", "2:19: zoom.client_id: a number with a leading zero must be quoted"),
        (
            "rooms: [{rom: 1, room: 2}]",
            "2:10: rooms.0.rom: unknown setting, expected one of room, extensions, description, room_id",
        ),
        ("safety: {max_blanked: 25}", "2:23: safety.max_blanked: expected a percentage such as 25%"),
        ("safety: {max_blanked: 101%}", "2:23: safety.max_blanked: expected a percentage such as 25%"),
        ("safety: {max_blanked: -5%}", "2:23: safety.max_blanked: expected a percentage such as 25%"),
        ("zoom: {client_id: 1}\nzoom: {client_id: 2}", "3:1: zoom: stands twice"),
    ],
)
def test_a_mistake_is_told_with_its_place(write: Write, text: str, told: str) -> None:
    assert mistake(write, text) == told


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('rooms:\n  - "1001-1010"\n  - "1005"', "4:5"),
        ('names:\n  vacant: {first: "${frist}", display: x}', "3:19"),
        ("calling:\n  enabled: true", "3:12"),
        ("desk: {listen: here}", "2:16"),
        ("zoom: {share: 0.5", "2:7"),
    ],
)
def test_a_mistake_that_shows_only_in_the_whole_stands_at_the_setting_that_is_meant(
    write: Write, text: str, place: str
) -> None:
    assert mistake(write, text).startswith(f"{place}: ")


def test_all_mistakes_are_told_at_once(write: Write) -> None:
    assert len(mistakes(write, MINIMAL + "zome: {}\nzoom: {share: 2, plan: free}\n")) == 3


def test_a_hotel_without_a_time_zone_is_a_mistake(write: Write) -> None:
    assert mistakes(write, "property: {name: Harbour View}\n") == ["1:11: property.timezone: missing"]


@pytest.mark.parametrize(
    "zone", ["Atlantis/Capital", "EST5", "", "../etc/passwd", "/etc/localtime", "America"]
)
def test_a_time_zone_that_nobody_knows_is_a_mistake(write: Write, zone: str) -> None:
    (told,) = mistakes(write, f'property: {{timezone: "{zone}"}}\n')
    assert told == "1:22: property.timezone: expected an IANA time zone such as America/New_York"


def test_an_unknown_template_variable_is_a_mistake_that_names_it(write: Write) -> None:
    told = mistake(write, 'names: {vacant: {display: "Room ${number}"}}')
    assert "names.vacant.display: unknown variable ${number}" in told


@pytest.mark.parametrize(
    "verified", ["", ", emergency_verified: null", ", emergency_verified: {date: 2026-11-20, by: R. Moss}"]
)
def test_nobody_is_restricted_before_an_emergency_call_was_tried(write: Write, verified: str) -> None:
    assert "calling.enabled needs emergency_verified" in mistake(
        write, f"calling: {{enabled: true{verified}}}"
    )


def test_a_page_on_the_network_without_users_is_a_mistake(write: Write) -> None:
    told = mistake(write, "desk: {listen: '0.0.0.0:8080'}")
    assert told == (
        "2:16: desk.listen: an address other than loopback (127.0.0.1) needs desk.users, "
        "or desk.proxy with the header in which it names them"
    )


@pytest.mark.parametrize("listen", ["8080x", "127.0.0.1:http"])
def test_a_page_needs_host_and_port(write: Write, listen: str) -> None:
    assert "expected host:port" in mistake(write, f"desk: {{listen: '{listen}'}}")


@pytest.mark.parametrize(
    ("rooms", "told"),
    [
        ('["1001-1010", "1005"]', "room 1005 is listed twice"),
        ("[0101]", 'a number with a leading zero must be quoted, 0101 as "0101"'),
        ('["1001-1010", "!1011"]', '"!1011" excludes nothing'),
        ('["first floor"]', "expected a number, a range"),
    ],
)
def test_a_mistake_in_the_list_of_rooms_is_told(write: Write, rooms: str, told: str) -> None:
    assert any(told in line for line in mistakes(write, f"{MINIMAL}rooms: {rooms}\n"))


@pytest.mark.parametrize(
    ("text", "told"), [("- rooms\n", "1:1: expected settings"), ("", "1:1: expected settings")]
)
def test_a_file_without_settings_is_a_mistake(write: Write, text: str, told: str) -> None:
    (line,) = mistakes(write, text)
    assert line.startswith(told)


def test_bytes_that_are_no_text_are_a_mistake(tmp_path: Path) -> None:
    path = tmp_path / "housephone.yaml"
    path.write_bytes(b"property: {name: Caf\xe9}\n")
    with pytest.raises(Misconfigured, match="not UTF-8"):
        load(path, {})


def test_no_configuration_at_all_says_how_to_get_one() -> None:
    with pytest.raises(Misconfigured) as raised:
        load(None, {})
    assert "reconcile init" in raised.value.remedy


def test_a_configuration_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="No such file"):
        load(tmp_path / "housephone.yaml", {})


# The environment


def test_a_mistake_of_the_environment_names_the_variable_and_not_a_line_of_the_file(write: Write) -> None:
    (told,) = mistakes(write, MINIMAL + "zoom: {share: 0.25}\n", HOUSEPHONE_ZOOM__SHARE="0")

    assert told == "$HOUSEPHONE_ZOOM__SHARE: zoom.share: expected more than 0"


def test_a_misspelt_part_is_blamed_on_the_variable_that_names_it(write: Write) -> None:
    (told,) = mistakes(write, MINIMAL, HOUSEPHONE_ZOM__PLAN="x")
    assert told.startswith("$HOUSEPHONE_ZOM__PLAN: zom: unknown setting, expected one of ")

    (told,) = mistakes(write, MINIMAL + "zom: {plan: pro}\n", HOUSEPHONE_ZOM__PLAN="x")
    assert told.startswith("2:1: zom: unknown setting"), "the file says it, too"


def test_the_environment_outranks_the_file(write: Write) -> None:
    hotel = settings(
        write,
        "zoom: {share: 0.4, client_id: abc}",
        HOUSEPHONE_ZOOM__SHARE="0.25",
        HOUSEPHONE_ZOOM__ACCOUNT_ID="12345",
        HOUSEPHONE_ZOOM__CLIENT_SECRET="s3cret",
        HOUSEPHONE_MESSAGE_MANAGEMENT="true",
        HOUSEPHONE_ROOMS='["1001-1003"]',
        PATH="/usr/bin",
    )
    assert (hotel.zoom.share, hotel.zoom.client_id, hotel.zoom.account_id) == (0.25, "abc", "12345")
    assert hotel.zoom.client_secret == SecretStr("s3cret")
    assert hotel.message_management
    assert hotel.rooms == ["1001-1003"]


def test_the_environment_alone_is_enough(write: Write) -> None:
    path = write("{}\n")
    assert load(path, {"HOUSEPHONE_PROPERTY__TIMEZONE": "Asia/Tokyo"}).property.timezone == "Asia/Tokyo"


def test_an_unknown_setting_in_the_environment_is_a_mistake(write: Write) -> None:
    assert "zoom.shar: unknown setting" in mistake(write, "", HOUSEPHONE_ZOOM__SHAR="0.4")


def test_variables_of_a_test_run_are_no_settings(write: Write) -> None:
    settings(write, "", HOUSEPHONE_TEST_STRICT="1", HOUSEPHONE_CONFIG="elsewhere.yaml")


def test_text_that_only_looks_like_json_stays_text() -> None:
    assert overlay({}, {"HOUSEPHONE_ZOOM__CLIENT_SECRET": "{half"}) == {"zoom": {"client_secret": "{half"}}
    assert overlay(None, {"HOUSEPHONE_DATABASE": ""}) == {"database": ""}


def test_the_overlay_leaves_the_files_own_data_alone() -> None:
    data = {"zoom": {"share": 0.4}}
    overlay(data, {"HOUSEPHONE_ZOOM__SHARE": "0.1"})
    assert data == {"zoom": {"share": 0.4}}


# Secrets


def test_a_secret_is_never_shown(write: Write) -> None:
    hotel = settings(write, "zoom: {client_secret: s3cret}\ndatabase: postgresql://u:s3cret@db/h")
    assert "s3cret" not in repr(hotel)


def test_a_secret_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "zoom").write_text("s3cret\n", encoding="utf-8")
    assert secret(None, tmp_path / "zoom", "zoom.client_secret") == "s3cret"
    assert secret(SecretStr("given"), tmp_path / "zoom", "zoom.client_secret") == "given"


def test_a_secret_saved_by_an_editor_with_a_byte_order_mark_is_the_same_secret(tmp_path: Path) -> None:
    (tmp_path / "zoom").write_bytes(b"\xef\xbb\xbfs3cret\r\n")
    assert secret(None, tmp_path / "zoom", "zoom.client_secret") == "s3cret"


def test_a_secret_that_is_no_text_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "zoom").write_bytes(b"\xff\xfes\x003\x00")
    with pytest.raises(ValueError, match=r"client_secret_file: .*zoom: not UTF-8 text$"):
        secret(None, tmp_path / "zoom", "zoom.client_secret")


def test_a_missing_secret_says_where_it_may_come_from(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"client_secret_file or HOUSEPHONE_ZOOM__CLIENT_SECRET"):
        secret(None, None, "zoom.client_secret")
    with pytest.raises(ValueError, match=r"client_secret_file: .*zoom: No such file"):
        secret(None, tmp_path / "zoom", "zoom.client_secret")


# Where the configuration is


def test_the_named_configuration_comes_before_the_environments_and_that_before_the_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environment = {"HOUSEPHONE_CONFIG": "/etc/other.yaml"}
    assert find(Path("mine.yaml"), environment) == Path("mine.yaml")
    assert find(None, environment) == Path("/etc/other.yaml")
    (tmp_path / "housephone.yaml").write_text(MINIMAL, encoding="utf-8")
    assert find(None, {}) == Path("housephone.yaml")


def test_the_platforms_folder_is_the_last_resort(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_CONFIG_DIRS", str(tmp_path / "nowhere"))
    assert find(None, {}) is None
    (tmp_path / "config/housephone").mkdir(parents=True)
    (tmp_path / "config/housephone/housephone.yaml").write_text(MINIMAL, encoding="utf-8")
    assert find(None, {}) == tmp_path / "config/housephone/housephone.yaml"


LAMPS = (
    "sip: {pbx: {address: pbx}, accounts: [{user: '9001'}], backend: %s}\nvoice: {light: {notify: true}}\n"
)


def test_lamps_are_switched_where_the_telephone_stack_and_the_mailbox_are_ours(write: Write) -> None:
    assert settings(write, LAMPS % "baresip").voice is not None
    assert "backend: pyvoip cannot switch lamps; use baresip" in mistake(write, LAMPS % "pyvoip")
    assert "needs our own mailbox" in mistake(write, LAMPS % "baresip" + "message_management: true\n")
