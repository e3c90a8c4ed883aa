"""How numbers and times are said in English: "twenty-one", "six thirty A.M.", "oh six thirty", "eighteen hundred"."""

from __future__ import annotations

from datetime import time
from typing import Final

from drivers.voice.prompts.numerals import FULL_DAY, HUNDRED, NOON, TEN, spelt

LAST_OF_ITS_OWN: Final = 20
"""Numbers up to this one, and the tens after it, are words of their own."""


def number(count: int, form: str = "") -> list[str]:  # noqa: ARG001 - English has but one form
    """The parts that say a number."""
    if count >= HUNDRED:
        return spelt(str(count))
    if count <= LAST_OF_ITS_OWN or count % TEN == 0:
        return [f"number-{count}"]
    return [f"number-{count - count % TEN}", f"number-{count % TEN}"]


def clock(at: time, hours: int) -> list[str]:
    """The parts that say a time, on a clock of 12 or 24 hours; noon and midnight are called so on both."""
    if at.minute == 0 and at.hour in {0, NOON}:
        return ["clock-noon" if at.hour else "clock-midnight"]
    if hours == FULL_DAY:
        return [*_hour(at.hour), *(_minute(at.minute) or ["clock-hundred"])]
    return [
        *number(at.hour % NOON or NOON),
        *_minute(at.minute),
        "clock-am" if at.hour < NOON else "clock-pm",
    ]


def _hour(hour: int) -> list[str]:
    """Hours of a 24-hour clock have two digits: "oh six", "zero zero"."""
    if hour == 0:
        return ["number-0", "number-0"]
    return ["clock-oh", *number(hour)] if hour < TEN else number(hour)


def _minute(minute: int) -> list[str]:
    """Minutes have two digits, too: "oh five", "thirty"; of a full hour nothing is said."""
    if minute == 0:
        return []
    return ["clock-oh", *number(minute)] if minute < TEN else number(minute)
