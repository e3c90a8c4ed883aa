"""The room board says how each room is now, and tells of a room only when it says something else."""

import anyio
import pytest

from reconciler.desk.board import Board, Card, floor_of, house_order
from reconciler.desk.news import News, Topic
from tests.reconciler.conftest import FastClock

pytestmark = pytest.mark.anyio


class Rooms:
    """Rooms whose cards a test changes."""

    def __init__(self, *rooms: str) -> None:
        self.cards = {room: Card(room, floor_of(room), "vacant") for room in rooms}
        self.looks = 0

    def look(self, room: str) -> Card:
        self.looks += 1
        return self.cards[room]

    def names(self) -> list[str]:
        return list(self.cards)


@pytest.fixture
def rooms() -> Rooms:
    return Rooms("1201", "1202", "901", "PH1")


@pytest.fixture
def news() -> News:
    return News("a")


@pytest.fixture
def board(rooms: Rooms, news: News) -> Board:
    board = Board(rooms.look, rooms.names, news, FastClock())
    board.touch(rooms.names())
    return board


async def test_rooms_stand_in_the_order_in_which_people_count_them(board: Board) -> None:
    assert [card.room for card in await board.cards()] == ["901", "1201", "1202", "PH1"]


async def test_a_room_that_was_touched_and_is_as_before_is_no_news(board: Board, news: News) -> None:
    await board.cards()
    mark = news.mark
    board.touch(["1201"])
    await board.cards()
    assert news.since(mark).rooms == ()


async def test_a_room_that_has_changed_is_news(board: Board, rooms: Rooms, news: News) -> None:
    await board.cards()
    mark = news.mark
    rooms.cards["1201"] = Card("1201", "12", "occupied", ("Souza, Ana",))
    board.touch(["1201", "1202"])
    assert (await board.some(["1201"]))["1201"] == rooms.cards["1201"]
    assert news.since(mark).rooms == ("1201",)
    assert news.since(mark).topics == (Topic.ROOMS,)


async def test_a_room_that_is_no_more_leaves_the_board(board: Board, rooms: Rooms, news: News) -> None:
    await board.cards()
    mark = news.mark
    del rooms.cards["PH1"]
    board.touch(["PH1"])
    assert (await board.some(["PH1"])) == {"PH1": None}
    assert news.since(mark).rooms == ("PH1",)


async def test_while_nobody_looks_nothing_is_made(board: Board, rooms: Rooms) -> None:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(board.run)
        await anyio.wait_all_tasks_blocked()
        assert rooms.looks == 0
        with board.watched():
            while rooms.looks < len(rooms.cards):  # noqa: ASYNC110 - who looks rings no bell
                await anyio.sleep(0.005)
        tasks.cancel_scope.cancel()


def test_a_number_tells_its_floor_by_custom() -> None:
    assert [floor_of(room) for room in ("1207", "207", "12", "PH1", "１２０７")] == ["12", "2", "", "", ""]
    assert sorted(["10", "9", "Suite", "0100"], key=house_order) == ["9", "10", "0100", "Suite"]
