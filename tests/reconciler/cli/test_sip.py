"""`reconcile sip import`: the hotel's own lines as Zoom has provisioned them."""

import json
import stat
import tarfile
from pathlib import Path
from typing import Any

import pytest

from fixtures.zoom_cloud import ZoomCloud
from fixtures.zoom_cloud.records import Device
from reconciler.app.imported import FILE, users_of
from reconciler.app.lines import setup_of
from reconciler.configuration.file import load
from reconciler.errors import Fatal
from tests.reconciler.house import House

PASSWORDS = ("s3cret-of-9001", "s3cret-of-9002")
ZOOM_LINES = {"pbx": {"address": "sip.example"}, "accounts": "zoom"}


def account(user: str, password: str, **other: str) -> dict[str, str]:
    return {
        "user_name": user, "authorization_id": f"auth-{user}", "password": password,
        "sip_domain": "123.zoom.example", "outbound_proxy": "proxy.zoom.example:5091",
    } | other  # fmt: skip


@pytest.fixture
def voice(cloud: ZoomCloud) -> Device:
    """The telephone that is no telephone: our channels."""
    lines = [account(user, word) for user, word in zip(("9001", "9002"), PASSWORDS, strict=True)]
    return cloud.add_device("Voice server", sip_accounts=lines)


@pytest.mark.usefixtures("voice")
def test_the_lines_of_a_telephone_are_kept_as_secrets_and_never_printed(house: House) -> None:
    house.configure(sip=ZOOM_LINES)
    ran = house("--debug", "sip", "import", "--device", "voice SERVER")
    assert ran.code == 0
    assert ran.out.splitlines()[:4] == [
        "account   9001", "account   9002", "domain    123.zoom.example", "proxy     proxy.zoom.example:5091",
    ]  # fmt: skip
    file = house.state / FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert all(word in file.read_text() for word in PASSWORDS)
    logs = "".join(path.read_text() for path in house.state.glob("*.log"))
    assert not any(word in ran.out + ran.err + logs for word in PASSWORDS)


def test_a_telephone_is_found_by_its_mac_address_in_any_form(house: House, voice: Device) -> None:
    mac = "-".join(voice.mac_address[at : at + 2] for at in range(0, 12, 2)).upper()
    assert house("sip", "import", "--device", mac).code == 0


@pytest.mark.usefixtures("voice")
def test_imported_lines_are_the_channels_with_zooms_domain_and_proxy(house: House) -> None:
    house.configure(sip=ZOOM_LINES)
    house("sip", "import", "--device", "Voice server")
    settings = load(house.config, {})
    assert settings.sip is not None
    setup = setup_of(settings.sip, settings.state)
    assert [(each.user, each.auth_user, each.password) for each in setup.accounts] == [
        ("9001", "auth-9001", PASSWORDS[0]), ("9002", "auth-9002", PASSWORDS[1]),
    ]  # fmt: skip
    assert (setup.domain, setup.next_hop) == ("123.zoom.example", ("proxy.zoom.example", 5091))
    assert users_of(settings) == ["9001", "9002"]
    assert not any(word in repr(setup) for word in PASSWORDS)


@pytest.mark.usefixtures("voice")
def test_what_the_configuration_says_of_domain_and_proxy_goes_before_zoom(house: House) -> None:
    own: dict[str, Any] = {
        "pbx": {"address": "sip.example", "domain": "own.example"},
        "proxy": {"address": "own-proxy.example", "port": 5099},
    }
    house.configure(sip=ZOOM_LINES | own)
    house("sip", "import", "--device", "Voice server")
    settings = load(house.config, {})
    assert settings.sip is not None
    setup = setup_of(settings.sip, settings.state)
    assert (setup.domain, setup.next_hop) == ("own.example", ("own-proxy.example", 5099))


def test_before_anything_was_imported_the_lines_cannot_be_opened(house: House) -> None:
    house.configure(sip=ZOOM_LINES)
    settings = load(house.config, {})
    assert settings.sip is not None
    assert users_of(settings) == []
    with pytest.raises(Fatal, match="no accounts have been read yet"):
        setup_of(settings.sip, settings.state)


@pytest.mark.usefixtures("voice")
@pytest.mark.parametrize("content", ["", "[]", '{"device": "x", "accounts": [{"password": "hush"}]}'])
def test_a_file_that_cannot_be_understood_is_named_and_not_quoted(house: House, content: str) -> None:
    house.configure(sip=ZOOM_LINES)
    house("sip", "import", "--device", "Voice server")
    (house.state / FILE).write_text(content)
    settings = load(house.config, {})
    assert settings.sip is not None
    with pytest.raises(Fatal, match="cannot be understood") as refused:
        setup_of(settings.sip, settings.state)
    assert "hush" not in str(refused.value)


def test_a_telephone_that_nobody_has_is_said(house: House) -> None:
    ran = house("sip", "import", "--device", "Voice server")
    assert ran.code == 1
    assert "Zoom has no telephone with the name or MAC address Voice server" in ran.err


def test_two_telephones_of_one_name_are_told_apart_by_their_address(house: House, cloud: ZoomCloud) -> None:
    macs = [cloud.add_device("Voice", sip_accounts=[account("9001", "x")]).mac_address for _ in "ab"]
    ran = house("sip", "import", "--device", "Voice")
    assert ran.code == 1
    assert f"Zoom has 2 telephones with that name: {', '.join(macs)}" in ran.err
    assert house("sip", "import", "--device", macs[1]).code == 0


def test_a_telephone_that_zoom_provisions_by_itself_has_no_accounts_for_us(
    house: House, cloud: ZoomCloud
) -> None:
    cloud.add_device("Lobby", [7001])
    ran = house("sip", "import", "--device", "Lobby")
    assert ran.code == 1
    assert "Lobby: Zoom provisions it by itself (ztp)" in ran.err
    assert not (house.state / FILE).exists()


def test_lines_of_two_domains_are_refused_and_what_was_there_stays(house: House, cloud: ZoomCloud) -> None:
    cloud.add_device("Old", sip_accounts=[account("9001", PASSWORDS[0])])
    both = [account("9001", "x"), account("9002", "x", sip_domain="other.example")]
    cloud.add_device("New", sip_accounts=both)
    assert house("sip", "import", "--device", "Old").code == 0
    ran = house("sip", "import", "--device", "New")
    assert ran.code == 1
    assert "its accounts are not of one domain: 123.zoom.example, other.example" in ran.err
    assert json.loads((house.state / FILE).read_text())["device"] == "Old"


@pytest.mark.usefixtures("voice")
def test_a_backup_does_not_take_the_passwords_along(house: House, tmp_path: Path) -> None:
    house("sip", "import", "--device", "Voice server")
    file = tmp_path / "backup.tar"
    assert house("backup", str(file)).code == 0
    with tarfile.open(file) as archive:
        assert not [name for name in archive.getnames() if "sip-accounts" in name]


def test_a_test_call_needs_lines_and_something_that_can_be_dialled(house: House) -> None:
    ran = house("testcall", 1001)
    assert ran.code == 1
    assert "there are no telephone lines" in ran.err
    house.configure(sip=ZOOM_LINES)
    ran = house("testcall", 1001)
    assert "no accounts have been read yet" in ran.err
    ran = house("testcall", "lobby")
    assert ran.code == 64
    assert "lobby: neither a room of `rooms:` nor what a telephone can dial" in ran.err
