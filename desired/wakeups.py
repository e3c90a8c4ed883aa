"""The wake-up calls of a room: the union of what all sources want, less what was taken back since.

A file or the PMS cancels only its own calls, telephone and desk cancel anybody's (contract, section 4). A
call that several want is one call, and names them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from desired.said import Field, Origin, Said, Source, WakeupCall

_SOURCES: Final = tuple(Source)
_MAY_CANCEL_ANY: Final = frozenset({Source.PHONE, Source.DESK})


def union(words: Sequence[Said]) -> Said:
    """All wake-up calls that stand, earliest first; the word is that of whoever spoke last."""
    calls = [call for word in words for call in word.value or ()]
    wanted: dict[datetime, list[Origin]] = {}
    taken_back: dict[datetime, list[Origin]] = {}
    for call in calls:
        (wanted if call.wanted else taken_back).setdefault(call.at, []).extend(call.origins)
    standing = (
        WakeupCall(at, _standing(origins, taken_back.get(at, []))) for at, origins in sorted(wanted.items())
    )
    latest = max((word.origin for word in words), key=_order)
    return Said(Field.WAKEUPS, tuple(call for call in standing if call.origins), latest)


def rested(word: Said) -> Said:
    """The calls that ring in a vacant room: those of files rest, the others were meant for the room."""
    calls = (
        WakeupCall(call.at, tuple(origin for origin in call.origins if origin.source is not Source.FILE))
        for call in word.value
    )
    return Said(word.field, tuple(call for call in calls if call.origins), word.origin)


def _standing(origins: Sequence[Origin], taken_back: Sequence[Origin]) -> tuple[Origin, ...]:
    """Those who still want a call, each once."""
    standing: list[Origin] = []
    for origin in sorted(origins, key=_order):
        if origin not in standing and not any(_takes_back(later, origin) for later in taken_back):
            standing.append(origin)
    return tuple(standing)


def _takes_back(withdrawal: Origin, origin: Origin) -> bool:
    """Only what was said before can be taken back: the same time may be asked for anew."""
    entitled = withdrawal.source in _MAY_CANCEL_ANY or withdrawal.source is origin.source
    return entitled and origin.moment <= withdrawal.moment


def _order(origin: Origin) -> tuple[datetime, int, str]:
    return origin.moment, -_SOURCES.index(origin.source), origin.where
