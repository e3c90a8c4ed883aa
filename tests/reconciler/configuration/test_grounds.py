"""What an audit keeps of the configuration: the same as a fresh check, and never older than the file."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.configuration.file import load
from reconciler.configuration.grounds import Grounds, keep, recall
from tests.bench import hotels

EVERYTHING = """\
property: {name: Harbour View, timezone: America/New_York, tenant: Harbour, site: East}
rooms: ["1001-1003", {room: PH1, extensions: ["1900"], description: Penthouse, room_id: P}]
zoom: {account_id: acct, plan: business, share: 0.8}
names:
  occupied: {first: "${title}", last: "${last}", display: "${last} ${extension}"}
  device: {occupied: "${last}", vacant: "Room ${room}"}
  vip: {1: Gold}
department: state
department_words: {occupied: Belegt, vacant: Frei, date_format: "%d.%m."}
message_management: true
calling: {enabled: true, emergency_verified: {date: 2026-11-20, by: R. Moss, users: true}}
voice: {language: de}
safety: {max_blanked: 40%, max_deletes: 7}
"""


class Hotel:
    """A hotel's configuration on disk."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "housephone.yaml"
        self.folder = folder
        self.environment: dict[str, str] = {}
        self.write(EVERYTHING)

    def write(self, text: str) -> None:
        self.file.write_text(text, encoding="utf-8")

    def checked(self) -> Grounds:
        return load(self.file, self.environment).grounds

    def kept(self) -> Grounds | None:
        return recall(self.file.read_bytes(), self.folder, self.environment)

    def keep(self) -> None:
        keep(self.checked(), self.file.read_bytes(), self.folder, self.environment)


@pytest.fixture
def hotel(tmp_path: Path) -> Hotel:
    return Hotel(tmp_path)


def test_nothing_is_known_before_the_first_check(hotel: Hotel) -> None:
    assert hotel.kept() is None


def test_what_is_kept_makes_the_same_house(hotel: Hotel) -> None:
    hotel.keep()
    kept, checked = hotel.kept(), hotel.checked()
    assert kept is not None
    assert repr(kept.house) == repr(checked.house)
    assert kept.table == checked.table
    assert kept.withheld() == checked.withheld() != {}
    assert kept.limits == checked.limits
    assert (kept.name, kept.zone, kept.account, kept.plan, kept.share, kept.desired, kept.state) == (
        checked.name, checked.zone, checked.account, checked.plan, checked.share, checked.desired, checked.state,
    )  # fmt: skip


def test_an_edit_of_one_letter_is_checked_anew(hotel: Hotel) -> None:
    hotel.keep()
    hotel.write(EVERYTHING.replace("Belegt", "belegt"))
    assert hotel.kept() is None


def test_a_variable_of_the_environment_is_checked_anew(hotel: Hotel) -> None:
    hotel.keep()
    hotel.environment["HOUSEPHONE_SAFETY__MAX_BLANKED"] = "10%"
    assert hotel.kept() is None
    hotel.keep()
    kept = hotel.kept()
    assert kept is not None
    assert kept.max_blanked == 0.1


def test_another_edition_of_the_program_checks_anew(hotel: Hotel, monkeypatch: pytest.MonkeyPatch) -> None:
    hotel.keep()
    monkeypatch.setattr("reconciler.configuration.grounds.edition", lambda _folder=None: "another")
    assert hotel.kept() is None


@pytest.mark.parametrize("state", ["state: kept\n", 'state: "kept"  # on the fast disk\n', ""])
def test_the_state_folder_may_have_any_name(hotel: Hotel, state: str) -> None:
    hotel.write(EVERYTHING + state)
    hotel.keep()
    assert hotel.kept() is not None


def test_the_environment_may_name_the_state_folder(hotel: Hotel, tmp_path: Path) -> None:
    hotel.environment["HOUSEPHONE_STATE"] = str(tmp_path / "elsewhere")
    hotel.keep()
    assert (tmp_path / "elsewhere" / "grounds.json").exists()
    assert hotel.kept() is not None


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"made_of": 1}', "null"])
def test_a_damaged_memory_only_costs_time(hotel: Hotel, damage: str) -> None:
    hotel.keep()
    (hotel.folder / "state" / "grounds.json").write_text(damage)
    assert hotel.kept() is None


@pytest.mark.parametrize(
    "damage",
    [{"rooms": [5]}, {"rooms": [["1", None]]}, {"names": {}}, {"names": {"occupied": 5}}, {"max_blanked": "x"},
     {"plan": "gold"}, {"department": ["a", "b", "c", "d", "e"]}, {"timezone": "Nowhere/Else"}, {"untried": 7}],
)  # fmt: skip
def test_a_memory_of_another_shape_only_costs_time(hotel: Hotel, damage: dict[str, object]) -> None:
    hotel.keep()
    file = hotel.folder / "state" / "grounds.json"
    kept = json.loads(file.read_text())
    file.write_text(json.dumps({**kept, "grounds": {**kept["grounds"], **damage}}))
    assert hotel.kept() is None


def test_a_memory_that_cannot_be_written_is_done_without(hotel: Hotel, tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    hotel.keep()
    assert hotel.kept() is None


def test_only_its_owner_may_read_it_and_no_secret_is_in_it(hotel: Hotel) -> None:
    hotel.environment["HOUSEPHONE_ZOOM__CLIENT_SECRET"] = "s3cret-of-the-account"
    hotel.keep()
    file = hotel.folder / "state" / "grounds.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert "s3cret" not in file.read_text()


def test_the_audit_of_a_hotel_in_order_does_without_pydantic(tmp_path: Path) -> None:
    """Its import costs a third of the half second that an audit may take."""
    house = hotels.offline(tmp_path / "hotel", 5)
    program = (
        "import sys, desired.files; from reconciler.cli import main\n"
        "desired.files.STAMP_GRAIN = 0  # the documents are as old as any\ntry: main()\n"
        "finally: print('pydantic' in sys.modules, file=sys.stderr)"
    )
    asked = ["--config", str(house.config), "--dry-run", "--snapshot", str(house.snapshot)]
    runs = [
        subprocess.run([sys.executable, "-c", program, *asked], capture_output=True, text=True, check=False)
        for _ in range(2)
    ]
    assert [run.stderr for run in runs] == ["True\n", "False\n"]
    assert [run.returncode for run in runs] == [0, 0]
    assert runs[0].stdout.splitlines()[1:] == runs[1].stdout.splitlines()[1:]  # the first line has the time
