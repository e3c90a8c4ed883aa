"""The words of rooms whoever is in them: statuses, wake-up calls, and what becomes final in a room that was left.

Where parties from two rooms have met, everything is also said of the parties, so that it is theirs when they part.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from desired import wakeups
from desired.belongings import Party, cleared, is_news, laid_out, pick, put, rung_off
from desired.departures import Departures, Gathering
from desired.rack import Rack
from desired.rules import Rules
from desired.said import Field, Origin, Words

Change = Callable[[Words], Words]
"""What becomes of wake-up words."""


class Quarters:
    """Writes in a rack what is told of rooms, and keeps the parties in them in step."""

    def __init__(self, rack: Rack, departures: Departures, rules: Rules) -> None:
        self._rack = rack
        self._departures = departures
        self._rules = rules

    def lay_out(self, room: str, gathering: Gathering) -> Words:
        """The words of a room in which parties have met."""
        self._departures.changed.add(room)
        return laid_out(self._rack.words(room), gathering.parties, self._rules.occupied_calling)

    def tell(self, room: str, said: Words, *, repeating: bool) -> None:
        """Statuses were told of a room, maybe in a resync (``repeating``); they hold for everybody who is in it."""
        words = self._rack.words(room)
        news = tuple(word for word in said if is_news(words, word, repeating=repeating))
        gathering = self._departures.gathering(room)
        if gathering is None:
            for word in news:
                words = put(words, word)
        else:
            for party in gathering.parties:
                party.tell(news)
            words = self.lay_out(room, gathering)
        self._rack.write(room, words)

    def ask(self, room: str, change: Change) -> None:
        """A wake-up call is wanted in a room; of several parties it is that of the latest."""
        gathering = self._departures.gathering(room)
        if gathering is None:
            self._rack.write(room, _with_calls(self._rack.words(room), change))
        else:
            gathering.parties[-1].words = _with_calls(gathering.parties[-1].words, change)
            self._rack.write(room, self.lay_out(room, gathering))

    def cancel(self, room: str, change: Change) -> bool:
        """Wake-up calls of a room are not wanted any more, nor by guests who have just left; False if none was."""
        before = self._rack.words(room)
        self._drop(room, change)
        for key, leaver in self._departures.from_room(room).items():
            if leaver.luggage is not None:
                leaver.luggage = _with_calls(leaver.luggage, change)
                self._departures.changed.add(key)
        return self._rack.words(room) != before

    def move_calls(self, calls: Words, old: str, new: str | None = None) -> None:
        """Wake-up calls are no longer in the old room, and in the new one if it is not known to have them."""
        self._drop(old, lambda words: wakeups.without(words, calls))
        if new is not None:
            self.ask(new, lambda words: wakeups.joined((*words, *calls)))

    def _drop(self, room: str, change: Change) -> None:
        gathering = self._departures.gathering(room)
        if gathering is None:
            self._rack.write(room, _with_calls(self._rack.words(room), change))
            return
        for party in gathering.parties:
            party.words = _with_calls(party.words, change)
        self._rack.write(room, self.lay_out(room, gathering))

    def hand_over(
        self, room: str, gathering: Gathering, party: Party, moment: datetime, origin: Origin, *, acts: bool
    ) -> None:
        """All of a party have left a room in which others are: what was theirs goes.

        If they lived there first, so does the mail.
        """
        if len(gathering.parties) == 1:
            return
        first = party is gathering.parties[0]
        gathering.parties.remove(party)
        words = self.lay_out(room, gathering)
        self._rack.write(room, cleared(words, moment, origin) if acts and first else words)

    def ring_off(self, room: str, since: datetime, origin: Origin) -> None:
        """The wake-up calls that were said up to a moment are cancelled."""
        words = self._rack.words(room)
        if any(word.value for word in pick(words, Field.WAKEUPS)):
            self._rack.write(room, rung_off(words, since, origin))

    def finish(self, room: str) -> None:
        """Nobody came back: the mailbox is cleared as of the departure, and its wake-up calls are cancelled."""
        vacancy = self._departures.reopen(room)
        if vacancy is not None:
            words = rung_off(self._rack.words(room), vacancy.at, vacancy.origin)
            self._rack.write(room, cleared(words, vacancy.moment, vacancy.origin))


def _with_calls(words: Words, change: Change) -> Words:
    """The words of a room, a party or a leaver with changed wake-up words; the same ones if nothing changed."""
    calls = pick(words, Field.WAKEUPS)
    after = change(calls)
    if after == calls:
        return words
    return (*[word for word in words if word.field is not Field.WAKEUPS], *after)
