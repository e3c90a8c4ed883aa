"""What can be checked of the telephone side beside its lines: whom it calls, what it says, and how much fits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from drivers.voice.prompts.library import Prompts, PromptsMissing
from reconciler.app.doctor.finding import Finding
from reconciler.configuration.manners import Voice
from reconciler.configuration.settings import Settings
from reconciler.hotel import Hotel
from reconciler.moments import in_zone
from reconciler.stays.register import Register
from reconciler.telephones.forecast import warning
from reconciler.telephones.state import TelephoneState, overbooked

_FEWEST_DIGITS = 2
"""Shorter numbers are keys of the exchange and no extensions."""


def telephone_manners(
    settings: Settings, register: Register, telephones: TelephoneState | None
) -> Iterator[Finding]:
    """What can be told without Zoom; nothing where there are no lines."""
    voice = settings.voice or Voice()
    if settings.sip is None:
        return
    yield from _prompts(voice)
    yield from _pilot(settings, voice)
    if telephones is not None:
        yield from _forecast(register, telephones)


def people(settings: Settings, hotel: Hotel) -> Iterator[Finding]:
    """The extensions of people who are called, as Zoom has them; the lists are read."""
    voice = settings.voice or Voice()
    if settings.sip is None:
        return
    called = {
        "voice.operator": voice.operator,
        "voice.wakeup.alert": voice.alerted,
        "alerts.second_contact": settings.alerts.second_contact or "",
    }
    told: set[str] = set()
    for setting, number in called.items():
        if number and number not in told:
            told.add(number)
            yield _person(setting, number, settings, hotel)
    if not settings.alerts.second_contact:
        said = "none: an alert that the operator does not take reaches nobody else"
        yield Finding(
            "warn", "alerts.second_contact", said, "name a second extension that somebody answers at night"
        )


def _person(setting: str, number: str, settings: Settings, hotel: Hotel) -> Finding:
    what = f"{setting} {number}"
    if _is_room(settings, number):
        return Finding("warn", what, "is a guest room", "name an extension of the staff")
    found = hotel.observed.at(int(number)) if number.isdecimal() and len(number) >= _FEWEST_DIGITS else ()
    if found:
        return Finding("ok", what, f"is {'a user' if found[0].kind == 'user' else 'a common area'} in Zoom")
    said = "is no user and no common area in Zoom; queues, receptionists and keys of the exchange cannot be looked up"
    return Finding("warn", what, said, f"try it: `reconcile testcall {number}`")


def _is_room(settings: Settings, number: str) -> bool:
    return any(number in entry.extensions for entry in settings.grounds.table or ())


def _prompts(voice: Voice) -> Iterator[Finding]:
    try:
        prompts = Prompts(voice.language, voice.clock, voice.prompts)
    except PromptsMissing as error:
        yield Finding("bad", "prompts", str(error), "set voice.language to a language that is there")
        return
    for problem in prompts.problems:
        fix = "record it anew (docs/telephone-prompts.md); the built-in sound is used meanwhile"
        yield Finding("warn", "prompts", problem, fix)
    if not prompts.problems:
        yield Finding("ok", "prompts", f"everything can be said in {voice.language}")


def _pilot(settings: Settings, voice: Voice) -> Iterator[Finding]:
    if not voice.pilot:
        said = "not set: a call of ours that a room forwards to it cannot be told from a caller's"
        yield Finding("warn", "voice.pilot", said, "set it to the number that rooms dial and forward to")
    elif _is_room(settings, voice.pilot):
        fix = "give our lines a number of their own"
        yield Finding("bad", "voice.pilot", f"{voice.pilot} is a guest room", fix)


def _forecast(register: Register, telephones: TelephoneState) -> Iterator[Finding]:
    ledger, channels = register.ledger, len(telephones.channels)
    minutes = overbooked(ledger, telephones)
    for minute in minutes:
        when = in_zone(minute.start, ledger.zone)
        yield Finding(
            "warn", _minute(when), warning(minute, channels), "spread them, or add channels (sip.accounts)"
        )
    if not minutes:
        said = f"{channels} channels are enough for the {len(ledger.open())} wake-up calls to come"
        yield Finding("ok", "wake-up calls", said)


def _minute(when: datetime) -> str:
    return f"wake-up calls of {when:%Y-%m-%d %H:%M}"
