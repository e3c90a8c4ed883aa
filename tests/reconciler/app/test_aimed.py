"""A second audit works out only what has changed, and says all that the first one would say."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from desired.aims import Aims
from desired.names import Names
from desired.placed import Placed
from observed.cache import Observed
from observed.extension import UNKNOWN, Extension, Voicemail
from reconciler.account.capability import Capabilities
from reconciler.account.past import name_key
from reconciler.app.aimed import look_aimed
from reconciler.app.offline import AIMS, audit_snapshot, hotel_of, read_documents
from reconciler.audit import Scope
from reconciler.configuration.file import load
from reconciler.hotel import Hotel, RoomPlan
from reconciler.outcome import Report
from reconciler.snapshot import Snapshot

TAKEN = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ANA = "guests: [{first: Ana, last: Souza}]"


class House:
    """A hotel of three rooms as its folder, and what Zoom shows of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.zoom = [
            Extension("user", "u1", 1001, "Ana Souza 1001", "Ana", "Souza 1001", "", dnd=False),
            Extension("user", "u2", 1002, "Room 1002", "Room", "1002", ""),
            Extension("common_area", "c3", 1003, "Room 1003", department=UNKNOWN),
        ]
        self.messages: dict[int, Sequence[Voicemail]] = {}
        (folder / "rooms").mkdir()
        self.configure()
        self.document("1001", ANA)
        self.document("1002", "occupied: false")
        self.document("1003", "occupied: false")

    def configure(self, **settings: Any) -> None:
        needed = {"property": {"timezone": "America/New_York"}, "rooms": ["1001-1003"]}
        (self.folder / "housephone.yaml").write_text(json.dumps(needed | settings))

    def document(self, room: str, text: str) -> None:
        (self.folder / "rooms" / f"{room}.yaml").write_text(f'room: "{room}"\n{text}\n')

    def audit(self) -> Report:
        settings = load(self.folder / "housephone.yaml", {})
        return audit_snapshot(
            settings.grounds, Snapshot(TAKEN, self.zoom, self.messages, Capabilities()), Scope()
        )

    def audit_without_memory(self) -> Report:
        (self.folder / "state" / AIMS).unlink(missing_ok=True)
        return self.audit()


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The rooms that were looked at in full, in their order."""
    rooms: list[str] = []
    look = Hotel.look

    def noted(self: Hotel, room: str, now: datetime) -> RoomPlan:
        rooms.append(room)
        return look(self, room, now)

    monkeypatch.setattr(Hotel, "look", noted)
    return rooms


def said(report: Report) -> tuple[object, ...]:
    changes = [(c.room, c.field, c.observed, c.desired, c.source, c.status) for c in report.changes]
    return changes, report.problems, report.digest, report.exit_code(), report.rooms, report.in_sync


def test_a_second_audit_of_a_hotel_as_wished_opens_no_document(
    house: House, worked_out: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = house.audit()
    assert (first.exit_code(), worked_out) == (0, ["1001", "1002", "1003"])
    monkeypatch.setattr(Placed, "document", property(lambda _: pytest.fail("a document was opened")))

    second = house.audit()

    assert said(second) == said(first)
    assert worked_out == ["1001", "1002", "1003"]


def test_what_changed_in_zoom_is_seen_with_its_source(house: House, worked_out: list[str]) -> None:
    house.audit()
    house.zoom[0] = Extension("user", "u1", 1001, "Somebody Else", "Ana", "Souza 1001", "")
    del worked_out[:]

    report = house.audit()

    assert [(c.room, c.field, c.observed, c.desired, c.source) for c in report.changes] == [
        ("1001", "display_name", "Somebody Else", "Ana Souza 1001", "file rooms/1001.yaml:2:1")
    ]
    assert worked_out == ["1001"]
    assert said(report) == said(house.audit_without_memory())


def test_a_changed_document_is_seen_and_the_others_are_not_worked_out(
    house: House, worked_out: list[str]
) -> None:
    house.audit()
    house.document("1002", "guests: [{first: Kwame, last: Hallberg}]")
    del worked_out[:]

    report = house.audit()

    assert {c.room for c in report.changes} == {"1002"}
    assert worked_out == ["1002"]
    assert said(report) == said(house.audit_without_memory())


def test_a_withdrawn_document_leaves_its_room_alone(house: House) -> None:
    house.audit()
    (house.folder / "rooms" / "1002.yaml").unlink()

    assert (house.audit().rooms, house.audit_without_memory().rooms) == (2, 2)


def test_a_changed_setting_is_seen(house: House) -> None:
    house.audit()
    house.configure(
        names={"vacant": {"first": "Free", "last": "${extension}", "display": "Free ${extension}"}}
    )

    report = house.audit()

    assert {c.desired for c in report.changes} == {"Free", "Free 1002", "Free 1003"}
    assert said(report) == said(house.audit_without_memory())


def test_the_day_of_a_check_in_is_not_yesterdays(house: House) -> None:
    house.configure(department="state")
    grounds = load(house.folder / "housephone.yaml", {}).grounds
    hotel = hotel_of(grounds)
    read_documents(grounds, hotel, Scope())
    hotel.observed = Observed(house.zoom)
    aims = Aims(house.folder / "aims.json", hotel.house)
    departments = []

    for day in (22, 22, 23):
        plans: Iterator[RoomPlan] = look_aimed(aims, hotel, ["1001"], TAKEN.replace(day=day))
        departments.append([c.desired for plan in plans for c in plan.changes if c.field == "department"])

    assert departments == [["In 2026-11-22"], ["In 2026-11-22"], ["In 2026-11-23"]]


def test_what_people_should_know_is_said_every_time(house: House) -> None:
    house.document("1001", "guests: [{first: Ana, last: Souza the 2nd}]")
    house.document("1002", f"name: {{display: {'long ' * 40}}}")
    for change in house.audit().changes:
        place = int(change.room) - 1001
        values: dict[str, Any] = {change.field: change.desired}
        house.zoom[place] = replace(house.zoom[place], **values)
    house.zoom[2] = Extension("user", "u9", 1009, "Room 1003")
    house.audit_without_memory()

    again = house.audit()

    assert not again.changes
    assert {problem.code for problem in again.problems} == {"digits_removed", "truncated", "no_extension"}
    assert said(again) == said(house.audit_without_memory())


def test_a_message_left_before_the_mailbox_was_cleared_is_found(house: House) -> None:
    house.configure(message_management=True)
    house.document("1002", 'occupied: false\nmailbox: {cleared: "2026-11-22T11:00:00+00:00"}')
    house.audit()
    house.messages = {1002: [Voicemail("m1", 1002, TAKEN.replace(hour=10))]}

    report = house.audit()

    assert [(c.room, c.field) for c in report.changes] == [("1002", "voicemail")]
    assert said(report) == said(house.audit_without_memory())


def test_a_name_that_zoom_refused_since_is_not_wished_any_more(house: House) -> None:
    settings = load(house.folder / "housephone.yaml", {})
    hotel = hotel_of(settings.grounds)
    read_documents(settings.grounds, hotel, Scope())
    hotel.observed = Observed(house.zoom)
    aims = Aims(house.folder / "aims.json", hotel.house)
    assert not [plan for plan in look_aimed(aims, hotel, ["1001"], TAKEN) if plan.changes]
    hotel.setbacks.names = {("u1", name_key(Names("Ana", "Souza 1001", "Ana Souza 1001")))}

    (plan,) = look_aimed(aims, hotel, ["1001"], TAKEN)

    assert [problem.code for problem in plan.problems] == ["name_refused"]


def test_where_the_desk_speaks_too_the_room_is_looked_at_in_full(house: House) -> None:
    from desired.said import Field, Origin, Said, Source

    settings = load(house.folder / "housephone.yaml", {})
    hotel = hotel_of(settings.grounds)
    read_documents(settings.grounds, hotel, Scope())
    hotel.observed = Observed(house.zoom)
    aims = Aims(house.folder / "aims.json", hotel.house)
    assert not [plan for plan in look_aimed(aims, hotel, ["1001"], TAKEN) if plan.changes]
    hotel.said = {"1001": (Said(Field.PRIVATE, value=True, origin=Origin(Source.DESK, "desk", TAKEN)),)}

    (plan,) = look_aimed(aims, hotel, ["1001"], TAKEN)

    assert [c.desired for c in plan.changes] == ["Room", "1001", "Room 1001"]


def test_a_clearing_that_is_still_to_come_is_told_by_every_audit_until_it_has_come(house: House) -> None:
    house.configure(message_management=True)
    house.document("1001", f"{ANA}\nmailbox:\n  cleared: 2099-11-22T11:02")
    for _ in range(2):
        report = house.audit()
        assert [(p.code, p.where) for p in report.problems] == [("cleared_in_future", "rooms/1001.yaml:4:3")]
        assert report.changes == ()
    house.document("1001", f"{ANA}\nmailbox:\n  cleared: 2020-11-22T11:02")
    assert house.audit().problems == ()
