"""Guests' names that stay on telephones of rooms that were taken out of `rooms:` while somebody was in them. Pure.

Nothing may be written there any more, so nobody but a person can take such a name away, also after the check-out.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from desired.problem import Problem
from observed.extension import Extension
from reconciler.hotel import Hotel


def left_behind(hotel: Hotel, now: datetime) -> Iterator[Problem]:
    """The telephones that still show a guest's name of ours, each until Zoom shows another or its room is back.

    They belong to no room of the hotel, so the problem names the extension alone.
    """
    for room in hotel.taken_out():
        for extension in hotel.roster.extensions_in(room):
            if any(
                _shows_guest(hotel, room, extension, each, now) for each in hotel.observed.at(int(extension))
            ):
                message = (
                    f"extension {extension} still shows a guest's name that housephone wrote, and room {room} is no "
                    "longer in `rooms:`: put it back, or empty the name in Zoom by hand"
                )
                yield Problem("name_left", message, subject=extension)


def _shows_guest(hotel: Hotel, room: str, extension: str, shown: Extension, now: datetime) -> bool:
    own = hotel.own.get((shown.id, "display_name"))
    if own is None or own.desired != shown.display_name:
        return False  # somebody has named it anew since
    return shown.display_name not in {names.display for names in hotel.names_of_nobody(room, extension, now)}
