"""The words of the sources as rows of the store, and back; needs neither SQLAlchemy nor a document's validation.

A row holds what a source says of one field. Every wake-up call in it carries who asked for it and when, because a
later call does not refresh an earlier one; rows from before there was a PMS hold only times, which are then the
row's own word.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from desired.document import Guest, Until
from desired.said import Field, Origin, Said, Source, WakeupCall
from reconciler.store.rows import Json, SaidRow


def row_of(room: str, word: Said) -> SaidRow:
    """One word as the store keeps it; a file speaks for itself and has no row."""
    origin = word.origin
    return SaidRow(
        room,
        origin.source.value,
        word.field.value,
        _to_json(word),
        origin.where,
        origin.moment.astimezone(UTC),
    )


def said_of(row: SaidRow) -> Said:
    """One stored word as the merge takes it."""
    field, origin = Field(row.field), Origin(Source(row.source), row.where, row.at)
    return Said(field, _from_json(field, row.value, origin), origin)


def origins_to_json(origins: Sequence[Origin]) -> list[Json]:
    """Who said something, where and when; a place in a file as people read it."""
    return [
        {
            "source": origin.source.value,
            "where": origin.where,
            "at": None if origin.at is None else origin.at.astimezone(UTC).isoformat(),
        }
        for origin in origins
    ]


def origins_from_json(stored: Any) -> tuple[Origin, ...]:
    """What ``origins_to_json`` was given."""
    return tuple(
        Origin(
            Source(each["source"]),
            each["where"],
            None if each["at"] is None else datetime.fromisoformat(each["at"]),
        )
        for each in stored
    )


def _to_json(word: Said) -> Json:
    value = word.value
    if value is None:
        return None
    if word.field is Field.GUESTS:
        return [guest.model_dump(mode="json", exclude_none=True) for guest in value]
    if word.field is Field.WAKEUPS:
        return [_call_to_json(call) for call in value]
    if word.field is Field.CLEARED:
        moment: datetime = value
        return moment.isoformat()
    if isinstance(value, Until):
        return {"until": value.until.isoformat()}
    return list(value) if isinstance(value, tuple) else value


def _from_json(field: Field, value: Any, origin: Origin) -> Any:
    if value is None:
        return None
    if field is Field.GUESTS:
        return tuple(Guest.model_validate(guest) for guest in value)
    if field is Field.WAKEUPS:
        return tuple(_call_from_json(call, origin) for call in value)
    if field is Field.CLEARED:
        return datetime.fromisoformat(value)
    if isinstance(value, dict):
        return Until.model_validate(value)
    return tuple(value) if isinstance(value, list) else value


def _call_to_json(call: WakeupCall) -> Json:
    stored: dict[str, Json] = {"at": call.at.isoformat(), "origins": origins_to_json(call.origins)}
    return stored if call.wanted else stored | {"wanted": False}


def _call_from_json(call: Any, origin: Origin) -> WakeupCall:
    origins = origins_from_json(call["origins"]) if "origins" in call else (origin,)
    return WakeupCall(datetime.fromisoformat(call["at"]), origins, call.get("wanted", True))
