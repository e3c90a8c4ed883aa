"""What people see of the PMS: `show`, `explain` and the report of a pass in a hotel that lives on one."""

import shutil
from datetime import UTC, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from desired.events import CheckedIn, CheckedOut, ResyncBegan, ResyncEnded, StatusTold, WakeupAsked
from desired.reading import read
from desired.said import Field
from reconciler.stays.page import write
from reconciler.wakeups.entries import WakeupStatus
from tests.reconciler.hearsay import PMS, register_in, tell
from tests.reconciler.house import House

NOW = datetime.now(ZoneInfo("America/New_York")).replace(tzinfo=None, microsecond=0)
TOMORROW = NOW.replace(hour=6, minute=30, second=0) + timedelta(days=1)
ANA = {"first": "Ana", "last": "Souza", "title": "Ms", "vip": "2", "language": "pt", "departure": NOW.date()}
ROOMS = [str(number) for number in range(1001, 1007)]


@pytest.fixture
def house(house: House) -> House:
    """The hotel with its PMS: Ana Souza in 1001, and a resync that told of every room but the last."""
    house.configure(pms=[PMS])
    guests = CheckedIn("1001", "84311", ANA), CheckedIn("1002", "84312", {"last": "Brandvold"})
    vacant = (CheckedOut(room) for room in ROOMS[2:5])
    tell(house, ResyncBegan(), *guests, *vacant, ResyncEnded(), ago=timedelta(hours=2))
    tell(house, WakeupAsked("1001", TOMORROW), StatusTold("1001", {Field.MESSAGE_LIGHT: "on"}))
    assert house("--yes").code == 0
    return house


def test_a_room_of_the_pms_as_programs_see_it(house: House) -> None:
    (room,) = house("show", "1001", "--format", "json").json["rooms"]
    (guest,) = room["guests"]
    assert guest == {
        "reservation": "84311", "first": "Ana", "last": "Souza", "title": "Ms", "vip": "2", "language": "pt",
        "arrival": None, "departure": f"{NOW:%Y-%m-%d}",
    }  # fmt: skip
    assert room["occupied"] is True
    assert room["shown"] == {"first": "Ana", "last": "Souza"}
    assert (room["language"], room["message_light"], room["calling"]) == ("pt", "on", "international")
    assert room["messages"] == {"new": 0, "saved": 0}
    (call,) = room["wakeups"]
    assert (call["at"][:19], call["status"]) == (TOMORROW.isoformat(), "pending")
    assert datetime.fromisoformat(call["at"]).tzinfo is not None


def test_a_guest_without_a_language_of_his_own_is_spoken_to_in_the_hotels(house: House) -> None:
    rooms = {room["room"]: room for room in house("show", "--format", "json").json["rooms"]}
    assert (rooms["1002"]["language"], rooms["1003"]["language"]) == ("en", None)
    house.configure(pms=[PMS], voice={"language": "de"})
    (room,) = house("show", "1002", "--format", "json").json["rooms"]
    assert room["language"] == "de"


def test_an_incognito_guest_is_known_and_not_shown(house: House) -> None:
    tell(house, CheckedIn("1001", "84311", {}, {Field.PRIVATE: True}))
    (room,) = house("show", "1001", "--format", "json").json["rooms"]
    assert room["shown"] == {"first": None, "last": None}
    assert [guest["last"] for guest in room["guests"]] == ["Souza"]
    assert room["language"] == "pt"
    assert "  private  the telephone shows the vacant name\n" in house("show", "1001").out
    assert "private" not in house("show", "1002").out


def test_a_guest_of_whom_nothing_was_told_is_spoken_of_as_such(house: House) -> None:
    tell(house, CheckedIn("1003", None))
    assert "  guest    without a name\n" in house("show", "1003").out
    assert "  guests: without a name\n" in house("explain", "1003").out


def test_a_room_of_the_pms_is_printed_as_a_document_that_can_be_dropped_in(house: House) -> None:
    text = house("show", "--format", "yaml").out
    reading = read(text.encode())
    assert reading.flaws == ()
    documents = {document.room: document for document, _ in reading.documents}
    (guest,) = list(documents["1001"].guests or [])
    assert (guest.reservation, guest.last, guest.language) == ("84311", "Souza", "pt")
    (call,) = list(documents["1001"].wakeups or [])
    assert call.at == TOMORROW

    house.document(1001, text.split("---")[0].partition("\n")[2].partition("\n")[2])
    report = house("--dry-run", "--format", "json").json
    assert report["changes"] == []
    codes = {(problem["code"], problem["room"]) for problem in report["problems"]}
    assert codes == {("pms_room", "1001"), ("unmentioned_rooms", None), ("pms_down", None)}


def test_each_field_is_traced_to_the_record_that_told_it(house: House) -> None:
    view = house("explain", "1001", "--format", "json").json
    fields = {field["field"]: field for field in view["fields"]}
    assert fields["guests"]["source"] == "pms"
    assert fields["guests"]["where"].startswith("pms CheckedIn ")
    assert fields["message_light"]["where"].startswith("pms StatusTold ")
    lines = house("explain", "1001").out.splitlines()
    guests = lines.index(next(line for line in lines if line.startswith("  guests: ")))
    assert lines[guests + 1].startswith("      from pms CheckedIn ")
    assert ", received " in lines[guests + 1]


def test_a_wake_up_call_is_explained_with_all_who_asked_and_what_became_of_it(house: House) -> None:
    house("wakeup", "add", "1001", f"{TOMORROW:%Y-%m-%dT%H:%M:%S}")
    (call,) = house("explain", "1001", "--format", "json").json["wakeups"]
    assert [asked["source"] for asked in call["asked"]] == ["pms", "desk"]
    assert (call["status"], call["link"]) == ("pending", "pms")
    house("wakeup", "cancel", "1001", f"{TOMORROW:%Y-%m-%dT%H:%M:%S}")
    out = house("explain", "1001").out
    assert f"wake-up call {TOMORROW:%Y-%m-%d} 06:30" in out
    assert ": cancelled; PMS link pms knows of it" in out
    assert "asked for by pms WakeupAsked" in out
    assert ": desk command line" in out


def test_a_call_that_woke_nobody_is_seen_everywhere(house: House) -> None:
    with register_in(house) as (store, register):
        ends = partial(register.ledger.ends, status=WakeupStatus.NO_ANSWER, attempts=3, by="nobody answered")
        page, _ = register.post_all([("1001", TOMORROW)], ends, datetime.now(UTC))
        write(store, page)

    said = "room 1001: the wake-up call of "
    assert f"wakeup_failed: {said}" in house("show").out
    shown = house("show", "1001").out
    assert "06:30" in shown
    assert "no answer" in shown
    (problem,) = house("show", "1001", "--format", "json").json["problems"][:1]
    assert (problem["code"], problem["room"]) == ("wakeup_failed", "1001")
    assert "wakeup_failed" not in house("show", "1002").out
    assert said in house("explain", "1001").out
    assert "nobody answered, 3 tries" in house("explain", "1001").out
    assert said in house("--dry-run").out
    assert said not in house("--dry-run", "--room", "1002").out


def test_what_was_odd_is_counted_by_name_wherever_people_look(house: House) -> None:
    tell(house, CheckedOut("1002", "777"), anomalies=("undecodable",))
    tell(house, CheckedIn("1303", "84399", {"last": "Souza"}), anomalies=("undecodable",))
    counted = {"undecodable": 2, "unknown_reservation": 1, "unmapped_room": 1}
    assert house("show", "1001", "--format", "json").json["anomalies"] == counted
    assert house("--dry-run", "--format", "json").json["anomalies"] == counted
    words = "Odd in the PMS's records so far: undecodable 2, unknown_reservation 1, unmapped_room 1"
    for shown in (("show",), ("--dry-run",), ("--dry-run", "--format", "html")):
        out = house(*shown).out.replace("&#x27;", "'")
        assert words in out, shown
    assert "unknown\\_reservation 1" in house("--dry-run", "--format", "markdown").out


def test_a_room_that_only_the_pms_knows_is_not_among_ours(house: House) -> None:
    tell(house, CheckedIn("1303", "84399", {"last": "Farnham"}))
    assert [room["room"] for room in house("show", "--format", "json").json["rooms"]] == ROOMS
    assert "Farnham" not in house("show", "--format", "json").out


def test_rooms_that_the_pms_has_not_named_are_told_with_every_pass(house: House) -> None:
    said = "the PMS has not named a room of `rooms:` yet, so nobody knows who is in there: 1006"
    assert said in house("--dry-run").out
    assert f"unmentioned_rooms: {said}" in house("show").out
    report = house("--yes", "--format", "json")
    assert report.code == 0, "it changes no exit code"
    assert {problem["code"] for problem in report.json["problems"]} == {"unmentioned_rooms", "pms_down"}


def test_whoever_looks_while_no_controller_runs_hears_how_old_the_guests_are(house: House) -> None:
    said = "pms_down: PMS link pms: no controller runs, so nothing is heard of the PMS (its last record came "
    assert said in house("show").out
    assert said in house("show", 1001).out
    report = house("--dry-run", "--format", "json").json
    (problem,) = [each for each in report["problems"] if each["code"] == "pms_down"]
    assert problem["message"].endswith("start `reconcile run`")


def test_a_hotel_whose_pms_has_told_nothing_yet_is_not_sent_to_write_documents(house: House) -> None:
    shutil.rmtree(house.state)
    said = house("--dry-run").out
    assert "nothing is heard of the PMS (it was never heard)" in said
    assert "No room has a document yet, because the PMS has not told of any: see above what helps." in said
    assert "reconcile init" not in said
    house.configure()
    said = house("--dry-run").out
    assert "No room has a document yet: see rooms/example.yaml.sample, which `reconcile init` writes." in said
