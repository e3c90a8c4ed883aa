"""The second book: the wake-up calls that somebody waits for, in a file of their own beside the store.

A damaged store is built anew from what others know: the PMS, the documents, Zoom. Nobody else knows who wants to be
woken, or who was not. So the calls that have not rung yet stand in a second place as well, and those that woke nobody
until somebody has seen to them, written after the ledger and never in its way: a book that cannot be written holds
nobody up, and people are told. It is read only where the store had to be built anew, or is another than that of these
calls. It holds rooms, moments and who asked, and no guest's name.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import anyio
from anyio import to_thread

from reconciler.logs import logger
from reconciler.ports import Clock
from reconciler.wakeups.acknowledged import unheard
from reconciler.wakeups.entries import Entry, Key
from reconciler.wakeups.kept import entry_from_json, entry_to_json
from reconciler.wakeups.ledger import Ledger

FILE: Final = "wakeups.json"
"""Its name in the state folder."""

VERSION: Final = 1

PAUSE: Final = 0.5
"""Seconds between two writings: in a flood of records one takes along what many have changed."""

AGAIN_IN: Final = 5.0
"""Seconds after which a book that could not be written is tried again."""

log = logger("wakeups")


class Unusable(Exception):
    """The book cannot be read, is damaged, or there is none; says which."""


class SecondBook:
    """Keeps the file in step with a ledger. ``trouble`` says why it cannot be written at present (None: it can).

    ``calls`` answers those that belong into it now.
    """

    def __init__(self, path: Path, calls: Callable[[], Iterable[Entry]], clock: Clock) -> None:
        self.trouble: str | None = None
        self._path = path
        self._calls = calls
        self._clock = clock
        self._changed = anyio.Event()
        self._stands = b""
        self._lines: dict[Key, tuple[Entry, str]] = {}

    def turn(self) -> None:
        """A call has changed, or somebody has seen to one."""
        self._changed.set()

    async def run(self) -> None:
        """Write at the start, and again after every change, until cancelled; then what has changed since."""
        try:
            while True:
                self._changed = anyio.Event()
                content = self._content()
                if content != self._stands and not await self._written(content):
                    await self._clock.sleep(AGAIN_IN)
                    continue
                self._stands = content
                await self._changed.wait()
                await self._clock.sleep(PAUSE)
        finally:
            with suppress(OSError):
                write(self._path, content_of(self._calls()))

    def _content(self) -> bytes:
        """The book as it should be; what has not changed since the last time is not put into words again."""
        before, self._lines = self._lines, {}
        for entry in self._calls():
            known = before.get(entry.key)
            self._lines[entry.key] = known if known and known[0] is entry else (entry, _line(entry))
        return _bound(line for _, line in self._lines.values())

    async def _written(self, content: bytes) -> bool:
        try:
            await to_thread.run_sync(write, self._path, content)
        except OSError as error:
            if self.trouble is None:
                log.warning("second book of wake-up calls not written", reason=error.strerror)
            self.trouble = error.strerror or type(error).__name__
            return False
        if self.trouble is not None:
            log.info("second book of wake-up calls written again")
            self.trouble = None
        return True


def worth_keeping(ledger: Ledger, heard: Collection[str], now: datetime) -> list[Entry]:
    """The calls that belong into a book; ``heard`` are the names of those that somebody has seen to."""
    return [*ledger.open(), *unheard(ledger, heard, now)]


def content_of(entries: Iterable[Entry]) -> bytes:
    """The bytes of a book with these calls."""
    return _bound(map(_line, entries))


def _bound(lines: Iterable[str]) -> bytes:
    calls = f"[{','.join(lines)}]"
    return f'{{"version":{VERSION},"digest":"{_digest(calls)}","calls":{calls}}}\n'.encode()


def _line(entry: Entry) -> str:
    return json.dumps(entry_to_json(entry), ensure_ascii=False, separators=(",", ":"))


def write(path: Path, content: bytes) -> None:
    """Put a book in its place, whole and durable, for its owner alone. Raises OSError.

    Somebody may have removed the folder, with the store: then this is all that is left.
    """
    path.parent.mkdir(mode=0o700, exist_ok=True)
    part = path.with_name(f".{path.name}.tmp")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def read(path: Path) -> list[Entry]:
    """The calls in a book. Raises Unusable."""
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
        calls = whole["calls"]
        if whole["version"] != VERSION:
            raise Unusable(f"a newer housephone wrote it (version {whole['version']})")
        if whole["digest"] != _digest(json.dumps(calls, ensure_ascii=False, separators=(",", ":"))):
            raise Unusable("it is damaged, too")
        return [entry_from_json(plain) for plain in calls]
    except FileNotFoundError:
        raise Unusable("there is none") from None
    except OSError as error:
        raise Unusable(error.strerror or type(error).__name__) from None
    except (ValueError, KeyError, TypeError):
        raise Unusable("it is damaged, too") from None


def _digest(calls: str) -> str:
    return hashlib.sha256(calls.encode()).hexdigest()
