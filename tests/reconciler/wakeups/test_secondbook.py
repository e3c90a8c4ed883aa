"""The second book of wake-up calls: in step with the ledger, never in its way, and honest when it cannot be read."""

# ruff: noqa: ASYNC240 - a file that somebody writes is read and spoilt here; that is the point.

import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from desired.said import Source
from reconciler.wakeups import secondbook
from reconciler.wakeups.secondbook import FILE, SecondBook, Unusable, read
from tests.reconciler.conftest import until
from tests.reconciler.lodge import DUE, MORNING, Lodge, no_wake, souza, wake

pytestmark = pytest.mark.anyio


@pytest.fixture
def lodge(tmp_path: Path) -> Lodge:
    return Lodge(tmp_path)


@pytest.fixture
def path(lodge: Lodge) -> Path:
    return lodge.folder / "state" / FILE


@pytest.fixture
def book(lodge: Lodge, path: Path) -> SecondBook:
    book = SecondBook(path, lodge.reception.ledger.open, lodge.clock)
    lodge.reception.on_page.append(lambda _page: book.turn())
    return book


def rooms(path: Path) -> list[str]:
    return [entry.room for entry in read(path)] if path.exists() else []


async def follows(lodge: Lodge, path: Path, expected: list[str]) -> None:
    def does() -> bool:
        lodge.clock.advance(seconds=1)
        return rooms(path) == expected

    await until(does)


async def test_it_has_the_calls_that_have_not_rung_and_no_others(
    lodge: Lodge, book: SecondBook, path: Path
) -> None:
    await lodge.hear(souza(), wake("1207"))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(book.run)
        await follows(lodge, path, ["1207"])
        await lodge.desk(wake("1203"))
        await follows(lodge, path, ["1203", "1207"])
        await lodge.hear(no_wake("1207"))
        await follows(lodge, path, ["1203"])
        tasks.cancel_scope.cancel()

    assert read(path) == list(lodge.reception.ledger.open())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_it_remembers_how_far_a_call_has_come_and_names_no_guest(lodge: Lodge, path: Path) -> None:
    await lodge.hear(souza(), wake())
    await lodge.desk(wake(), source=Source.PHONE)
    ledger, again = lodge.reception.ledger, DUE + timedelta(minutes=2)
    await lodge.reception.post(("1207", MORNING), ledger.rings)
    await lodge.reception.post(
        ("1207", MORNING), lambda entry, now: ledger.rings_again(entry, now, outcomes=["busy"], again=again)
    )

    secondbook.write(path, secondbook.content_of(ledger.open()))

    (entry,) = read(path)
    assert entry == lodge.entry("1207")
    assert (entry.outcomes, entry.again, len(entry.origins)) == (("busy",), again, 2)
    assert b"Souza" not in path.read_bytes()


async def test_where_it_cannot_be_written_calls_are_taken_all_the_same_and_people_are_told(
    lodge: Lodge, book: SecondBook, path: Path
) -> None:
    path.mkdir()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(book.run)
        await until(lambda: book.trouble)
        await lodge.hear(souza(), wake())
        assert lodge.status("1207") == "pending"

        path.rmdir()
        await follows(lodge, path, ["1207"])
        await until(lambda: book.trouble is None)
        tasks.cancel_scope.cancel()


async def test_one_write_takes_along_what_a_flood_has_changed(
    lodge: Lodge, book: SecondBook, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, written = secondbook.write, []

    def counted(path: Path, content: bytes) -> None:
        written.append(content)
        write(path, content)

    monkeypatch.setattr(secondbook, "write", counted)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(book.run)
        await until(lambda: written)
        for minute in range(60):
            await lodge.hear(wake("1207", MORNING + timedelta(minutes=minute)))
        await follows(lodge, path, ["1207"] * 60)
        tasks.cancel_scope.cancel()
    assert len(written) < 10


def damaged(content: bytes) -> bytes:
    return content.replace(b"T06:30", b"T16:30", 1)


SPOILT = {
    "a digit of a time is another": (damaged, "it is damaged, too"),
    "half of it": (lambda content: content[: len(content) // 2], "it is damaged, too"),
    "nothing": (lambda _content: b"", "it is damaged, too"),
    "a list": (lambda _content: b"[]", "it is damaged, too"),
    "no text": (lambda _content: b"\xff\x00" * 99, "it is damaged, too"),
    "of the future": (
        lambda content: content.replace(b'"version":1', b'"version":9'),
        "a newer housephone wrote it",
    ),
}


@pytest.mark.parametrize(("spoil", "why"), SPOILT.values(), ids=SPOILT)
async def test_a_book_that_is_not_what_was_written_is_not_believed(
    lodge: Lodge, path: Path, spoil: Any, why: str
) -> None:
    await lodge.hear(souza(), wake())
    secondbook.write(path, secondbook.content_of(lodge.reception.ledger.open()))
    path.write_bytes(spoil(path.read_bytes()))

    with pytest.raises(Unusable, match=why):
        read(path)


def test_where_there_is_no_book_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="there is none"):
        read(tmp_path / FILE)
