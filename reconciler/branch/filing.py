"""The drop-in files of the centre's folder, put into the database, and written into the property's own folder there.

Only files go that the centre has read whole, and the property writes them whole, too, so each believes what it finds
by the rules of every folder of documents. The property's copy stays when the centre is away.
"""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Iterable, Mapping
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import Final

from anyio import to_thread

from desired.walk import Found, walk
from reconciler.account.memory import Memory
from reconciler.errors import Fatal, HousephoneError
from reconciler.logs import logger
from reconciler.ports import Clock
from reconciler.store.branchrows import FileRow, Waiting
from reconciler.store.rows import Json
from reconciler.store.store import Store

LOOK_EVERY: Final = 1.0
"""Seconds between looks at what the centre has read."""

AT_ONCE: Final = 100
"""Files of one transaction."""

NOTE: Final = "files of the centre"
"""The note in the property's own store: which files of its folder are the centre's."""

log = logger("centre")


class Filing:
    """At the centre: puts the files of a folder into the database.

    ``read`` tells which are there, each with the digest of what was read of it ("": nothing); None: nobody knows yet.
    """

    def __init__(
        self, root: Path, read: Callable[[], Mapping[str, str] | None], memory: Memory, clock: Clock
    ) -> None:
        self._root = root
        self._read = read
        self._memory = memory
        self._clock = clock
        self._there: dict[str, str] | None = None
        self._held_any = False
        self._said = False

    async def run(self) -> None:
        """Put what changes there until cancelled."""
        while True:
            try:
                await self.look()
            except HousephoneError as error:
                log.warning("files not put there for the property", reason=str(error), remedy=error.remedy)
            await self._clock.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Put there what is other than what stands there."""
        read = self._read()
        if read is None:
            return
        if self._there is None:
            self._there = await self._memory.run(self._memory.store.file_digests)
        self._held_any |= bool(read)
        if self._is_refused(read):
            return
        gone = sorted(self._there.keys() - read.keys())
        news = sorted(path for path, digest in read.items() if digest and self._there.get(path) != digest)
        while news or gone:
            rows = await to_thread.run_sync(self._contents, {path: read[path] for path in news[:AT_ONCE]})
            if rows or gone:
                await self._memory.run(self._memory.store.put_files, rows, gone)
            self._there |= {row.path: row.digest for row in rows}
            for path in gone:
                del self._there[path]
            news, gone = news[AT_ONCE:], []

    def _is_refused(self, read: Mapping[str, str]) -> bool:
        """A folder that never held a file here may be the wrong one, and takes none away from the property."""
        refused = not read and bool(self._there) and not self._held_any
        if refused and not self._said:
            log.warning(
                "the folder of documents is empty, and the property has files of it: they stay there",
                remedy=f"see that {self._root} is the right folder on this machine",
            )
        self._said = refused
        return refused

    def _contents(self, wanted: Mapping[str, str]) -> list[FileRow]:
        """These files as they were read; one that has changed since waits until it was read again."""
        rows = []
        for path, digest in wanted.items():
            try:
                content = (self._root / path).read_bytes()
            except OSError:
                continue
            if digest_of(content) == digest:
                rows.append(FileRow(path, digest, content))
        return rows


def digest_of(content: bytes) -> str:
    """As a folder of documents tells one content from another."""
    return blake2b(content, digest_size=16).hexdigest()


class Mirror:
    """At the property: keeps its folder as the centre's. ``emptied`` hears that every file was taken away."""

    def __init__(self, root: Path, memory: Memory, emptied: Callable[[], Awaitable[None]]) -> None:
        self._root = root
        self._memory = memory
        self._emptied = emptied
        self._taken: int | None = None
        self._ours: frozenset[str] | None = None
        self._told: frozenset[str] = frozenset()
        self._right: dict[str, str] = {}
        """What this process has found or put there."""

    async def run(self, store: Store, _life: int, waiting: Waiting) -> None:
        """Take the newest edition, if this process has not taken it yet."""
        if waiting.generation is None or waiting.generation == self._taken:
            return
        if self._ours is None:
            note = await self._memory.run(self._memory.store.note, NOTE)
            self._ours = frozenset(map(str, note)) if isinstance(note, list) else frozenset()
        there = await to_thread.run_sync(store.file_digests, abandon_on_cancel=True)
        wanted = {path: digest for path, digest in there.items() if _is_inside(path)}
        # Noted before they are there, so that whatever becomes of us they are known to be the centre's.
        await self._note(self._ours | wanted.keys())
        if not await to_thread.run_sync(self._write, store, wanted, self._ours):
            return  # the rest at the next look: nobody who checks in waits for ten thousand files
        if self._ours and not wanted:
            await self._emptied()
        self._ours, self._taken = frozenset(wanted), waiting.generation
        await self._note(self._ours)
        self._tell_of_others(await to_thread.run_sync(walk, self._root))

    def _write(self, store: Store, wanted: Mapping[str, str], ours: frozenset[str]) -> bool:
        """Make the files so, some of them; true if all are. Raises StoreUnavailable, and Fatal for the folder."""
        try:
            written = 0
            for path, digest in wanted.items():
                place = self._root / path
                there = place.exists()
                if there and (self._right.get(path) == digest or digest_of(place.read_bytes()) == digest):
                    self._right[path] = digest
                    continue
                if written == AT_ONCE:
                    return False
                row, written = store.file(path), written + 1
                if row is not None:
                    if there and path not in ours and path not in self._right:
                        place.rename(f"{place}~")  # somebody's own, which nobody reads under this name
                    _put(place, row.content)
            for path in ours - wanted.keys():
                (self._root / path).unlink(missing_ok=True)
                self._right.pop(path, None)
        except OSError as error:
            raise Fatal(
                f"{error.filename}: {error.strerror}", "the folder of `desired:` must be ours to write to"
            ) from error
        return True

    async def _note(self, files: Iterable[str]) -> None:
        note: list[Json] = [*sorted(files)]
        await self._memory.run(self._memory.store.put_note, NOTE, note)

    def _tell_of_others(self, found: Found) -> None:
        assert self._ours is not None
        others = found.files.keys() - self._ours
        for path in sorted(others - self._told):
            log.warning("a document that the centre does not know", file=path, remedy=INTO_THE_CENTRE)
        self._told = frozenset(others)


INTO_THE_CENTRE: Final = (
    "put it into the centre's folder: only the centre tells Zoom, and it brings the file here"
)


def _is_inside(path: str) -> bool:
    """Whether a path stays in its folder, and is none of the hidden ones that are no documents."""
    parts = PurePosixPath(path)
    return bool(parts.parts) and not parts.is_absolute() and not any(p.startswith(".") for p in parts.parts)


def _put(place: Path, content: bytes) -> None:
    """Put a file in its place, whole."""
    place.parent.mkdir(parents=True, exist_ok=True)
    part = place.with_name(f".{place.name}.tmp")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(place)
