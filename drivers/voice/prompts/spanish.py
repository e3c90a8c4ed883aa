"""How numbers and times are said in Spanish: "treinta y un", "las seis y media de la mañana", "la una en punto"."""

from __future__ import annotations

from datetime import time
from typing import Final

from drivers.voice.prompts.numerals import FULL_DAY, HUNDRED, NOON, TEN, spelt

LAST_OF_ITS_OWN: Final = 30
"""Numbers up to this one, and the tens after it, are words of their own."""
MASCULINE: Final = "m"
"""The form before a masculine noun: un minuto, veintiún mensajes."""

QUARTER: Final = 15
HALF: Final = 30
MORNING: Final = 6
"""Before this hour it is "de la madrugada"."""
NIGHT: Final = 20


def number(count: int, form: str = "") -> list[str]:
    """The parts that say a number."""
    if count >= HUNDRED:
        return spelt(str(count))
    if count <= LAST_OF_ITS_OWN or count % TEN == 0:
        return [f"number-{count}-m" if form == MASCULINE and count in {1, 21} else f"number-{count}"]
    return [f"number-{count - count % TEN}", "number-and", *number(count % TEN, form)]


def clock(at: time, hours: int) -> list[str]:
    """The parts that say a time, with the article of its hour, on a clock of 12 or 24 hours.

    The day of 24 hours has neither quarters nor halves: "las dieciocho horas y treinta minutos".
    """
    if hours == FULL_DAY:
        return [f"clock-hour-{at.hour}", *_full_day(at.hour, at.minute)]
    return [f"clock-hour-{at.hour % NOON or NOON}", *_half_day(at.minute), _time_of_day(at.hour)]


def _full_day(hour: int, minute: int) -> list[str]:
    """What follows the hour; "la una" is never "horas"."""
    if minute == 0:
        return ["clock-sharp" if hour == 1 else "clock-hours"]
    minutes = ["number-and", *number(minute, MASCULINE), "clock-minute" if minute == 1 else "clock-minutes"]
    return minutes if hour == 1 else ["clock-hours", *minutes]


def _half_day(minute: int) -> list[str]:
    if minute == 0:
        return []
    said = {QUARTER: ["clock-quarter"], HALF: ["clock-half"]}
    return ["number-and", *said.get(minute, number(minute))]


def _time_of_day(hour: int) -> str:
    if hour < MORNING:
        return "clock-small_hours" if hour else "clock-night"
    if hour == NOON:
        return "clock-noon"
    if hour < NOON:
        return "clock-morning"
    return "clock-afternoon" if hour < NIGHT else "clock-night"
