"""What belongs to the guests of a room beside their names: its statuses and its wake-up calls.

They go along when the guests move. Where people from two rooms share one, the belongings of each ``Party`` are
kept apart for a while, because the second half of a swap may still come.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from desired import wakeups
from desired.guests import Guests
from desired.said import Field, Origin, Said, Source, Words
from desired.sources import check_out

STATUSES: Final = (Field.PRIVATE, Field.DND, Field.CALLING, Field.MESSAGE_LIGHT)
_OCCUPANCY: Final = frozenset({Field.GUESTS, Field.OCCUPIED})
_BELONGINGS: Final = frozenset({*STATUSES, Field.WAKEUPS})
_ACTS: Final = frozenset({Field.WAKEUPS, Field.CLEARED})
"""What cannot be taken back: a deleted message, and a call that was cancelled and so did not ring."""


def default(field: Field, occupied_calling: str) -> Any:
    """The status of an occupied room of which nothing was told (D-15)."""
    if field is Field.PRIVATE:
        return False
    return occupied_calling if field is Field.CALLING else "off"


def pick(words: Iterable[Said], *fields: Field) -> Words:
    """The words of some fields."""
    return tuple([word for word in words if word.field in fields])


def put(words: Words, word: Said) -> Words:
    """The words with one more in place of what its source said of the field before."""
    source, of = word.origin.source, word.field
    return (*[each for each in words if each.field is not of or each.origin.source is not source], word)


def with_guests(words: Words, guests: Guests, origin: Origin) -> Words:
    """The words with these guests, whoever told of guests before: the latest record is the truth."""
    return (
        *[word for word in words if word.field not in _OCCUPANCY],
        Said(Field.GUESTS, guests, origin),
        Said(Field.OCCUPIED, bool(guests), origin),
    )


def vacated(words: Words, origin: Origin, vacant_calling: str, *, keep_dnd: bool = False) -> Words:
    """The words after the last guest left, as far as they can be taken back: mail and wake-ups stay."""
    left = check_out(words, at=origin.moment, origin=origin, vacant_calling=vacant_calling)
    kept = _ACTS | {Field.DND} if keep_dnd else _ACTS
    return (
        *[word for word in left if word.field not in kept],
        *[word for word in words if word.field in kept],
    )


def cleared(words: Words, moment: datetime, origin: Origin) -> Words:
    """The words with the mailbox cleared as of a moment, unless it was cleared later than that."""
    of = Field.CLEARED
    later = [word for word in words if word.field is of and word.value and word.value >= moment]
    if later:
        return words
    return (*[word for word in words if word.field is not of], Said(of, moment, origin))


def rung_off(words: Words, since: datetime, origin: Origin) -> Words:
    """The words without the wake-up calls that were said up to a moment."""
    of = Field.WAKEUPS
    calls = wakeups.said_after(pick(words, of), since)
    left = tuple([word for word in calls if word.value]) or (Said(of, (), origin),)
    return (*[word for word in words if word.field is not of], *left)


def pack(words: Words) -> Words:
    """What of a room's words goes along with its guests."""
    return (*pick(words, *STATUSES), *wakeups.standing(pick(words, Field.WAKEUPS)))


@dataclass(slots=True)
class Party:
    """Guests who came into a room from the same place, and what is theirs.

    ``gone`` have left again within the window, the last of them last. ``assumed`` is the origin of the defaults
    that hold for whatever ``words`` do not say; None where unsaid statuses are nobody's. ``whole``: the last of them
    has come, so that whoever comes from there later is of another party.
    """

    owners: list[str | None]
    words: Words
    came_from: str = ""
    assumed: Origin | None = None
    gone: list[str | None] = field(default_factory=list)
    whole: bool = False

    def fill(self, words: Words) -> None:
        """More of the same party's belongings arrive: statuses that are not known yet, and all wake-up calls."""
        known = {word.field for word in self.words if word.field in STATUSES}
        new = (word for word in words if word.field in STATUSES and word.field not in known)
        calls = wakeups.joined((*pick(self.words, Field.WAKEUPS), *pick(words, Field.WAKEUPS)))
        self.words = (*pick(self.words, *STATUSES), *new, *calls)

    def tell(self, said: Words) -> None:
        """Statuses were told that hold for this party."""
        for word in said:
            self.words = put(self.words, word)


def laid_out(words: Words, parties: Sequence[Party], occupied_calling: str) -> Words:
    """The words of a room with the belongings of its parties: the first one's statuses, everybody's wake-ups.

    Privacy is given to whoever asks for it.
    """
    first = parties[0]
    statuses = list(pick(first.words, *STATUSES))
    said = {word.field for word in statuses}
    if first.assumed is not None:
        missing = (status for status in STATUSES if status not in said)
        statuses += [Said(status, default(status, occupied_calling), first.assumed) for status in missing]
    hidden = [
        word for party in parties[1:] for word in party.words if word.field is Field.PRIVATE and word.value
    ]
    if hidden:
        statuses = [word for word in statuses if word.field is not Field.PRIVATE] + hidden[-1:]
    calls = wakeups.joined(word for party in parties for word in party.words if word.field is Field.WAKEUPS)
    return (*(word for word in words if word.field not in _BELONGINGS), *statuses, *calls)


def told_statuses(statuses: Mapping[Field, Any], origin: Origin, occupied_calling: str) -> Words:
    """What a record says of the statuses of a room; None is the default of an occupied one."""
    return tuple(
        [
            Said(of, default(of, occupied_calling) if value is None else value, origin)
            for of, value in statuses.items()
        ]
    )


def is_news(words: Words, word: Said, *, repeating: bool) -> bool:
    """False if its source has said the same before, and nobody else has spoken since.

    In a resync (``repeating``) the PMS says again what it said before, whatever others have said since.
    """
    others = [each for each in words if each.field is word.field and each.origin.source is not Source.ADOPTED]
    own = next((each for each in others if each.origin.source is word.origin.source), None)
    if own is None or own.value != word.value:
        return True
    return not repeating and any(each.origin.moment > own.origin.moment for each in others)
