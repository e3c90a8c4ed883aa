"""Guests' names that stay on telephones of rooms that were taken out of the hotel while somebody was in them. Pure.

Nothing may be written there any more, so nobody but a person can take such a name away, also after the check-out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime

from desired.problem import Problem
from observed.extension import Extension
from reconciler.hotel import Hotel


def left_behind(hotel: Hotel, now: datetime) -> Iterator[Problem]:
    """The telephones that still show a guest's name of ours, each until Zoom shows another or its room is back.

    They belong to no room of the hotel, so the problem names the extension alone.
    """
    occupied = hotel.taken_out()
    gone = hotel.roster.taken_out(hotel.occupancy) if occupied else ()
    for shown in sorted(hotel.strays(), key=lambda each: each.number):
        its = [room for room in gone if shown.number in map(int, hotel.roster.extensions_in(room))]
        rooms = its or [room for room in gone if not hotel.roster.extensions_in(room)]
        if not set(rooms).isdisjoint(occupied) and _shows_guest(hotel, rooms, shown, now):
            message = (
                f"extension {shown.number} still shows a guest's name that housephone wrote, and "
                f"{_why(hotel, its)}: put it back, or empty the name in Zoom by hand"
            )
            yield Problem("name_left", message, subject=str(shown.number))


def _shows_guest(hotel: Hotel, rooms: Collection[str], shown: Extension, now: datetime) -> bool:
    return all(
        shown.display_name
        not in {names.display for names in hotel.names_of_nobody(room, str(shown.number), now)}
        for room in rooms
    )


def _why(hotel: Hotel, its: Collection[str]) -> str:
    listed, room = hotel.roster.table is not None, next(iter(its), None)
    if room is None:
        return f"it belongs to no room {'in `rooms:`' if listed else 'of a document'} any more"
    return f"room {room} is no longer in `rooms:`" if listed else f"no document names room {room} any more"
