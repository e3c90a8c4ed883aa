"""What Zoom shows, saved as one JSON file: an audit against it needs neither credentials nor a network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from observed.extension import UNKNOWN, Device, Extension, Unknown, Voicemail
from reconciler.account.capability import Capabilities, Feature, FeatureState
from reconciler.errors import Fatal

if TYPE_CHECKING:
    from reconciler.store.rows import Json

VERSION = 1

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
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["version"] != VERSION:
            raise Fatal(
                f"{path}: a snapshot of version {data['version']}; this program reads version {VERSION}",
                _TAKE_ONE,
            )
        return snapshot_in(data)
    except OSError as error:
        raise Fatal(f"{path}: {error.strerror}", _TAKE_ONE) from error
    except (ValueError, KeyError, TypeError) as error:
        raise Fatal(f"{path}: not a snapshot of housephone, or not a whole one", _TAKE_ONE) from error


def snapshot_in(data: Mapping[str, Any]) -> Snapshot:
    """The same again."""
    taken = datetime.fromisoformat(data["taken"])
    return Snapshot(
        taken=taken,
        extensions=[_extension_in(each, taken) for each in data["extensions"]],
        messages=by_extension(
            Voicemail(m["id"], m["extension"], datetime.fromisoformat(m["at"])) for m in data["messages"]
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
    return Capabilities(
        {Feature(name): FeatureState(**state) for name, state in data.items() if name in known}
    )


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
    unread: Unknown | None = UNKNOWN if kind == "user" else None
    device, always_open = get("device"), get("always_open")
    return Extension(
        kind, data["id"], data["number"], get("display_name", UNKNOWN), get("first_name", unread),
        get("last_name", unread), get("department", UNKNOWN), get("dnd", UNKNOWN), get("calling", UNKNOWN),
        Device(device["id"], device["name"], tuple(device["extensions"])) if device else None,
        get("pending", False), get("site", ""), read_at,
        UNKNOWN if always_open is None else datetime.fromisoformat(always_open),
    )  # fmt: skip
