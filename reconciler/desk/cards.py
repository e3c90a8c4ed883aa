"""Makes the card of a room: what of all that is known of it the desk wants to see at a glance."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from desired.document import Guest, Until
from desired.said import Field
from desired.sources import Wish
from reconciler.conditions import SYNCED, conditions
from reconciler.desk.board import Card, NextCall, Occupancy, floor_of
from reconciler.hotel import Hotel, RoomPlan
from reconciler.moments import in_zone
from reconciler.stays.notices import SHOWN, Around
from reconciler.views.wakeups import calls_of
from reconciler.wakeups.acknowledged import name_of
from reconciler.wakeups.entries import RESULTS, Entry, WakeupStatus
from reconciler.wakeups.ledger import Ledger

_SHOWN_AS_WELL = frozenset({"Paused"})
"""Conditions that the card has a word of its own for."""


def card_of(hotel: Hotel, room: str, ledger: Ledger, around: Around, now: datetime) -> Card:
    """What the desk sees of this room."""
    messages = around.messages(room)
    plan = hotel.look(room, now)
    wish = plan.wish
    calls = calls_of(wish, ledger, hotel.house.zone, now)
    missed = [
        call for call in calls if _is_missed(call, now) and name_of(*call.key) not in around.acknowledged
    ]
    paused = hotel.pause(room, now)
    guests: tuple[Guest, ...] = wish.get(Field.GUESTS) or ()
    return Card(
        room=room,
        floor=floor_of(room),
        occupancy=_occupancy(wish),
        guests=tuple(name for guest in guests if (name := listed_name(guest))),
        vip=any(guest.vip not in {None, "", "0"} for guest in guests),
        private=bool(wish.get(Field.PRIVATE)),
        dnd=_is_on(wish.get(Field.DND), now),
        new_messages=messages[0],
        saved_messages=messages[1],
        wakeup=_next(calls, missed, hotel),
        missed_wakeup=bool(missed),
        pending=sum(change.status == "planned" for change in plan.changes),
        problem=_problem(hotel, plan, now),
        paused=paused.reason if paused is not None else "",
    )


def listed_name(guest: Guest) -> str:
    """A guest's name as a list of names has it: Souza, Ana."""
    return ", ".join(part for part in (guest.last, guest.first) if part)


def _occupancy(wish: Wish) -> Occupancy:
    occupied = wish.get(Field.OCCUPIED)
    if occupied is None:
        return "unknown"
    return "occupied" if occupied else "vacant"


def _is_on(value: str | Until | None, now: datetime) -> bool:
    return value.until > now if isinstance(value, Until) else value == "on"


def _is_missed(call: Entry, now: datetime) -> bool:
    """True of a call that has lately woken nobody."""
    woke_nobody = call.status in RESULTS and call.status is not WakeupStatus.OK
    return woke_nobody and call.changed_at > now - SHOWN


def _next(calls: Sequence[Entry], missed: Sequence[Entry], hotel: Hotel) -> NextCall | None:
    """The first call to come, or else the last that woke nobody."""
    coming = [call for call in calls if call.open]
    call = coming[0] if coming else missed[-1] if missed else None
    return None if call is None else NextCall(in_zone(call.due, hotel.house.zone), call.status.value)


def _problem(hotel: Hotel, plan: RoomPlan, now: datetime) -> str:
    """The first thing of this room that somebody must see to; "" if nothing."""
    for standing in conditions(hotel, plan, now).values():
        for condition in standing:
            if condition.status == "True" and condition.type not in {SYNCED, *_SHOWN_AS_WELL}:
                return condition.message or condition.reason
    return next((problem.message for problem in plan.problems), "")
