"""Sessions and deeds in the store, which may be out of reach for a while."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import anyio
import pytest

from reconciler.account.memory import Memory
from reconciler.app.clock import SystemClock
from reconciler.desk.access.books import NOTE, OWED_AT_MOST, StoreBooks
from reconciler.stays.keeper import Keeper
from reconciler.store.errors import StoreUnavailable
from reconciler.store.rows import Happened, HappeningRow
from reconciler.store.store import Store

pytestmark = pytest.mark.anyio


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "housephone.sqlite", property_name="Harbour View", account="a") as store:
        yield store


def deed(verb: str) -> HappeningRow:
    return HappeningRow(
        datetime(2026, 11, 22, 17, 0, tzinfo=UTC), Happened.DID, verb, "1207", "Alice", {"from": "x"}
    )


async def test_what_was_kept_is_there_for_the_next_process(store: Store) -> None:
    books = StoreBooks(Memory(store))
    assert await books.sessions() is None
    await books.keep_sessions({"key": {"name": "Alice"}})
    assert await StoreBooks(Memory(store)).sessions() == {"key": {"name": "Alice"}}
    assert store.note(NOTE) == {"key": {"name": "Alice"}}


async def test_nobody_waits_for_a_store_that_is_known_to_be_away(store: Store, tmp_path: Path) -> None:
    keeper = Keeper(SystemClock())
    books = StoreBooks(Memory(store, keeper))
    keeper.trouble = "the store cannot be used (database is locked)"
    with closing(sqlite3.connect(tmp_path / "housephone.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with anyio.fail_after(4):  # the store alone would wait for 5 seconds
            await books.keep_sessions({"key": {"name": "Alice"}})
        other.execute("ROLLBACK")
    keeper.trouble = None
    await books.keep_sessions({"key": {"name": "Alice"}})
    assert store.note(NOTE) == {"key": {"name": "Alice"}}


async def test_what_was_done_while_the_disk_was_full_is_written_down_later_and_in_order(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    books, full = StoreBooks(Memory(store)), True

    def when_there_is_room(write: Callable[..., Any]) -> Callable[..., Any]:
        def written(*given: Any) -> Any:
            if full:
                raise StoreUnavailable("housephone.sqlite", "disk full")
            return write(*given)

        return written

    monkeypatch.setattr(store, "note_happenings", when_there_is_room(store.note_happenings))
    monkeypatch.setattr(store, "put_note", when_there_is_room(store.put_note))
    await books.note(deed("checkin"))
    await books.note(deed("checkout"))
    await books.keep_sessions({})
    assert store.happenings() == []

    full = False
    await books.note(deed("move"))

    assert [row.subject for row in reversed(store.happenings())] == ["checkin", "checkout", "move"]
    assert len(store.happenings()) == 3


async def test_a_disk_that_stays_full_does_not_fill_the_memory(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise StoreUnavailable("housephone.sqlite", "disk full")

    books, write = StoreBooks(Memory(store)), store.note_happenings
    monkeypatch.setattr(store, "note_happenings", never)
    for number in range(OWED_AT_MOST + 5):
        await books.note(deed(f"deed {number}"))
    monkeypatch.setattr(store, "note_happenings", write)
    await books.note(deed("last"))
    kept = [row.subject for row in reversed(store.happenings(limit=5000))]
    assert (kept[0], kept[-1], len(kept)) == ("deed 6", "last", OWED_AT_MOST)
