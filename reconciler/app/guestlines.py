"""What the logs in the state folder say of a guest: the records of the PMS links, and the packets.

Records are masked as a rule, and the same name is the same mask everywhere: so a name is found in them by its mask, a
guest by his reservation number, and when he was in which room follows from the records of that number.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from drivers.pms.fias.framelog import mask_key, read_log
from drivers.pms.fias.masking import Mask
from drivers.pms.fias.records import parse
from reconciler.app.linked import FRAMES, MASK_KEY
from reconciler.configuration.settings import Settings
from reconciler.logs import PACKETS
from reconciler.traces import Stay, Traces

_NUMBER: Final = "G#"
_ROOM, _FORMER_ROOM, _OUT = "RN", "RO", "GO"
_NAMES: Final = ("GN", "GF", "GT")


class Spoken(NamedTuple):
    """One record of a log: its number of a reservation, the rooms that it names, and the name that it says.

    ``left`` are those of the rooms in which the guest is no more.
    """

    at: datetime
    number: str | None
    rooms: tuple[str, ...]
    left: tuple[str, ...]
    names: tuple[str, ...]


def frame_logs(settings: Settings) -> list[Path]:
    """The logs of the PMS links' records."""
    return sorted((settings.state / FRAMES).glob("*.jsonl"))


def packet_logs(settings: Settings) -> list[Path]:
    """The logs of what went to Zoom and PBX."""
    return sorted(settings.state.glob(f"{PACKETS}*"))


def learnt(settings: Settings, traces: Traces, now: datetime) -> Traces:
    """The same guest with what the records tell: by a number his stays, by a name its mask and its numbers.

    A stay of whose end no record tells lasts until ``now``.
    """
    if traces.names and (settings.state / MASK_KEY).exists():
        mask = Mask(mask_key(settings.state / MASK_KEY))
        traces = replace(traces, names=(*traces.names, *map(mask.words, traces.names)))
    by_name: set[str] = set()
    stays: dict[str, Stay] = {}
    for spoken in _spoken(settings):
        if spoken.number is not None and traces.names_him(spoken.names):
            by_name.add(spoken.number)
        if spoken.number in traces.numbers:
            for room in spoken.rooms:
                since = stays[room].since if room in stays else spoken.at
                stays[room] = Stay(room, since, spoken.at if room in spoken.left else now)
    return replace(traces, numbers=traces.numbers | by_name, stays=(*traces.stays, *stays.values()))


def speaks_of(traces: Traces, line: str) -> bool:
    """Whether a line of a log of records is his: by number, by name, or of his room while he was there."""
    spoken = _one(line)
    if spoken is None:
        return traces.names_him([line])
    return (
        spoken.number in traces.numbers
        or traces.names_him(spoken.names)
        or any(traces.covers(room, spoken.at) for room in spoken.rooms)
    )


def lines_of(path: Path, speaks: Callable[[str], bool]) -> list[str]:
    """The lines of a log that are a guest's."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return [line for line in file if speaks(line)]
    except FileNotFoundError:
        return []


def without(path: Path, speaks: Callable[[str], bool]) -> None:
    """Take a guest's lines out of a log, in its place: who writes to it goes on at its new end."""
    try:
        with path.open("r+", encoding="utf-8", errors="surrogateescape", newline="") as file:
            kept = [line for line in file if not speaks(line)]
            file.seek(0)
            file.writelines(kept)
            file.truncate()
    except FileNotFoundError:
        return


def _spoken(settings: Settings) -> Iterator[Spoken]:
    for path in frame_logs(settings):
        for frame in read_log(path):
            found = _of_record(frame.at, frame.text)
            if found is not None:
                yield found


def _one(line: str) -> Spoken | None:
    try:
        noted: Any = json.loads(line)
        return _of_record(datetime.fromisoformat(noted["at"]), noted["record"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _of_record(at: datetime, text: str) -> Spoken | None:
    record = parse(text)
    if record is None:
        return None
    former = _values(record.fields, (_FORMER_ROOM,))
    here = _values(record.fields, (_ROOM,))
    left = (*former, *here) if record.id == _OUT else former
    return Spoken(at, record.get(_NUMBER) or None, (*here, *former), left, _values(record.fields, _NAMES))


def _values(fields: Iterable[tuple[str, str]], names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(value for name, value in fields if name in names and value)
