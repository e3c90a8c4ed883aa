"""The guests of a room: made from what was told, cut to what the room document takes, in the order shown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from desired.document import Guest

Guests = tuple[Guest, ...]

_LONGEST: Final = {"first": 200, "last": 200, "title": 64, "vip": 32}
_RESERVATION: Final = 64
_LANGUAGE: Final = re.compile("[a-z]{2}")
_DAYS: Final = ("arrival", "departure")


def reservation(told: str | None) -> str | None:
    """A reservation number as it is kept; None for a guest without one."""
    return told[:_RESERVATION] if told else None


def guest(number: str | None, details: Mapping[str, Any]) -> Guest:
    """A guest of whom just this is known.

    Checked here and not by pydantic, which would refuse a whole record for one long name.
    """
    known = {name: _fit(name, value) for name, value in details.items()}
    if number is not None:
        known["reservation"] = number
    return Guest.model_construct(**known)


def changed(before: Guest, details: Mapping[str, Any]) -> Guest:
    """The guest with what was told anew; the very same one if that is nothing."""
    new = {name: _fit(name, value) for name, value in details.items()}
    if all(getattr(before, name) == value for name, value in new.items()):
        return before
    known = {name: getattr(before, name) for name in before.model_fields_set}
    return Guest.model_construct(**(known | new))


def numbered(before: Guest, number: str) -> Guest:
    """The guest with a reservation number, now that it is known."""
    known = {name: getattr(before, name) for name in before.model_fields_set}
    return Guest.model_construct(**(known | {"reservation": number}))


def has_name(known: Guest, details: Mapping[str, Any]) -> bool:
    """Tell whether first and last name are those told, however they are capitalised; nobody is known by no name."""
    names = _name(known.first, known.last)
    return any(names) and names == _name(*(_fit(name, details.get(name)) for name in ("first", "last")))


def _name(*names: str | None) -> list[str]:
    return [(name or "").strip().casefold() for name in names]


def find(guests: Guests, number: str | None) -> int | None:
    """The place of a reservation (None: of the guest without one) among the guests of a room."""
    for place, each in enumerate(guests):
        if each.reservation == number:
            return place
    return None


def back_in_place(guests: Guests, returned: Guest, order: Sequence[str | None]) -> Guests | None:
    """The guests with one who was out for a moment, where he stood in the earlier order.

    None if nobody of that order is in the room: then he is one more guest for those who are.
    """
    if returned.reservation not in order or not any(each.reservation in order for each in guests):
        return None
    ahead = set(order[: order.index(returned.reservation)])
    place = max((place + 1 for place, each in enumerate(guests) if each.reservation in ahead), default=0)
    return (*guests[:place], returned, *guests[place:])


def _fit(name: str, value: Any) -> Any:
    """A value that the room document takes; None for one that it never would."""
    if name in _DAYS:
        if isinstance(value, datetime):
            return value.date()
        return value if isinstance(value, date) else None
    if not value or not isinstance(value, str):
        return None
    if name == "language":
        return value if _LANGUAGE.fullmatch(value) else None
    return value[: _LONGEST[name]]
