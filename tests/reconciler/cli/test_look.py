"""`show`, `explain` and `history`: what a hotel sees of its rooms without asking Zoom."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from desired.reading import read
from fixtures.zoom_cloud import Fault
from fixtures.zoom_cloud.records import User
from tests.reconciler.house import House

TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d\S*")
HOTELS_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d-0[45]:00")

KEYS = {
    "room", "occupied", "guests", "shown", "dnd", "calling", "message_light", "language", "mailbox", "messages",
    "wakeups", "extensions", "paused",
}  # fmt: skip


@pytest.fixture
def lived_in(house: House) -> House:
    """A hotel with one guest, one vacant room, and a pass behind it."""
    house.document("1001", "guests: [{reservation: '84311', first: Ana, last: Souza, language: pt}]\ndnd: on")
    house.document("1002", "occupied: false")
    assert house("--yes").code == 0
    return house


def test_every_room_is_shown_whether_or_not_anybody_wishes_anything_of_it(lived_in: House) -> None:
    ran = lived_in("show")
    assert [line.split()[0] for line in ran.out.splitlines()] == [str(n) for n in range(1001, 1007)]
    assert "Ana Souza 1001" in ran.out
    assert ran.out.splitlines()[2].endswith("not managed")


def test_a_room_as_programs_see_it(lived_in: House) -> None:
    view = lived_in("show", "1001", "--format", "json").json
    assert set(view) == {"version", "rooms", "anomalies", "problems", "refusals"}
    (room,) = view["rooms"]
    assert set(room) == KEYS
    assert room["occupied"] is True
    assert room["shown"] == {"first": "Ana", "last": "Souza"}
    assert room["language"] == "pt"
    assert room["dnd"] == "on"
    assert room["paused"] is None
    (extension,) = room["extensions"]
    assert (extension["extension"], extension["kind"]) == ("1001", "user")
    assert extension["desired"]["display_name"] == extension["observed"]["display_name"] == "Ana Souza 1001"
    assert extension["observed"]["dnd"] == "on"
    assert datetime.fromisoformat(extension["observed_at"]).tzinfo is not None
    (synced,) = extension["conditions"]
    assert set(synced) == {"type", "status", "reason", "message", "since"}
    assert (synced["type"], synced["status"]) == ("Synced", "True")


def test_a_document_of_another_room_shows_up_beside_the_list(lived_in: House) -> None:
    lived_in.document("1303", "occupied: false")
    view = lived_in("show", "--format", "json").json
    assert [room["room"] for room in view["rooms"]][-1] == "1303"
    conditions = view["rooms"][-1]["extensions"][0]["conditions"]
    assert {condition["type"] for condition in conditions} == {"Synced", "NotListed"}


def test_what_is_printed_as_yaml_can_be_dropped_in(lived_in: House) -> None:
    text = lived_in("show", "--format", "yaml").out
    reading = read(text.encode())
    assert reading.flaws == ()
    documents = {document.room: document for document, _ in reading.documents}
    assert set(documents) == {str(number) for number in range(1001, 1007)}
    for file in (lived_in.folder / "rooms").glob("*.yaml"):
        file.unlink()
    (lived_in.folder / "rooms" / "all.yaml").write_text(text, encoding="utf-8")
    assert lived_in("--dry-run").code == 0


def test_a_document_is_printed_with_the_hotels_time(lived_in: House) -> None:
    lived_in.document("1002", "mailbox: {cleared: '2026-07-01T16:02:00Z'}")
    assert 'cleared: "2026-07-01T12:02:00-04:00"' in lived_in("show", "1002", "--format", "yaml").out


def test_a_change_that_is_still_to_come_is_shown_with_both_values(lived_in: House) -> None:
    lived_in.document("1002", "guests: [{first: Kwame, last: Brandvold}]")
    ran = lived_in("show", "1002")
    assert "Room 1002 → Kwame Brandvold 1002" in ran.out
    assert "not in sync: Planned" in ran.out


def test_a_room_that_nobody_knows_is_named(lived_in: House) -> None:
    for command in ("show", "explain", "history"):
        ran = lived_in(command, "999")
        assert ran.code == 1
        assert "room 999: there is no such room" in ran.err


def test_wake_up_calls_carry_the_hotels_offset(house: House) -> None:
    house.document(
        "1001", "guests: [{first: Ana}]\nwakeups: [{at: '2099-07-01T06:30'}, {at: '2099-01-01T06:30'}]"
    )
    (room,) = house("show", "1001", "--format", "json").json["rooms"]
    assert room["wakeups"] == [
        {"at": "2099-01-01T06:30:00-05:00", "status": "pending"},
        {"at": "2099-07-01T06:30:00-04:00", "status": "pending"},
    ]


def test_a_documents_wake_up_call_that_nobody_made_is_shown_for_a_day(house: House) -> None:
    now = datetime.now(UTC).astimezone(ZoneInfo("America/New_York"))
    times = [f"{now - age:%Y-%m-%dT%H:%M}" for age in (timedelta(hours=2), timedelta(days=2))]
    house.document("1001", f"guests: [{{first: Ana}}]\nwakeups: [{{at: '{times[0]}'}}, {{at: '{times[1]}'}}]")
    (room,) = house("show", "1001", "--format", "json").json["rooms"]
    assert [(call["at"][:16], call["status"]) for call in room["wakeups"]] == [(times[0], "unreachable")]


def test_an_incognito_guest_is_not_shown(house: House) -> None:
    house.document("1001", "guests: [{first: Ana, last: Souza}]\nprivate: true")
    (room,) = house("show", "1001", "--format", "json").json["rooms"]
    assert room["shown"] == {"first": None, "last": None}
    assert room["extensions"][0]["desired"]["display_name"] == "Room 1001"


def test_each_field_is_traced_to_its_file_and_to_the_last_call(lived_in: House) -> None:
    ran = lived_in("explain", "1001", "--format", "json")
    assert ran.code == 0
    fields = {field["field"]: field for field in ran.json["fields"]}
    assert fields["dnd"] == {
        "field": "dnd", "value": "on", "source": "file", "where": "rooms/1001.yaml:3:1", "said_at": None,
    }  # fmt: skip
    (extension,) = ran.json["extensions"]
    shown = {field["field"]: field for field in extension["fields"]}
    assert shown["display_name"]["desired"] == shown["display_name"]["observed"] == "Ana Souza 1001"
    assert shown["display_name"]["planned"] is None
    assert shown["display_name"]["last_answer"]["status"] == "applied"
    assert shown["display_name"]["age_seconds"] >= 0
    assert shown["department"]["ours"] is False


def test_a_planned_call_is_explained_with_its_price(lived_in: House) -> None:
    lived_in.document("1002", "guests: [{first: Kwame}]")
    (extension,) = lived_in("explain", "1002", "--format", "json").json["extensions"]
    planned = next(field["planned"] for field in extension["fields"] if field["field"] == "display_name")
    assert planned["call"] == "PATCH /users/{userId}"
    assert planned["label"] == "LIGHT"
    assert planned["status"] == "planned"
    assert "planned: PATCH /users/{userId} (LIGHT, intentional)" in lived_in("explain", "1002").out


def test_a_failed_call_is_explained_with_its_next_try(lived_in: House) -> None:
    lived_in.cloud.faults.add(
        Fault(
            "answer", path="/users/{userId}", method="PATCH", status=400, code=3161, message="No.", times=None
        )
    )
    lived_in.document("1002", "guests: [{first: Kwame}]")
    assert lived_in("--yes").code == 1
    ran = lived_in("explain", "1002")
    assert "last answer: 400/3161" in ran.out
    assert "next try" in ran.out
    (room,) = lived_in("show", "1002", "--format", "json").json["rooms"]
    conditions = {condition["type"]: condition for condition in room["extensions"][0]["conditions"]}
    assert (conditions["Synced"]["status"], conditions["Synced"]["reason"]) == ("False", "Failed")
    assert (conditions["Failing"]["status"], conditions["Failing"]["reason"]) == ("True", "400/3161")


def test_a_room_without_a_wish_is_explained_as_such(lived_in: House) -> None:
    assert "no source says what this room should be" in lived_in("explain", "1004").out


def test_the_history_tells_what_was_done_and_why(lived_in: House) -> None:
    changes = lived_in("history", "1001", "--format", "json").json["history"]
    names = next(change for change in changes if change["field"] == "display_name")
    assert (names["before"], names["after"]) == ("Room 1001", "Ana Souza 1001")
    assert names["cause"] == "intentional"
    assert names["source"] == "file rooms/1001.yaml:2:1"
    assert names["call"] == "PATCH /users/{userId}"
    assert names["result"] == "applied"
    assert "Room 1001 → Ana Souza 1001" in lived_in("history").out


def test_the_history_of_a_quiet_room_is_empty(lived_in: House) -> None:
    assert lived_in("history", "1004").out == "no changes\n"
    assert lived_in("history", "--since", "2099-01-01").out == "no changes\n"
    assert "1001" in lived_in("history", "--since", "2h").out


def test_a_moment_that_makes_no_sense_is_wrong_use(lived_in: House) -> None:
    ran = lived_in("history", "--since", "lately")
    assert ran.code == 64
    assert "2026-11-22T14:00" in ran.err


def test_what_the_account_cannot_do_is_shown_as_such_afterwards(house: House) -> None:
    house.cloud.scopes.discard("user:update:presence_status:admin")
    house.document("1001", "dnd: on")
    assert house("--yes").code == 0
    (room,) = house("show", "1001", "--format", "json").json["rooms"]
    conditions = {condition["type"]: condition for condition in room["extensions"][0]["conditions"]}
    assert conditions["Synced"]["status"] == "True"
    assert conditions["DndUnsupported"]["status"] == "True"
    assert "user:update:presence_status:admin" in conditions["DndUnsupported"]["message"]


def test_people_read_the_hotels_time_in_every_answer(lived_in: House) -> None:
    lived_in.configure(message_management=True)
    now = datetime.now(UTC).replace(microsecond=0)
    until, call = (now + timedelta(hours=9)).isoformat(), f"{now + timedelta(days=2):%Y-%m-%dT%H:%M}"
    lived_in.cloud.add_voicemail(1003, now - timedelta(days=2))
    lived_in.cloud.faults.add(
        Fault("answer", path="/users/{userId}", method="PATCH", status=400, code=3161, times=None)
    )
    lived_in.document("1002", "guests: [{first: Kwame}]")
    lived_in.document(
        "1003",
        f"mailbox: {{cleared: '{now.isoformat()}'}}\ndnd: {{until: '{until}'}}\nwakeups: [{{at: '{call}'}}]",
    )
    paused = lived_in("pause", "1001", "--reason", "carpet", "--until", "2h").out
    debugged = lived_in("debug", "on").out
    dry_run = lived_in("--dry-run").out
    lived_in("--yes")

    said = {"pause": paused, "debug": debugged, "dry run": dry_run, "history": lived_in("history").out}
    for room in (1001, 1002, 1003):
        said |= {f"{command} {room}": lived_in(command, room).out for command in ("show", "explain")}

    times = {where: [found.rstrip(".,;:)") for found in TIME.findall(text)] for where, text in said.items()}
    assert [where for where, found in times.items() if not found] == []
    assert [(where, t) for where, found in times.items() for t in found if not HOTELS_TIME.match(t)] == []
    assert any("next try" in said[f"{command} 1002"] for command in ("show", "explain"))


def test_a_room_for_which_zoom_cannot_do_something_is_in_sync_but_for_that(lived_in: House) -> None:
    user = lived_in.cloud.extension(1003)
    assert isinstance(user, User)
    user.signed_in = False
    lived_in.document("1003", "occupied: false\ndnd: on")
    assert lived_in("--yes").code == 0

    line = next(line for line in lived_in("show").out.splitlines() if line.startswith("1003"))

    why = "nobody is signed in to a Zoom client as this user"
    assert "in sync; Zoom cannot do do-not-disturb there: " in line
    assert line.endswith(why)
    first, *rest = lived_in("show", "1003").out.splitlines()
    assert first.startswith("Room 1003: vacant, in sync; Zoom cannot do do-not-disturb there: ")
    assert any(line.strip().startswith("DndUnsupported since ") and line.endswith(why) for line in rest)


def test_a_broken_document_is_told_wherever_somebody_looks(lived_in: House) -> None:
    assert lived_in("show").out.splitlines()[6:] == [], "all is well: nothing stands below the rooms"
    lived_in.document("1002", "occupied: false\nocupied: true")

    for words in (("show",), ("show", "1002"), ("explain", "1002")):
        said = lived_in(*words).out
        assert "unknown_field: rooms/1002.yaml:3:1: " in said, words
    assert "unknown_field" not in lived_in("show", "1001").out
    (problem,) = lived_in("show", "--format", "json").json["problems"]
    assert (problem["code"], problem["room"], problem["where"]) == (
        "unknown_field", "1002", "rooms/1002.yaml:3:1",
    )  # fmt: skip


def test_a_file_that_nobody_can_read_is_told_beside_every_room(lived_in: House) -> None:
    lived_in.document("1002", "occupied: [")
    assert "bad_yaml: rooms/1002.yaml:" in lived_in("show", "1002").out
    assert "bad_yaml: rooms/1002.yaml:" in lived_in("explain", "1002").out


def test_two_files_that_disagree_are_told_of_their_room(lived_in: House) -> None:
    (lived_in.folder / "rooms" / "more.yaml").write_text('room: "1002"\noccupied: true\n', encoding="utf-8")
    said = lived_in("show", "1002").out
    assert said.count("two_sources: ") == 1
    assert "two_sources" not in lived_in("show", "1001").out


def test_a_rule_that_holds_back_is_named_with_what_lets_it_through(lived_in: House) -> None:
    for number in range(1001, 1006):
        lived_in.guest(number, "Ana", "Souza")
    assert lived_in("--yes").code == 0
    for number in range(1001, 1006):
        lived_in.document(number, "occupied: false")
    assert lived_in("--yes").code == 3

    whole, room, why = (lived_in(*words).out for words in (("show",), ("show", "1003"), ("explain", "1003")))

    for said in (whole, room, why):
        assert "REFUSED by max-blanked: 5 rooms would lose their guest without a check-out" in said
        assert "let it through with `reconcile --allow max-blanked`" in said
    assert whole.splitlines()[2].endswith("not in sync: Refused")
    assert room.startswith("Room 1003: vacant, not in sync: Refused\n")
    assert "held back by the safety rule max-blanked until somebody has looked at it" in room
    assert "refused: PATCH /users/{userId} (LIGHT, intentional): max-blanked" in why
    assert "REFUSED" not in lived_in("show", "1006").out, "nothing of this room is held back"
    assert lived_in("show", "--format", "json").json["refusals"][0]["rule"] == "max-blanked"


def test_a_folder_that_vanished_is_told_although_every_room_looks_well(lived_in: House) -> None:
    for file in (lived_in.folder / "rooms").glob("*.yaml"):
        file.unlink()
    assert "REFUSED by empty-source: " in lived_in("show").out
    assert "REFUSED by empty-source: " in lived_in("explain", "1001").out


def test_what_we_wrote_since_the_last_reading_is_not_called_read(lived_in: House) -> None:
    for command in ("show", "explain"):
        head = next(line for line in lived_in(command, "1001").out.splitlines() if "1001 (user)" in line)
        assert ", written 2" in head, "nothing was read since"
    assert lived_in("--yes").code == 0
    for command in ("show", "explain"):
        head = next(line for line in lived_in(command, "1001").out.splitlines() if "1001 (user)" in line)
        assert ", read 2" in head
        assert "written" not in head
