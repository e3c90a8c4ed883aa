"""Zoom's JSON as the values that the core knows: tolerant of what is new or left out, never of other types.

A field that is absent is empty or unknown. A field of another type than documented means that the answer
cannot be trusted as a whole (``Unfit``): guessing on would show rooms as missing that are there. E-mail
addresses and telephone numbers are read past, never kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from observed.extension import UNKNOWN, Device, Extension, Unknown, Voicemail

PENDING: Final = "pending:"
"""Begins the stand-in id of an extension whose user has not accepted the invitation: Zoom shows no id."""

LARGEST: Final = 10**18
DO_NOT_DISTURB: Final = frozenset({"do_not_disturb", "do_no_disturb"})
"""Zoom prints both spellings (Zoom API, Get a user's presence status)."""

HIDDEN_BY_A_CALL: Final = frozenset({"on_a_call", "in_a_zoom_meeting", "presenting"})
"""While these show, nobody can tell whether do-not-disturb stands behind them."""

_SURROGATES = re.compile(r"[\ud800-\udfff]")

Item = Mapping[str, Any]


class Unfit(ValueError):
    """A value has another type than documented. The message names the field and never the value."""


def items(page: Item, container: str) -> list[dict[str, Any]]:
    """The list of a page. A page without its list is only fit if it says that there is nothing."""
    found = page.get(container)
    if found is None and page.get("total_records") == 0:
        return []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unfit(container)
    return found


def text(item: Item, name: str) -> str:
    """A text, empty where it is left out."""
    value = item.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unfit(name)
    return _SURROGATES.sub("\N{REPLACEMENT CHARACTER}", value)


def number(item: Item, name: str = "extension_number") -> int | None:
    """An extension number, an integer or text of digits; None where there is none."""
    value = item.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.isascii() and value.isdecimal():
        value = int(value[:20])
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < LARGEST:
        raise Unfit(name)
    return value


def moment(item: Item, name: str) -> datetime | None:
    """A moment in UTC; None where there is none."""
    value = text(item, name)
    if not value:
        return None
    try:
        at = datetime.fromisoformat(value)
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unfit(name) from None


def user_names(user: Item) -> dict[str, str]:
    """The three names and the department of a user, as fields of an Extension."""
    first, last, shown = text(user, "first_name"), text(user, "last_name"), text(user, "display_name")
    return {
        "first_name": first,
        "last_name": last,
        # Without a display name Zoom shows first and last name (Zoom API, Update a user).
        "display_name": shown or f"{first} {last}".strip(),
        "department": text(user, "dept"),
    }


def user_extension(phone_user: Item, user: Item | None, read_at: datetime) -> Extension | None:
    """A phone user joined with the user of the same id; None if it has no extension number.

    Without the user its names are UNKNOWN. A phone user without an id is pending.
    """
    extension_number, id_ = number(phone_user), text(phone_user, "id")
    if extension_number is None:
        return None
    extension = Extension(
        kind="user",
        id=id_ or f"{PENDING}{extension_number}",
        number=extension_number,
        display_name=UNKNOWN,
        first_name=UNKNOWN,
        last_name=UNKNOWN,
        pending=not id_,
        site=_site(phone_user),
        read_at=read_at,
    )
    return extension if user is None else named(extension, user, read_at)


def named(extension: Extension, user: Item, read_at: datetime) -> Extension:
    """The extension with the names and department that Zoom shows of its user."""
    names = user_names(user)
    return replace(
        extension,
        first_name=names["first_name"],
        last_name=names["last_name"],
        display_name=names["display_name"],
        department=names["department"],
        pending=text(user, "status") == "pending",
        read_at=read_at,
    )


def common_area(area: Item, read_at: datetime) -> Extension | None:
    """A common area of the list, which does not show its department; None if it has no extension number."""
    extension_number, id_ = number(area), text(area, "id")
    if extension_number is None or not id_:
        return None
    return Extension(
        kind="common_area",
        id=id_,
        number=extension_number,
        display_name=text(area, "display_name"),
        site=_site(area),
        read_at=read_at,
    )


def common_area_details(extension: Extension, area: Item, read_at: datetime) -> Extension:
    """The common area with what only its own page shows."""
    return replace(
        extension,
        display_name=text(area, "display_name"),
        department=text(area, "department"),
        read_at=read_at,
    )


def presence(answer: Item) -> bool | Unknown:
    """True while the user does not want to be disturbed."""
    status = text(answer, "status").lower()
    return status in DO_NOT_DISTURB if status and status not in HIDDEN_BY_A_CALL else UNKNOWN


def silent(settings: Item) -> bool | Unknown:
    """True while a common area's telephone does not ring."""
    distribution = settings.get("call_distribution_setting")
    if distribution is None:
        return UNKNOWN
    if not isinstance(distribution, dict):
        raise Unfit("call_distribution_setting")
    ring = distribution.get("ring_device")
    if ring is not None and not isinstance(ring, bool):
        raise Unfit("ring_device")
    return UNKNOWN if ring is None else not ring


def device(item: Item) -> Device | None:
    """A telephone with the extensions that it serves; None if it cannot be addressed."""
    id_ = text(item, "id")
    if not id_:
        return None
    assignees = item.get("assignees")
    if assignees is None:
        assignees = [item["assignee"]] if isinstance(item.get("assignee"), dict) else []
    if not isinstance(assignees, list) or not all(isinstance(each, dict) for each in assignees):
        raise Unfit("assignees")
    numbers = (number(each) for each in assignees)
    return Device(
        id=id_,
        display_name=text(item, "display_name"),
        extensions=tuple(sorted({each for each in numbers if each is not None})),
    )


def with_devices(extensions: Iterable[Extension], devices: Iterable[Device]) -> list[Extension]:
    """Attach to each extension its telephone; one of its own before one that it shares."""
    serving: dict[int, Device] = {}
    for each in sorted(devices, key=lambda device: (len(device.extensions), device.id)):
        for served in each.extensions:
            serving.setdefault(served, each)
    return [replace(each, device=serving.get(each.number)) for each in extensions]


def voicemail(item: Item, extension_number: int) -> Voicemail | None:
    """A message; None if it cannot be told when it was left, because then it must not be deleted."""
    id_, at = text(item, "id"), moment(item, "date_time")
    return Voicemail(id_, extension_number, at) if id_ and at is not None else None


def _site(item: Item) -> str:
    site = item.get("site")
    return (text(site, "name") or text(site, "id")) if isinstance(site, dict) else ""
