"""A property tells its centre how every room stands, whatever becomes of the database between them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest

from desired.said import Field, Origin, Said, Source
from reconciler.branch.publishing import Publisher
from reconciler.branch.words import RoomTold, understood
from reconciler.store.errors import StoreUnavailable
from reconciler.store.rows import Json
from reconciler.store.store import Store
from tests.reconciler.conftest import FastClock, until

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 22, 19, 3, 11, tzinfo=UTC)


@dataclass
class Inn:
    """A property whose rooms say one word each."""

    path: Path
    clock: FastClock
    says: dict[str, str] = field(default_factory=dict)
    notes: dict[str, Json] = field(default_factory=dict)
    away: bool = False
    opened: int = 0

    def rooms(self) -> Iterable[str]:
        return self.says

    def told(self, room: str) -> RoomTold:
        if room not in self.says:
            return RoomTold()
        return RoomTold(
            (Said(Field.MESSAGE_LIGHT, self.says[room], Origin(Source.PMS, "front office", NOW)),)
        )

    async def summary(self) -> dict[str, Json]:
        return dict(self.notes)

    def database(self) -> Store:
        if self.away:
            raise StoreUnavailable("postgresql://db.example", "connection refused")
        self.opened += 1
        return Store.open(self.path, property_name="Harbour View", account="")

    @property
    def there(self) -> dict[str, str]:
        """What stands in the database."""
        with Store.open(self.path, property_name="Harbour View", account="") as store:
            told = {row.room: room.words for row, room in understood(store.told())}
        return {room: words[0].value for room, words in told.items() if words}

    @asynccontextmanager
    async def at_work(self, *errands: Any) -> AsyncIterator[Publisher]:
        publisher = Publisher(self, self.database, self.clock, errands)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(publisher.run)
            yield publisher
            tasks.cancel_scope.cancel()

    def say(self, publisher: Publisher, room: str, word: str) -> None:
        self.says[room] = word
        publisher.mark([room])


@pytest.fixture
def inn(tmp_path: Path, clock: FastClock) -> Inn:
    return Inn(tmp_path / "between.sqlite", clock, {"1001": "on", "1002": "off"}, {"links": "up"})


async def test_at_the_start_every_room_is_told_and_then_what_changes(inn: Inn) -> None:
    async with inn.at_work() as publisher:
        await until(lambda: inn.there == inn.says)
        inn.say(publisher, "1001", "off")
        inn.say(publisher, "1003", "on")
        await until(lambda: inn.there == inn.says)
        await until(lambda: publisher.trouble is None and publisher.lag == 0)


async def test_a_start_tells_only_what_is_different_there(inn: Inn) -> None:
    async with inn.at_work():
        await until(lambda: inn.there == inn.says)
    inn.says |= {"1002": "on"}
    del inn.says["1001"]
    async with inn.at_work():
        await until(lambda: inn.there == {"1002": "on"})
    with Store.open(inn.path, property_name="Harbour View", account="") as store:
        first = {row.room: row.sequence for row in store.told()}
    async with inn.at_work() as publisher:
        await until(lambda: publisher.trouble is None)
    with Store.open(inn.path, property_name="Harbour View", account="") as store:
        assert {row.room: row.sequence for row in store.told()} == first


async def test_while_the_database_is_away_it_says_so_and_tells_the_present_afterwards(inn: Inn) -> None:
    inn.away = True
    async with inn.at_work() as publisher:
        await until(lambda: "connection refused" in str(publisher.trouble))
        for word in ("on", "off", "flashing"):
            inn.say(publisher, "1001", word)
        await until(lambda: publisher.lag > 20)
        inn.away = False
        await until(lambda: inn.there == {"1001": "flashing", "1002": "off"})
        await until(lambda: publisher.trouble is None and publisher.lag == 0)


async def test_a_database_that_was_put_back_from_a_backup_hears_everything_again(inn: Inn) -> None:
    async with inn.at_work() as publisher:
        await until(lambda: inn.there == inn.says)
        with (
            Store.open(inn.path, property_name="Harbour View", account="") as store,
            store._writing() as line,
        ):
            for table in ("told", "branches"):
                line.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - as an empty backup has it
        inn.say(publisher, "1001", "off")
        await until(lambda: inn.there == inn.says)


async def test_who_is_told_instead_is_left_alone(inn: Inn) -> None:
    async with inn.at_work() as publisher:
        await until(lambda: publisher.trouble is None)
        with Store.open(inn.path, property_name="Harbour View", account="") as store:
            store.claim()
        inn.say(publisher, "1001", "of the first")
        await until(lambda: "another process" in str(publisher.trouble))
        assert "of the first" not in inn.there.values()


async def test_the_centre_gets_a_sign_of_life_and_every_change_of_the_house(inn: Inn) -> None:
    def head() -> tuple[int, Any]:
        with Store.open(inn.path, property_name="Harbour View", account="") as store:
            with store._reading() as line:
                said = line.exec_driver_sql("SELECT summary FROM branches").scalar()
            return store.heads()["Harbour View"].sequence, json.loads(str(said))

    async with inn.at_work() as publisher:
        await until(lambda: publisher.trouble is None)
        before = head()[0]
        await until(lambda: head()[0] > before)
        inn.notes = {"links": "down"}
        await until(lambda: head()[1] == {"links": "down"})


async def test_what_fails_beside_is_tried_again(inn: Inn) -> None:
    tries = 0

    async def errand(*_: object) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise StoreUnavailable("postgresql://db.example", "closed the connection")

    async with inn.at_work(errand):
        await until(lambda: tries > 2)
    assert inn.opened == 2
