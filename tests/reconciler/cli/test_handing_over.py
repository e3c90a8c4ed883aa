"""A pass that the running controller makes prints and ends as the same pass does where none runs.

Two hotels that are alike to the last guest: beside one a controller runs. Whatever is asked of both must come out
alike, but for the time that it took.
"""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from fixtures.zoom_cloud import Fault, ZoomCloud
from tests.reconciler.house import House, Ran, Service, free_address, in_this_process

TOOK = re.compile(
    r'(?<="started": ")[^"]*|(?<="finished": ")[^"]*'
    r"|(?:took|about) [0-9.]+ (?:s|min)|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d"
)
"""What differs from one pass to the next: when it was, and how long it took."""


def zoom() -> ZoomCloud:
    """Eight rooms, each a user, and one of the staff."""
    cloud = ZoomCloud("business", seed=1207)
    for number in range(1001, 1009):
        cloud.add_user(number, "Room", str(number), f"Room {number}")
    cloud.add_user(7001, "Ingrid", "Castellan")
    return cloud


@dataclass
class Twins:
    """The hotel without a controller, and the one with."""

    alone: House
    handed: House

    def both(self) -> tuple[House, House]:
        return self.alone, self.handed

    def ask(self, *words: str) -> Ran:
        """What both printed, which is the same."""
        alone, handed = (told(house(*words)) for house in self.both())
        assert handed == alone
        return alone


def told(ran: Ran) -> Ran:
    """Without the times, and without the lines of the log, which a controller writes to its own."""
    err = "\n".join(line for line in ran.err.splitlines() if line.startswith(("reconcile:", "  ")))
    return Ran(ran.code, TOOK.sub("", ran.out), err)


@pytest.fixture
def twins(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Iterator[Twins]:
    desk = free_address()
    usual = {"rooms": ["1001-1009"], "desk": {"listen": desk}}
    with ExitStack() as open_:
        houses = []
        for name in ("alone", "handed"):
            cloud, folder = zoom(), tmp_path / name
            folder.mkdir()
            url = open_.enter_context(cloud.serve_in_thread())
            house = Service(folder, cloud, url, in_this_process(monkeypatch, capsys), usual, desk)
            house.configure()
            for room in range(1001, 1009):
                house.guest(room, "Marisol", "Abernathy")
            assert house().code == 0
            houses.append(house)
        open_.enter_context(houses[1].running())
        yield Twins(*houses)


def test_whatever_there_is_to_tell_is_told_alike(twins: Twins) -> None:
    """Nothing that the controller would set right by itself meanwhile."""
    for house in twins.both():
        assert house("pause", "1001", "--reason", "painters").code == 0
        house.cloud.extension(1001).display_name = "Typed by hand"
        for room in (1002, 1003, 1004):
            house.document(room, "occupied: false")  # too many for the rule max-blanked
        house.document(1005, "guests: [{first: Kwame, lst: Eskildsen}]")
        house.guest(1009, "Kwame", "Eskildsen")  # Zoom has no such extension
        house.guest(7001, "Kwame", "Eskildsen")  # not one of the rooms

    pending = twins.ask("--dry-run", "--format", "json")
    for words in (
        ("--dry-run",),
        ("--dry-run", "--format", "markdown"),
        ("--dry-run", "--format", "html"),
        ("--dry-run", "--cached"),
        ("--dry-run", "--room", "1001", "--room", "7*"),
        ("--dry-run", "--room", "99*"),
        ("--dry-run", "--allow", "max-blanked"),
        ("--room", "1001"),
    ):
        twins.ask(*words)

    assert pending.code == 2
    assert {change["status"] for change in pending.json["changes"]} == {"skipped", "refused"}
    assert {p["code"] for p in pending.json["problems"]} == {"unknown_field", "no_extension", "not_listed"}


def test_whatever_is_done_is_told_alike(twins: Twins) -> None:
    for house in twins.both():
        for room in (1001, 1002):
            house.cloud.extension(room).display_name = "Typed by hand"
        path = f"/users/{house.cloud.extension(1002).id}"
        refusal = Fault("answer", path=path, method="PATCH", status=400, code=300, times=None)
        house.cloud.faults.add(refusal)

    stale = twins.ask("--expect", "0123456789abcdef", "--format", "json")
    partly = twins.ask("--format", "json")
    failed = twins.ask()
    for house in twins.both():
        house.cloud.faults.clear()
        for room in (1003, 1004, 1005):
            house.document(room, "occupied: false")
    refused = twins.ask("--room", "100[345]")
    lifted = twins.ask("--room", "100[345]", "--allow", "max-blanked")
    clean = twins.ask("--room", "100[1345678]")

    codes = [ran.code for ran in (stale, partly, failed, refused, lifted, clean)]
    assert codes == [1, 4, 1, 3, 0, 0]
    assert [house.cloud.extension(1003).display_name for house in twins.both()] == ["Room 1003"] * 2
