"""Every call that housephone makes to Zoom: what it is, what it costs, and which scopes allow it.

Labels and scopes are those printed on each operation (Zoom API, Users and Zoom Phone). ``/users`` draws on
the core limits of an account and ``/phone`` on those of Zoom Phone (Zoom API, Rate limits). Only scopes that
end in ``:admin`` count: a server-to-server app acts on other people's extensions.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from observed.extension import Kind
from reconciler.account.operation import Operation

LIST_USERS: Final = Operation("list users", "GET", "/users", "core", "MEDIUM")
READ_USER: Final = Operation("read user", "GET", "/users/{userId}", "core", "LIGHT")
UPDATE_USER: Final = Operation("update user", "PATCH", "/users/{userId}", "core", "LIGHT")
READ_PRESENCE: Final = Operation("read presence", "GET", "/users/{userId}/presence_status", "core", "MEDIUM")
SET_PRESENCE: Final = Operation("set presence", "PUT", "/users/{userId}/presence_status", "core", "MEDIUM")

LIST_PHONE_USERS: Final = Operation("list phone users", "GET", "/phone/users", "phone", "MEDIUM")
READ_PHONE_USER: Final = Operation("read phone user", "GET", "/phone/users/{userId}", "phone", "LIGHT")
LIST_COMMON_AREAS: Final = Operation("list common areas", "GET", "/phone/common_areas", "phone", "MEDIUM")
READ_COMMON_AREA: Final = Operation(
    "read common area", "GET", "/phone/common_areas/{commonAreaId}", "phone", "LIGHT"
)
UPDATE_COMMON_AREA: Final = Operation(
    "update common area", "PATCH", "/phone/common_areas/{commonAreaId}", "phone", "LIGHT"
)
READ_RING: Final = Operation(
    "read ring switch", "GET", "/phone/common_areas/{commonAreaId}/call_handling/settings", "phone", "LIGHT"
)
READ_USER_HANDLING: Final = Operation(
    "read user call handling", "GET", "/phone/users/{userId}/call_handling/settings", "phone", "LIGHT"
)
SET_RING: Final = Operation(
    "set ring switch",
    "PATCH",
    "/phone/common_areas/{commonAreaId}/call_handling/settings/{hourType}",
    "phone",
    "LIGHT",
)
SET_USER_HANDLING: Final = Operation(
    "set user call handling",
    "PATCH",
    "/phone/users/{userId}/call_handling/settings/{hourType}",
    "phone",
    "LIGHT",
)

LIST_DEVICES: Final = Operation("list devices", "GET", "/phone/devices", "phone", "MEDIUM")
READ_DEVICE: Final = Operation("read device", "GET", "/phone/devices/{deviceId}", "phone", "LIGHT")
UPDATE_DEVICE: Final = Operation("update device", "PATCH", "/phone/devices/{deviceId}", "phone", "LIGHT")

LIST_USER_VOICEMAILS: Final = Operation(
    "list user voicemails", "GET", "/phone/users/{userId}/voice_mails", "phone", "MEDIUM"
)
LIST_ACCOUNT_VOICEMAILS: Final = Operation(
    "list account voicemails", "GET", "/phone/voice_mails", "phone", "HEAVY"
)
DELETE_VOICEMAIL: Final = Operation(
    "delete voicemail", "DELETE", "/phone/voice_mails/{voicemailId}", "phone", "LIGHT"
)

READ_USER_CALLING: Final = Operation(
    "read user calling", "GET", "/phone/users/{userId}/outbound_calling/countries_regions", "phone", "LIGHT"
)
SET_USER_CALLING: Final = Operation(
    "set user calling", "PATCH", "/phone/users/{userId}/outbound_calling/countries_regions", "phone", "LIGHT"
)
READ_COMMON_AREA_CALLING: Final = Operation(
    "read common area calling",
    "GET",
    "/phone/common_areas/{commonAreaId}/outbound_calling/countries_regions",
    "phone",
    "LIGHT",
)
SET_COMMON_AREA_CALLING: Final = Operation(
    "set common area calling",
    "PATCH",
    "/phone/common_areas/{commonAreaId}/outbound_calling/countries_regions",
    "phone",
    "LIGHT",
)

_READ_USERS = ("user:read:admin", "user:write:admin")
_WRITE_USERS = ("user:write:admin",)
_READ_PHONE = ("phone:read:admin",)
_WRITE_PHONE = ("phone:write:admin",)

SCOPES: Final[Mapping[Operation, tuple[str, ...]]] = {
    LIST_USERS: ("user:read:list_users:admin", *_READ_USERS),
    READ_USER: ("user:read:user:admin", *_READ_USERS),
    UPDATE_USER: ("user:update:user:admin", *_WRITE_USERS),
    READ_PRESENCE: ("user:read:presence_status:admin", "user:read:admin"),
    SET_PRESENCE: ("user:update:presence_status:admin", *_WRITE_USERS),
    LIST_PHONE_USERS: ("phone:read:list_users:admin", *_READ_PHONE),
    READ_PHONE_USER: ("phone:read:user:admin", *_READ_PHONE),
    LIST_COMMON_AREAS: ("phone:read:common_area:admin", *_READ_PHONE),
    READ_COMMON_AREA: ("phone:read:common_area:admin", *_READ_PHONE),
    UPDATE_COMMON_AREA: ("phone:update:common_area:admin", *_WRITE_PHONE),
    READ_RING: ("phone:read:common_area_call_handling_setting:admin", *_READ_PHONE),
    SET_RING: ("phone:update:common_area_call_handling_setting:admin", *_WRITE_PHONE),
    READ_USER_HANDLING: ("phone:read:user_call_handling_setting:admin", *_READ_PHONE),
    SET_USER_HANDLING: ("phone:update:user_call_handling_setting:admin", *_WRITE_PHONE),
    LIST_DEVICES: ("phone:read:list_devices:admin", *_READ_PHONE),
    READ_DEVICE: ("phone:read:device:admin", *_READ_PHONE),
    UPDATE_DEVICE: ("phone:update:device:admin", *_WRITE_PHONE),
    LIST_USER_VOICEMAILS: ("phone:read:list_voicemails:admin", *_READ_PHONE, "phone_voicemail:read:admin"),
    LIST_ACCOUNT_VOICEMAILS: ("phone:read:list_voicemails:admin", *_READ_PHONE, "phone_voicemail:read:admin"),
    DELETE_VOICEMAIL: ("phone:delete:voicemail:admin", *_WRITE_PHONE, "phone_voicemail:write:admin"),
    READ_USER_CALLING: ("phone:read:user_outbound_calling_rule:admin", *_READ_PHONE),
    SET_USER_CALLING: ("phone:update:user_outbound_calling_rule:admin", *_WRITE_PHONE),
    READ_COMMON_AREA_CALLING: ("phone:read:common_area_outbound_calling_rule:admin", *_READ_PHONE),
    SET_COMMON_AREA_CALLING: ("phone:update:common_area_outbound_calling_rule:admin", *_WRITE_PHONE),
}
"""Any one of these scopes allows the operation; the first is the granular one, to be named in remedies."""

_WRITES: Final[Mapping[tuple[Kind, str], Operation]] = {
    ("user", "first_name"): UPDATE_USER,
    ("user", "last_name"): UPDATE_USER,
    ("user", "display_name"): UPDATE_USER,
    ("user", "department"): UPDATE_USER,
    ("user", "dnd"): SET_PRESENCE,
    ("user", "calling"): SET_USER_CALLING,
    ("user", "voicemail"): DELETE_VOICEMAIL,
    ("user", "device_name"): UPDATE_DEVICE,
    ("common_area", "display_name"): UPDATE_COMMON_AREA,
    ("common_area", "department"): UPDATE_COMMON_AREA,
    ("common_area", "dnd"): SET_RING,
    ("common_area", "calling"): SET_COMMON_AREA_CALLING,
    ("common_area", "voicemail"): DELETE_VOICEMAIL,
    ("common_area", "device_name"): UPDATE_DEVICE,
}


def writing(kind: Kind, field: str) -> Operation:
    """The call that writes a field of a kind of extension: the price list of the plan."""
    return _WRITES[kind, field]
