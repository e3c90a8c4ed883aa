"""The cache of what Zoom last showed: extensions by number, freshness, and our own hand in it.

Pure and in memory; the store persists what it is told. A listing replaces everything at once or nothing at all, so a
half-read one can never be merged. What no list shows (departments of common areas, ring switches, class of service,
whether there are closed hours) stays as it was last read or learned. A user's presence does not: Zoom ends
do-not-disturb by itself, so an old reading says nothing.

A reading takes its time, and what Zoom accepts from us meanwhile is newer than what the reading shows: whoever reads
says what was known when he began.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime
from operator import attrgetter

from observed.extension import UNKNOWN, Extension

DETAILS = ("department", "dnd", "calling", "always_open")
"""Fields that a listing may leave UNKNOWN."""

_OF_ZOOM = tuple(field.name for field in fields(Extension) if field.name not in {"kind", "id", "read_at"})

_all_of_zoom = attrgetter(*_OF_ZOOM)

Moment = int
"""How many changes were known, so that a reading can tell which came after it began."""


class Observed:
    """Every extension of the account as it was last seen."""

    def __init__(self, extensions: Iterable[Extension] = ()) -> None:
        self._by_number: dict[int, tuple[Extension, ...]] = {}
        self._by_id: dict[tuple[str, str], Extension] = {}
        self._changes = 0
        self._changed: dict[tuple[str, str], dict[str, Moment]] = {}
        """Which change of a field was its last. Values would not tell: a guest who comes and goes while a list is
        read leaves the name as it was, but stands in the list."""
        self._put_all(extensions)

    def at(self, number: int) -> tuple[Extension, ...]:
        """All extensions that have this number; more than one is ambiguous."""
        return self._by_number.get(number, ())

    def user(self, id_: str) -> Extension | None:
        """The extension of a user by Zoom's id; None if there is none."""
        return self._by_id.get(("user", id_))

    def known(self, extensions: Iterable[Extension]) -> tuple[Extension, ...]:
        """These extensions as they are known by now, without those that are no more."""
        return tuple(known for e in extensions if (known := self._by_id.get((e.kind, e.id))) is not None)

    def __iter__(self) -> Iterator[Extension]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def now(self) -> Moment:
        """This moment, for a reading that begins now."""
        return self._changes

    def replace(self, listed: Iterable[Extension], began: Moment | None = None) -> None:
        """Take a complete listing; details that it does not show stay as they were read.

        ``began`` is when the reading began: whatever has changed since is newer, and stays.
        """
        merged = [
            _with_details(self.with_news(each, began), self._by_id.get((each.kind, each.id)))
            for each in listed
        ]
        for each in merged:
            self._note(each, _shown_anew(self._by_id.get((each.kind, each.id), each), each))
        self._by_number.clear()
        self._by_id.clear()
        self._put_all(merged)

    def put(self, extension: Extension, began: Moment | None = None) -> Extension:
        """Take a newer view of one extension, and answer it with what has changed since the reading began."""
        extension = self.with_news(extension, began)
        before = self._by_id.get((extension.kind, extension.id))
        self._by_id[extension.kind, extension.id] = extension
        if before is not None:
            self._note(extension, _shown_anew(before, extension))
            others = tuple(e for e in self._by_number.get(before.number, ()) if e is not before)
            self._by_number[before.number] = others
        self._by_number[extension.number] = (*self._by_number.get(extension.number, ()), extension)
        return extension

    def wrote(self, extension: Extension, values: Mapping[str, object], at: datetime) -> Extension:
        """Zoom has accepted these values; return the extension as it should show now."""
        return self._update(
            extension, {name: values[name] for name in values if hasattr(extension, name)}, at
        )

    def lost_track(self, extension: Extension, fields: Iterable[str]) -> Extension:
        """A write of these fields has no answer: nobody knows what they are now."""
        return self._update(extension, dict.fromkeys(fields, UNKNOWN), extension.read_at)

    def _update(self, extension: Extension, values: Mapping[str, object], at: datetime | None) -> Extension:
        current = self._by_id.get((extension.kind, extension.id), extension)
        self._note(extension, values)
        return self.put(replace(current, **values, read_at=at))  # type: ignore[arg-type]

    def with_news(self, read: Extension, began: Moment | None) -> Extension:
        """An extension as it was read, with what has changed of it since the reading began."""
        current = self._by_id.get((read.kind, read.id))
        if began is None or current is None:
            return read
        changed = self._changed.get((read.kind, read.id), {})
        news = {name: getattr(current, name) for name, change in changed.items() if change > began}
        return replace(read, **news) if news else read

    def _note(self, extension: Extension, changed: Collection[str]) -> None:
        """These fields have changed, or somebody has written them: they may have been something else in between."""
        if changed:
            self._changes += 1
            last = self._changed.setdefault((extension.kind, extension.id), {})
            last.update(dict.fromkeys(changed, self._changes))

    def _put_all(self, extensions: Iterable[Extension]) -> None:
        numbers: dict[int, list[Extension]] = {}
        for extension in extensions:
            self._by_id[extension.kind, extension.id] = extension
            numbers.setdefault(extension.number, []).append(extension)
        self._by_number = {number: tuple(group) for number, group in numbers.items()}


def _with_details(listed: Extension, before: Extension | None) -> Extension:
    if before is None:
        return listed
    kept = {
        name: getattr(before, name)
        for name in DETAILS
        if getattr(listed, name) is UNKNOWN and not (name == "dnd" and listed.kind == "user")
    }
    return replace(listed, **kept) if kept else listed


def _shown_anew(before: Extension, after: Extension) -> list[str]:
    """The fields that are shown, and not as before."""
    if _all_of_zoom(before) == _all_of_zoom(after):
        return []
    return [
        name
        for name in _OF_ZOOM
        if (new := getattr(after, name)) is not UNKNOWN and new != getattr(before, name)
    ]
