"""What can be said on the telephone: every phrase by its name, and the values that each needs.

Menus say *what*, ``Phrase("wakeup_set", day="tomorrow", at=time(6, 30))``; the words, their order and the sounds are
each language's own (``drivers.voice.prompts``). A name that is not here, or a value too few, is refused where the
phrase is made. Keys are values, too (``menu_wakeup`` says "For a wake-up call, press 3"), so that what is said never
differs from what a menu does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time, timedelta
from enum import StrEnum
from typing import Final

Value = time | int | str


class Kind(StrEnum):
    """What sort of value it is, which decides how it is said."""

    CLOCK = "clock"
    """A ``time`` to the minute."""
    NUMBER = "number"
    """A count, never negative; above 99 it is said digit by digit."""
    SPELT = "spelt"
    """Keys, an extension or a room: said character by character; blanks and signs other than keys are left out."""
    DAY = "day"
    STATUS = "status"
    OCCUPANCY = "occupancy"


WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

WORDS: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.DAY: ("today", "tomorrow", "yesterday", *WEEKDAYS),
    Kind.STATUS: ("dirty", "clean", "inspected", "in_progress", "maintenance", "out_of_service"),
    Kind.OCCUPANCY: ("vacant", "occupied"),
}
"""The values of the kinds that are words."""

# fmt: off
PHRASES: Final[Mapping[str, Mapping[str, Kind]]] = {
    # Any call.
    "welcome": {},
    "goodbye": {},
    "wrong_key": {},
    "no_key": {},
    "not_possible": {},
    "connecting_operator": {},
    "operator_unreachable": {},
    "unknown_caller": {},
    "menu_operator": {"key": Kind.SPELT},
    "menu_back": {"key": Kind.SPELT},
    # The room's menu.
    "menu_new_messages": {"key": Kind.SPELT},
    "menu_saved_messages": {"key": Kind.SPELT},
    "menu_wakeup": {"key": Kind.SPELT},
    "menu_dnd_on": {"key": Kind.SPELT},
    "menu_dnd_off": {"key": Kind.SPELT},
    "dnd_on": {},
    "dnd_off": {},
    # Wake-up calls by telephone.
    "wakeup_is_set": {"day": Kind.DAY, "at": Kind.CLOCK},
    "wakeup_enter": {},
    "wakeup_half": {"morning": Kind.SPELT, "afternoon": Kind.SPELT},
    "wakeup_wrong_time": {},
    "wakeup_set": {"day": Kind.DAY, "at": Kind.CLOCK},
    "wakeup_cancelled": {"day": Kind.DAY, "at": Kind.CLOCK},
    "menu_wakeup_new": {"key": Kind.SPELT},
    "menu_wakeup_change": {"key": Kind.SPELT},
    "menu_wakeup_cancel": {"key": Kind.SPELT},
    "menu_next": {"key": Kind.SPELT},
    # The wake-up call itself.
    "wakeup_call": {"at": Kind.CLOCK},
    "wakeup_confirm": {},
    "wakeup_snooze": {"key": Kind.SPELT, "minutes": Kind.NUMBER},
    "wakeup_snoozed": {"minutes": Kind.NUMBER},
    "wakeup_last": {},
    "wakeup_confirmed": {},
    # Housekeeping.
    "status_set": {"status": Kind.STATUS},
    "status_set_in": {"status": Kind.STATUS, "occupancy": Kind.OCCUPANCY},
    "status_unknown": {},
    # The caller of a room that does not answer.
    "mailbox_greeting": {},
    "mailbox_tone": {},
    "mailbox_saved": {},
    "mailbox_full": {},
    "mailbox_nothing": {},
    # The guest who hears his messages.
    "messages_new": {"count": Kind.NUMBER},
    "messages_saved": {"count": Kind.NUMBER},
    "message_header": {"number": Kind.NUMBER, "day": Kind.DAY, "at": Kind.CLOCK},
    "message_from": {"extension": Kind.SPELT},
    "menu_delete": {"key": Kind.SPELT},
    "menu_save": {"key": Kind.SPELT},
    "menu_repeat": {"key": Kind.SPELT},
    "message_deleted": {},
    "message_saved": {},
    "messages_end": {},
    # Alerts to the operator.
    "alert_no_answer": {"room": Kind.SPELT, "at": Kind.CLOCK},
    "alert_busy": {"room": Kind.SPELT, "at": Kind.CLOCK},
    "alert_unreachable": {"room": Kind.SPELT, "at": Kind.CLOCK},
    "alert_late": {"room": Kind.SPELT, "at": Kind.CLOCK},
    "alert_confirm": {},
    "alert_confirmed": {},
    # A test call by `reconcile testcall`.
    "test_call": {},
    "test_key": {"key": Kind.SPELT},
}
# fmt: on
"""Every phrase with its values: the names that recordings of a hotel go by (docs/telephone-prompts.md)."""


class Phrase:
    """One thing to say: a name out of ``PHRASES`` and its values. Equal phrases say the same.

    ValueError where the name is unknown or the values are not those that it needs.
    """

    __slots__ = ("name", "values")

    def __init__(self, name: str, /, **values: Value) -> None:
        kinds = PHRASES.get(name)
        if kinds is None:
            raise ValueError(f"there is no phrase {name!r}")
        if kinds.keys() != values.keys():
            raise ValueError(f"the phrase {name!r} needs {sorted(kinds)}, not {sorted(values)}")
        for value_name, value in values.items():
            if not fits(kinds[value_name], value):
                raise ValueError(f"the phrase {name!r} cannot say this {value_name}")
        self.name = name
        self.values = values

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Phrase) and (self.name, self.values) == (other.name, other.values)

    def __hash__(self) -> int:
        return hash((self.name, *sorted(self.values)))

    def __repr__(self) -> str:
        values = "".join(f", {name}={value!r}" for name, value in self.values.items())
        return f"Phrase({self.name!r}{values})"


def fits(kind: Kind, value: Value) -> bool:
    """True if this value can be said as one of that kind."""
    match kind:
        case Kind.CLOCK:
            return isinstance(value, time)
        case Kind.NUMBER:
            return isinstance(value, int) and value >= 0
        case Kind.SPELT:
            return isinstance(value, str)
        case _:
            return value in WORDS[kind]


def day_word(day: date, today: date) -> str:
    """The word for a day within a week of today, which is how people name it."""
    near = {timedelta(0): "today", timedelta(1): "tomorrow", timedelta(-1): "yesterday"}
    return near.get(day - today, WEEKDAYS[day.weekday()])
