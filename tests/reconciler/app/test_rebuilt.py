"""A store that is damaged or gone is built anew: nobody oversleeps, the former one is kept, and people are told."""

import os
import random
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest

from fixtures.hotel_pms import HotelPms
from reconciler.app import rebuilt
from reconciler.app.controller import run_controller
from reconciler.app.doors import Doors
from reconciler.app.entry import unwrapped
from reconciler.app.online import open_store
from reconciler.app.ordered import at_the_store
from reconciler.configuration.settings import Settings
from reconciler.control import Present
from reconciler.desk.orders import ORDER
from reconciler.errors import Fatal
from reconciler.stays import anew
from reconciler.stays.anew import Anew
from reconciler.store.errors import StoreDamaged, StoreUnavailable
from reconciler.store.rows import HistoryRow
from reconciler.store.store import Store
from reconciler.store.version import FILE_NAME
from reconciler.wakeups import secondbook
from reconciler.wakeups.acknowledged import name_of
from tests.reconciler.conftest import Inn, Running, until
from tests.reconciler.front import ROOMS, ZONE
from tests.reconciler.guestlist import guests

pytestmark = pytest.mark.anyio

TELEGRAM = b"a telegram, not a database" * 400


def wakeup(inn: Inn, room: str, at: datetime) -> str:
    """Somebody at the desk sets a call while no controller runs."""
    order = ORDER.validate_python({"verb": "wakeup_add", "room": room, "at": at.isoformat()})
    return at_the_store(inn.settings, order, "desk page")


def morning(inn: Inn) -> datetime:
    local = inn.clock.now().astimezone(inn.settings.property.zone)
    return (local + timedelta(days=1)).replace(hour=6, minute=30, second=0, microsecond=0, tzinfo=None)


def database(inn: Inn) -> Path:
    return inn.settings.state / FILE_NAME


def open_calls(settings: Settings) -> list[str]:
    with open_store(settings) as store:
        return sorted(entry.room for entry in store.wakeups(datetime.max.replace(tzinfo=UTC)))


def told(settings: Settings) -> Anew | None:
    with open_store(settings) as store:
        return Anew.of(store.note(anew.NOTE))


def kept(inn: Inn, name: str = FILE_NAME) -> list[Path]:
    return sorted(inn.settings.state.glob(f"{name}.2*Z"))


def alarms(running: Running) -> dict[str, str]:
    return {each.alarm.kind.value: each.alarm.message for each in running.office.alarms.standing}


async def look(running: Running) -> None:
    """What the controller's own round does: look for alarms."""
    from reconciler.app.callout import situation

    running.office.alarms._step(situation(running.room, running.controller, running.office))


async def test_after_a_damage_calls_ring_guests_come_back_and_the_alarm_says_where_to_look(inn: Inn) -> None:
    pms, who = HotelPms(ROOMS, zone=ZONE, clock=inn.clock), guests(random.Random(7))  # noqa: S311 - the same ones
    async with pms.serve() as port:
        inn.configure(pms=[{"kind": "fias", "host": "127.0.0.1", "port": port}])
        at = pms.local().replace(hour=6, minute=30, second=15, microsecond=0) + timedelta(days=1)
        async with inn.controller() as running:
            guest = next(who)
            pms.check_in("1011", guest)
            pms.wake_up("1011", at)
            door = Doors(running.room, running.controller, running.office, inn.clock.now(), debug=False)
            await until(running.office.reception.ledger.open)
            by_hand = {"verb": "wakeup_add", "room": "1003", "at": morning(inn).isoformat()}
            await door.take(ORDER.validate_python(by_hand), "desk page")
            book = inn.settings.state / secondbook.FILE
            await until(lambda: len(secondbook.read(book)) == 2)
        database(inn).write_bytes(TELEGRAM)

        async with inn.controller() as running:
            ledger = running.office.reception.ledger
            assert sorted((entry.room, entry.link) for entry in ledger.open()) == [
                ("1003", "pms"),
                ("1011", "pms"),
            ]
            await until(lambda: inn.shown(1011) == [f"{guest.first} {guest.last} 1011"])
            await until(lambda: running.office.register.stays.settled("pms"))
            assert sorted(entry.room for entry in ledger.open()) == ["1003", "1011"]
            await look(running)
            said = alarms(running)["store_rebuilt"]
            assert said.startswith("2 wake-up calls stand again")
            assert "rooms 1003, 1011" in said
            (former,) = kept(inn)
            assert former.name in said
            assert former.read_bytes() == TELEGRAM
            assert stat.S_IMODE(former.stat().st_mode) == 0o600

            inn.clock.advance(hours=12, minutes=1)
            await look(running)
            assert "store_rebuilt" not in alarms(running)


async def test_a_call_that_woke_nobody_stays_an_alarm_until_somebody_has_seen_to_it(inn: Inn) -> None:
    local = inn.clock.now().astimezone(inn.settings.property.zone)
    soon = local.replace(second=0, microsecond=0, tzinfo=None) + timedelta(minutes=2)
    book = inn.settings.state / secondbook.FILE
    wakeup(inn, "1003", soon)
    async with inn.controller() as running:
        inn.clock.advance(minutes=3)
        await until(lambda: [entry.status for entry in secondbook.read(book)] == ["unreachable"])
    database(inn).write_bytes(TELEGRAM)

    async with inn.controller() as running:
        await look(running)
        assert "room 1003" in alarms(running)["wakeup_failed"]
        assert alarms(running)["store_rebuilt"].startswith("no wake-up call was open")
        await running.office.acknowledged.note([name_of("1003", soon)], "Ms Keller", by_telephone=False)
        await until(lambda: not secondbook.read(book))
    kept(inn)[0].unlink()
    database(inn).write_bytes(TELEGRAM)

    async with inn.controller() as running:
        await look(running)
        assert "wakeup_failed" not in alarms(running)


@pytest.mark.parametrize(
    "spoil", [Path.unlink, lambda book: book.write_bytes(b"{}")], ids=["gone", "damaged"]
)
async def test_where_the_second_book_is_no_use_either_it_is_said_that_calls_may_be_lost(
    inn: Inn, spoil: Any
) -> None:
    wakeup(inn, "1003", morning(inn))
    database(inn).write_bytes(TELEGRAM)
    spoil(inn.settings.state / secondbook.FILE)

    async with inn.controller() as running:
        assert running.office.reception.ledger.open() == []
        await look(running)
        assert alarms(running)["store_rebuilt"].startswith("WAKE-UP CALLS MAY BE LOST")


@pytest.mark.parametrize("vanish", [Path.unlink, lambda file: file.write_bytes(b"")], ids=["gone", "empty"])
async def test_a_store_that_is_gone_is_built_anew_by_whoever_comes_first(inn: Inn, vanish: Any) -> None:
    wakeup(inn, "1003", morning(inn))
    wakeup(inn, "1004", morning(inn))
    vanish(database(inn))

    wakeup(inn, "1005", morning(inn))

    assert open_calls(inn.settings) == ["1003", "1004", "1005"]
    found = told(inn.settings)
    assert found is not None
    assert (found.why, found.calls, found.rooms) == ("was gone", 2, ("1003", "1004"))


async def test_a_new_hotel_hears_of_no_former_store(inn: Inn) -> None:
    wakeup(inn, "1003", morning(inn))
    assert told(inn.settings) is None


async def test_messages_of_guests_whom_nobody_knows_any_more_are_kept_apart(inn: Inn) -> None:
    wakeup(inn, "1003", morning(inn))
    mail = inn.settings.state / "mail"
    mail.mkdir()
    (mail / "1.wav").write_bytes(b"RIFF")
    database(inn).write_bytes(TELEGRAM)

    rebuilt.rebuild(inn.settings)

    found = told(inn.settings)
    assert found is not None
    assert (inn.settings.state / found.sound / "1.wav").read_bytes() == b"RIFF"
    assert not mail.exists()


class Killed(BaseException):
    """The process is gone."""


@contextmanager
def killed_at(number: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The process ends before its step of this number that changes the folder."""
    steps: list[str] = []

    def counting(name: str, real: Any) -> Any:
        def step(*args: Any, **how: Any) -> Any:
            steps.append(name)
            if len(steps) == number:
                raise Killed
            return real(*args, **how)

        return step

    with monkeypatch.context() as patch:
        for name in ("rename", "replace", "unlink"):
            patch.setattr(Path, name, counting(name, getattr(Path, name)))
        for name in ("open", "fsync", "utime"):
            patch.setattr(os, name, counting(name, getattr(os, name)))
        yield steps


async def test_killed_before_any_step_of_the_rebuilding_the_next_start_loses_no_call(
    inn: Inn, monkeypatch: pytest.MonkeyPatch
) -> None:
    wakeup(inn, "1003", morning(inn))
    state, damaged = inn.settings.state, inn.folder / "damaged"
    log = database(inn).with_name(FILE_NAME + "-wal")
    log.write_bytes(database(inn).read_bytes())  # the log of the former store must never meet the new one
    database(inn).write_bytes(TELEGRAM)
    state.rename(damaged)
    number, died = 0, True
    while died:
        number += 1
        shutil.copytree(damaged, state)
        with killed_at(number, monkeypatch):
            try:
                rebuilt.rebuild(inn.settings)
            except Killed:
                died = True
            else:
                died = False
        try:
            calls = open_calls(inn.settings)
        except StoreDamaged:
            assert rebuilt.rebuild(inn.settings)
            calls = open_calls(inn.settings)

        assert calls == ["1003"], f"killed before step {number}"
        assert [path.read_bytes() for path in kept(inn)] == [TELEGRAM], f"killed before step {number}"
        shutil.rmtree(state)
    assert number > 10


async def test_who_only_passes_by_leaves_a_damaged_store_to_who_stays(inn: Inn) -> None:
    wakeup(inn, "1003", morning(inn))
    database(inn).write_bytes(TELEGRAM)

    with pytest.raises(StoreDamaged) as damaged:
        await inn.sync()

    assert "start `reconcile run`" in damaged.value.remedy
    assert kept(inn) == []


async def test_a_store_on_which_another_controller_is_at_work_is_not_taken_away(
    inn: Inn, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def somebody(_settings: Settings) -> Present:
        return Present(shadow=False, pid=os.getpid() + 1, since=inn.clock.now())

    wakeup(inn, "1003", morning(inn))
    database(inn).write_bytes(TELEGRAM)
    monkeypatch.setattr("reconciler.control.present", somebody)

    with pytest.raises(Fatal, match="is at work on it"), unwrapped():
        async with inn.controller():
            pass

    assert kept(inn) == []


async def test_a_damage_that_shows_while_the_controller_works_is_mended_without_anybody(inn: Inn) -> None:
    inn.configure(desk={"listen": "127.0.0.1:0"})
    inn.guest("1001", "Ana", "Souza")
    wakeup(inn, "1003", morning(inn))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(partial(run_controller, inn.config, shadow=False))
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        overwrite(database(inn))
        inn.guest("1002", "Luca", "Grimaldi")
        await until(lambda: kept(inn))
        inn.guest("1004", "Mia", "Farnham")
        await until(lambda: inn.shown(1002, 1004) == ["Luca Grimaldi 1002", "Mia Farnham 1004"])
        tasks.cancel_scope.cancel()
    assert open_calls(inn.settings) == ["1003"]


@pytest.mark.parametrize("whole", [False, True], ids=["the store", "its folder"])
async def test_whoever_removes_the_store_under_a_running_controller_costs_no_call(
    inn: Inn, whole: bool
) -> None:
    inn.configure(desk={"listen": "127.0.0.1:0"})
    inn.guest("1001", "Ana", "Souza")
    wakeup(inn, "1003", morning(inn))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(partial(run_controller, inn.config, shadow=False))
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        if whole:
            shutil.rmtree(inn.settings.state)
        else:
            for path in inn.settings.state.glob(f"{FILE_NAME}*"):
                path.unlink()
        await until(lambda: database(inn).exists() and told(inn.settings))
        inn.guest("1002", "Luca", "Grimaldi")
        await until(lambda: inn.shown(1002) == ["Luca Grimaldi 1002"])
        tasks.cancel_scope.cancel()
    assert open_calls(inn.settings) == ["1003"]


async def test_a_store_that_took_the_place_of_another_gets_the_calls_that_stand_in_the_book_alone(
    inn: Inn,
) -> None:
    wakeup(inn, "1003", morning(inn))
    wakeup(inn, "1004", morning(inn))
    book = inn.settings.state / secondbook.FILE
    written = book.read_bytes()
    database(inn).unlink()
    book.unlink()
    wakeup(inn, "1005", morning(inn))
    book.write_bytes(written)  # by the controller that worked on, with the file that was removed
    assert open_calls(inn.settings) == ["1003", "1004", "1005"]
    anew_ = told(inn.settings)
    assert anew_ is not None
    assert anew_.rooms == ("1003", "1004")


async def test_a_call_that_was_cancelled_does_not_come_back_from_an_old_book(inn: Inn) -> None:
    wakeup(inn, "1003", morning(inn))
    book = inn.settings.state / secondbook.FILE
    written = book.read_bytes()
    order = {"verb": "wakeup_cancel", "room": "1003", "at": morning(inn).isoformat()}
    at_the_store(inn.settings, ORDER.validate_python(order), "desk page")
    book.write_bytes(written)
    with open_store(inn.settings) as store:
        assert [entry.status for entry in store.wakeups(datetime.min.replace(tzinfo=UTC))] == ["cancelled"]
    assert told(inn.settings) is None


def overwrite(database: Path) -> None:
    """Let the disk lose the store's pages and its log, from another process: it holds none of our locks."""
    program = (
        "import os, sys\n"
        "with open(sys.argv[1], 'r+b') as file: file.write(b'\\xff' * os.path.getsize(sys.argv[1]))\n"
        "os.truncate(sys.argv[1] + '-wal', 0)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(database)], check=True)


WORKS = """
import sys
from pathlib import Path
from reconciler.store.store import Store

with Store.open(Path(sys.argv[1]), property_name=sys.argv[2], account=sys.argv[3]) as store:
    for number in range(1_000_000):
        store.put_note("n", number)
        print("at work", flush=True)
"""


def end_of_who_loses_his_files(inn: Inn) -> int:
    """The code with which a process ends that works with the store while all of its files are cut to nothing."""
    named = (inn.settings.property.name, inn.settings.zoom.account_id)
    words = [sys.executable, "-c", WORKS, str(database(inn)), *named]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as at_work:
        assert at_work.stdout is not None
        at_work.stdout.readline()
        for suffix in ("", "-wal", "-shm"):
            os.truncate(f"{database(inn)}{suffix}", 0)
        at_work.stdout.read()
    return at_work.returncode


async def test_who_loses_all_files_of_the_store_under_his_hands_ends_and_the_next_start_keeps_the_calls(
    inn: Inn,
) -> None:
    """The system ends him (SIGBUS): what SQLite shares with other processes is memory that its file is behind."""
    wakeup(inn, "1003", morning(inn))
    assert end_of_who_loses_his_files(inn) != 0
    assert open_calls(inn.settings) == ["1003"]
    anew_ = told(inn.settings)
    assert anew_ is not None
    assert anew_.rooms == ("1003",)


async def test_a_damage_that_nobody_meets_is_found_within_ten_minutes(inn: Inn) -> None:
    wakeup(inn, "1003", morning(inn))
    with open_store(inn.settings) as store:
        store.append(past(inn, 2000))
        lose_a_page(database(inn))
        assert [entry.room for entry in store.wakeups(datetime.max.replace(tzinfo=UTC))] == ["1003"]
        assert store.damage is None
        with pytest.raises(StoreDamaged), unwrapped():
            await watched(inn, store, lambda: False)
    assert rebuilt.rebuild(inn.settings)
    assert open_calls(inn.settings) == ["1003"]


async def test_a_store_that_is_well_or_away_for_a_moment_is_looked_through_again_and_again(
    inn: Inn, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []
    look_through = Store.look_through

    def look(store: Store) -> None:
        looks.append(1)
        if len(looks) == 2:
            raise StoreUnavailable("the store", "disk I/O error")
        look_through(store)

    monkeypatch.setattr(Store, "look_through", look)
    wakeup(inn, "1003", morning(inn))
    with open_store(inn.settings) as store:
        await watched(inn, store, lambda: len(looks) > 3)
        assert store.damage is None


async def watched(inn: Inn, store: Store, enough: Callable[[], bool]) -> None:
    """Somebody watches over the store while hours pass."""
    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(rebuilt.watch, store, inn.clock)
            while not enough():
                inn.clock.advance(minutes=10)
                await anyio.sleep(0.01)
            tasks.cancel_scope.cancel()


def past(inn: Inn, rows: int) -> list[HistoryRow]:
    """What happened to a room."""
    row = HistoryRow(
        inn.clock.now(), "1003", "1003", "dnd", "on", "off", "drift", "files", "PATCH", "applied"
    )
    return [row] * rows


def lose_a_page(database: Path) -> None:
    """Let the disk lose the last page of the store, from another process: it holds none of our locks."""
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    program = (
        "import os, sys\n"
        "with open(sys.argv[1], 'r+b') as file:\n"
        "    file.seek(-4096, os.SEEK_END)\n"
        "    file.write(b'\\xff' * 4096)\n"
    )
    subprocess.run([sys.executable, "-c", program, str(database)], check=True)


async def test_what_looks_well_is_believed_damaged_the_second_time_and_a_failing_disk_is_no_ones_to_mend(
    inn: Inn,
) -> None:
    wakeup(inn, "1003", morning(inn))
    damage = StoreDamaged(str(database(inn)), "database disk image is malformed")
    mending = rebuilt.Mending(inn.clock)

    await mending.see_to(inn.settings, damage)
    assert kept(inn) == []
    inn.clock.advance(seconds=3601)
    await mending.see_to(inn.settings, damage)
    assert kept(inn) == []
    inn.clock.advance(seconds=60)
    await mending.see_to(inn.settings, damage)
    assert len(kept(inn)) == 1
    assert open_calls(inn.settings) == ["1003"]
    inn.clock.advance(seconds=60)
    with pytest.raises(StoreDamaged):
        await mending.see_to(inn.settings, damage)
