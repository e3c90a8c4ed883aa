"""The scopes that the app in Zoom's marketplace needs, and what each of them is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from drivers.zoom.capabilities import NEEDS
from drivers.zoom.operations import SCOPES
from reconciler.account.capability import Feature
from reconciler.account.operation import Operation

PURPOSE: Final[Mapping[Feature, str]] = {
    Feature.NAMES: "find rooms and show their names",
    Feature.COMMON_AREAS: "find rooms that are common areas",
    Feature.COMMON_AREA_NAMES: "show names on common areas",
    Feature.DEVICES: "find the rooms' telephones",
    Feature.DEVICE_NAMES: "name the telephones themselves",
    Feature.SIP_ACCOUNTS: "read the SIP accounts of our own telephone lines",
    Feature.DND: "do-not-disturb of users",
    Feature.DND_READ: "see do-not-disturb that others have set",
    Feature.RING_SWITCH: "do-not-disturb of common areas",
    Feature.USER_VOICEMAIL: "look for messages of users",
    Feature.ACCOUNT_VOICEMAIL: "look for messages of common areas",
    Feature.VOICEMAIL_DELETE: "delete messages when a mailbox is cleared",
    Feature.USER_CALLING: "restrict where users' rooms may call",
    Feature.COMMON_AREA_CALLING: "restrict where common areas may call",
    Feature.USER_FORWARDING: "see where users' calls go on to, and how long their telephones ring",
    Feature.COMMON_AREA_FORWARDING: "see where common areas' calls go on to, and how long they ring",
    Feature.USER_FORWARDING_FIX: "set where users' calls go on to (check --forwarding --fix)",
    Feature.COMMON_AREA_FORWARDING_FIX: "set where common areas' calls go on to (check --forwarding --fix)",
    Feature.USER_ADDRESSES: "see whether users have an emergency address",
}

REQUIRED: Final = Feature.NAMES


def scope_table(granted: frozenset[str] | None, why: str) -> Iterator[str]:
    """The scopes by need, for copying into the app, and what is off for want of them.

    ``granted`` is what the token has; None where it is not known, for the reason ``why``.
    """
    purposes: dict[str, list[str]] = {}
    held: dict[str, bool] = {}
    for feature, operations in NEEDS.items():
        for operation in operations:
            scope = SCOPES[operation][0]
            purposes.setdefault(scope, []).append(PURPOSE[feature])
            held[scope] = granted is not None and _allows(granted, operation)
    required = {SCOPES[operation][0] for operation in NEEDS[REQUIRED]}
    for title, wanted in (("Required", True), ("Optional", False)):
        yield f"{title}:"
        for scope in sorted(purposes):
            if (scope in required) is wanted:
                state = "not known" if granted is None else "granted" if held[scope] else "missing"
                yield f"  {scope:<56} {state:<9} {'; '.join(dict.fromkeys(purposes[scope]))}"
    if granted is None:
        yield f"Which of them the app has is not known: {why}"
    else:
        yield from _off(granted)


def _off(granted: frozenset[str]) -> Iterator[str]:
    """What does not work for want of a scope, with the scopes that it lacks."""
    lacking = {
        feature: dict.fromkeys(SCOPES[each][0] for each in operations if not _allows(granted, each))
        for feature, operations in NEEDS.items()
    }
    off = {feature: scopes for feature, scopes in lacking.items() if scopes}
    if not off:
        yield "None is missing."
        return
    yield "Off until the app has them:"
    for feature, scopes in off.items():
        what = "everything: " if feature is REQUIRED else ""
        yield f"  {feature:<56} {what}{PURPOSE[feature]} ({', '.join(scopes)})"


def _allows(granted: frozenset[str], operation: Operation) -> bool:
    """Older apps carry classic scopes, which do as well."""
    return not granted.isdisjoint(SCOPES[operation])


def all_required(granted: frozenset[str]) -> bool:
    """True if the token has what nothing works without."""
    return all(_allows(granted, operation) for operation in NEEDS[REQUIRED])
