"""A store that cannot be written, as on a full disk: the controller waits for it, and nothing is lost on the way."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import anyio
import pytest

from desired.events import CheckedIn, Told
from desired.said import Field, Source
from fixtures.hotel_pms import HotelPms
from reconciler.app.doors import Doors
from reconciler.desk.orders import ORDER
from reconciler.ports import Heard
from reconciler.stays.frontdesk import Declined
from reconciler.store.errors import StoreUnavailable
from reconciler.store.session import Session
from tests.reconciler.conftest import Inn, Running, until
from tests.reconciler.front import ROOMS, ZONE
from tests.reconciler.guestlist import guests

pytestmark = pytest.mark.anyio

PMS = {"pms": [{"kind": "fias", "host": "127.0.0.1", "port": 1}]}
"""A link to nobody: tests hand in the records themselves."""

FARNHAM = ORDER.validate_python({"verb": "checkin", "room": "1003", "guest": {"last": "Farnham"}})


class Disk:
    """The disk under the store; while it is ``full`` whatever would be written is refused."""

    full = False


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    writing, disk = Session._writing, Disk()

    @contextmanager
    def unless_full(session: Session, **how: Any) -> Iterator[Any]:
        if disk.full:
            raise StoreUnavailable("the store", "database or disk is full")
        with writing(session, **how) as connection:
            yield connection

    monkeypatch.setattr(Session, "_writing", unless_full)
    monkeypatch.setattr("reconciler.app.online.TTL", timedelta(seconds=0.2))
    return disk


async def at_rest(running: Running) -> None:
    health, traffic = running.controller.health, running.room.shop.traffic
    await until(lambda: health.rooms and not health.pending and not (traffic.busy or traffic.waiting))


def arrives(running: Running, room: str, last: str) -> Heard:
    """The record of a check-in."""
    now = running.room.shop.clock.now()
    event = CheckedIn(room, f"9{room}", {"first": "Ana", "last": last})
    return Heard(Told(Source.PMS, "pms GI", now, now, link="pms"), (event,), f"GI {room}")


async def test_a_full_disk_is_waited_for_and_nobody_s_name_changes_meanwhile(inn: Inn, disk: Disk) -> None:
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        await at_rest(running)
        inn.forget_calls()
        disk.full = True
        inn.guest("1002", "Luca", "Grimaldi")
        await until(lambda: running.controller.health.legs()["store"])
        inn.clock.advance(minutes=2)
        await anyio.sleep(0.5)  # more than the ownership outlives its last renewal
        assert "full" in (running.controller.health.legs()["store"] or "")
        assert inn.writes() == []

        disk.full = False
        inn.clock.advance(minutes=1)
        await until(lambda: inn.shown(1002) == ["Luca Grimaldi 1002"])
        await until(lambda: running.controller.health.legs()["store"] is None)


async def test_a_call_that_cannot_be_announced_does_not_leave_and_is_made_later(
    inn: Inn, monkeypatch: pytest.MonkeyPatch
) -> None:
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        await at_rest(running)
        inn.forget_calls()
        intend, tries = running.room.store.intend, []

        def full_just_now(rows: Any) -> None:
            tries.append(rows)
            if len(tries) == 1:
                raise StoreUnavailable("the store", "database or disk is full")
            intend(rows)

        monkeypatch.setattr(running.room.store, "intend", full_just_now)
        inn.guest("1002", "Luca", "Grimaldi")
        await until(lambda: tries)
        await until(lambda: inn.shown(1002) == ["Luca Grimaldi 1002"])
    assert len(inn.writes()) == 1


async def test_check_ins_that_came_while_the_disk_was_full_are_kept_when_it_has_room_again(
    inn: Inn, disk: Disk
) -> None:
    inn.configure(**PMS)
    async with inn.controller() as running, anyio.create_task_group() as tasks:
        hear = running.office.reception.hear
        await hear("pms", [arrives(running, "1011", "Souza")])
        disk.full = True
        tasks.start_soon(hear, "pms", [arrives(running, "1012", "Grimaldi")])
        await until(lambda: running.controller.health.legs()["store"])
        disk.full = False
        inn.clock.advance(minutes=1)
        await until(lambda: inn.shown(1011, 1012) == ["Ana Souza 1011", "Ana Grimaldi 1012"])


async def test_the_desk_hears_that_nothing_was_noted_and_waits_for_no_disk(inn: Inn, disk: Disk) -> None:
    async with inn.controller() as running:
        door = Doors(running.room, running.controller, running.office, inn.clock.now(), debug=False)
        disk.full = True
        await until(lambda: running.controller.health.legs()["store"])
        with pytest.raises(Declined, match=r"nothing was noted: the store .* disk is full") as declined:
            await door.take(FARNHAM, "desk command line")
        assert declined.value.remedy.endswith("then say it again")
        disk.full = False
        inn.clock.advance(minutes=1)
        await until(lambda: running.controller.health.legs()["store"] is None)
        assert await door.take(FARNHAM, "desk command line") == "room 1003: checked in"


@contextmanager
def another_program_writes(inn: Inn) -> Iterator[None]:
    """Somebody has opened the store's file elsewhere, and has not finished yet."""
    with closing(sqlite3.connect(inn.folder / "state" / "housephone.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


async def test_the_first_order_while_another_program_holds_the_store_is_refused_and_stays_so(
    inn: Inn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.store.engine.BUSY_SECONDS", 0.2)
    inn.vacant(1004)
    async with inn.controller() as running:
        door = Doors(running.room, running.controller, running.office, inn.clock.now(), debug=False)
        await at_rest(running)
        locked = pytest.raises(Declined, match=r"nothing was noted: the store .* is locked")
        with another_program_writes(inn), anyio.fail_after(20), locked:
            await door.take(FARNHAM, "desk command line")
        inn.clock.advance(minutes=1)
        await until(lambda: running.controller.health.legs()["store"] is None)
        assert await door.take(FARNHAM, "desk command line") == "room 1003: checked in"
        await until(lambda: inn.shown(1003) == ["Farnham 1003"])
        assert [guest.last for guest in running.room.shop.hotel.wish("1003").get(Field.GUESTS)] == ["Farnham"]


async def test_an_order_does_not_wait_behind_a_record_that_cannot_be_stored(
    inn: Inn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.stays.reception.PATIENCE", 0.1)
    inn.configure(**PMS)
    inn.vacant(1004)
    async with inn.controller() as running, anyio.create_task_group() as tasks:
        door = Doors(running.room, running.controller, running.office, inn.clock.now(), debug=False)
        await at_rest(running)
        with another_program_writes(inn):
            tasks.start_soon(running.office.reception.hear, "pms", [arrives(running, "1012", "Grimaldi")])
            await until(running.office.reception._one_at_a_time.locked)
            with pytest.raises(Declined, match="nothing was noted"):
                await door.take(FARNHAM, "desk command line")
        inn.clock.advance(minutes=1)
        await until(lambda: inn.shown(1003, 1012) == ["Room 1003", "Ana Grimaldi 1012"])


async def test_who_ends_with_check_ins_that_were_never_stored_asks_the_pms_at_the_next_start(
    inn: Inn, disk: Disk
) -> None:
    pms, who = HotelPms(ROOMS, zone=ZONE, clock=inn.clock), guests(random.Random(7))  # noqa: S311 - the same ones
    late = next(who)
    async with pms.serve() as port:
        inn.configure(pms=[{"kind": "fias", "host": "127.0.0.1", "port": port}])
        async with inn.controller() as running:
            pms.check_in("1011", next(who))
            await until(lambda: inn.shown(1011) != ["Room 1011"])
            disk.full = True
            pms.check_in("1012", late)
            await until(lambda: running.controller.health.legs()["store"])
        assert inn.shown(1012) == ["Room 1012"]

        disk.full = False
        async with inn.controller():
            await until(lambda: inn.shown(1012) == [f"{late.first} {late.last} 1012"])
        asked = pms.heard("DR")
        async with inn.controller() as running:
            await until(lambda: running.office.links()[0].problem is None)
            await at_rest(running)
        assert pms.heard("DR") == asked


async def test_who_ends_because_there_is_no_memory_to_store_a_check_in_asks_the_pms_at_the_next_start(
    inn: Inn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_more_threads(*_: Any, **__: Any) -> Any:
        raise RuntimeError("can't start new thread")

    pms, who = HotelPms(ROOMS, zone=ZONE, clock=inn.clock), guests(random.Random(7))  # noqa: S311 - the same ones
    late = next(who)
    async with pms.serve() as port:
        inn.configure(pms=[{"kind": "fias", "host": "127.0.0.1", "port": port}])
        with monkeypatch.context() as short, pytest.RaisesGroup(RuntimeError, flatten_subgroups=True):
            async with inn.controller():
                pms.check_in("1011", next(who))
                await until(lambda: inn.shown(1011) != ["Room 1011"])
                short.setattr("reconciler.stays.reception.write", no_more_threads)
                pms.check_in("1012", late)
                await anyio.sleep_forever()
        assert inn.shown(1012) == ["Room 1012"]

        async with inn.controller():
            await until(lambda: inn.shown(1012) == [f"{late.first} {late.last} 1012"])


async def test_who_ends_of_any_fault_asks_the_pms_at_the_next_start(inn: Inn) -> None:
    """What the PMS was saying when the line broke has reached nobody."""
    pms = HotelPms(ROOMS, zone=ZONE, clock=inn.clock)
    async with pms.serve() as port:
        inn.configure(pms=[{"kind": "fias", "host": "127.0.0.1", "port": port}])
        with pytest.RaisesGroup(MemoryError, flatten_subgroups=True):
            async with inn.controller() as running:
                await until(lambda: running.office.register.stays.settled("pms"))
                raise MemoryError
        asked = pms.heard("DR")

        async with inn.controller():
            await until(lambda: pms.heard("DR") != asked)
