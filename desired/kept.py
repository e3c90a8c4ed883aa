"""Words and events as plain JSON values, for what must survive a restart beside the documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final

from desired import events
from desired.document import Guest, Until
from desired.events import Event, Told
from desired.said import Field, Origin, Said, Source, WakeupCall, Words

Json = dict[str, Any]

_EVENTS: Final = {
    kind.__name__: kind
    for kind in (
        events.CheckedIn,
        events.Changed,
        events.Moved,
        events.Swapped,
        events.CheckedOut,
        events.StatusTold,
        events.WakeupAsked,
        events.WakeupCancelled,
        events.ResyncBegan,
        events.ResyncEnded,
        events.ResyncBroken,
    )
}
_DAYS: Final = ("arrival", "departure")


def word_to_json(word: Said) -> Json:
    """A word of any field that is not a file's, with every wake-up call's own origins."""
    field, value, origin, implied = word
    plain = {"field": str(field), "value": value_to_json(field, value), "origin": origin_to_json(origin)}
    return plain | {"implied": True} if implied else plain


def word_from_json(plain: Mapping[str, Any]) -> Said:
    """The word again, equal to the one that was kept."""
    field = Field(plain["field"])
    value = value_from_json(field, plain["value"])
    return Said(field, value, origin_from_json(plain["origin"]), bool(plain.get("implied")))


def words_to_json(words: Iterable[Said]) -> list[Json]:
    """The words of a guest or a party. What was told together stands together: most are of one record.

    Each on its own would say where it is from in more letters than what it says.
    """
    kept: list[Json] = []
    told: Origin | None = None
    for field, value, origin, _implied in words:
        if origin is not told:
            told = origin
            kept.append({"origin": origin_to_json(origin), "says": {}})
        kept[-1]["says"][str(field)] = value_to_json(field, value)
    return kept


def words_from_json(kept: Iterable[Mapping[str, Any]]) -> Words:
    """The words again, equal to those that were kept; an older housephone kept them one by one."""
    words: list[Said] = []
    for plain in kept:
        words += _together_from_json(plain) if "says" in plain else [word_from_json(plain)]
    return tuple(words)


def _together_from_json(plain: Mapping[str, Any]) -> Iterator[Said]:
    origin = origin_from_json(plain["origin"])
    for name, value in plain["says"].items():
        field = Field(name)
        yield Said(field, value_from_json(field, value), origin)


def value_to_json(field: Field, value: Any) -> Any:
    """The value of a field: text, flags and lists as they are, moments in ISO 8601."""
    if value is None or isinstance(value, (str, bool)):
        return value
    if field is Field.GUESTS:
        return [_guest_to_json(guest) for guest in value]
    if field is Field.WAKEUPS:
        return [_call_to_json(call) for call in value]
    if isinstance(value, Until):
        return {"until": value.until.isoformat()}
    if isinstance(value, datetime):
        return moment_to_json(value)
    return list(value) if isinstance(value, tuple) else value


def value_from_json(field: Field, plain: Any) -> Any:
    """The value again, as ``Said`` has it."""
    if plain is None:
        return None
    if field is Field.GUESTS:
        return tuple(Guest.model_validate(guest) for guest in plain)
    if field is Field.WAKEUPS:
        return tuple(_call_from_json(call) for call in plain)
    if field is Field.CLEARED:
        return datetime.fromisoformat(plain)
    if isinstance(plain, dict):
        return Until(until=datetime.fromisoformat(plain["until"]))
    return tuple(plain) if isinstance(plain, list) else plain


def moment_to_json(moment: datetime) -> str:
    """A moment in ISO 8601. What was told together shares one, and to write it out takes longer than to know it."""
    return _utc_to_json(moment) if moment.tzinfo is UTC else moment.isoformat()


@lru_cache(1024)
def _utc_to_json(moment: datetime) -> str:
    return moment.isoformat()


def origin_to_json(origin: Origin) -> list[Any]:
    """Source, place and moment, and the field if it tells two of one moment apart."""
    told = [str(origin.source), origin.where, moment_to_json(origin.at) if origin.at else None]
    return [*told, origin.field] if origin.field and isinstance(origin.place, str) else told


def origin_from_json(plain: list[Any]) -> Origin:
    """The origin again."""
    source, where, at, *field = plain
    return Origin(Source(source), where, datetime.fromisoformat(at) if at else None, *field)


def told_to_json(event: Event, told: Told) -> Json:
    """An event and who told it."""
    return {
        "event": type(event).__name__,
        "of_event": {item.name: _part_to_json(getattr(event, item.name)) for item in fields(event)},
        "told": {
            "source": told.source.value,
            "where": told.where,
            "at": told.at.isoformat(),
            "of": told.of.isoformat() if told.of else None,
            "link": told.link,
            "snapshot": told.snapshot,
        },
    }


def told_from_json(plain: Mapping[str, Any]) -> tuple[Event, Told]:
    """The event again, equal to the one that was kept."""
    parts = {name: _part_from_json(name, value) for name, value in plain["of_event"].items()}
    told = dict(plain["told"])
    told["source"] = Source(told["source"])
    told["at"] = datetime.fromisoformat(told["at"])
    told["of"] = datetime.fromisoformat(told["of"]) if told["of"] else None
    return _EVENTS[plain["event"]](**parts), Told(**told)


def _part_to_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _part_to_json(inner) for name, inner in value.items()}
    if isinstance(value, Until):
        return {"until": value.until.isoformat()}
    return value.isoformat() if isinstance(value, date) else value  # a datetime is a date too


def _part_from_json(name: str, value: Any) -> Any:
    if name == "details":
        return {key: _day(inner) if key in _DAYS else inner for key, inner in value.items()}
    if name == "statuses":
        return {Field(key): value_from_json(Field(key), inner) for key, inner in value.items()}
    if name == "time":
        return datetime.fromisoformat(value) if value else None
    return value


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _guest_to_json(guest: Guest) -> Json:
    """What is known of a guest. Not by pydantic, which would take longer for it than all else for a record."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in vars(guest).items()
        if value is not None
    }


def _call_to_json(call: WakeupCall) -> Json:
    plain: Json = {"at": call.at.isoformat(), "origins": [origin_to_json(origin) for origin in call.origins]}
    return plain if call.wanted else plain | {"wanted": False}


def _call_from_json(plain: Mapping[str, Any]) -> WakeupCall:
    origins = tuple(origin_from_json(origin) for origin in plain["origins"])
    return WakeupCall(datetime.fromisoformat(plain["at"]), origins, wanted=plain.get("wanted", True))
