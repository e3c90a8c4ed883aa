"""Moments, JSON and extensions as the store writes them; used by ``Store`` and by ``peek`` alike.

A moment is UTC in whole microseconds since 1970, because a timestamp type comes back naive from SQLite and
aware from PostgreSQL. JSON is text in ASCII, because PostgreSQL refuses some characters that a name may hold.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from observed.extension import UNKNOWN, Device, Extension
from reconciler.store.rows import Json

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
_PLAIN = {None: "null", True: "true", False: "false"}
_decode = json.JSONDecoder().raw_decode

# What Zoom may have left unread is left out of the stored document, so that None keeps its own meaning.
_PLAIN_FIELDS = (
    "number",
    "display_name",
    "first_name",
    "last_name",
    "department",
    "dnd",
    "calling",
    "pending",
    "site",
)


@lru_cache(maxsize=1024)  # Rows that are written together share their time.
def micros(moment: datetime) -> int:
    """Microseconds since 1970 of an aware datetime; a naive one is a mistake of the caller (ValueError)."""
    if moment.tzinfo is None:
        raise ValueError("the store takes aware datetimes only")
    return (moment - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=1024)  # The same of those that are read.
def moment(value: int) -> datetime:
    """The aware UTC datetime of so many microseconds since 1970."""
    return _EPOCH + value * _MICROSECOND


def optional_moment(value: int | None) -> datetime | None:
    """The same for a time that may be missing."""
    return None if value is None else moment(value)


def to_text(value: Json) -> str:
    """JSON as stored; None is written as ``null`` and so differs from a value that is missing."""
    if (
        value is None or value is True or value is False
    ):  # many words are; the encoder would begin anew for each
        return _PLAIN[value]
    return "[]" if value == [] else _encode(value)


def from_text(text: str) -> Any:
    """What ``to_text`` was given."""
    value, _end = _decode(text)
    return value


def extension_to_json(extension: Extension) -> dict[str, Json]:
    """All of an extension but its key (kind, id) and ``read_at``, which are columns of their own."""
    body: dict[str, Json] = {
        name: value for name in _PLAIN_FIELDS if (value := getattr(extension, name)) is not UNKNOWN
    }
    if extension.always_open is not UNKNOWN:
        body["always_open"] = micros(extension.always_open)
    if extension.device is not None:
        device = extension.device
        body["device"] = {
            "id": device.id,
            "display_name": device.display_name,
            "extensions": list(device.extensions),
        }
    return body


def extension_from_json(kind: Any, zoom_id: str, body: dict[str, Any], read_at: datetime | None) -> Extension:
    """The extension again; a field that an older housephone did not store is UNKNOWN."""
    device, always_open = body.get("device"), body.get("always_open")
    return Extension(
        kind=kind,
        id=zoom_id,
        number=body["number"],
        display_name=body.get("display_name", UNKNOWN),
        first_name=body.get("first_name", UNKNOWN),
        last_name=body.get("last_name", UNKNOWN),
        department=body.get("department", UNKNOWN),
        dnd=body.get("dnd", UNKNOWN),
        calling=body.get("calling", UNKNOWN),
        device=None if device is None else _device(device),
        pending=body.get("pending", False),
        site=body.get("site", ""),
        read_at=read_at,
        always_open=UNKNOWN if always_open is None else moment(always_open),
    )


def _device(body: dict[str, Any]) -> Device:
    return Device(body["id"], body["display_name"], tuple(body["extensions"]))
