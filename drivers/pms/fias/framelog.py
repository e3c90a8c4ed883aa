"""A log of the frames of a link, one JSON line each and one file a day, and its way back for a replay.

It is for people who look for a fault. It is no ledger: it may miss lines on a full disk, and never holds the link up.
"""

from __future__ import annotations

import json
import logging
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from io import FileIO
from pathlib import Path
from typing import Final, NamedTuple, Self

from desired.years import YEARS
from drivers.pms.fias.conversation import Direction

LOGGER: Final = logging.getLogger("housephone.pms")

LARGEST_DAY: Final = 64_000_000
"""Bytes after which a day's file grows no further; a busy day of 10,000 rooms stays below ten million."""

_json: Final = json.JSONEncoder(ensure_ascii=False).encode

_FILE: Final = re.compile(r"(?P<link>.+)-(?P<day>\d{4}-\d\d-\d\d)\.jsonl")


class Logged(NamedTuple):
    """One frame as it was noted: ``text`` is the decoded record."""

    at: datetime
    link: str
    direction: Direction
    text: str


class DailyFrameLog:
    """Writes frames to ``folder``; ``show`` says what of a record is written, ``days`` how long files are kept.

    ``on`` may be switched at any time; nothing is noted while it is off. Lines that are ``masked`` say so.
    """

    def __init__(
        self, folder: Path, show: Callable[[str], str], days: int, *, on: bool = True, masked: bool = False
    ) -> None:
        self.on = on
        self._mark = {"masked": True} if masked else {}
        self._folder = folder
        self._show = show
        self._days = days
        self._files: dict[str, FileIO] = {}
        self._today: date | None = None
        self._complained = False

    def note(self, at: datetime, link: str, direction: Direction, texts: Sequence[str]) -> None:
        """Note frames that came or went together. Where that fails it is said once a day, and the link goes on."""
        if not self.on or not texts:
            return
        utc = at.astimezone(UTC)
        try:
            self._turn_page(utc.date())
            file = self._file(link)
            if file.tell() < LARGEST_DAY:
                # All of them begin alike, so that is written out once.
                entry = {"at": utc.isoformat(), "link": link, "dir": direction, **self._mark, "record": ""}
                same = _json(entry)[:-3]
                lines = [f"{same}{_json(self._show(text))}}}\n" for text in texts]
                file.write("".join(lines).encode())
        except OSError as error:
            if not self._complained:
                self._complained = True
                LOGGER.warning("frames of PMS link %s are not logged: %s", link, error.strerror)

    def close(self) -> None:
        """Close the files; a later frame opens them again."""
        for file in self._files.values():
            with suppress(OSError):
                file.close()
        self._files.clear()

    def _turn_page(self, today: date) -> None:
        if today == self._today:
            return
        self._today, self._complained = today, False
        self.close()
        let_go(self._folder, today - timedelta(days=self._days))

    def _file(self, link: str) -> FileIO:
        file = self._files.get(link)
        if file is None:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._folder / f"{link}-{self._today}.jsonl"
            path.touch(mode=0o600)
            file = self._files[link] = FileIO(path, "a")
        return file


def let_go(folder: Path, oldest: date) -> None:
    """Delete the logs of earlier days, also those of links that are no more. Raises OSError."""
    for path in folder.glob("*.jsonl"):
        match = _FILE.fullmatch(path.name)
        if match and match["day"] < oldest.isoformat():
            path.unlink(missing_ok=True)


def mask_key(path: Path) -> bytes:
    """The key of a hotel's masks, made at first use; it stays behind when a log is given away."""
    with suppress(FileNotFoundError):
        return path.read_bytes()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    key = secrets.token_bytes(32)
    path.write_bytes(key)
    return key


class FrameReading:
    """The frames of a log, in their order; lines that cannot be read are skipped and counted in ``skipped``."""

    def __init__(self, path: Path) -> None:
        self.skipped = 0
        self._lines = self._read(path)

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> Logged:
        return next(self._lines)

    def _read(self, path: Path) -> Iterator[Logged]:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                logged = _logged(line)
                if logged is None:
                    self.skipped += 1
                else:
                    yield logged


def read_log(path: Path) -> FrameReading:
    """Read a log as it was written. OSError, when it is begun, if that cannot be done."""
    return FrameReading(path)


def _logged(line: str) -> Logged | None:
    try:
        noted = json.loads(line)
        at, link, direction, text = (noted[name] for name in ("at", "link", "dir", "record"))
        moment = datetime.fromisoformat(at)
        f"{link}{text}".encode()  # half a character, as JSON may have it, is no text
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    texts = all(isinstance(each, str) for each in (link, direction, text))
    if not texts or direction not in {"in", "out"} or moment.tzinfo is None or moment.year not in YEARS:
        return None
    return Logged(moment, link, direction, text)
