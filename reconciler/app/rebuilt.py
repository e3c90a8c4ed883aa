"""A damaged or vanished store, built anew: what the second book knows of wake-up calls, the rest from its sources.

The former file is kept beside the new one, under a name with the time. A damaged one is replaced only by who stays
(`reconcile run`), because somebody must hear of it, ask the PMS for everybody, and ring; one that is gone by whoever
comes first. The new store is written aside, whole, and steps into the place of the former one only then, so a crash
at any moment leaves either of them, and the next start goes on from there. One process at a time: a lock on a file
says who, which ends with its process.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import anyio
from anyio import to_thread

from desired import wakeups
from reconciler import control
from reconciler.app.clock import SystemClock
from reconciler.app.offline import RECORDINGS, state_file
from reconciler.configuration.settings import Settings
from reconciler.errors import Fatal
from reconciler.logs import logger
from reconciler.ports import Clock
from reconciler.stays import anew
from reconciler.stays.anew import Anew
from reconciler.stays.words import rows_of, words_in
from reconciler.store import rescue
from reconciler.store.errors import StoreDamaged, StoreUnavailable
from reconciler.store.store import Store
from reconciler.store.version import FILE_NAME
from reconciler.wakeups import secondbook
from reconciler.wakeups.entries import Entry

FOR_SO_LONG: Final = 3600.0
"""Seconds."""

LOOK_EVERY: Final = 1.0
"""Seconds."""

LOOK_THROUGH_EVERY: Final = 600.0
"""Seconds from one look at all pages to the next: a damage is found before the guests wake, not at the next start."""

REMEMBERED: Final = timedelta(days=2)
"""A call that has ended so long ago stands in no second book, however late that was written."""

LOCK: Final = ".rebuild.lock"

log = logger("store")


async def sound_store(settings: Settings, open_store: Callable[[], Store]) -> Store:
    """The store of who stays; a damaged one is built anew first. Fatal if another controller is at work on it."""
    try:
        return await to_thread.run_sync(open_store)
    except StoreDamaged:
        if settings.database is not None:
            raise
    await _nobody_else(settings)
    await to_thread.run_sync(rebuild, settings)
    return await to_thread.run_sync(open_store)


class Mending:
    """What becomes of a store that turns out damaged while a controller works with it.

    A look at its pages decides. Where they are well, memory or a cable may have been at fault, so the controller only
    starts anew; but the second damage within ``FOR_SO_LONG`` is believed. A new store that is damaged as soon is
    nobody's to mend: its disk is failing.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._met = self._built = -FOR_SO_LONG

    async def see_to(self, settings: Settings, damage: StoreDamaged) -> None:
        """Build it anew, or let the controller try again. Raises the damage where neither will help."""
        now = self._clock.monotonic()
        if settings.database is not None or now - self._built < FOR_SO_LONG:
            raise damage
        believed = damage if now - self._met < FOR_SO_LONG else None
        self._met = now
        if await to_thread.run_sync(partial(rebuild, settings, self._clock, believed=believed)):
            self._built = now


async def watch(store: Store, clock: Clock | None = None) -> None:
    """Raise StoreDamaged soon after anybody has met with it, also who only looked and was told to come again.

    A damage that nobody meets, since what stands there is in memory, is looked for every ``LOOK_THROUGH_EVERY``. A
    file that was removed or replaced is as good as damaged: what is written to it is gone with this process.
    """
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(_look_through, store, clock or SystemClock())
        while store.damage is None:  # threads meet with it, and they ring no bell
            await anyio.sleep(LOOK_EVERY)
            if not store.is_in_place():
                raise StoreDamaged(FILE_NAME, "its file was removed or replaced while it was in use")
        raise store.damage


async def _look_through(store: Store, clock: Clock) -> None:
    while True:
        await clock.sleep(LOOK_THROUGH_EVERY)
        try:
            await to_thread.run_sync(store.look_through)
        except StoreDamaged:
            return  # who watches has heard
        except StoreUnavailable as error:
            log.warning("store not looked through", reason=error.message, remedy=error.remedy)


async def _nobody_else(settings: Settings) -> None:
    there = await control.present(settings)
    if there is not None and there.pid != os.getpid():
        raise Fatal(
            f"the store is damaged, and a controller (process {there.pid}) is at work on it",
            "stop that one, then start this one: it builds the store anew",
        )


def make_good(settings: Settings) -> None:
    """Finish what a crash has cut off, and build a store anew that is gone. StoreUnavailable if that cannot be."""
    database = state_file(settings.state)
    if rescue.waiting(database).exists() or _is_gone(settings):
        rebuild(settings)


def take_in(store: Store, settings: Settings) -> None:
    """Enter the calls of the second book that this store has never heard of, and tell people.

    The book is written after the ledger. So a call that stands in the book alone was set in another store, whose
    place this one has taken: somebody removed that file while a controller worked on it.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    calls, _ = _calls_in(settings.state / secondbook.FILE)
    known = {entry.key for entry in store.wakeups(now - REMEMBERED)} if calls else set()
    strange = [entry for entry in calls if entry.key not in known]
    if not strange:
        return
    to_ring = [entry for entry in strange if entry.open]
    rooms = tuple(sorted({entry.room for entry in to_ring}))
    told = Anew(now, "was not the one in which these calls stood", "", len(to_ring), rooms, None, "")
    with store.together():
        _carry(store, strange, now.astimezone(settings.property.zone).replace(tzinfo=None))
        store.put_note(anew.NOTE, told.to_json())
    log.error("calls of the second book entered", calls=len(strange), rooms=rooms)


def rebuild(settings: Settings, clock: Clock | None = None, *, believed: StoreDamaged | None = None) -> bool:
    """Build a store anew that is damaged or gone; False if it is well, as after somebody else has just done so.

    ``believed`` is a damage that counts although the pages look well. Blocks. StoreUnavailable if it cannot be done.
    """
    database = state_file(settings.state)
    try:
        with _alone(settings.state):
            if rescue.waiting(database).exists():
                _step_in(settings.state)
                return True
            why = _trouble(settings) if believed is None else _damaged(believed)
            if why is not None:
                _build(settings, why, (clock or SystemClock()).now().replace(microsecond=0))
                _step_in(settings.state)
            return why is not None
    except OSError as error:
        raise StoreUnavailable(str(database), error.strerror or type(error).__name__) from None


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    descriptor = os.open(state / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _is_gone(settings: Settings) -> bool:
    """There was a store, for it had a second book; an empty file is none."""
    database = state_file(settings.state)
    is_there = database.exists() and database.stat().st_size > 0
    return not is_there and (settings.state / secondbook.FILE).exists()


def _trouble(settings: Settings) -> str | None:
    """What has become of the store; None if nothing is wrong with it."""
    if _is_gone(settings):
        return "was gone"
    try:
        _open(settings, state_file(settings.state)).close()
    except StoreDamaged as damaged:
        return _damaged(damaged)
    return None


def _damaged(how: StoreDamaged) -> str:
    return f"was damaged ({how.detail})"


def _build(settings: Settings, why: str, now: datetime) -> None:
    """Write the new store, and let it wait; from then on it is the one that counts."""
    database, book = state_file(settings.state), settings.state / secondbook.FILE
    calls, lost = _calls_in(book)
    to_ring = [entry for entry in calls if entry.open]
    site = database.with_name(f"{database.name}.building")
    for path in _with_log(site):
        path.unlink(missing_ok=True)
    sound = settings.state / RECORDINGS
    told = Anew(
        now, why, rescue.aside_of(database, now).name if database.exists() else "", len(to_ring),
        tuple(sorted({entry.room for entry in to_ring})), lost,
        rescue.aside_of(sound, now).name if _holds_something(sound) else "",
    )  # fmt: skip
    with _open(settings, site) as store, store.together():
        _carry(store, calls, now.astimezone(settings.property.zone).replace(tzinfo=None))
        store.put_note(anew.NOTE, told.to_json())
    rescue.put_in_place(site, rescue.waiting(database), now)
    log.error(
        "store built anew", reason=why, kept=told.former or None, calls=len(calls), second_book=lost or "read"
    )


def _calls_in(book: Path) -> tuple[list[Entry], str | None]:
    try:
        return secondbook.read(book), None
    except secondbook.Unusable as unusable:
        return [], str(unusable)


def _carry(store: Store, calls: Sequence[Entry], local: datetime) -> None:
    """Put calls into the ledger, and what asks for those to come among the words: the one follows from the other."""
    said = words_in(store.said())
    for entry in (each for each in calls if each.open):
        said[entry.room] = wakeups.asked_again(said.get(entry.room, ()), entry.at, entry.origins, local)
    for room, words in said.items():
        store.say(rows_of(room, words))
    store.enter_wakeups(calls)


def _step_in(state: Path) -> None:
    """Move what belonged to the former store aside, and that store itself; a book that could not be read, too."""
    database, book, sound = state_file(state), state / secondbook.FILE, state / RECORDINGS
    at = rescue.waits_since(database)
    if _holds_something(sound):
        sound.rename(rescue.aside_of(sound, at))
    if book.exists() and _calls_in(book)[1] is not None:
        book.rename(rescue.aside_of(book, at))
    rescue.step_in(database)


def _holds_something(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _with_log(database: Path) -> list[Path]:
    return [database.with_name(database.name + suffix) for suffix in ("", "-wal", "-shm")]


def _open(settings: Settings, database: Path) -> Store:
    return Store.open(database, property_name=settings.property.name, account=settings.zoom.account_id)
