"""What people must see to of stays and wake-up calls, in words that last until somebody has seen to it.

The same for the running controller, which keeps the register, and for commands that read it from the store. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from desired.problem import Problem
from desired.said import Source
from reconciler.enumerated import some
from reconciler.moments import in_zone, local
from reconciler.stays import anew
from reconciler.stays.anew import Anew
from reconciler.stays.linkstate import LinkState
from reconciler.stays.register import Register
from reconciler.telephones.mail import Count
from reconciler.telephones.state import TelephoneState, troubles
from reconciler.wakeups.acknowledged import Acknowledgement, name_of
from reconciler.wakeups.entries import Entry
from reconciler.wakeups.ledger import Ledger

SHOWN = timedelta(hours=12)
"""How long a call that woke nobody stands among the problems."""


def _no_messages(_room: str) -> Count:
    return 0, 0


@dataclass(frozen=True, slots=True)
class Around:
    """What is known beside the register: how PMS links and telephone side are, and the guests' messages.

    ``telephones`` is None where there is no telephone side. ``acknowledged`` says who has seen to which wake-up call;
    ``messages`` counts the new and saved ones of a room. ``anew`` tells of a store that had to be built anew, and
    ``second_book`` why wake-up calls cannot be written a second time at present (None: they can).
    """

    links: Sequence[LinkState] = ()
    telephones: TelephoneState | None = None
    acknowledged: Mapping[str, Acknowledgement] = field(default_factory=dict)
    messages: Callable[[str], Count] = _no_messages
    anew: Anew | None = None
    second_book: str | None = None


def notices(register: Register, now: datetime, around: Around = Around()) -> tuple[Problem, ...]:
    """What people must see to.

    A store that was built anew, wake-up calls that woke nobody, went with a guest who left or wait in a room that is
    not listed any more, channels that are down, PMS links that tell nothing, resyncs that wait, rooms that no PMS has
    named.
    """
    telephones = around.telephones
    return (
        *_of_the_store(around, now, register.ledger),
        *_failed(register.ledger, now, around),
        *_dropped(register.ledger, now),
        *_unlisted(register),
        *(troubles(register.ledger, telephones, now) if telephones is not None else ()),
        *_silent(register, around.links),
        *_held(register),
        *_unmentioned(register),
    )


def _of_the_store(around: Around, now: datetime, ledger: Ledger) -> Iterator[Problem]:
    built = None if around.anew is None else anew.problem(around.anew, now, ledger.zone)
    if built is not None:
        yield built
    if around.second_book is not None:
        message = (
            f"the second book of wake-up calls cannot be written ({around.second_book}): they would be lost if the "
            "store were damaged now"
        )
        yield Problem("second_book", message)


def _failed(ledger: Ledger, now: datetime, around: Around) -> Iterator[Problem]:
    failed = {(entry.room, entry.due): entry for entry in ledger.failed(now - SHOWN)}
    for entry in failed.values():
        when = f"{in_zone(entry.due, ledger.zone):%Y-%m-%d %H:%M}"
        message = f"room {entry.room}: the wake-up call of {when} woke nobody: {entry.by}; see to the guest"
        said = around.acknowledged.get(name_of(*entry.key))
        if said is not None:
            message += _seen_by(said, ledger)
        yield Problem("wakeup_failed", message, room=entry.room, subject=entry.at.isoformat())


def _dropped(ledger: Ledger, now: datetime) -> Iterator[Problem]:
    for entry in ledger.dropped(now):
        when = f"{in_zone(entry.due, ledger.zone):%Y-%m-%d %H:%M}"
        message = (
            f"room {entry.room}: the wake-up call of {when} is cancelled, because a guest has left or another has "
            f"come ({entry.by}): {kept_by(entry, ledger)}, `reconcile wakeup cancel` with the same words lets it go"
        )
        yield Problem("wakeup_dropped", message, room=entry.room, subject=entry.at.isoformat())


def _unlisted(register: Register) -> Iterator[Problem]:
    zone = register.ledger.zone
    for entry in register.ledger.open():
        if register.unlisted(entry.room):
            message = (
                f"{register.not_listed(entry.room)}; its wake-up call of {in_zone(entry.due, zone):%Y-%m-%d %H:%M} "
                "cannot ring: put the room back, or wake the guest by hand"
            )
            yield Problem("wakeup_unlisted", message, room=entry.room, subject=entry.at.isoformat())


def kept_by(entry: Entry, ledger: Ledger) -> str:
    """The command that lets a call ring all the same, which went with a guest's stay."""
    return f"`reconcile wakeup add {entry.room} {in_zone(entry.due, ledger.zone):%H%M}` keeps it"


def _seen_by(said: Acknowledgement, ledger: Ledger) -> str:
    how = "at" if said.by_telephone else "by"
    return f" (acknowledged {how} {said.who}, {in_zone(said.at, ledger.zone):%H:%M})"


def _silent(register: Register, links: Iterable[LinkState]) -> Iterator[Problem]:
    zone = register.ledger.zone
    for link in links:
        heard = link.heard or _last_word(register, link.link)
        last = f"its last record came {local(heard, zone)}" if heard else "it was never heard"
        if link.problem is not None and link.since is None:
            message = (
                f"PMS link {link.link}: no controller runs, so nothing is heard of the PMS ({last}): guests may have "
                "come and gone since; start `reconcile run`"
            )
            yield Problem("pms_down", message, subject=link.link)
        elif link.problem is not None and link.since is not None:
            message = (
                f"PMS link {link.link} is down since {local(link.since, zone)} ({last}), so guests may have come and "
                f"gone since: {link.problem}"
            )
            yield Problem("pms_down", message, subject=link.link)
        elif register.stays.empty(link.link):
            message = (
                f"PMS link {link.link} is up, but the PMS has named no room yet; it was asked for all of them. "
                "`reconcile pms resync` asks again, and the PMS's installer knows whether it answers"
            )
            yield Problem("pms_unheard", message, subject=link.link)


def _last_word(register: Register, link: str) -> datetime | None:
    """When a link last said something that still stands, where nobody has written down when it was heard."""
    stays = register.stays
    said = (word for room, words in stays.said.items() if stays.named.get(room) == link for word in words)
    return max((word.origin.moment for word in said if word.origin.source is Source.PMS), default=None)


def _held(register: Register) -> Iterator[Problem]:
    for link in register.rooms.links():
        held = register.stays.held(link)
        if held:
            rooms = "1 room" if held == 1 else f"{held} rooms"
            message = (
                f"PMS link {link}: the last resync would empty {rooms} at once, so nobody was checked out; see who "
                "is in the house, then ask again (`reconcile pms resync`), or let it be so "
                "(`reconcile pms resync --release`)"
            )
            yield Problem("resync_held", message, subject=link)


def _unmentioned(register: Register) -> Iterator[Problem]:
    rooms = register.rooms.unmentioned()
    if rooms:
        what = "a room" if len(rooms) == 1 else f"{len(rooms)} rooms"
        message = (
            f"the PMS has not named {what} of `rooms:` yet, so nobody knows who is in there: {some(rooms)}; "
            "see at the PMS, and tell us with `reconcile checkin` or `reconcile checkout` where it never will"
        )
        yield Problem("unmentioned_rooms", message)
