"""What Zoom shows, saved as one JSON file: an audit against it needs neither credentials nor a network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args

from desired.years import YEARS
from observed.extension import UNKNOWN, Device, Extension, Kind, Unknown, Voicemail
from reconciler.account.capability import Capabilities, Feature, FeatureState
from reconciler.errors import Fatal

if TYPE_CHECKING:
    from reconciler.store.rows import Json

VERSION = 1

LARGEST: Final = 10**18
"""Beyond every extension number."""

T = TypeVar("T")

_KINDS: Final = get_args(Kind)
_TEXTS = ("display_name", "first_name", "last_name", "department", "calling")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Extensions, the messages that were looked for, and what the account can do, at one moment."""

    taken: datetime
    extensions: Sequence[Extension]
    messages: Mapping[int, Sequence[Voicemail]]
    capabilities: Capabilities


def save(snapshot: Snapshot, path: Path) -> None:
    """Write a snapshot, whole or not at all; only its owner may read it (it holds guests' names)."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.touch(mode=0o600)
    text = json.dumps(snapshot_out(snapshot), ensure_ascii=False, separators=(",", ":"))
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(path)


def snapshot_out(snapshot: Snapshot) -> dict[str, Any]:
    """A snapshot as JSON."""
    return {
        "version": VERSION,
        "taken": snapshot.taken.isoformat(),
        "extensions": [_extension_out(each) for each in snapshot.extensions],
        "messages": [
            {"id": m.id, "extension": m.extension, "at": m.at.isoformat()}
            for messages in snapshot.messages.values()
            for m in messages
        ],
        "features": features_out(snapshot.capabilities),
    }


_TAKE_ONE = "take one with `reconcile snapshot FILE`"


def load(path: Path) -> Snapshot:
    """Read a saved snapshot. Fatal if it is missing or not one of ours."""
    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text)
        if "\\ud" in text or "\\uD" in text:
            json.dumps(data, ensure_ascii=False).encode()  # half a character is no text
        if data["version"] != VERSION:
            raise Fatal(
                f"{path}: a snapshot of version {data['version']}; this program reads version {VERSION}",
                _TAKE_ONE,
            )
        return snapshot_in(data)
    except OSError as error:
        raise Fatal(f"{path}: {error.strerror}", _TAKE_ONE) from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise Fatal(f"{path}: not a snapshot of housephone, or not a whole one", _TAKE_ONE) from error


def snapshot_in(data: Mapping[str, Any]) -> Snapshot:
    """The same again. ValueError, TypeError … where it is no snapshot."""
    taken = _moment(data["taken"])
    return Snapshot(
        taken=taken,
        extensions=[_extension_in(each, taken) for each in data["extensions"]],
        messages=by_extension(
            Voicemail(_a(str, m["id"]), _number(m["extension"]), _moment(m["at"])) for m in data["messages"]
        ),
        capabilities=features_in(data["features"]),
    )


def by_extension(messages: Iterable[Voicemail]) -> dict[int, Sequence[Voicemail]]:
    """Messages grouped by extension number."""
    groups: dict[int, list[Voicemail]] = {}
    for message in messages:
        groups.setdefault(message.extension, []).append(message)
    return {number: tuple(group) for number, group in groups.items()}


def features_out(capabilities: Capabilities) -> dict[str, Json]:
    """What an account can do, as JSON."""
    return {
        feature.value: {"on": state.on, "reason": state.reason, "remedy": state.remedy}
        for feature, state in capabilities.features.items()
    }


def features_in(data: Mapping[str, Any]) -> Capabilities:
    """The same again; a feature that this program does not know any more is left out."""
    known = {feature.value for feature in Feature}
    return Capabilities({Feature(name): _state(**state) for name, state in data.items() if name in known})


def _state(on: object, reason: object, remedy: object) -> FeatureState:
    return FeatureState(on=_a(bool, on), reason=_a(str, reason), remedy=_a(str, remedy))


def _extension_out(extension: Extension) -> dict[str, Any]:
    """Only what is known: a field left out was never read."""
    out: dict[str, Any] = {"kind": extension.kind, "id": extension.id, "number": extension.number}
    for name in (*_TEXTS, "dnd"):
        value = getattr(extension, name)
        if value is not UNKNOWN and value is not None:
            out[name] = value
    if extension.pending:
        out["pending"] = True
    if extension.site:
        out["site"] = extension.site
    if extension.always_open is not UNKNOWN:
        out["always_open"] = extension.always_open.isoformat()
    if extension.device is not None:
        device = extension.device
        out["device"] = {"id": device.id, "name": device.display_name, "extensions": list(device.extensions)}
    return out


def _extension_in(data: Mapping[str, Any], read_at: datetime) -> Extension:
    get = data.get
    kind = data["kind"]
    if kind not in _KINDS:
        raise ValueError("kind")
    unread: Unknown | None = UNKNOWN if kind == "user" else None
    device, always_open = get("device"), get("always_open")
    for name in _TEXTS:
        _a(str, get(name, ""))
    _a(bool, get("dnd", False))
    return Extension(
        kind, _a(str, data["id"]), _number(data["number"]), get("display_name", UNKNOWN), get("first_name", unread),
        get("last_name", unread), get("department", UNKNOWN), get("dnd", UNKNOWN), get("calling", UNKNOWN),
        None if device is None else _device_in(device), _a(bool, get("pending", False)), _a(str, get("site", "")),
        read_at, UNKNOWN if always_open is None else _moment(always_open),
    )  # fmt: skip


def _device_in(data: Mapping[str, Any]) -> Device:
    numbers = tuple(map(_number, data["extensions"]))
    return Device(_a(str, data["id"]), _a(str, data["name"]), numbers)


def _a(kind: type[T], value: object) -> T:
    """The value, if it is of this kind. TypeError for any other: a file may have been made by hand."""
    if type(value) is not kind:
        raise TypeError
    return value


def _number(value: object) -> int:
    if not 0 <= (number := _a(int, value)) < LARGEST:
        raise ValueError("number")
    return number


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None or moment.year not in YEARS:
        raise ValueError("moment")
    return moment
