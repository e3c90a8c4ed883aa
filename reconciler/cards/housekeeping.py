"""The card for the linen room: the codes by which housekeeping tells a room's state."""

from __future__ import annotations

from drivers.voice.housekeeping import Meaning
from reconciler.cards.facts import Card, Facts, KeyRow, in_order
from reconciler.cards.words import Words


def housekeeping_card(facts: Facts, words: Words) -> Card:
    """The card of this hotel in one language; its keys are those of the hotel's own table."""
    codes, pilot = facts.codes, facts.pilot
    keys = in_order(codes)
    lines = [words.say("housekeeping", "staff", pilot=pilot, code=codes.with_id)]
    if keys:
        example = f"{codes.code}{keys[-1][0]}"
        lines.insert(0, words.say("housekeeping", "example", pilot=pilot, keys=example))
    return Card(
        words.language,
        words.say("housekeeping", "title"),
        words.say("housekeeping", "how", pilot=pilot, code=codes.code),
        tuple(KeyRow(key, _state(meaning, words)) for key, meaning in keys),
        (*lines, words.say("housekeeping", "listen")),
        heads=(words.say("housekeeping", "key"), words.say("housekeeping", "state")),
    )


def _state(meaning: Meaning, words: Words) -> str:
    state = words.say("state", meaning.status)
    if meaning.occupied is None:
        return state
    return f"{state}, {words.say('state', 'occupied' if meaning.occupied else 'vacant')}"
