"""How wake-up calls must have ended, by who wanted them, what the guests did and when something was killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from tests.chaos.diary import Difference
from tests.chaos.hotel import Hotel
from tests.chaos.wanted import EARLY, RESULT, ZONE, Wake

NOTED: Final = timedelta(seconds=1)
"""A key that was pressed so long before a crash is in the ledger."""
STATUS: Final = {"OK": "ok", "BY": "busy", "NR": "no_answer", "UR": "unreachable"}


def judged(hotel: Hotel, compared: Counter[str]) -> Iterator[Difference]:
    """What is wrong with any of them."""
    for stray in hotel.book.stray:
        yield Difference(stray)
    for wake in hotel.book.wakes:
        compared["wake-up calls"] += 1
        compared["rings"] += len(wake.rings)
        for what, at in _wrong(hotel, compared, wake):
            yield Difference(f"{wake}: {what}", at or wake.due)


def _wrong(hotel: Hotel, compared: Counter[str], wake: Wake) -> Iterator[tuple[str, datetime | None]]:
    results = {result for _, result in wake.told}
    if len(results) > 1:
        yield f"the PMS heard {sorted(results)}", wake.told[-1][0]
    if wake.off or not wake.sure:
        yield from _not_wanted(wake)
    else:
        yield from _wanted(hotel, compared, wake)
    early = [ring.at for ring in wake.rings if ring.at < wake.due - EARLY]
    if early:
        yield "it rang before its time", early[0]
    yield from _rung_too_often(hotel, wake)


def _wanted(hotel: Hotel, compared: Counter[str], wake: Wake) -> Iterator[tuple[str, datetime | None]]:
    if not wake.rings:
        yield "it never rang", None
    if not wake.told:
        yield "the PMS has heard of no result", None
        return
    at, result = wake.told[0]
    if result != RESULT[wake.habit]:
        yield f"its result was {result}", at
    if result != "OK":
        compared["alerts"] += 1
        last = max((ring.at for ring in wake.rings), default=wake.due)
        if not any(alert.known and alert.known > last for alert in hotel.lines.alerts):
            yield f"it ended as {result}, and no person has confirmed the alert", at


def _not_wanted(wake: Wake) -> Iterator[tuple[str, datetime | None]]:
    """One that was taken back in good time neither rings nor has a result."""
    if wake.off_for_sure is None or wake.off_for_sure > wake.due:
        return
    if wake.rings:
        yield "it rang, and nobody wanted it any more", wake.rings[0].at
    if wake.told:
        yield f"the PMS heard {wake.told[0][1]}, and nobody wanted it any more", wake.told[0][0]


def _rung_too_often(hotel: Hotel, wake: Wake) -> Iterator[tuple[str, datetime | None]]:
    """Never again after its end; after a key only where a crash came before that was written down."""
    ended = wake.told[0][0] if wake.told else None
    for ring in wake.rings:
        confirmed = next((at for at, key in ring.keys if key == "1"), None)
        later = [other.at for other in wake.rings if confirmed and other.at > confirmed]
        kills = [*hotel.product.kills, *hotel.product.stack_kills]
        if confirmed and later and not any(ring.at <= at <= confirmed + NOTED * hotel.slack for at in kills):
            yield "it rang again after its guest had confirmed it", later[0]
        if ended and ring.at > ended:
            yield "it rang again after the PMS had heard its result", ring.at


def in_ledger(hotel: Hotel, room: str, shown: list[dict[str, Any]]) -> Iterator[Difference]:
    """Each call has come to its one end in the ledger, and to the one that the PMS was told."""
    told = {
        wake.at: STATUS[wake.told[0][1]] for wake in hotel.book.of(room)
        if wake.told and wake.rooms == [room]
    }  # fmt: skip
    for each in shown:
        at = datetime.fromisoformat(each["at"])
        local = at.astimezone(ZONE).replace(tzinfo=None)
        if each["status"] in {"pending", "ringing"} and at < hotel.now():
            yield Difference(f"the wake-up call of {room} at {local} is still {each['status']}", at)
        elif local in told and each["status"] != told[local]:
            yield Difference(f"{room} at {local}: {each['status']}, but the PMS was told {told[local]}", at)
