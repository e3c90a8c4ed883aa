"""Knows a run of records again that the PMS sends a second time, so that it changes nothing (contract, section 9).

A PMS that is not sure whether its last records arrived sends them again, and goes on from there. Most records
would do no harm twice, but a check-in may: its guest has left since. What makes it hard is that a repetition may
be meant (a wake-up set, cleared and set again; the lamp on, off and on), and that only guest records carry a time
of their own. So three things are told apart:

* A guest record that is, digit for digit, one of the last 64, and older than what came after it, can only be a
  repetition.
* A run that matches the history up to its very end leads to the state that we have already: it is skipped,
  whoever meant it. Not so where desk, telephone or a resync have changed since what it tells: to say that again
  is to mean it.
* After the link was lost a run may begin with any record. What matches is held until one of the two above proves
  it, or until it goes on otherwise or not at all; then it was meant, and is applied. A run that a guest record has
  proven may pause longer than one that is only in doubt. A run that is itself cut off by a loss, and begins anew
  after it, is in doubt as a whole once more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Generic, NamedTuple, TypeVar

T = TypeVar("T")

HISTORY: Final = 64
PATIENCE: Final = timedelta(seconds=3)
"""A repetition comes in one go: after this long without a further record it is over, and what is held was meant."""
AFTER_CONNECTING: Final = timedelta(seconds=60)
"""So long after the link came back the next record may still be the first of a repetition."""


@dataclass(slots=True)
class _Mark:
    """A record of the past: its print, its own time if it carries one, and the rooms that it named."""

    mark: str
    of: datetime | None
    rooms: tuple[str, ...] = field(compare=False)
    is_overruled: bool = field(default=False, compare=False)
    """Somebody else has changed one of these rooms since."""


class _Held(NamedTuple, Generic[T]):
    item: T
    mark: _Mark


class Redelivered(Generic[T]):
    """The last 64 records of one link, and those in doubt.

    It is fed with all records of the link but link records and those of a resync (before such a one call
    ``flush``), and answers what to apply now: usually the record itself, nothing where it was known again, several
    where a doubt has ended. ``memory`` is what ``dump`` gave, ``held`` the records that were in doubt then.
    """

    def __init__(self, memory: Mapping[str, Any] | None = None, held: Iterable[T] = ()) -> None:
        memory = memory or {}
        self._history = [_mark_from_json(plain) for plain in memory.get("history", ())]
        self._prints: defaultdict[str, int] = defaultdict(int)
        """How often each print is in the history."""
        for past in self._history:
            self._prints[past.mark] += 1
        marks = (_mark_from_json(plain) for plain in memory.get("held", ()))
        self._held: list[_Held[T]] = [_Held(item, mark) for item, mark in zip(held, marks, strict=False)]
        self._next: set[int] = set(memory.get("next", ()))
        """Where in the history the next record is found if the run goes on."""
        self._is_cut_off = False
        """The records in doubt came before the link was lost."""
        self._is_proven = bool(memory.get("proven"))
        """The run is a repetition, whatever of it is still to come."""
        self._run_until = _moment(memory.get("run_until"))
        self._watch_until = _moment(memory.get("watch_until"))

    @property
    def held(self) -> tuple[T, ...]:
        """The records in doubt; to be stored with ``dump`` and given back with it."""
        return tuple(held.item for held in self._held)

    def lost(self) -> None:
        """The link is gone: what is in doubt stays so until it is back."""
        self._end_run()
        self._is_cut_off = bool(self._held)

    def connected(self, at: datetime) -> None:
        """The link is alive (again): what comes now may be a repetition."""
        self.lost()
        self._watch_until = at + AFTER_CONNECTING
        if self._held:  # some take a while until they say again what was cut off
            self._run_until = self._watch_until

    def overrule(self, rooms: Container[str] | None = None) -> None:
        """Something that is not fed has changed these rooms, or any: what was told of them is not what is so now."""
        for past in self._history:
            past.is_overruled = (
                past.is_overruled or rooms is None or any(room in rooms for room in past.rooms)
            )

    def wait_on(self, at: datetime) -> None:
        """Nobody has read for a while: only from now on it means something that nothing comes."""
        if self._run_until is not None:
            self._run_until = max(self._run_until, at + PATIENCE)

    def feed(
        self, item: T, mark: str, of: datetime | None, at: datetime, *,
        rooms: tuple[str, ...] = (), status: bool = False,
    ) -> list[T]:  # fmt: skip
        """Take a record; answer what to apply now, in order.

        ``mark`` is the record's print, ``of`` its own time (None for WR, WC, RE: a WR's DA and TI are those of
        the wake-up), ``at`` when it was received, ``rooms`` those that it names. A ``status`` may have been told
        amid a resync first.
        """
        record = _Mark(mark, of, rooms)
        if mark not in self._prints and not (self._next or self._held):
            return self._applied(item, record)  # most are new, and this is the quickest way to see it
        meant: list[T] = []
        passed: set[int] = set()
        goes_back = False
        places = self._going_on(record)
        if not places and status and self._is_proven and self._next and self._watching(at):
            self._held.append(_Held(item, record))  # of the repetition if that goes on behind it
            return meant
        if not places:
            meant = self.due(at)
            goes_back = self._goes_back(record, at)
            if goes_back or self._is_repeated(record, at):
                self._held.clear()
                passed = self._next
            meant += self.flush()
            places = self._beginnings(record, at)
        if not places:
            return [*meant, *self._applied(item, record)]
        proves = goes_back or any(map(self._proves, places))
        ends = any(map(self._is_last, places)) and (self._is_proven or self._is_still_so(record))
        if proves or ends:
            self._held.clear()
        else:
            self._held.append(_Held(item, record))
        self._is_proven = proves or (self._is_proven and not ends)
        self._next = passed | {place + 1 for place in places if not self._is_last(place)}
        self._run_until = at + PATIENCE
        if self._is_proven and self._watch_until is not None:
            self._run_until = max(self._run_until, self._watch_until)
        return meant

    def _applied(self, item: T, record: _Mark) -> list[T]:
        """No repetition begins or goes on here."""
        self._end_run()
        self._watch_until = None
        self._remember(record)
        return [item]

    def flush(self) -> list[T]:
        """The doubt ends here: answer what was held, to be applied."""
        held, self._held = self._held, []
        self._end_run()
        for each in held:
            self._remember(each.mark)
            self._watch_until = None
        return [each.item for each in held]

    def due(self, now: datetime) -> list[T]:
        """What was held long enough and is to be applied now."""
        return self.flush() if self._run_until is not None and self._run_until <= now else []

    def next_due(self) -> datetime | None:
        """When ``due`` has something to do next."""
        return self._run_until if self._held else None

    def dump(self) -> dict[str, Any]:
        """The prints, and where a run stands, as plain JSON values."""
        return {
            "history": [_mark_to_json(mark) for mark in self._history],
            "held": [_mark_to_json(held.mark) for held in self._held],
            "next": sorted(self._next),
            "proven": self._is_proven,
            "run_until": self._run_until and self._run_until.isoformat(),
            "watch_until": self._watch_until and self._watch_until.isoformat(),
        }

    def _end_run(self) -> None:
        self._next, self._run_until = set(), None
        self._is_cut_off = self._is_proven = False

    def _going_on(self, record: _Mark) -> set[int]:
        """Where in the history the run is now; a record told twice in a row may be there only once."""
        places = {place for place in self._next if self._history[place] == record}
        if not places:
            places = {place - 1 for place in self._next if self._history[place - 1] == record}
        return places

    def _beginnings(self, record: _Mark, at: datetime) -> set[int]:
        """Where in the history a repetition may begin with this record."""
        places = {place for place, past in enumerate(self._history) if past == record}
        return places if self._watching(at) else {place for place in places if self._proves(place)}

    def _goes_back(self, record: _Mark, at: datetime) -> bool:
        """The run is proven, and tells a guest record of the history a second time.

        It was told twice within one second, and one copy was taken for a repetition then: nobody tells of a guest
        with a time that has passed while he says again what he said since.
        """
        return self._is_proven and record.of is not None and bool(self._beginnings(record, at))

    def _is_repeated(self, record: _Mark, at: datetime) -> bool:
        """The run does not go on here, but is a repetition with everything that came of it so far.

        It has begun anew after the link was lost; or here is a record that was meant twice and told in one second,
        of which one copy was taken for a repetition, and the run may go on where it was.
        """
        if self._is_cut_off:
            return bool(self._beginnings(record, at))
        return self._watching(at) and any(map(self._proves, self._beginnings(record, at)))

    def _watching(self, at: datetime) -> bool:
        return self._watch_until is not None and at <= self._watch_until

    def _is_last(self, place: int) -> bool:
        return place + 1 == len(self._history)

    def _is_still_so(self, record: _Mark) -> bool:
        """Nobody else has changed what the run has told up to this record."""
        told = (record, *(held.mark for held in self._held))
        return not any(all(past.is_overruled for past in self._history if past == each) for each in told)

    def _proves(self, place: int) -> bool:
        """Nobody means this record a second time.

        It carries its own time, and what was told since has another one. Left over is a guest who checks in, out
        and in again within one second.
        """
        of = self._history[place].of
        if of is None:
            return False
        since = [past.of for past in self._history[place + 1 :] if past.of is not None]
        return not since or max(since) != of

    def _remember(self, record: _Mark) -> None:
        self._history.append(record)
        self._prints[record.mark] += 1
        if len(self._history) > HISTORY:
            oldest = self._history.pop(0).mark
            self._prints[oldest] -= 1
            if not self._prints[oldest]:
                self._prints.pop(oldest)


def _mark_to_json(mark: _Mark) -> list[Any]:
    of = mark.of.isoformat() if mark.of else None
    return [mark.mark, of, list(mark.rooms), mark.is_overruled]


def _mark_from_json(plain: list[Any]) -> _Mark:
    mark, of, *more = plain
    rooms, is_overruled = more or ((), False)  # older stores hold no rooms
    return _Mark(mark, datetime.fromisoformat(of) if of else None, tuple(rooms), is_overruled)


def _moment(plain: str | None) -> datetime | None:
    return datetime.fromisoformat(plain) if plain else None
