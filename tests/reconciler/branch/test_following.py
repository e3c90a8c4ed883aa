"""The centre takes what a property tells of its rooms, and looks at those of which something has changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desired.document import Guest
from desired.said import Field, Origin, Said, Source
from reconciler.branch.following import Follower
from reconciler.branch.words import RoomTold, digest
from reconciler.store.branchrows import Head, ToldRow
from reconciler.store.rows import PmsRoomRow
from reconciler.wakeups.entries import Entry, WakeupStatus
from tests.reconciler.lodge import Lodge

NOW = datetime(2026, 11, 22, 19, 3, 11, tzinfo=UTC)
TOLD = Origin(Source.PMS, "front office GI", NOW)
CALL = Entry("1201", NOW.replace(tzinfo=None), NOW, WakeupStatus.PENDING, (TOLD,), "pms", NOW)


class Centre:
    """A hotel of which another process has the register."""

    def __init__(self, folder: Path) -> None:
        self.lodge = Lodge(folder)
        self.moved: list[str] = []
        self.touched: list[tuple[list[str], bool]] = []
        self.follower = Follower("Harbour View", self.lodge.store, self.lodge.register, self.moved.extend)
        self.follower.touched.append(lambda rooms, called: self.touched.append((list(rooms), called)))

    def hears(self, room: str, sequence: int, last: str | None, *calls: Entry, named: bool = True) -> None:
        guests = () if last is None else (Guest(first="Ana", last=last),)
        words = (Said(Field.GUESTS, guests, TOLD), Said(Field.OCCUPIED, bool(guests), TOLD))
        body = RoomTold(words, PmsRoomRow(room, "pms", room, NOW) if named else None, calls).to_json()
        self.follower.take([ToldRow(room, sequence, digest(body), body)])

    def guests(self, room: str) -> list[str]:
        return [guest.last for guest in self.lodge.hotel.wish(room).get(Field.GUESTS) or ()]


@pytest.fixture
def centre(tmp_path: Path) -> Centre:
    return Centre(tmp_path)


def test_guests_come_and_go_as_they_are_told(centre: Centre) -> None:
    centre.hears("1201", 1, "Souza")
    assert centre.guests("1201") == ["Souza"]
    assert centre.lodge.hotel.pms_rooms == {"1201"}
    centre.hears("1201", 2, None)
    assert centre.guests("1201") == []
    assert centre.moved == ["1201", "1201"]


def test_what_is_told_twice_moves_nothing(centre: Centre) -> None:
    centre.hears("1201", 1, "Souza")
    centre.hears("1201", 1, "Souza")
    assert centre.moved == ["1201"]


def test_a_room_that_its_pms_names_no_more_is_again_one_of_files(centre: Centre) -> None:
    centre.hears("1201", 1, "Souza")
    centre.hears("1201", 2, "Souza", named=False)
    assert centre.lodge.hotel.pms_rooms == set()
    assert centre.moved == ["1201", "1201"]


def test_wake_up_calls_are_those_that_are_told_and_no_others(centre: Centre) -> None:
    later = Entry(
        "1201", CALL.at + timedelta(hours=1), NOW + timedelta(hours=1), WakeupStatus.PENDING, (), "", NOW
    )
    centre.hears("1201", 1, "Souza", CALL, later)
    assert centre.lodge.register.ledger.open() == [CALL, later]
    centre.hears("1201", 2, "Souza", later)
    assert centre.lodge.register.ledger.open() == [later]
    assert [called for _, called in centre.touched] == [True, True]
    assert centre.moved == ["1201"]


def test_a_room_that_cannot_be_understood_stays_as_it_was_and_the_others_go_on(centre: Centre) -> None:
    centre.hears("1201", 1, "Souza")
    centre.follower.take(
        [ToldRow("1201", 2, "x", {"words": [{"field": "shoe_size"}]}), ToldRow("1202", 2, "y", None)]
    )
    centre.hears("1203", 3, "Braga")
    assert centre.guests("1201") == ["Souza"]
    assert centre.guests("1203") == ["Braga"]


@pytest.mark.anyio
async def test_each_look_takes_what_is_new_and_a_database_put_back_is_read_from_its_start(
    centre: Centre,
) -> None:
    store = centre.lodge.store
    life = store.claim()
    body = RoomTold((Said(Field.OCCUPIED, True, TOLD),)).to_json()
    for room in ("1201", "1202", "1203"):
        store.put(life, [(room, digest(body), body)])
    await centre.follower.look(store.heads()["Harbour View"])
    assert sorted(centre.moved) == ["1201", "1202", "1203"]
    await centre.follower.look(store.heads()["Harbour View"])
    assert len(centre.touched) == 1
    with store._writing() as line:
        line.exec_driver_sql("UPDATE told SET sequence = 1")
        line.exec_driver_sql("UPDATE branches SET sequence = 1")
    await centre.follower.look(Head(life, 1, NOW, 0.0))
    assert len(centre.touched) == 2
