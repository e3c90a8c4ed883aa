"""A hotel whose PMS and desk tell of guests, with a clock that is turned by hand."""

import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from desired.document import Guest
from desired.events import (
    Changed,
    CheckedIn,
    CheckedOut,
    Event,
    Moved,
    ResyncBegan,
    ResyncBroken,
    ResyncEnded,
    StatusTold,
    Swapped,
    Told,
    WakeupAsked,
    WakeupCancelled,
)
from desired.said import Field, Source
from desired.sources import Wish, merge
from desired.stays import Effects, LinkRules, Rules, Stays

ZONE = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
SEVEN = datetime.fromisoformat("2026-11-23T07:00")
EIGHT = datetime.fromisoformat("2026-11-23T08:00")
NINE = datetime.fromisoformat("2026-11-23T09:00")

ROOMS = ("101", "102", "103", "104")
LINK = "pms"
STATUSES = {
    "dnd": Field.DND, "calling": Field.CALLING, "light": Field.MESSAGE_LIGHT, "private": Field.PRIVATE,
}  # fmt: skip


def _is_ours(room: str) -> bool:
    """The PMS has rooms for accounts, too, which no telephone knows."""
    return not room.startswith("PM")


class House:
    """One hotel: verbs tell its stays something, questions ask what a room should be now.

    ``known``: the link has told of the rooms before, so that what it tells are acts. Every verb takes ``of``, the
    record's own time (default: now), and ``by`` another source than the PMS.
    """

    def __init__(self, rooms: Iterable[str] = ROOMS, *, known: bool = True, **rules: Any) -> None:
        links = {LINK: LinkRules(**rules.pop("link", {}))}
        self.rules = Rules(ZONE, links=links, **rules)
        self.stays = Stays(self.rules, named=dict.fromkeys(rooms if known else (), LINK), is_ours=_is_ours)
        self.now = NOON
        self.odd: Counter[str] = Counter()
        self.touched: set[str] = set()
        self.refused = ""

    # Verbs

    def hear(
        self, event: Event, *, by: Source = Source.PMS, of: datetime | None = None, link: str = LINK,
        snapshot: bool = False,
    ) -> Effects:  # fmt: skip
        """Tell the stays an event."""
        link = link if by is Source.PMS else ""
        where = f"{by} {type(event).__name__} {self.now.isoformat()}"
        effects = self.stays.hear(event, Told(by, where, self.now, of or self.now, link, snapshot))
        return self._note(effects)

    def check_in(
        self, room: str, number: str | None, first: str | None = None, *, alone: bool | None = None,
        statuses: dict[Field, Any] | None = None, **told: Any,
    ) -> None:  # fmt: skip
        """GI, with a name that nobody else has."""
        details = {"first": first or f"Guest {number}", "last": "Souza", "arrival": date(2026, 11, 22)}
        self.hear(CheckedIn(room, number, details, statuses or {}, alone), **told)

    def change(
        self, room: str, number: str | None, details: Any = None, statuses: Any = None, **told: Any
    ) -> None:
        """GC without RO."""
        self.hear(Changed(room, number, details or {}, statuses or {}), **told)

    def move(self, old: str, room: str, number: str | None, statuses: Any = None, **told: Any) -> None:
        """GC with RO."""
        self.hear(Moved(room, old, number, {}, statuses or {}), **told)

    def check_out(self, room: str, number: str | None = None, **told: Any) -> None:
        """GO."""
        self.hear(CheckedOut(room, number), **told)

    def swap(self, room: str, other: str, **told: Any) -> None:
        """The desk's swap."""
        self.hear(Swapped(room, other), by=Source.DESK, **told)

    def status(self, room: str, by: Source = Source.PMS, **statuses: Any) -> None:
        """RE, or a guest's telephone."""
        self.hear(StatusTold(room, {STATUSES[name]: value for name, value in statuses.items()}), by=by)

    def wake(self, room: str, time: datetime = SEVEN, **told: Any) -> None:
        """WR."""
        self.hear(WakeupAsked(room, time), **told)

    def cancel(self, room: str, time: datetime | None = SEVEN, **told: Any) -> None:
        """WC."""
        self.hear(WakeupCancelled(room, time), **told)

    def resync_begins(self, **told: Any) -> None:
        """DS."""
        self.hear(ResyncBegan(), **told)

    def resync_ends(self, **told: Any) -> None:
        """DE."""
        self.hear(ResyncEnded(), **told)

    def resync_breaks(self, **told: Any) -> None:
        """The link is lost between DS and DE."""
        self.hear(ResyncBroken(), **told)

    def release(self) -> None:
        """A person lets a held resync through."""
        self._note(self.stays.release(LINK, Told(Source.DESK, "desk", self.now)))

    def later(self, seconds: float = 21) -> None:
        """Let time pass; without a number so much that every departure is final."""
        self.now += timedelta(seconds=seconds)
        self._note(self.stays.due(self.now))

    def restart(self) -> None:
        """Stop and start again with what was stored; a resync was cut off by that."""
        memory = json.loads(json.dumps(self.stays.dump()))
        self.stays = Stays(self.rules, self.stays.said, self.stays.named, memory, is_ours=_is_ours)
        for link in self.stays.resyncing():
            self.hear(ResyncBroken(), link=link)

    def _note(self, effects: Effects) -> Effects:
        self.odd.update(effects.anomalies)
        self.touched |= effects.rooms
        self.refused = effects.refused
        return effects

    # Questions

    def wish(self, room: str) -> Wish:
        """What the room should be, of the sources other than files."""
        return merge(room, self.stays.said.get(room, ()), pms_room=room in self.stays.named, zone=ZONE)

    def get(self, room: str, field: Field) -> Any:
        """One field of it."""
        return self.wish(room).get(field)

    def numbers(self, room: str) -> list[str | None]:
        """The reservations in the room, the one shown first."""
        guests: tuple[Guest, ...] = self.get(room, Field.GUESTS) or ()
        return [guest.reservation for guest in guests]

    def shown(self, room: str) -> str | None:
        """The first name on the telephone; None in a vacant room."""
        guests: tuple[Guest, ...] = self.get(room, Field.GUESTS) or ()
        return guests[0].first if guests else None

    def occupied(self, room: str) -> bool | None:
        """True if somebody is in the room."""
        occupied: bool | None = self.get(room, Field.OCCUPIED)
        return occupied

    def dnd(self, room: str) -> Any:
        """Do-not-disturb."""
        return self.get(room, Field.DND)

    def calling(self, room: str) -> Any:
        """Class of service."""
        return self.get(room, Field.CALLING)

    def light(self, room: str) -> Any:
        """The message lamp."""
        return self.get(room, Field.MESSAGE_LIGHT)

    def private(self, room: str) -> Any:
        """True for an incognito guest."""
        return self.get(room, Field.PRIVATE)

    def cleared(self, room: str) -> datetime | None:
        """No message left at or before this moment exists."""
        moment: datetime | None = self.get(room, Field.CLEARED)
        return moment

    def wakeups(self, room: str) -> list[datetime]:
        """The calls that will ring."""
        return [call.at for call in self.get(room, Field.WAKEUPS) or ()]
