"""`reconcile forget`: a guest who has left is gone from every byte that the hotel keeps."""

import json
import wave
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desired.events import Changed, CheckedIn, CheckedOut
from drivers.pms.fias.framelog import DailyFrameLog, mask_key
from drivers.pms.fias.masking import Mask
from fixtures.zoom_cloud import ZoomCloud
from reconciler.app.linked import FRAMES, MASK_KEY
from reconciler.store.rows import MessageRow
from reconciler.store.store import Store
from tests.reconciler.hearsay import PMS, tell
from tests.reconciler.house import House

DAY = timedelta(days=1)
NOW = datetime.now(UTC).replace(microsecond=0)
ANA = CheckedIn("1001", "84311", {"first": "Xaviera", "last": "Quisquilla"})


def opened(house: House) -> Store:
    return Store.open(
        house.state / "housephone.sqlite", property_name="Harbour View", account=house.cloud.account_id
    )


def files_with(house: House, *words: str) -> list[str]:
    """The files of the state folder in which one of these words can be read, whatever the file is."""
    needles = [form for word in words for form in (word.encode(), json.dumps(word)[1:-1].encode())]
    files = [path for path in house.state.rglob("*") if path.is_file()]
    return [
        path.name
        for path in files
        if any(each in path.read_bytes().lower() for each in map(bytes.lower, needles))
    ]


def record(house: House, text: str, *, ago: timedelta, masked: bool = True) -> None:
    """The PMS has said this, and the log of its records has noted it."""
    mask = Mask(mask_key(house.state / MASK_KEY))
    log = DailyFrameLog(house.state / FRAMES, mask.record if masked else str, 14)
    log.note(datetime.now(UTC) - ago, "pms", "in", [text])
    log.close()


def message(house: House, id_: str, stay: str, *, left: bool) -> Path:
    """Somebody has left a message for a guest."""
    with opened(house) as store:
        store.enter_messages([MessageRow(id_, "1001", stay, NOW - DAY, 2.0, left_at=NOW if left else None)])
    place = house.state / "mail" / f"{id_}.wav"
    place.parent.mkdir(exist_ok=True)
    with wave.open(str(place), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(b"\x00\x10" * 8000)
    return place


@pytest.fixture
def left(house: House) -> House:
    """Xaviera Quisquilla was in 1001 yesterday; Li Wu is there now. Their telephones have shown both."""
    house.configure(pms=[PMS])
    record(house, "GI|RN1001|G#84311|GNQuisquilla|GFXaviera|", ago=timedelta(seconds=30))
    tell(house, ANA, ago=timedelta(hours=1))
    assert house("--yes").code == 0
    assert house.shown(1001) == ["Xaviera Quisquilla 1001"]
    record(house, "GO|RN1001|G#84311|", ago=timedelta())
    tell(
        house, CheckedOut("1001", "84311"), CheckedIn("1001", "84312", {"first": "Li", "last": "Wu"}),
        ago=timedelta(minutes=1),
    )  # fmt: skip
    assert house("--yes").code == 0
    assert house.shown(1001) == ["Li Wu 1001"]
    return house


@pytest.mark.parametrize("whom", [("--reservation", "84311"), ("--name", "quisquilla"), ("--room", "1001")])
def test_a_guest_who_has_left_is_gone_from_every_file(left: House, whom: tuple[str, str]) -> None:
    sound = message(left, "m1", "84311", left=True)
    assert files_with(left, "Quisquilla", "Xaviera")

    ran = left("forget", *whom, "--yes")

    assert "changes in the history lose the name" in ran.out
    assert files_with(left, "Quisquilla", "Xaviera", "84311") == []
    if whom[0] != "--name":
        assert not sound.exists()
    assert left.shown(1001) == ["Li Wu 1001"]
    (room,) = left("show", "1001", "--format", "json").json["rooms"]
    assert [guest["last"] for guest in room["guests"]] == ["Wu"]
    changes = left("history", "--format", "json").json["history"]
    assert {"(erased)", "Li Wu 1001", "Room 1001"} <= {
        c[side] for c in changes for side in ("before", "after")
    }


def test_by_reservation_a_name_that_was_put_right_during_the_stay_goes_as_it_was_before_too(
    house: House,
) -> None:
    house.configure(pms=[PMS])
    record(house, "GI|RN1001|G#84311|GNQuisqulla|GFXaviera|", ago=timedelta(seconds=50))
    tell(house, CheckedIn("1001", "84311", {"first": "Xaviera", "last": "Quisqulla"}), ago=timedelta(hours=2))
    assert house("--yes").code == 0
    record(house, "GC|RN1001|G#84311|GNQuisquilla|GFXaviera|", ago=timedelta(seconds=30))
    tell(house, Changed("1001", "84311", {"last": "Quisquilla"}), ago=timedelta(hours=1))
    assert house("--yes").code == 0
    assert house.shown(1001) == ["Xaviera Quisquilla 1001"]
    record(house, "GO|RN1001|G#84311|", ago=timedelta())
    tell(house, CheckedOut("1001", "84311"), ago=timedelta(minutes=1))
    assert house("--yes").code == 0

    assert house("forget", "--reservation", "84311", "--yes").code == 0

    assert files_with(house, "Quisqulla", "Quisquilla", "Xaviera") == []


def test_a_dry_run_counts_and_erases_nothing(left: House) -> None:
    before = files_with(left, "Quisquilla")
    ran = left("forget", "--name", "Quisquilla", "--dry-run")
    assert ran.code == 0
    assert "changes in the history" in ran.out
    assert "Quisquilla" not in ran.out
    assert files_with(left, "Quisquilla") == before


def test_nothing_is_erased_unless_somebody_says_so(left: House) -> None:
    ran = left("forget", "--name", "Quisquilla")
    assert ran.code == 1
    assert "nothing was erased: say --yes" in ran.err
    assert files_with(left, "Quisquilla")


def test_a_guest_in_the_house_must_be_checked_out_first(left: House) -> None:
    ran = left("forget", "--reservation", "84312", "--yes")
    assert ran.code == 1
    assert "the guest of reservation 84312 is in room 1001" in ran.err
    assert "reconcile checkout 1001 --reservation 84312" in ran.err


def test_of_two_guests_of_one_name_the_one_in_the_house_keeps_what_he_needs(left: House) -> None:
    tell(left, CheckedIn("1002", "9", {"first": "Bo", "last": "Quisquilla"}), ago=timedelta(seconds=30))
    left("--yes")
    ran = left("forget", "--name", "Quisquilla", "--yes")
    assert ran.code == 4
    assert "room 1002: somebody who is in the house answers to it" in ran.out
    assert files_with(left, "Xaviera") == []
    assert left.shown(1002) == ["Bo Quisquilla 1002"]
    assert left("--dry-run").code == 0


def test_messages_of_a_guest_in_the_house_stay(left: House) -> None:
    his, others = message(left, "m1", "84311", left=True), message(left, "m2", "84312", left=False)
    left("forget", "--room", "1001", "--yes")
    assert (his.exists(), others.exists()) == (False, True)
    with opened(left) as store:
        assert [row.id for row in store.messages()] == ["m2"]


def test_the_logs_lose_his_lines_and_keep_those_of_others(left: House) -> None:
    record(left, "GI|RN1002|G#84399|GNMensah|GFKwame|", ago=timedelta())
    left("forget", "--reservation", "84311", "--yes")
    (log,) = (left.state / FRAMES).iterdir()
    assert ["84399" in line for line in log.read_text().splitlines()] == [True]


def test_a_log_without_masks_is_searched_for_the_name(left: House) -> None:
    record(left, "GI|RN1003|G#777|GNQuisquilla|GFXaviera|", ago=timedelta(), masked=False)
    left("forget", "--name", "Xaviera Quisquilla", "--yes")
    assert files_with(left, "Quisquilla") == []


def test_a_document_that_names_him_is_the_hotels_to_change(left: House) -> None:
    left.document("1003", "name: {display: Quisquilla Suite}")
    left("--yes")
    ran = left("forget", "--name", "Quisquilla", "--yes")
    assert ran.code == 4
    assert "rooms/1003.yaml:1:1: this document says it" in ran.out
    assert left.shown(1003) == ["Quisquilla Suite"]


def test_a_name_that_zoom_shows_still_is_told(left: House, cloud: ZoomCloud) -> None:
    tell(left, CheckedOut("1001", "84312"), ago=timedelta(seconds=30))
    ran = left("forget", "--name", "Wu", "--yes")
    assert "room 1001: Zoom shows the name still; `reconcile --room 1001` puts it right" in ran.out
    assert left("--yes").code == 0
    assert left("forget", "--name", "Wu", "--yes").code == 0
    assert files_with(left, "Li Wu") == []
    assert cloud.extension(1001).display_name == "Room 1001"


def test_a_forgetting_is_noted_without_the_name(left: House) -> None:
    left("forget", "--name", "Quisquilla", "--yes")
    with opened(left) as store:
        (noted,) = [row for row in store.happenings() if row.subject == "forget"]
    assert (noted.kind, noted.who) == ("did", "desk command line")
    assert isinstance(noted.body, dict)
    assert noted.body["by"] == "name"
    assert "Quisquilla" not in str(noted)


def test_what_is_kept_of_a_guest_is_saved_for_him(left: House, tmp_path: Path) -> None:
    message(left, "m1", "84311", left=True)
    file = tmp_path / "guest.json"
    ran = left("forget", "--reservation", "84311", "--export", file)
    assert ran.code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    known = json.loads(file.read_text())
    assert "Xaviera Quisquilla 1001" in {change["after"] for change in known["history"]}
    assert [each["recording"] for each in known["messages"]] == ["mail/m1.wav"]
    assert len(known["records"]) == 2
    assert "Li Wu" not in file.read_text()
    assert files_with(left, "Quisquilla"), "nothing was erased"
    assert "File exists" in left("forget", "--reservation", "84311", "--export", file).err


def test_a_guest_in_the_house_may_know_what_is_kept_of_him(left: House, tmp_path: Path) -> None:
    file = tmp_path / "guest.json"
    assert left("forget", "--reservation", "84312", "--export", file).code == 0
    assert [guest["last"] for guest in json.loads(file.read_text())["guests"]] == ["Wu"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "say whom"),
        (["--room", "1001", "--name", "Wu"], "say whom"),
        (["--name", "Wu", "--before", "3d"], "--before goes with --room"),
        (["--room", "1001", "--before", "yesterday"], "expected a date"),
        (["--name", " "], "say whom"),
    ],
)
def test_a_wrong_command_line_erases_nothing(left: House, words: list[str], said: str) -> None:
    ran = left("forget", *words, "--yes")
    assert (ran.code, said in ran.err) == (64, True)
    assert files_with(left, "Quisquilla")


def test_who_is_not_known_is_told_so(left: House) -> None:
    ran = left("forget", "--reservation", "1", "--yes")
    assert ran.code == 0
    assert "nothing is kept that could be erased" in ran.out
    assert "by --room and --before" in ran.out
    assert "no such room" in left("forget", "--room", "9999").err
