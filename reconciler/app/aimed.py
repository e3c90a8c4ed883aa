"""Looks at a large hotel with the targets that earlier audits worked out.

The difference between those and what Zoom shows is made as ever; a room where it is not empty is looked at in full.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from desired.aims import Aims
from desired.said import Field
from reconciler.hotel import Hotel, RoomPlan


def look_aimed(aims: Aims, hotel: Hotel, rooms: Sequence[str], now: datetime) -> Iterator[RoomPlan]:
    """What these rooms need now, in their order, without those known to need nothing."""
    known = hotel.known(now)
    for room in rooms:
        if not hotel.files_decide(room):
            yield hotel.look(room, now)
            continue
        documents = hotel.roster.documents(room)
        aim = aims.aim(room, documents, hotel.facts(room, aims.occupied(room), now))
        if aim is not None and hotel.shows(room, aim, known):
            continue
        plan = hotel.look(room, now)
        if not plan.problems:
            aims.keep(room, documents, hotel.facts(room, plan.wish.get(Field.OCCUPIED), now), plan.targets)
        yield plan
