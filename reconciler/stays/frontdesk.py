"""The front desk: takes an order of the page or the command line to the register, and answers in one sentence.

The running controller stands it before its reception. Without one the command line opens the store and writes the
page itself (``at_the_store``); the next pass acts on it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Final

from desired.events import CheckedIn, CheckedOut, Event, Moved, StatusTold, Swapped, Told
from desired.said import Field, Source
from reconciler.desk.orders import AnyOrder, CancelWakeup, CheckIn, SetWakeup
from reconciler.errors import HousephoneError
from reconciler.hotel import Hotel
from reconciler.moments import in_zone
from reconciler.stays.notices import kept_by
from reconciler.stays.owed import Owed
from reconciler.stays.page import write
from reconciler.stays.register import Register
from reconciler.store.errors import LOOK_AT_THE_STORE, StoreUnavailable
from reconciler.store.store import Store
from reconciler.telephones.state import TelephoneState, too_many

Tell = Callable[[Sequence[Event], Told, Sequence[Owed]], Awaitable[str]]
"""Enters what was told; answers "" or the word by which it was refused."""

FURTHEST_WAKEUP: Final = timedelta(days=366)
"""How far ahead a guest may want to be woken: a later day is a mistyped year, and a PMS hears only two digits."""

REFUSED = {
    "nobody_there": "nobody is checked in there",
    "unknown_reservation": "nobody with that reservation number is there",
    "no_such_wakeup": "there is no such wake-up call",
}

_MATTER = (
    ((CheckedIn, CheckedOut, Moved, Swapped), Field.GUESTS, "who is in room {room}"),
    ((StatusTold,), Field.DND, "do-not-disturb of room {room}"),
)
"""Events that a document may outrank, by the field that it decides then."""


class Declined(HousephoneError):
    """The desk cannot do what it was asked for; nothing was changed."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


def not_noted(trouble: str) -> Declined:
    """What the desk hears where the store cannot be used; ``trouble`` says why."""
    return Declined(f"nothing was noted: {trouble}", f"{LOOK_AT_THE_STORE}; then say it again")


@contextmanager
def noting() -> Iterator[None]:
    """What is said inside stands in the store afterwards; Declined if it cannot be used."""
    try:
        yield
    except StoreUnavailable as error:
        raise not_noted(error.message) from None


async def take(
    order: AnyOrder,
    hotel: Hotel,
    register: Register,
    tell: Tell,
    told: Told,
    telephones: TelephoneState | None,
) -> str:
    """Do what is asked; the sentence says what was noted, and who decides otherwise. Raises Declined."""
    _make_sure(order, hotel, register, told.at)
    refused = await tell(order.events(), told, order.owed())
    return _answer(order, hotel, register, refused) + _besides(order, register, telephones, told.at)


def at_the_store(
    order: AnyOrder,
    hotel: Hotel,
    register: Register,
    store: Store,
    told: Told,
    telephones: TelephoneState | None,
) -> str:
    """The same where no controller runs: the page is written at once, by this process."""
    _make_sure(order, hotel, register, told.at)
    page, refused = register.tell(order.events(), told, told.at, order.owed())
    if page:
        write(store, page)
    register.take(page)
    return _answer(order, hotel, register, refused) + _besides(order, register, telephones, told.at)


def by_hand(where: str, at: datetime) -> Told:
    """Who tells it: a person at the desk, here and now."""
    return Told(Source.DESK, where, at, at)


def _make_sure(order: AnyOrder, hotel: Hotel, register: Register, now: datetime) -> None:
    for room in order.rooms():
        if not hotel.roster.is_ours(room) and not _lets_a_call_go(order, register):
            listed = "`rooms:`" if hotel.roster.table is not None else "a document of the folder"
            raise Declined(
                f"room {room}: there is no such room in {listed}", "`reconcile show` lists the rooms"
            )
    if order.owed() and not register.rooms.link_of(order.room):
        raise Declined(
            f"room {order.room}: no PMS link feeds it, so nobody keeps its state",
            "set up the link under `pms:` in housephone.yaml",
        )
    furthest = (now + FURTHEST_WAKEUP).astimezone(hotel.house.zone).replace(tzinfo=None)
    if isinstance(order, SetWakeup) and order.at > furthest:
        raise Declined(
            f"room {order.room}: {order.at:%Y-%m-%d} is more than a year ahead, so no wake-up call is set",
            "correct the year; without a date the next time that it is so late is meant",
        )


def _lets_a_call_go(order: AnyOrder, register: Register) -> bool:
    """A room that is listed no more may still have a call that waits: it must be possible to cancel it."""
    return isinstance(order, CancelWakeup) and any(each.open for each in register.ledger.of_room(order.room))


def _answer(order: AnyOrder, hotel: Hotel, register: Register, refused: str) -> str:
    if isinstance(order, CheckIn) and refused:
        raise _taken(order, register, refused)
    if refused:
        raise Declined(f"room {order.room}: {REFUSED[refused]}", f"see `reconcile show {order.room}`")
    return next(_outranked(order, hotel), order.sentence(hotel.house.zone))


def _taken(order: CheckIn, register: Register, refused: str) -> Declined:
    """The reservation number of a check-in is somebody else's: mistyped, or he moves."""
    number = order.guest.reservation or ""
    if refused == "another_guest":
        return Declined(
            f"room {order.room}: reservation {number} is another guest's there",
            "look at the number again; whoever shares a room has one of his own",
        )
    here = register.stays.where(order.room, number)
    return Declined(
        f"room {order.room}: the guest with reservation {number} is in room {here}",
        f"look at the number again; if he moves: `reconcile move {here} {order.room} --reservation {number}`",
    )


def _besides(order: AnyOrder, register: Register, telephones: TelephoneState | None, at: datetime) -> str:
    """What else to say: channels that will not ring so many calls in time, or calls that went with a guest's stay."""
    ledger = register.ledger
    late = too_many(ledger, telephones, order.at) if isinstance(order, SetWakeup) else ""
    gone = [each for each in ledger.dropped(at) if each.room in order.rooms() and each.changed_at >= at]
    return (f" ({late})" if late else "") + "".join(
        f"; the wake-up call of room {each.room} at {in_zone(each.due, ledger.zone):%H:%M} is cancelled: "
        f"{kept_by(each, ledger)}"
        for each in gone
    )


def _outranked(order: AnyOrder, hotel: Hotel) -> Iterator[str]:
    """Where a document decides and not the desk, said for each room."""
    for kinds, decided, matter in _MATTER:
        if not any(isinstance(event, kinds) for event in order.events()):
            continue
        for room in order.rooms():
            said = hotel.wish(room).fields.get(decided)
            if said is not None and said.origin.source is Source.FILE:
                yield f"noted, but {said.origin.where} decides {matter.format(room=room)} while it stands there"
