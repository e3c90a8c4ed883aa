"""Takes a backup apart. What it says is not trusted: only files of our own four parts come out of it.

A few packed bytes can stand for any number of files, of any length, or for one name that fills the memory.
"""

from __future__ import annotations

import gzip
import os
import shutil
import tarfile
import zlib
from pathlib import Path, PurePosixPath
from typing import Final

from reconciler.app.offline import DOCUMENTS
from reconciler.errors import Fatal
from reconciler.store.version import FILE_NAME

MARK: Final = "housephone-backup"
VERSION: Final = "1"
PRIVATE: Final = 0o600
NEVER_BY_OTHERS: Final = 0o644
"""Of the permissions that a backup names; nothing in it is run, or is for others to write."""

MOST_FILES: Final = 100_000
"""Files in a backup: a document for each room of the largest group of hotels, and some."""
DEEPEST: Final = 64
"""Folders in each other."""
MOST_AT_ONCE: Final = 1024 * 1024
"""Bytes: what is copied to the disk comes in smaller pieces, and no name of ours is so long."""
LONGEST_QUOTED: Final = 200

STORE, MEMORY = f"state/{FILE_NAME}", f"state/{DOCUMENTS}"
CONFIGURATION, ROOMS = "housephone.yaml", "rooms"


def unpack(source: Path, folder: Path) -> None:
    """Take our own parts out of an archive, plain files only, below the folder only. Fatal if it is none of ours."""
    try:
        with _Sipped(source) as unpacked, tarfile.open(fileobj=unpacked, mode="r:") as archive:
            first = archive.next()
            mark = archive.extractfile(first) if first is not None and first.name == MARK else None
            if mark is None or mark.read(len(VERSION) + 1) != VERSION.encode():
                raise Fatal(
                    f"{source}: not a backup of this housephone",
                    "name a file that `reconcile backup` has written",
                )
            number = 0
            while (member := archive.next()) is not None:
                _refuse_too_much(member, number := number + 1, folder)
                _take(archive, member, folder)
                archive.members.clear()  # type: ignore[attr-defined]  # each may have brought a header of its own
            if (
                len(unpacked.read(MOST_AT_ONCE)) == MOST_AT_ONCE
            ):  # padding; the checksum of all is looked at behind it
                raise tarfile.ReadError("more than an archive")
    except (tarfile.TarError, EOFError, OSError, zlib.error) as error:
        raise Fatal(
            f"{source}: not a whole backup ({error})", "name a file that `reconcile backup` has written"
        ) from error


class _Sipped(gzip.GzipFile):
    """A packed file that gives nobody more than ``MOST_AT_ONCE``: the headers of an archive are read whole."""

    def read(self, size: int | None = -1) -> bytes:
        """So many bytes, which must be said."""
        if size is None or not 0 <= size <= MOST_AT_ONCE:
            raise tarfile.ReadError("a header without end")
        return super().read(size)


def _refuse_too_much(member: tarfile.TarInfo, number: int, folder: Path) -> None:
    if number > MOST_FILES:
        raise Fatal(f"the backup holds more than {MOST_FILES} files", "nothing was restored")
    free = shutil.disk_usage(folder).free
    if member.size > free // 2:
        raise Fatal(
            f"the backup holds {member.name!r} with {member.size} bytes, and the disk has {free} left",
            "nothing was restored; make room if the backup is right",
        )


def _take(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    way = PurePosixPath(member.name).parts
    ours = member.name in {STORE, MEMORY, CONFIGURATION} or (way[:1] == (ROOMS,) and 1 < len(way) <= DEEPEST)
    content = archive.extractfile(member) if member.isreg() else None
    if not ours or ".." in way or content is None:
        named = member.name if len(member.name) <= LONGEST_QUOTED else f"{member.name[:LONGEST_QUOTED]}…"
        raise Fatal(f"the backup holds {named!r}, which no backup of ours does", "nothing was restored")
    path = folder.joinpath(*way)
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = member.mode & NEVER_BY_OTHERS or PRIVATE
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
        shutil.copyfileobj(content, file)
