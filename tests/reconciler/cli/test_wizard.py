"""`reconcile init --wizard`: a hotel is asked for what is needed, and hears at once what is wrong with an answer."""

import io
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from fixtures.hotel_pms import HotelPms
from reconciler.app.wizard.draft import DRAFT
from reconciler.configuration.file import load
from tests.reconciler.house import House, Ran

RETURN = ""
Wizard = Callable[..., Ran]


@pytest.fixture
def hotel(tmp_path: Path) -> Path:
    """The folder of a hotel that has nothing yet."""
    return tmp_path / "hotel"


@pytest.fixture
def wizard(house: House, hotel: Path, monkeypatch: pytest.MonkeyPatch) -> Wizard:
    """Give answers line by line, as another program would."""
    monkeypatch.setenv("HOUSEPHONE_ZOOM__URL", house.url)

    def asked(*answers: object) -> Ran:
        monkeypatch.setattr("sys.stdin", io.StringIO("".join(f"{answer}\n" for answer in answers)))
        return house.run(["init", str(hotel), "--wizard"])

    return asked


def of_the_hotel(rooms: str = "1001-1006") -> list[str]:
    return ["Harbour View", "America/New_York", rooms]


def of_zoom(house: House, secret: str | None = None) -> list[str]:
    return [house.cloud.account_id, house.cloud.client_id, secret or house.cloud.client_secret, "business"]


NO_PMS, NO_LINES = ["-"], ["no"]


def test_a_hotel_that_has_answered_everything_can_look_at_what_would_change(
    house: House, hotel: Path, wizard: Wizard
) -> None:
    ran = wizard(*of_the_hotel(), *of_zoom(house), *NO_PMS, *NO_LINES)
    assert (ran.code, ran.err) == (0, "")
    assert "ok   Zoom: gives a token to the app" in ran.out
    assert "ok   rooms: Zoom has all 6 extensions" in ran.out
    settings = load(hotel / "housephone.yaml", {})
    assert (settings.property.name, settings.zoom.plan) == ("Harbour View", "business")
    assert not (hotel / DRAFT).exists()
    assert (hotel / "rooms" / ".schema" / "room.json").is_file()
    (hotel / "rooms" / "1001.yaml").write_text('room: "1001"\nguests: [{first: Ana, last: Souza}]\n')
    pending = house.run(["--config", str(hotel / "housephone.yaml"), "--dry-run"])
    assert (pending.code, pending.err) == (2, "")


def test_what_it_writes_explains_every_setting(house: House, hotel: Path, wizard: Wizard) -> None:
    wizard(*of_the_hotel(), *of_zoom(house), *NO_PMS, *NO_LINES)
    text = (hotel / "housephone.yaml").read_text(encoding="utf-8")
    assert "# The guest rooms. They are a fence: nothing else in Zoom is ever written." in text
    assert "\nrooms:\n  - 1001-1006\n" in text
    assert "\n#sip: null\n" in text


def test_the_secret_stands_in_a_file_of_its_own_and_nowhere_else(
    house: House, hotel: Path, wizard: Wizard
) -> None:
    ran = wizard(*of_the_hotel(), *of_zoom(house), *NO_PMS, *NO_LINES)
    file = hotel / "secrets" / "zoom"
    assert file.read_text(encoding="utf-8").strip() == house.cloud.client_secret
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert house.cloud.client_secret not in ran.out + (hotel / "housephone.yaml").read_text(encoding="utf-8")


def test_a_setting_that_cannot_be_used_is_asked_for_again(house: House, hotel: Path, wizard: Wizard) -> None:
    ran = wizard(
        "Harbour View", "Mars/Olympus", "America/New_York", "1001-1", "1001-1006", *of_zoom(house), "-", "no"
    )
    assert ran.code == 0
    assert "property.timezone: expected an IANA time zone" in ran.out
    assert load(hotel / "housephone.yaml", {}).rooms == ["1001-1006"]


def test_a_secret_that_zoom_refuses_is_told_at_once_and_can_be_given_again(
    house: House, wizard: Wizard
) -> None:
    again = [RETURN, RETURN, house.cloud.client_secret, RETURN]
    ran = wizard(*of_the_hotel(), *of_zoom(house, secret="wrong"), "again", *again, *NO_PMS, *NO_LINES)
    assert "bad  Zoom: Zoom refuses the app" in ran.out
    assert (ran.code, ran.err) == (0, "")


def test_a_missing_scope_is_told_with_what_is_off_for_want_of_it(house: House, wizard: Wizard) -> None:
    house.cloud.scopes.discard("user:update:presence_status:admin")
    ran = wizard(*of_the_hotel(), *of_zoom(house), *NO_PMS, *NO_LINES)
    assert "warn feature dnd: off: do-not-disturb of users" in ran.out
    assert ran.code == 0


def test_rooms_that_zoom_does_not_have_are_named(house: House, wizard: Wizard) -> None:
    ran = wizard(*of_the_hotel("1001-1008"), *of_zoom(house), *NO_PMS, *NO_LINES)
    assert "warn rooms: Zoom has no extension for 2 of 8: 1007, 1008" in ran.out


def test_who_leaves_goes_on_later_with_the_return_key(house: House, hotel: Path, wizard: Wizard) -> None:
    left = wizard(*of_the_hotel(), *of_zoom(house)[:3])
    assert left.code == 1
    assert "the wizard was left; what you have answered is kept" in left.err
    assert not (hotel / "housephone.yaml").exists()
    assert stat.S_IMODE((hotel / DRAFT).stat().st_mode) == 0o600
    ran = wizard(*[RETURN] * 6, "business", *NO_PMS, *NO_LINES)
    assert (ran.code, ran.err) == (0, "")
    assert "What you have answered before is in brackets." in ran.out
    settings = load(hotel / "housephone.yaml", {})
    assert (settings.property.name, settings.zoom.account_id) == ("Harbour View", house.cloud.account_id)


def test_a_configuration_that_is_there_is_never_touched(house: House, hotel: Path, wizard: Wizard) -> None:
    hotel.mkdir()
    (hotel / "housephone.yaml").write_text("mine\n")
    ran = wizard(*of_the_hotel())
    assert ran.code == 1
    assert "there is a configuration already" in ran.err
    assert [path.name for path in hotel.iterdir()] == ["housephone.yaml"]
    assert (hotel / "housephone.yaml").read_text() == "mine\n"
    assert house.cloud.calls == []


def test_a_draft_that_somebody_has_spoilt_is_begun_anew(house: House, hotel: Path, wizard: Wizard) -> None:
    hotel.mkdir()
    (hotel / DRAFT).write_text("a: [")
    assert wizard(*of_the_hotel(), *of_zoom(house), *NO_PMS, *NO_LINES).code == 0


def test_the_link_to_the_pms_is_tried_with_its_handshake(house: House, hotel: Path, wizard: Wizard) -> None:
    pms = HotelPms(map(str, range(1001, 1007)), zone="America/New_York")
    with pms.serve_in_thread() as port:
        ran = wizard(*of_the_hotel(), *of_zoom(house), "127.0.0.1", port, RETURN, "yes", *NO_LINES)
    assert f"ok   PMS: answers at 127.0.0.1:{port}, and the link is alive" in ran.out
    (link,) = load(hotel / "housephone.yaml", {}).pms
    assert (link.port, link.encoding) == (port, "cp1252")


def test_a_pms_that_does_not_answer_can_be_kept_all_the_same(
    house: House, hotel: Path, wizard: Wizard
) -> None:
    ran = wizard(*of_the_hotel(), *of_zoom(house), "127.0.0.1", "9", RETURN, "yes", "keep", *NO_LINES)
    assert "bad  PMS: 127.0.0.1:9: connection refused: does the PMS's interface run" in ran.out
    assert ran.code == 0
    assert load(hotel / "housephone.yaml", {}).pms[0].port == 9


def test_beside_an_old_system_the_pms_is_left_alone(house: House, hotel: Path, wizard: Wizard) -> None:
    pms = HotelPms(map(str, range(1001, 1007)), zone="America/New_York")
    with pms.serve_in_thread() as port:
        ran = wizard(*of_the_hotel(), *of_zoom(house), "127.0.0.1", port, RETURN, "no", *NO_LINES)
        assert pms.connections == 0
    assert ran.code == 0
    assert load(hotel / "housephone.yaml", {}).pms[0].port == port
