"""What is kept for a time only, and its end: every night the hotel lets go of what is older than its settings say.

Some of it ends elsewhere, as soon as it may: recordings (``drivers.voice.mailbox``), kept night reports. Here is the
rest, and what nobody looks after any more because a link or the telephones were taken out of the configuration. In
the end the stores are written anew, so that what has gone is gone from their bytes.
"""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from drivers.pms.fias import framelog
from reconciler.app.forgetting import outlived
from reconciler.app.guestlines import packet_logs
from reconciler.app.linked import FRAMES
from reconciler.app.offline import AIMS, DOCUMENTS, RECORDINGS
from reconciler.app.online import Online
from reconciler.configuration.settings import Settings
from reconciler.errors import HousephoneError
from reconciler.logs import logger
from reconciler.moments import in_zone
from reconciler.store.erasure import scrub_file
from reconciler.store.rows import Json
from reconciler.store.store import Store
from reconciler.store.version import FILE_NAME
from reconciler.wakeups.secondbook import FILE as SECOND_BOOK

AT_NIGHT: Final = time(3, 30)
"""When nobody arrives, and hardly anybody is woken yet: writing a store anew takes 20 ms a megabyte."""

LOOK_EVERY: Final = 600.0
"""Seconds between looks at the clock."""

NOTE: Final = "kept house"
"""The note in the store: the last day on which this was done."""

_SET_ASIDE: Final = re.compile(
    rf"({re.escape(FILE_NAME)}|{re.escape(DOCUMENTS)}|{RECORDINGS}|{re.escape(SECOND_BOOK)})\.(?P<day>\d{{8}})T\d{{6}}Z(-wal|-shm)?"
)
_LEFT_BEHIND: Final = (".restore-*", f".{AIMS}.tmp")
"""What a crash may have left of something that takes seconds."""

Words = Iterable[tuple[str, str, str]]

log = logger("retention")


async def keep_what_may_be_kept(room: Online) -> None:
    """Let go every night, until cancelled; by day as well where it has not been done for a day."""
    settings, memory, clock = room.settings, room.shop.memory, room.shop.clock
    while True:
        local = in_zone(clock.now(), settings.property.zone)
        if is_due(await memory.run(room.store.note, NOTE), local):
            gone = [
                (name, str(word.origin.source), str(word.field)) for name, word in outlived(room.shop.hotel)
            ]
            try:
                await memory.run_once(let_go, settings, room.store, clock.now(), gone)
            except (HousephoneError, OSError, sqlite3.Error) as error:
                log.warning("old entries not deleted", reason=str(error))
            else:
                await memory.run(room.store.put_note, NOTE, local.date().isoformat())
        await clock.sleep(LOOK_EVERY)


def is_due(done: Json, local: datetime) -> bool:
    """Whether it is time to let go, if that was done last on the day that the note says."""
    if not isinstance(done, str) or done < (local.date() - timedelta(days=1)).isoformat():
        return True
    return local.time() >= AT_NIGHT and done < local.date().isoformat()


def let_go(settings: Settings, store: Store, now: datetime, adopted: Words = ()) -> None:
    """Delete what is older than it may be; of ``adopted`` words (``forgetting.outlived``) those as old as history.

    Blocks, for seconds in a large hotel. Raises what the store and the file system raise.
    """
    retention, state = settings.retention, settings.state
    before, frames = (
        now - timedelta(days=retention.history_days),
        now - timedelta(days=retention.pms_log_days),
    )
    with store.together():
        store.prune(before)
        store.forget_stale_acts(before)
        store.forget_adopted(frozenset(adopted), before)
        if settings.sip is None:
            store.forget_messages([row.id for row in store.messages() if row.at < before])
    framelog.let_go(state / FRAMES, frames.date())
    _packets(packet_logs(settings), frames)
    _set_aside(state, before.date())
    if settings.sip is None:
        _older(state.glob(f"{RECORDINGS}/*"), before)
    _older([state / AIMS], before)
    _older((path for pattern in _LEFT_BEHIND for path in state.glob(pattern)), now - timedelta(days=1))
    store.scrub_nightly(now)
    scrub_file(state / DOCUMENTS)


def _packets(logs: Iterable[Path], before: datetime) -> None:
    """Rotated logs are deleted, the one that may be open is emptied."""
    for path in logs:
        if path.stat().st_mtime < before.timestamp():
            if path.suffix == ".log":
                path.write_bytes(b"")
            else:
                path.unlink()


def _set_aside(state: Path, before: date) -> None:
    """What a restore, or a store that was built anew, has moved aside."""
    for path in state.iterdir():
        match = _SET_ASIDE.fullmatch(path.name)
        if match and match["day"] < f"{before:%Y%m%d}":
            (shutil.rmtree if path.name.startswith(RECORDINGS) else Path.unlink)(path)


def _older(paths: Iterable[Path], before: datetime) -> None:
    for path in paths:
        with suppress(FileNotFoundError):
            if path.stat().st_mtime >= before.timestamp():
                continue
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
