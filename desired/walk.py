"""Which drop-in files are in the folder now, by name and stamp alone: nothing is opened here."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import NamedTuple

SUFFIXES = (".yaml", ".yml")
_SQLITE_MAX = (1 << 63) - 1  # Some network shares number their files beyond what SQLite can hold.


class Stamp(NamedTuple):
    """What tells that a file is another one than before, without reading it."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> Stamp:
        """The stamp of a file's status."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino & _SQLITE_MAX)

    @property
    def newest(self) -> float:
        """The last time, in Unix seconds, at which the file's content or place changed."""
        return max(self.mtime_ns, self.ctime_ns) / 1e9


class Found(NamedTuple):
    """The files by path relative to the folder, and what could not be looked at with the reason."""

    files: dict[str, Stamp]
    unreadable: dict[str, str]
    missing: bool = False


def walk(root: Path) -> Found:
    """Look through the folder and its subfolders. Raises nothing: an unreadable place is part of the answer.

    Links are followed, because mounted ConfigMaps consist of them; a folder that can be reached in several
    ways counts once, so that a link to a parent is no endless path and no second source.
    """
    found = Found({}, {})
    seen: set[tuple[int, int]] = set()
    folders, linked = [""], list[str]()
    while folders or linked:
        folder = folders.pop() if folders else linked.pop()
        try:
            status = (root / folder).stat()
            if (status.st_dev, status.st_ino) in seen:
                continue
            seen.add((status.st_dev, status.st_ino))
            _look_into(root / folder, f"{folder}/" if folder else "", found, folders, linked)
        except (FileNotFoundError, NotADirectoryError):
            if not folder:
                return found._replace(missing=True)
        except OSError as error:
            found.unreadable[folder] = reason(error)
    return found


def reason(error: OSError) -> str:
    """The system's words for an error, without the path."""
    return error.strerror or type(error).__name__


def _look_into(path: Path, prefix: str, found: Found, folders: list[str], linked: list[str]) -> None:
    with os.scandir(path) as entries:
        for entry in entries:
            name = entry.name
            if name[0] == "." or name.endswith(("~", ".tmp")):
                continue
            try:
                if entry.is_dir():
                    (linked if entry.is_symlink() else folders).append(prefix + name)
                elif name.endswith(SUFFIXES):
                    file = prefix + name
                    if not stat.S_ISREG((status := entry.stat()).st_mode):
                        found.unreadable[_printable(file)] = "not a file"
                    elif not file.isascii() and _printable(file) != file:
                        found.unreadable[_printable(file)] = "the file's name is not UTF-8"
                    else:
                        found.files[file] = Stamp.of(status)
            except OSError as error:
                if not isinstance(error, FileNotFoundError) or entry.is_symlink():
                    found.unreadable[_printable(prefix + name)] = reason(error)


def _printable(path: str) -> str:
    return path if path.isascii() else os.fsencode(path).decode("utf-8", "replace")
