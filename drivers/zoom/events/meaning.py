"""Zoom's events as what they mean to a hotel (Zoom API, Users events and Phone events).

An event is a peer's input like any other: what is new or left out is read past, and a value of another type than
documented makes the whole event ``Unfit``. Only an emergency call is told whatever else is odd about it. Names are
kept to be compared with what Zoom showed last, and never longer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from drivers.zoom import convert
from drivers.zoom.convert import Item, Unfit
from observed.extension import UNKNOWN, Unknown

LONGEST_ID: Final = 128


@dataclass(frozen=True, slots=True)
class NamesChanged:
    """A user was edited. ``told`` are the fields of an Extension that the event shows, as they are now."""

    id: str
    told: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PresenceChanged:
    """A user's presence is another; ``dnd`` as in an Extension."""

    id: str
    dnd: bool | Unknown


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A user has signed in to a Zoom client, so that the presence can be set from now on."""

    id: str


@dataclass(frozen=True, slots=True)
class CameOrWent:
    """A user was made, activated, deactivated or removed: the lists are not what they were."""

    id: str


@dataclass(frozen=True, slots=True)
class TelephoneSeen:
    """A telephone has registered, under this name."""

    id: str
    name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MessageLeft:
    """A caller has left a message for this extension number (None: Zoom does not say which)."""

    number: int | None


@dataclass(frozen=True, slots=True)
class MessagesGone:
    """Messages with these ids were deleted."""

    ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class EmergencyCall:
    """Somebody calls for help. ``number`` is the extension (None: not one of ours, or not said).

    ``dialled`` is the number called, ``goes_to`` Zoom's word for who answers; both may be empty.
    """

    call: str
    number: int | None
    dialled: str
    goes_to: str


Meaning = (
    NamesChanged
    | PresenceChanged
    | SignedIn
    | CameOrWent
    | TelephoneSeen
    | MessageLeft
    | MessagesGone
    | EmergencyCall
)

OTHER: Final = "other"
"""The name under which events are counted that we do not know."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its name (OTHER where we know none such), and what it means (None: nothing to a hotel).

    The account in it is not looked at: a server-to-server app belongs to one account only, and ids say what is ours.
    """

    name: str
    meaning: Meaning | None


def read(content: bytes | str) -> dict[str, Any]:
    """The JSON object that was sent. Unfit if it is none."""
    try:
        sent = json.loads(content, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise Unfit("event") from None
    if not isinstance(sent, dict):
        raise Unfit("event")
    return sent


def understood(sent: Item) -> Event:
    """The event with its meaning. Unfit, naming the field, where it is not as documented."""
    name = convert.text(sent, "event")
    meant = _MEANING.get(name)
    if meant is None:
        return Event(name if name in _OF_NO_USE else OTHER, None)
    return Event(name, meant(_inner(_inner(sent, "payload"), "object")))


def _inner(item: Item, name: str) -> Item:
    inner = item.get(name)
    if inner is None:
        return {}
    if not isinstance(inner, dict):
        raise Unfit(name)
    return inner


def _id(item: Item, name: str = "id") -> str:
    found = convert.text(item, name)
    if not 0 < len(found) <= LONGEST_ID:
        raise Unfit(name)
    return found


def _names(user: Item) -> NamesChanged:
    """Only what was changed is in it; an empty display name says that Zoom makes it up itself."""
    words = {"first_name": "first_name", "last_name": "last_name", "dept": "department"}
    told = {ours: convert.text(user, theirs) for theirs, ours in words.items() if theirs in user}
    if shown := convert.text(user, "display_name"):
        told["display_name"] = shown
    return NamesChanged(_id(user), told)


def _presence(user: Item) -> PresenceChanged:
    return PresenceChanged(_id(user), _dnd(convert.text(user, "presence_status")))


def _dnd(status: str) -> bool | Unknown:
    """Events have words of their own for a call and a meeting, behind either of which do-not-disturb may stand."""
    hidden = {"in_meeting", "on_phone_call"}
    return UNKNOWN if status.lower() in hidden else convert.presence({"status": status})


def _telephone(device: Item) -> TelephoneSeen:
    return TelephoneSeen(_id(device, "device_id"), convert.text(device, "device_name"))


def _message(message: Item) -> MessageLeft:
    """The called number is an extension only where Zoom says so; to a user's it may be the outside number."""
    inside = message.get("callee_number_type") == 1
    return MessageLeft(convert.number(message, "callee_number") if inside else None)


def _messages(gone: Item) -> MessagesGone:
    return MessagesGone(frozenset(_id(each) for each in convert.items(gone, "voice_mails")))


def _emergency(call: Item) -> EmergencyCall:
    caller, callee = (
        each if isinstance(each, dict) else {} for each in (call.get("caller"), call.get("callee"))
    )
    try:
        number = convert.number(caller)
    except Unfit:
        number = None
    return EmergencyCall(
        _short(call.get("call_id"), r"[\w.:-]{1,64}"),
        number,
        _short(callee.get("phone_number"), r"\+?[0-9*#]{1,20}"),
        _short(call.get("deliver_to"), r"[A-Z0-9_]{1,64}"),
    )


def _short(value: Any, form: str) -> str:
    return value if isinstance(value, str) and re.fullmatch(form, value, re.ASCII) else ""


def _refuse(constant: str) -> Any:
    raise ValueError(constant)


_MEANING: Final[Mapping[str, Callable[[Item], Meaning]]] = {
    "user.updated": _names,
    "user.presence_status_updated": _presence,
    "user.signed_in": lambda user: SignedIn(_id(user)),
    **dict.fromkeys(
        ("user.created", "user.activated", "user.deactivated", "user.deleted", "user.disassociated"),
        lambda user: CameOrWent(_id(user)),
    ),
    "phone.device_registration": _telephone,
    "phone.voicemail_received": _message,
    "phone.voicemail_deleted": _messages,
    "phone.voicemail_permanently_deleted": _messages,
    "phone.emergency_alert": _emergency,
}

VALIDATION: Final = "endpoint.url_validation"
"""Zoom asks who listens at the address of a web hook."""

_OF_NO_USE: Final = frozenset({
    VALIDATION, "user.settings_updated", "user.signed_out",
    "phone.account_settings_updated", "phone.group_settings_updated",
    "phone.generic_device_provision", "phone.voicemail_received_for_access_member", "phone.callee_ringing",
    "phone.callee_answered", "phone.callee_missed", "phone.callee_rejected", "phone.callee_ended",
    "phone.caller_ringing", "phone.caller_connected", "phone.caller_ended",
})  # fmt: skip
"""Known by name, so that they can be told apart in the counts: a subscription may well include them."""
