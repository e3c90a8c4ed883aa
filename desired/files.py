"""The drop-in folder: which documents its files hold now, and the last good version of those that are broken.

A file is opened only if its stamp changed, or if it was read so soon after its last change that a second change
could hide behind the same stamp. It is believed only after a quiet moment: whoever writes in place shows half a
file for a while, and half a document can be a valid one that names no guest.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Self

from desired.claims import settle
from desired.flaw import NOWHERE, Flaw
from desired.lastgood import LastGood, Record
from desired.placed import Documents, Loaded, Placed
from desired.problem import Problem
from desired.walk import Found, Stamp, reason, walk

__all__ = ["Folder", "Loaded", "Placed", "load_settled"]

QUIET = 0.03
"""Seconds without a change after which a file counts as written; a hint comes as late after the last change."""
DOUBTFUL_QUIET = 1.0
"""The same for a file that looks cut off, or is broken."""
STAMP_GRAIN = 2.0
"""Seconds within which two changes may leave the same stamp, on the coarsest file systems."""
PATIENCE = 5.0
"""Seconds that a single pass waits for a file that is being written all the time."""


@dataclass(slots=True)
class _Unsettled:
    """A file that is being written: since when, its stamp and since when it has had that, and how long to wait."""

    begun: float
    stamp: Stamp
    since: float
    wait: float = QUIET


class Folder:
    """The folder of drop-in documents, read incrementally through a machine-local memory."""

    def __init__(
        self,
        root: Path,
        cache: Path | None,
        shown_as: str = "rooms",
        *,
        listed: Mapping[str, Sequence[str]] | None = None,
        grace: float = 0.0,
    ) -> None:
        """Name the folder ``root``; nothing is read before the first load.

        ``cache`` is the SQLite file for what was read (None: keep it in memory), ``shown_as`` the folder's name in
        messages, ``listed`` the extensions of the rooms in ``rooms:`` (a room without an entry has its own number),
        ``grace`` the seconds for which a broken file is not reported yet (2 in the controller, 0 in a single pass).
        """
        self._root = root
        self._memory = LastGood(cache)
        self._shown_as = shown_as
        self._listed = listed or {}
        self._grace = grace
        self._records: dict[str, Record] | None = None
        self._changed: set[str] = set()
        self._removed: set[str] = set()
        self._unsettled: dict[str, _Unsettled] = {}
        self._unreadable: dict[str, str] = {}
        self._disagreements: tuple[Problem, ...] | None = None
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the cache."""
        self._memory.close()

    def load(self, now: float, *, accept_empty: bool = False) -> Loaded:
        """Read what changed since the last load; ``now`` is Unix time. Blocks on the disk: run it in a thread.

        ``accept_empty`` lifts the rule ``empty-source``: a folder without files then means no documents.
        """
        with self._lock:
            notes: list[Problem] = []
            if self._records is None:
                with _no_garbage_collection():
                    self._records = self._memory.read(self._shown_as)
                if self._memory.damaged:
                    notes.append(_DAMAGED)
            found = walk(self._root)
            empty = not found.files and not found.unreadable
            vanished = empty and not accept_empty and any(record.kept for record in self._records.values())
            if not vanished:
                self._update(self._records, found, now)
                self._settle(self._records)
                if not self._save(self._records):
                    notes.append(_UNSAVED)
            return self._loaded(self._records, now, notes, vanished=vanished, missing=found.missing)

    def digests(self) -> dict[str, str] | None:
        """The files that are there, each with the digest of what was read of it last; None before the first load.

        It is "" where nothing could be: the file is too large, or cannot be opened.
        """
        with self._lock:
            if self._records is None:
                return None
            return {
                path: "" if " " in record.digest else record.digest for path, record in self._records.items()
            }

    def _update(self, records: dict[str, Record], found: Found, now: float) -> None:
        """Bring the records up to what the folder holds."""
        self._unreadable = found.unreadable
        for path in records.keys() - found.files.keys():
            if not self._out_of_sight(path):
                del records[path]
                self._removed.add(path)
                self._disagreements = None
        self._unsettled = {path: at for path, at in self._unsettled.items() if path in found.files}
        for path, stamp in found.files.items():
            record = records.get(path)
            if record is None or record.stamp != stamp or record.young:
                self._look(records, path, stamp, now)

    def _out_of_sight(self, path: str) -> bool:
        """True if the file, or a folder above it, cannot be looked at: then it is not known to be gone."""
        above = [path[:index] for index, letter in enumerate(path) if letter == "/"]
        return any(place in self._unreadable for place in ("", path, *above))

    def _look(self, records: dict[str, Record], path: str, stamp: Stamp, now: float) -> None:
        """Open one file and record what it says, unless it is still being written."""
        from desired.reading import SIZE_LIMIT, TOO_LARGE, Reading, read

        record = records.get(path)
        try:
            data, stamp = (b"", stamp) if stamp.size > SIZE_LIMIT else _content(self._root / path)
        except FileNotFoundError:
            return  # Gone since the folder was listed: the next load sees to it.
        except OSError as error:
            flaw = Flaw("unreadable", f"cannot be read: {reason(error)}", NOWHERE)
            since = now if record is None or record.digest else record.since
            self._note(
                records,
                path,
                Record(stamp, "", young=True, since=since, flaws=(flaw,), said=None, kept=_kept(record)),
            )
            return
        young = now < stamp.newest + STAMP_GRAIN
        too_large = stamp.size > SIZE_LIMIT
        digest = f"{stamp.size} bytes" if too_large else blake2b(data, digest_size=16).hexdigest()
        if record is not None and record.digest == digest:
            self._unsettled.pop(path, None)
            records[path] = replace(record, stamp=stamp, young=young)
            self._changed.add(path)
            return
        reading = Reading((), (TOO_LARGE,)) if too_large else read(data)
        if not self._quiet(path, stamp, now, doubtful=bool(reading.flaws) or _cut_off(data)):
            return
        shown = f"{self._shown_as}/{path}"
        said = tuple(Placed(document, shown, marks) for document, marks in reading.documents)
        told = None if reading.flaws else said
        self._note(records, path, Record(stamp, digest, young, now, reading.flaws, told, _kept(record)))

    def _note(self, records: dict[str, Record], path: str, record: Record) -> None:
        self._unsettled.pop(path, None)
        records[path] = record
        self._changed.add(path)
        self._disagreements = None

    def _quiet(self, path: str, stamp: Stamp, now: float, *, doubtful: bool) -> bool:
        """True if the file has not changed for a moment, by its own time or since we have seen it so."""
        seen = self._unsettled.get(path)
        if seen is None or seen.stamp != stamp:
            seen = self._unsettled[path] = _Unsettled(seen.begun if seen else now, stamp, now)
        age = max(now - stamp.mtime_ns / 1e9, now - seen.since)
        seen.wait = (DOUBTFUL_QUIET if doubtful else QUIET) - age
        return seen.wait <= 0

    def _settle(self, records: dict[str, Record]) -> None:
        """Decide which documents count, if anything changed."""
        if self._disagreements is not None:
            return
        kept = {path: record.kept for path, record in records.items()}
        said = {path: record.kept if record.said is None else record.said for path, record in records.items()}
        settled = settle(said, kept, self._listed)
        self._disagreements = settled.problems
        for path, accepted in settled.accepted.items():
            record = records[path]
            if accepted is not record.kept:
                record.kept = accepted
                self._changed.add(path)

    def _save(self, records: dict[str, Record]) -> bool:
        if not self._changed and not self._removed:
            return True
        removed = self._removed - records.keys()
        saved = self._memory.save({path: records[path] for path in self._changed & records.keys()}, removed)
        if saved:
            self._changed.clear()
            self._removed.clear()
        return saved

    def _loaded(
        self,
        records: dict[str, Record],
        now: float,
        notes: Sequence[Problem],
        *,
        vanished: bool,
        missing: bool,
    ) -> Loaded:
        problems = list(notes)
        waits = [max(seen.wait, QUIET) for seen in self._unsettled.values()]
        problems += (
            Flaw("being_written", "is being written all the time", NOWHERE).problem(
                f"{self._shown_as}/{path}"
            )
            for path, seen in self._unsettled.items()
            if now - seen.begun >= PATIENCE
        )
        problems += (
            Flaw("unreadable", f"cannot be looked at: {why}", NOWHERE).problem(
                f"{self._shown_as}/{place}".rstrip("/")
            )
            for place, why in self._unreadable.items()
        )
        documents: list[Placed] = []
        for path in sorted(records):
            record = records[path]
            documents += record.kept
            if record.flaws:
                wait = record.since + self._grace - now
                if wait > 0:
                    waits.append(wait)
                else:
                    problems += (flaw.problem(f"{self._shown_as}/{path}") for flaw in record.flaws)
        problems += self._disagreements or ()
        return Loaded(tuple(documents), tuple(problems), vanished, missing, min(waits, default=None))


_DAMAGED = Problem(
    "cache_damaged",
    "the memory of what the drop-in files said was damaged and is begun anew; a file that is broken now has lost"
    " its last good version",
)
_UNSAVED = Problem(
    "cache_unsaved",
    "what the drop-in files say could not be saved; their last good versions would not survive a restart",
)


def load_settled(
    folder: Folder, now: Callable[[], float], sleep: Callable[[float], None], *, accept_empty: bool = False
) -> Loaded:
    """Load for a single pass: files that are still being written are read again after a quiet moment."""
    until = now() + PATIENCE
    loaded = folder.load(now(), accept_empty=accept_empty)
    while loaded.look_again is not None and now() < until:
        sleep(
            min(loaded.look_again, until - now())
        )  # a clock that was set back must not keep anybody waiting
        loaded = folder.load(now(), accept_empty=accept_empty)
    return loaded


def _kept(record: Record | None) -> Documents:
    return record.kept if record else ()


def _content(path: Path) -> tuple[bytes, Stamp]:
    """A file's bytes and the stamp that they belong to."""
    with path.open("rb", buffering=0) as file:
        data = file.readall()
        return data, Stamp.of(os.fstat(file.fileno()))


def _cut_off(data: bytes) -> bool:
    """True if a file may well be the beginning of a longer one: it ends within a line, or after a bare key."""
    return not data.endswith(b"\n") or data.rstrip().endswith((b":", b"-", b","))


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Hold the collector while what is remembered comes in.

    Ten thousand documents would make it run hundreds of times, each time over all of them, and none is garbage. A
    command that works without it need not see them at its end either; in a process that stays, whatever is garbage
    at this moment would then be kept for ever.
    """
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()
        else:
            gc.freeze()
