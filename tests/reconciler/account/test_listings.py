"""Hotels that share a Zoom account read its lists once for all."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import anyio
import pytest

from observed.cache import Observed
from observed.extension import Extension
from reconciler.account.listings import FRESH, HotelsLists, Listings
from reconciler.errors import Later

pytestmark = pytest.mark.anyio
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def room(number: int, name: str = "") -> Extension:
    return Extension("user", f"u{number}", number, name or f"Room {number}", read_at=NOON)


class HandClock:
    """Time stands until it is turned forward."""

    def __init__(self) -> None:
        self.at = 0.0
        self._turned = anyio.Event()

    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        end = self.at + seconds
        while self.at < end:
            await self._turned.wait()

    async def turn(self, seconds: float) -> None:
        self.at += seconds
        self._turned.set()
        self._turned = anyio.Event()
        await anyio.wait_all_tasks_blocked()


class Zoom:
    """An account with three extensions, whose lists come when they are let."""

    def __init__(self) -> None:
        self.extensions_there = [room(1001), room(2001), room(9001)]
        self.readings = 0
        self.wanted: frozenset[int] = frozenset()
        self.devices = False
        self.away = False
        self.may_answer = anyio.Event()
        self.may_answer.set()

    async def extensions(self, *, wanted: frozenset[int], devices: bool) -> tuple[Extension, ...]:
        self.readings, self.wanted, self.devices = self.readings + 1, wanted, devices
        listed = tuple(self.extensions_there)
        await self.may_answer.wait()
        if self.away:
            raise Later("Zoom does not answer", code="away")
        return listed


class Account:
    """Two hotels in one account."""

    def __init__(self, listings: Listings, zoom: Zoom, clock: HandClock) -> None:
        self.zoom, self.clock, self.listings = zoom, clock, listings
        self.harbour, self.hill = self.hotel(1001), self.hotel(2001)

    def hotel(self, number: int, *, devices: bool = False) -> HotelsLists:
        observed = Observed()
        return self.listings.of(lambda: observed, lambda: frozenset({number}), devices=devices)


@pytest.fixture
async def account() -> AsyncIterator[Account]:
    zoom, clock = Zoom(), HandClock()
    async with Listings(zoom, clock) as listings:
        yield Account(listings, zoom, clock)


async def names(hotel: HotelsLists) -> list[str]:
    listed = await hotel.extensions(wanted=hotel.sought(), devices=hotel.devices)
    return [str(each.display_name) for each in listed]


async def test_one_reading_serves_both_and_each_sees_its_own(account: Account) -> None:
    assert await names(account.harbour) == ["Room 1001"]
    assert await names(account.hill) == ["Room 2001"]
    assert account.zoom.readings == 1
    assert account.zoom.wanted == {1001, 2001}


async def test_who_asks_again_gets_news(account: Account) -> None:
    await names(account.harbour)
    account.zoom.extensions_there[0] = room(1001, "Ana Souza")
    assert await names(account.harbour) == ["Ana Souza"]
    assert account.zoom.readings == 2


async def test_an_old_reading_is_nobodys_any_more(account: Account) -> None:
    await names(account.harbour)
    await account.clock.turn(FRESH + 1)
    await names(account.hill)
    assert account.zoom.readings == 2


async def test_what_a_hotel_wrote_since_the_reading_began_is_newer(account: Account) -> None:
    account.harbour.observed().replace([room(1001)])
    await names(account.hill)
    account.harbour.observed().wrote(room(1001), {"display_name": "Ana Souza"}, NOON)
    assert await names(account.harbour) == ["Ana Souza"]


async def test_a_hotel_that_leaves_while_it_reads_takes_nothing_from_the_others(account: Account) -> None:
    account.zoom.may_answer = anyio.Event()
    seen: list[list[str]] = []

    async def read() -> None:
        seen.append(await names(account.hill))

    async with anyio.create_task_group() as others:
        async with anyio.create_task_group() as first:
            first.start_soon(names, account.harbour)
            await anyio.wait_all_tasks_blocked()
            others.start_soon(read)
            await anyio.wait_all_tasks_blocked()
            first.cancel_scope.cancel()
        account.listings.leave(account.harbour)
        account.zoom.may_answer.set()
    assert seen == [["Room 2001"]]
    assert account.zoom.readings == 1


async def test_a_list_that_was_not_read_is_told_to_all_who_wait_and_read_again(account: Account) -> None:
    account.zoom.away = True
    with pytest.raises(Later):
        await names(account.harbour)
    account.zoom.away = False
    assert await names(account.hill) == ["Room 2001"]


async def test_a_hotel_that_comes_while_lists_are_read_waits_for_these(account: Account) -> None:
    account.zoom.may_answer = anyio.Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(names, account.harbour)
        await anyio.wait_all_tasks_blocked()
        quay = account.hotel(2001)
        tasks.start_soon(names, quay)
        await anyio.wait_all_tasks_blocked()
        account.zoom.may_answer.set()
    assert account.zoom.readings == 1


async def test_one_that_renames_telephones_has_them_read(account: Account) -> None:
    await names(account.harbour)
    assert not account.zoom.devices
    await names(account.hotel(2001, devices=True))
    assert account.zoom.devices


async def test_a_hotel_that_has_yet_to_come_need_not_have_the_lists_read_again() -> None:
    zoom, clock = Zoom(), HandClock()
    async with Listings(zoom, clock, lambda: frozenset({1001, 2001})) as listings:
        first = listings.of(Observed, lambda: frozenset({1001}), devices=False)
        await first.extensions(wanted=frozenset({1001}), devices=False)
        second = listings.of(Observed, lambda: frozenset({2001}), devices=False)
        shown = await second.extensions(wanted=frozenset({2001}), devices=False)
    assert [each.number for each in shown] == [2001]
    assert zoom.readings == 1
