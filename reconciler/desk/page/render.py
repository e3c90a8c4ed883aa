"""Templates and the words in them: how the page writes times, values and ages."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from anyio import to_thread
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reconciler.alarms.finding import Kind
from reconciler.desk import voice
from reconciler.desk.access import Right, csrf, who
from reconciler.desk.board import Card
from reconciler.desk.house import House, View
from reconciler.desk.ourfiles import address
from reconciler.moments import in_zone
from reconciler.nightly.words import field_in_words
from reconciler.views.whose import whose

_HERE = Path(__file__).parent

PAGES: Final = (
    ("/", voice.PAGES["rooms"]),
    ("/wakeups", voice.PAGES["wakeups"]),
    ("/audit", voice.PAGES["compare"]),
    ("/links", voice.PAGES["links"]),
    ("/report", voice.PAGES["report"]),
    ("/check", voice.PAGES["check"]),
)
"""The pages by their address, as the head lists them."""

LEADS_TO: Final[Mapping[str, str]] = {
    Kind.PMS_DOWN: "/links", Kind.RESYNC_HELD: "/links", Kind.ZOOM_DOWN: "/links", Kind.NO_CHANNEL: "/links",
    Kind.CHANNEL_DOWN: "/links", Kind.STORE_TROUBLE: "/links", Kind.BUDGET_NEARLY_SPENT: "/links",
    Kind.CHANGES_REFUSED: "/audit", Kind.CHANGES_FAILING: "/audit", Kind.WAKEUPS_AT_RISK: "/wakeups",
    Kind.WAKEUP_FAILED: "/wakeups", Kind.WAKEUP_DROPPED: "/wakeups",
    Kind.WAKEUP_UNLISTED: "/wakeups", Kind.CONFIGURATION_UNUSABLE: "/check",
    Kind.CONTESTED: "/audit", Kind.STORE_REBUILT: "/wakeups", Kind.SECOND_BOOK: "/links",
}  # fmt: skip
"""Where an alarm is seen to; of another kind on the page of its room."""

SAY_WHAT_HELPS: Final = frozenset({
    Kind.WAKEUP_FAILED, Kind.WAKEUP_UNLISTED, Kind.DND_STUCK, Kind.RESYNC_HELD,
})  # fmt: skip
"""Alarms whose message ends with what to do, so that the remedy would say it a second time."""

STATES: Final = {
    "planned": "to change", "applied": "done", "failed": "failed", "refused": "held back",
    "unsupported": "not possible", "skipped": "left alone", "stale": "out of date",
}  # fmt: skip
"""How a change stands, as people read it."""

LANGUAGES: Final = {
    "ar": "Arabic", "cs": "Czech", "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hu": "Hungarian", "id": "Indonesian",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "no": "Norwegian", "pl": "Polish",
    "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sv": "Swedish", "th": "Thai", "tr": "Turkish",
    "uk": "Ukrainian", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
"""What guests speak, by ISO 639-1, for people to choose from; API, files and PMS may name any other."""

A_WEEK: Final = timedelta(days=7)

_LEGS: Final = {
    "documents": "Files", "zoom": "Zoom", "store": "Database", "telephones": "Telephones", "centre": "Centre",
    "property": "Property",
}  # fmt: skip


class Pages:
    """Renders the templates of one house, in a worker thread: a thousand cards take a moment."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._environment = Environment(
            loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True, finalize=_in_the_desks_voice,
        )  # fmt: skip
        self._environment.globals |= {
            "static": address,
            "flags": flags,
            "when": partial(_when, house),
            "local": partial(_local, house),
            "day": _day,
            "plain_letters": _plain_letters,
            "language": lambda code: LANGUAGES.get(code, code),
            "languages": sorted(LANGUAGES.items(), key=itemgetter(1)),
            "day_and_time": partial(_day_and_time, house),
            "hour": partial(_hour, house),
            "lately": partial(_lately, house),
            "clock": partial(_clock, house),
            "plain_time": partial(_plain_time, house),
            "ago": partial(_ago, house),
            "plain": _plain,
            "states": STATES,
            "leads_to": LEADS_TO,
            "say_what_helps": SAY_WHAT_HELPS,
            "names": dict(PAGES),
            "label": field_in_words,
            "because": partial(_because, house),
        }
        # Macros that use the functions above must see them as well.
        parts = self._environment.get_template("parts.html", globals=self._environment.globals)
        self._environment.globals["parts"] = parts.module

    async def page(self, request: Request, template: str, **values: Any) -> HTMLResponse:
        """A whole page, with what the head of every page shows."""
        return HTMLResponse(await self._rendered(template, {**self._head(request), **values}))

    async def part(self, request: Request, template: str, **values: Any) -> HTMLResponse:
        """A part of a page, to be fetched again by itself."""
        person = who(request)
        may = {right.value: person is not None and person.may(right) for right in Right}
        return HTMLResponse(await self._rendered(template, {"may": may, **values}))

    async def macro(self, name: str, *values: Any) -> HTMLResponse:
        """One of the parts that several pages share."""
        made = getattr(self._environment.globals["parts"], name)
        return HTMLResponse(str(await to_thread.run_sync(made, *values)))

    def alerts(self) -> dict[str, Any]:
        """What the strip below the head shows on every page."""
        return {"alarms": self._house.alarms()["alarms"], "notes": notes(self._house.standing())}

    async def _rendered(self, template: str, values: Mapping[str, Any]) -> str:
        return await to_thread.run_sync(partial(self._environment.get_template(template).render, values))

    def _head(self, request: Request) -> dict[str, Any]:
        house, person = self._house, who(request)
        may = {right.value: person is not None and person.may(right) for right in Right}
        return {
            "hotel": house.name,
            "zone": house.zone.key,
            "now": house.now().astimezone(house.zone),
            "shadow": house.shadow,
            "mark": house.news.mark,
            "csrf": csrf(request),
            "person": person.name if person is not None and csrf(request) else "",
            "may": may,
            "pages": [{"href": href, "name": name} for href, name in PAGES],
            "here": request.url.path,
            "legs": legs(house.standing()),
            **self.alerts(),
        }


def legs(standing: View) -> list[dict[str, Any]]:
    """The lights of the head: what the controller stands on."""
    states = standing["legs"]
    of_the_pms = "PMS" if sum(leg not in _LEGS for leg in states) == 1 else "PMS {}"
    return [{"name": _LEGS.get(leg) or of_the_pms.format(leg), **state} for leg, state in states.items()]


def notes(standing: View) -> list[dict[str, Any]]:
    """What people should know beside the alarms: it does not call anybody, and it does not go away by itself."""
    return [problem for problem in standing["problems"] if problem["code"] not in {*Kind, *_BY_ROOM}]


_BY_ROOM: Final = frozenset({"pms_room", "digits_removed", "truncated"})
"""Problems that stand with their room only."""


def flags(card: Card) -> str:
    """The filters of the board that a card passes."""
    said = {
        "all": True,
        card.occupancy: True,
        "wakeup": card.wakeup is not None,
        "message": card.new_messages > 0,
        "dnd": card.dnd,
        "pending": card.pending > 0,
        "problem": bool(card.problem or card.missed_wakeup),
        "paused": bool(card.paused),
    }
    return " ".join(name for name, holds in said.items() if holds)


def _when(house: House, at: datetime) -> str:
    """A call's time as short as can be: today only the hour, within a week the weekday."""
    if at.date() == house.now().astimezone(house.zone).date():
        return f"{at:%H:%M}"
    return f"{at:%a %H:%M}" if _is_near(house, at) else f"{at.day} {at:%b %H:%M}"


def _is_near(house: House, at: datetime) -> bool:
    """Within a week, so that its weekday says which day is meant."""
    return abs(at.date() - house.now().astimezone(house.zone).date()) < A_WEEK


def _moment(house: House, text: str) -> datetime:
    return in_zone(datetime.fromisoformat(text), house.zone)


def _local(house: House, text: str) -> str:
    return f"{_moment(house, text):%Y-%m-%d %H:%M:%S}"


def _day_and_time(house: House, text: str) -> str:
    at = _moment(house, text)
    return f"{at:%A %H:%M}" if _is_near(house, at) else f"{at:%A} {_day(at.date().isoformat())} {at:%H:%M}"


def _day(text: str) -> str:
    """A day as people write it."""
    day = date.fromisoformat(text)
    return f"{day.day} {day:%B %Y}"


def _hour(house: House, text: str) -> str:
    """A call's time on its day; seconds only where it has some."""
    at = _moment(house, text)
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def _lately(house: House, text: str) -> str:
    """A call's time in a list of the last day, which holds two dates: with the weekday where it is not today."""
    at = _moment(house, text)
    today = at.date() == house.now().astimezone(house.zone).date()
    return _hour(house, text) if today else f"{at:%a} {_hour(house, text)}"


def _clock(house: House, text: str) -> str:
    """A moment of the last hours, to the tenth of a second."""
    at = _moment(house, text)
    return f"{at:%H:%M:%S}.{at.microsecond // 100_000}"


def _plain_time(house: House, text: str) -> str:
    """A call's local time as orders take it."""
    return f"{_moment(house, text).replace(tzinfo=None).isoformat()}"


def _ago(house: House, text: str | None) -> str:
    """How long ago, in the largest unit."""
    if text is None:
        return "never"
    seconds = (house.now() - datetime.fromisoformat(text)).total_seconds()
    for unit, name in ((86_400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= unit:
            number = int(seconds // unit)
            return f"{number} {name}{'s' if number != 1 else ''} ago"
    return "just now"


def _because(house: House, source: str | None) -> str:
    """Who said it, with its time as the desk's clock has it."""
    if source is None:
        return ""
    return whose(source, lambda at: f"{in_zone(at, house.zone):%a %H:%M}")


def _in_the_desks_voice(value: Any) -> Any:
    """What a template shows: no sentence reaches a clerk that names a command; markup has been through here."""
    return voice.at_the_desk(value) if type(value) is str else value


def _plain_letters(text: str) -> str:
    """Letters without their marks, so that Müller is found by who types muller."""
    parted = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in parted if not unicodedata.category(letter).startswith("M")).lower()


def _plain(value: Any) -> str:
    """A value as people read it."""
    if value is None or value == "":
        return "—"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
