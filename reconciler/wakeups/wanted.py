"""Which wake-up calls rooms want by now: what all sources together say of them, ahead of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from desired.events import WakeupCancelled
from desired.said import Field, Said, WakeupCall
from desired.stays import Stays
from reconciler.hotel import Hotel
from reconciler.moments import in_zone
from reconciler.stays.page import Step
from reconciler.wakeups.entries import Posting, Wanted
from reconciler.wakeups.ledger import Ledger

_OF_CALLS = frozenset({Field.WAKEUPS, Field.OCCUPIED})
"""What decides which wake-up calls a room wants: those of files rest while it is vacant."""


class WantedCalls:
    """The wake-up calls of a property's rooms, for its ledger. ``link_of`` names the link that feeds a room.

    A ``shadow`` asks nobody about calls that go with a stay: the system beside it rings, and the desk cannot answer.
    """

    def __init__(
        self, hotel: Hotel, stays: Stays, ledger: Ledger, link_of: Callable[[str], str], *, shadow: bool
    ) -> None:
        self._shadow = shadow
        self._hotel = hotel
        self._stays = stays
        self._ledger = ledger
        self._link_of = link_of

    def post(self, step: Step) -> None:
        """Let the ledger of the step's rooms follow what they want now."""
        wanted = [each for room in sorted(step.rooms) if (each := self._wanted(step, room)) is not None]
        step.add(self._ledger.post(wanted, step.at, self._still))
        for room, at in step.by_pms:
            known = {entry.key: entry for entry in self._ledger.of_room(room)} | step.entries
            step.add(
                self._ledger.unknown_to_pms(
                    e for e in known.values() if e.room == room and at in {None, e.at}
                )
            )

    def meant(self, event: WakeupCancelled) -> list[WakeupCancelled]:
        """The calls that desk or telephone cancel, whoever wants them, as far as they have not ended yet.

        A person says the minute at which the hotel's clock would show it, whatever seconds the PMS has set, and
        whatever time it was asked for in a night in which the clocks go forward.
        """
        entries = {call.at: self._ledger.entry((event.room, call.at)) for call in self._still(event.room)}
        return [
            replace(event, time=at) for at, entry in entries.items()
            if (entry is None or entry.open) and self._is_meant(event, at)
        ]  # fmt: skip

    def let_go(self, event: WakeupCancelled, now: datetime) -> Posting:
        """Calls that went with a stay, of which a person says now that they need not ring."""
        entries = self._ledger.of_room(event.room)
        return self._ledger.let_go(
            e for e in entries if e.dropped and e.due > now and self._is_meant(event, e.at)
        )

    def _is_meant(self, event: WakeupCancelled, at: datetime) -> bool:
        if event.time is None:
            return True
        told, rings = (in_zone(each, self._ledger.zone).replace(second=0) for each in (event.time, at))
        return told == rings

    def _wanted(self, step: Step, room: str) -> Wanted | None:
        """The wake-up calls of a room as they are now; None where they are as they were."""
        before, now = self._hotel.said.get(room, ()), self._stays.said.get(room, ())
        same = _wakeup_words(before) == _wakeup_words(now)
        if same and not step.anew and self._hotel.roster.in_files(room, "wakeups") is None:
            return None
        said = self._wakeups(room)
        calls: Iterable[WakeupCall] = said.value or () if said is not None else ()
        if not self._hotel.roster.is_ours(room):
            # Nobody can be woken there, but whoever took the room out by mistake may put it back in time.
            calls = (call for call in calls if self._waits(room, call))
        by_name = {at for its, at in (*step.taken_back, *step.by_pms) if its == room}
        return Wanted(
            room, tuple(calls), self._link_of(room), said.origin.where if said else "", room in step.by_desk,
            frozenset({None} if step.anew or self._shadow else by_name),
        )  # fmt: skip

    def _waits(self, room: str, call: WakeupCall) -> bool:
        entry = self._ledger.entry((room, call.at))
        return entry is not None and entry.open

    def _still(self, room: str) -> tuple[WakeupCall, ...]:
        said = self._wakeups(room)
        return said.value or () if said is not None else ()

    def _wakeups(self, room: str) -> Said | None:
        words = (word for word in self._stays.said.get(room, ()) if word.field in _OF_CALLS)
        wish = self._hotel.wish_of(room, words, pms_room=room in self._stays.named)
        return wish.fields.get(Field.WAKEUPS)


def _wakeup_words(words: Iterable[Said]) -> list[Said]:
    """The words that ask for wake-up calls or take some back; an empty one does neither."""
    calls = Field.WAKEUPS
    return [word for word in words if word.field is calls and word.value]
