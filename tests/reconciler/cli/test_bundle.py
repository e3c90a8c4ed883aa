"""`reconcile support-bundle`: everything that helps, of a hotel full of nasty names, and none of them in it."""

import base64
import json
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from desired.events import CheckedIn
from drivers.pms.fias.framelog import DailyFrameLog, mask_key
from drivers.pms.fias.masking import Mask
from reconciler.app.linked import FRAMES, MASK_KEY
from reconciler.store.rows import Happened, HappeningRow
from reconciler.store.store import Store
from tests.reconciler.hearsay import PMS, tell
from tests.reconciler.house import House, Ran

GUESTS = {
    "1001": ("Xaviera", "Quisquilla"),
    "1002": ("<script>alert(1)</script>", "O'Malley-Ptolemy"),
    "1003": ("Ünïkôdé", "Straßenbahn"),
    "1004": ("陳大文", "Иванов"),
    "1005": ("Wolfeschlegelstein" * 8, "Zzyzx"),
    "1006": ('Quo"te\\Backslash', "%s{}${first}"),
}
NAMES = (
    "Xaviera", "Quisquilla", "Malley", "Ptolemy", "Ünïkôdé", "Straßenbahn", "陳大文", "Иванов", "Wolfeschlegel",
    "Zzyzx", "Backslash",
)  # fmt: skip
EVENT_SECRET = 'Ev3nt"s/ecret'


def parts_of(file: Path) -> dict[str, str]:
    with tarfile.open(file) as archive:
        found = {}
        for member in archive:
            content = archive.extractfile(member)
            assert content is not None
            found[member.name.removeprefix("housephone-support/")] = content.read().decode()
    return found


def forms(word: str) -> set[str]:
    """A word as it may stand in a file."""
    return {
        word, word.upper(), word.lower(), json.dumps(word)[1:-1], quote(word), quote(word, safe=""), repr(word)[1:-1],
        base64.b64encode(word.encode()).decode().rstrip("="), word.encode().hex(),
    }  # fmt: skip


def given_away(parts: dict[str, str], *words: str) -> list[tuple[str, str]]:
    """Which of these words can be read where."""
    return [
        (name, word) for name, text in parts.items() for word in words for form in forms(word) if form in text
    ]


@pytest.fixture
def full(house: House) -> House:
    """Nasty guests in all rooms; records, packets, alarms and what people did are noted."""
    hook = {"url": "https://hotel.example/hook/T0ken-in-path", "secret": "Hook5ecret"}
    house.configure(pms=[PMS], zoom={"event_secret": EVENT_SECRET}, alerts={"webhook": hook})
    for number, (room, (first, last)) in enumerate(GUESTS.items()):
        tell(house, CheckedIn(room, f"8431{number}", {"first": first, "last": last}), ago=timedelta(hours=1))
    assert house("--yes").code in {0, 4}
    house("pause", "1002", "--reason", "Mr Ptolemy has complained")
    mask = Mask(mask_key(house.state / MASK_KEY))
    for masked in (True, False):
        log = DailyFrameLog(house.state / FRAMES, mask.record if masked else str, 14, masked=masked)
        log.note(datetime.now(UTC), "pms", "in", [f"GI|RN1001|G#84310|GNQuisquilla|GFXaviera|A{masked}|"])
        log.close()
    secret = house.cloud.client_secret
    (house.state / "packets.log").write_text(f"2026-11-22T12:00:00Z Quisquilla in a line, and {secret}\n")
    with Store.open(
        house.state / "housephone.sqlite", property_name="Harbour View", account=house.cloud.account_id
    ) as store:
        at = datetime.now(UTC)
        store.note_happenings([HappeningRow(at, Happened.SIGN_IN_REFUSED, "desk", None, "MyPassword1")])
        store.note_happenings([HappeningRow(at, Happened.LINK_DOWN, "pms", None, "", {"reason": "closed"})])
    return house


def bundled(house: House, file: Path) -> tuple[Ran, dict[str, str]]:
    ran = house("support-bundle", file)
    return ran, parts_of(file)


def test_a_bundle_names_no_guest_and_no_secret(full: House, tmp_path: Path) -> None:
    file = tmp_path / "support.tar.gz"
    ran, parts = bundled(full, file)
    assert ran.code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    assert given_away(parts, *NAMES) == []
    secrets = (
        full.cloud.client_secret,
        EVENT_SECRET,
        "Hook5ecret",
        "T0ken-in-path",
        "MyPassword1",
    )
    assert given_away(parts, *secrets) == []


def test_a_bundle_holds_what_helps(full: House, tmp_path: Path) -> None:
    ran, parts = bundled(full, tmp_path / "support.tar.gz")
    assert ran.code == 0
    listed = {
        line.split()[0]
        for line in parts["README.txt"].splitlines()
        if line.split("  ")[0].endswith(("json", "txt"))
    }
    assert len(listed) == 10
    assert listed <= set(parts)
    assert "logs/packets.log" in parts
    assert json.loads(parts["store.json"])["rows"]["history"] >= 6
    assert json.loads(parts["about.json"])["usable"] is True
    configuration = json.loads(parts["configuration.json"])
    assert configuration["property"]["timezone"] == "America/New_York"
    assert configuration["zoom"]["client_secret"] == "*"
    assert configuration["alerts"]["webhook"] == {"url": "https://hotel.example", "secret": "*"}
    assert "configuration: Harbour View, America/New_York" in parts["check.txt"]
    assert [row["kind"] for row in json.loads(parts["happenings.json"])][:2] == [
        "link_down",
        "sign_in_refused",
    ]


def test_a_name_has_the_same_mask_everywhere(full: House, tmp_path: Path) -> None:
    _, parts = bundled(full, tmp_path / "support.tar.gz")
    masked = Mask(mask_key(full.state / MASK_KEY)).words("Quisquilla")
    (frames,) = [text for name, text in parts.items() if name.endswith(".jsonl")]
    lines = [json.loads(line)["record"] for line in frames.splitlines()]
    assert [f"|GN{masked}|" in line for line in lines] == [True, True]
    (room,) = [each for each in json.loads(parts["rooms.json"])["rooms"] if each["room"] == "1001"]
    assert room["guests"][0]["last"] == masked
    assert room["guests"][0]["reservation"] == "84310"
    assert f"{masked} 1001" in parts["history.json"]
    assert '"Room 1001"' in parts["history.json"]


def test_a_broken_configuration_gives_a_bundle_too(full: House, tmp_path: Path) -> None:
    full.config.write_text(
        "property: {name: Harbour View, timezone: Mars/Olympus}\n"
        "zoom: {client_secret: Sup3rS3cret, clientsecret: Typ0S3cret}\npms: not a list\n"
    )
    ran, parts = bundled(full, tmp_path / "support.tar.gz")
    assert ran.code == 0
    assert "missing   settings:" in ran.out
    assert "timezone" in parts["missing.txt"]
    assert json.loads(parts["configuration.json"])["zoom"] == {"client_secret": "*", "clientsecret": "*"}
    assert [name for name in parts if name.startswith("logs/")]
    assert given_away(parts, "Quisquilla", "Xaviera", "Sup3rS3cret", "Typ0S3cret") == []


@pytest.mark.parametrize("text", ["\tnot: [yaml", "client_secret: Sup3rS3cret\n: : :", "", "\x00"])
def test_a_configuration_that_is_no_yaml_gives_a_bundle_too(full: House, tmp_path: Path, text: str) -> None:
    full.config.write_text(text)
    ran, parts = bundled(full, tmp_path / "support.tar.gz")
    assert ran.code == 0
    assert "settings:" in parts["missing.txt"]
    assert given_away(parts, "Sup3rS3cret", "Quisquilla") == []


def test_a_damaged_store_costs_only_what_is_in_it(full: House, tmp_path: Path) -> None:
    (full.state / "housephone.sqlite").write_bytes(b"not a database at all" * 100)
    ran, parts = bundled(full, tmp_path / "support.tar.gz")
    assert ran.code == 0
    assert "missing   rooms.json, what is known of the hotel: the store" in ran.out
    assert "logs/packets.log: the store cannot tell the names to search it for" in parts["missing.txt"]
    assert [name for name in parts if name.startswith("logs/pms")]
    assert given_away(parts, *NAMES) == []


def test_a_bundle_takes_the_place_of_no_file(full: House, tmp_path: Path) -> None:
    file = tmp_path / "support.tar.gz"
    file.write_text("mine")
    ran = full("support-bundle", file)
    assert ran.code == 1
    assert "there is such a file already" in ran.err
    assert file.read_text() == "mine"
