"""The difference between what a room should be and what Zoom shows, as an immutable sequence of changes.

    wanted      observed            change?
    left out    anything            never: the field is not ours
    value       the same value      no
    value       another value       yes: intentional if the wish moved, drift if Zoom did
    value       UNKNOWN             no: it must be read first
    value       what our own        no: Zoom's reading lags behind its writing
                writes replaced,
                read within LAG

Pure: time, leases and our own past writes are passed in (``Known``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from desired.target import Target, Wanted
from observed.extension import UNKNOWN, Extension, Unknown
from reconciler.account.capability import Feature
from reconciler.change import Change, Known, Status
from reconciler.quiet import dnd


def plainly_shown(values: Mapping[str, str | bool], extension: Extension, known: Known) -> bool:
    """True if one look is enough to say that the difference is empty; False where only ``diff`` can tell.

    ``values`` are wanted ones by field, do-not-disturb as on or off. Nearly all rooms of a large hotel show what they
    should: values that stand there and are no late readings, and nothing to switch off.
    """
    id_ = extension.id
    for name, value in values.items():
        if name == "dnd":
            if value or id_ in known.leases or extension.dnd is True or extension.kind != "user":
                return False
        elif getattr(extension, name, None) != value:
            return False
        else:
            own = known.own.get((id_, name))
            if own is not None and own.explains(str(value), extension.read_at):
                return False
    return True


def diff(target: Target, extension: Extension, known: Known) -> tuple[Change, ...]:
    """All changes that one extension needs; empty when Zoom shows what is wished."""
    return tuple(_changes(target, extension, known))


def _changes(target: Target, extension: Extension, known: Known) -> Iterator[Change]:
    for name, wanted in target.wanted.items():
        if name == "dnd":
            change = dnd(target, extension, wanted, known)
        elif name == "cleared":
            yield from _voicemails(target, extension, wanted, known)
            continue
        elif name == "device_name":
            change = _device_name(target, extension, wanted, known)
        else:
            change = _value(target, extension, name, wanted, known)
        if change is not None:
            yield change


def _value(target: Target, extension: Extension, name: str, wanted: Wanted, known: Known) -> Change | None:
    """Names, department and class of service: plain values, compared as they are."""
    observed: str | Unknown | None = getattr(extension, name)
    if observed is None or observed is UNKNOWN:
        return None  # None: this kind of extension has no such field
    desired = str(wanted.value)
    observed = known.believed(extension, extension.id, name, observed)
    if observed == desired:
        return None
    status, reason = _supported(extension, name, known)
    return Change(
        target.room, target.extension, extension.kind, name, observed, desired,
        known.cause(extension.id, name, desired), wanted.source, extension.id, status, reason,
    )  # fmt: skip


def _device_name(target: Target, extension: Extension, wanted: Wanted, known: Known) -> Change | None:
    device = extension.device
    if device is None or len(device.extensions) != 1:
        return None  # a telephone shared by several extensions is never renamed
    desired = str(wanted.value)
    observed = known.believed(extension, device.id, "device_name", device.display_name)
    if observed == desired:
        return None
    on = known.capabilities.has(Feature.DEVICE_NAMES)
    return Change(
        target.room, target.extension, extension.kind, "device_name", observed, desired,
        known.cause(device.id, "device_name", desired), wanted.source, device.id,
        "planned" if on else "unsupported", known.capabilities.reason(Feature.DEVICE_NAMES) or None,
    )  # fmt: skip


def _voicemails(target: Target, extension: Extension, wanted: Wanted, known: Known) -> Iterator[Change]:
    """One change for each message left at or before ``cleared``; later ones are never touched."""
    cleared = wanted.value
    assert isinstance(cleared, datetime)
    on = known.capabilities.has(Feature.VOICEMAIL_DELETE)
    for message in known.messages.get(target.number, ()):
        if message.at <= cleared:
            yield Change(
                target.room, target.extension, extension.kind, "voicemail",
                message.at.isoformat(), None, "intentional", wanted.source, message.id,
                "planned" if on else "unsupported", known.capabilities.reason(Feature.VOICEMAIL_DELETE) or None,
            )  # fmt: skip


def _supported(extension: Extension, name: str, known: Known) -> tuple[Status, str | None]:
    if name == "calling":
        feature = Feature.USER_CALLING if extension.kind == "user" else Feature.COMMON_AREA_CALLING
    elif extension.kind == "common_area":
        feature = Feature.COMMON_AREA_NAMES
    else:
        return "planned", None
    if known.capabilities.has(feature):
        return "planned", None
    return "unsupported", known.capabilities.reason(feature)
