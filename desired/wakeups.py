"""The wake-up calls of a room: the union of what all sources want, less what was taken back since.

A file or the PMS cancels only its own calls, telephone and desk cancel anybody's (contract, section 4). A
call that several want is one call, and names them all.

Each source has one word with all of its calls. ``asked`` and ``cancelled`` say what becomes of those words (never
of a file's), ``standing``, ``joined`` and ``without`` what becomes of them when guests move.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from desired.said import Field, Origin, Said, Source, WakeupCall, Words

_SOURCES: Final = tuple(Source)
_MAY_CANCEL_ANY: Final = frozenset({Source.PHONE, Source.DESK})
_KEPT: Final = timedelta(hours=24)
"""So long after its time a call is still of interest to those who look back."""


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


def asked(words: Words, time: datetime, origin: Origin, now: datetime) -> Words:
    """The wake-up words of a room after ``origin`` has asked for a call at ``time``; the same ones if it stands.

    ``time`` and ``now`` are the property's local time, naive.
    """
    before = _calls_of(words, origin.source)
    if any(call.at == time and call.wanted for call in before) and any(
        call.at == time and _said_by(call, origin.source) for call in union(words).value
    ):
        return words
    own = [call for call in before if call.at != time and now - call.at < _KEPT]
    return _with_word(words, (*own, WakeupCall(time, (origin,))), origin)


def asked_again(words: Words, time: datetime, origins: Iterable[Origin], now: datetime) -> Words:
    """The wake-up words of a room once all who asked for a call have said so again; a document says so itself."""
    for origin in origins:
        if origin.source is not Source.FILE:
            words = asked(words, time, origin, now)
    return words


def cancelled(words: Words, time: datetime | None, origin: Origin, now: datetime) -> Words:
    """The wake-up words after ``origin`` has taken back the call at ``time`` (None: all); the same ones if none.

    Desk and telephone leave a mark besides, because a file's call can only be taken back and not removed.
    """
    anybodys = origin.source in _MAY_CANCEL_ANY

    def stays(call: WakeupCall) -> bool:
        return not call.wanted or (time is not None and call.at != time)

    left = tuple(
        _said_anew(word, _kept_calls(word, stays), origin)
        if anybodys or word.origin.source is origin.source
        else word
        for word in words
    )
    if not anybodys or time is None:
        return words if left == words else left
    own = [call for call in _calls_of(left, origin.source) if call.at != time and now - call.at < _KEPT]
    return _with_word(left, (*own, WakeupCall(time, (origin,), wanted=False)), origin)


def standing(words: Words) -> Words:
    """The words with only the calls that stand: what was taken back in one room says nothing in another."""
    if not any(word.value for word in words):
        return words
    calls = union(words).value

    def of(source: Source) -> tuple[WakeupCall, ...]:
        return tuple(_by(call, source) for call in calls if _said_by(call, source))

    return tuple(Said(word.field, of(word.origin.source), word.origin) for word in words)


def joined(words: Iterable[Said]) -> Words:
    """One word of each source with the calls of all; a call that is wanted outlives any mark that took it back."""
    spoken = tuple(words)
    if len(spoken) < 2:  # noqa: PLR2004 - nothing to join
        return spoken
    wanted = {call.at for word in spoken for call in word.value or () if call.wanted}
    by_source: dict[Source, Said] = {}
    for word in spoken:
        calls = tuple(call for call in word.value or () if call.wanted or call.at not in wanted)
        before = by_source.get(word.origin.source)
        if before is not None:
            times = {call.at for call in before.value}
            calls = (*before.value, *(call for call in calls if call.at not in times))
            word = max(before, word, key=lambda each: each.origin.moment)  # noqa: PLW2901 - the later word
        by_source[word.origin.source] = Said(word.field, calls, word.origin)
    return tuple(by_source.values())


def without(words: Words, gone: Iterable[Said]) -> Words:
    """The words less the calls of others, which have moved on or are not wanted any more."""
    calls = {call for word in gone for call in word.value or ()}
    return tuple(_kept_calls(word, lambda call: call not in calls) for word in words)


def said_after(words: Words, moment: datetime) -> Words:
    """The words with only the calls that were said after ``moment``."""
    return tuple(
        _kept_calls(word, lambda call: max(origin.moment for origin in call.origins) > moment)
        for word in words
    )


def _with_word(words: Words, calls: tuple[WakeupCall, ...], origin: Origin) -> Words:
    others = (word for word in words if word.origin.source is not origin.source)
    return (*others, Said(Field.WAKEUPS, calls, origin))


def _kept_calls(word: Said, stays: Callable[[WakeupCall], bool]) -> Said:
    calls = tuple(call for call in word.value or () if stays(call))
    return word if calls == word.value else Said(word.field, calls, word.origin)


def _said_anew(before: Said, word: Said, origin: Origin) -> Said:
    """A word that ``origin`` has changed is its own from then on, unless another source had said it."""
    changed = word is not before and word.origin.source is origin.source
    return Said(word.field, word.value, origin) if changed else word


def _calls_of(words: Words, source: Source) -> tuple[WakeupCall, ...]:
    return tuple(call for word in words if word.origin.source is source for call in word.value or ())


def _said_by(call: WakeupCall, source: Source) -> bool:
    return any(origin.source is source for origin in call.origins)


def _by(call: WakeupCall, source: Source) -> WakeupCall:
    return WakeupCall(call.at, tuple(origin for origin in call.origins if origin.source is source))


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
