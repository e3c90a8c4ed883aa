"""What the PMS must have been told, by what desk and maids have said and when something was killed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import groupby, pairwise
from typing import Final

from tests.chaos.diary import Difference
from tests.chaos.hotel import Heard, Hotel
from tests.chaos.week import Week

JUST_BEFORE: Final = timedelta(seconds=3)
"""What was told so long before a crash, and may have been read here a moment after it."""

LEAVING: Final = timedelta(seconds=5)
"""So long somebody speaks who leaves a message."""


def judged(hotel: Hotel, week: Week, compared: Counter[str]) -> Iterator[Difference]:
    """What is wrong with any of it."""
    heard = list(hotel.heard)
    compared["records to the PMS"] += len(heard)
    once = [next(group) for _, group in groupby(heard, key=lambda each: each.text)]
    yield from _repeated(hotel, compared, heard)
    seen: set[str] = set()
    last: dict[str, Heard] = {}
    for each in once:
        if "|VM" in each.text:
            room = each.text.split("|")[1]
            before = last.get(room)
            if before and before.text == each.text and not _one_more(week, room, before, each):
                yield Difference(f"the PMS hears {each.text} again, and nothing has changed", each.at)
            last[room] = each
        elif each.text in seen:
            yield Difference(f"the PMS hears {each.text} again after other records", each.at)
        seen.add(each.text)
    yield from _asked_for(week, compared, [each.text for each in once])


def _one_more(week: Week, room: str, before: Heard, now: Heard) -> bool:
    """One message more was left there between the two; a PMS that wants no counts hears the same of it."""
    left = [said.began for said, _ in week.messages if f"RN{said.what}" == room]
    return any(before.at - LEAVING < began < now.at for began in left)


def _repeated(hotel: Hotel, compared: Counter[str], heard: list[Heard]) -> Iterator[Difference]:
    """Twice only as the last thing before a crash and the first after it."""
    for one, other in pairwise(heard):
        if one.text == other.text:
            compared["told once more after a crash"] += 1
            if one.connection == other.connection:
                yield Difference(f"the PMS hears {one.text} twice, and nothing was killed between", other.at)
            elif not any(one.at - JUST_BEFORE < at < other.at for at in hotel.product.kills):
                yield Difference(f"the PMS hears {one.text} twice without a crash between", other.at)


def _asked_for(week: Week, compared: Counter[str], heard: list[str]) -> Iterator[Difference]:
    """Nothing is lost of what was answered, nothing is told that nobody said, and the desk's is in order."""
    told = set(heard)
    for spoken in week.spoken:
        compared["orders of the desk"] += 1
        if spoken.sure and spoken.record not in told:
            yield Difference(f"the PMS never heard {spoken.record}", spoken.at)
    for said, record in week.keyed:
        compared["codes of maids"] += 1
        if said.sure and record not in told:
            yield Difference(f"the PMS never heard {record}", said.began)
    said_by_anybody = {each.record for each in week.spoken} | {record for _, record in week.keyed}
    for text in heard:
        if "|VM" not in text and not text.startswith("WA") and text not in said_by_anybody:
            yield Difference(f"the PMS hears {text}, which nobody has said")
    orders = [each.record for each in week.spoken if each.record in told]
    if [text for text in heard if text in set(orders)] != orders:
        yield Difference("the PMS hears the desk's orders in another order")
