"""The card beside the telephone: what a guest reaches by which key, and what a wake-up call expects of him."""

from __future__ import annotations

from collections.abc import Iterator

from drivers.voice import menu, playback, wakeup, wakeup_menu
from reconciler.cards.facts import Card, Facts, KeyRow
from reconciler.cards.words import Words

_TWELVE = 12


def guest_card(facts: Facts, words: Words) -> Card:
    """The card of this hotel in one language."""
    return Card(
        words.language,
        words.say("guest", "title"),
        words.say("guest", "how", pilot=facts.pilot),
        tuple(_rows(facts, words)),
        tuple(_lines(facts, words)),
        to_fill_in=words.say("guest", "emergency"),
    )


def _rows(facts: Facts, words: Words) -> Iterator[KeyRow]:
    if facts.messages:
        yield KeyRow(menu.NEW, words.say("guest", "new"))
        yield KeyRow(menu.SAVED, words.say("guest", "saved"))
    halves = {"morning": wakeup_menu.MORNING, "afternoon": wakeup_menu.AFTERNOON}
    waking = "wakeup_halves" if facts.clock == _TWELVE else "wakeup"
    yield KeyRow(menu.WAKEUP, words.say("guest", waking, **halves))
    yield KeyRow(menu.DO_NOT_DISTURB, words.say("guest", "dnd"))
    yield KeyRow(menu.OPERATOR, words.say("guest", "operator"))


def _lines(facts: Facts, words: Words) -> Iterator[str]:
    if facts.messages:
        keys = {"delete": playback.DELETE, "save": playback.SAVE, "again": playback.AGAIN}
        yield words.say("guest", "playing", **keys)
    yield words.say("guest", "ringing")
    if facts.snooze is not None:
        yield words.say("guest", "snooze", key=wakeup.SNOOZE, minutes=f"{facts.snooze:g}")
