"""One room as `show --format json` and the page's API give it (contract 5)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from desired.document import Guest, Until
from desired.said import Field
from desired.sources import Wish
from desired.target import Dnd, Target
from observed.extension import UNKNOWN, Extension
from reconciler.account.standing import Stored, row_of
from reconciler.audit import Judged
from reconciler.conditions import conditions
from reconciler.hotel import Hotel, RoomPlan
from reconciler.moments import in_zone
from reconciler.stays.leftbehind import left_behind
from reconciler.stays.notices import Around, notices
from reconciler.stays.register import Register
from reconciler.store.rows import ConditionRow, Json
from reconciler.telephones.mail import Count
from reconciler.views.shape import VERSION, iso, problem_view, refusal_view
from reconciler.views.wakeups import call_view, calls_of
from reconciler.wakeups.ledger import Ledger

_USERS_ONLY = ("first_name", "last_name")
_SHOWN_FIELDS = ("first_name", "last_name", "display_name", "department", "calling")


def rooms_view(
    hotel: Hotel, judged: Judged, register: Register, around: Around, stored: Stored, now: datetime
) -> dict[str, Any]:
    """All these rooms, and what people must see to of them, of their documents and of what is around them."""
    entries = [
        room_view(hotel, plan, register.ledger, stored, now, around.messages(plan.room))
        for plan in judged.plans
    ]
    return with_the_rest(entries, hotel, judged, register, around, now)


def with_the_rest(
    entries: list[dict[str, Any]],
    hotel: Hotel,
    judged: Judged,
    register: Register,
    around: Around,
    now: datetime,
) -> dict[str, Any]:
    """The same of rooms whose entries (``room_view``) are made already."""
    chosen = {plan.room for plan in judged.plans}
    of_documents = (*hotel.roster.problems(), *(p for plan in judged.plans for p in plan.wish.problems))
    problems = dict.fromkeys((*of_documents, *left_behind(hotel, now), *notices(register, now, around)))
    return {
        "version": VERSION,
        "rooms": entries,
        "anomalies": dict(sorted(register.anomalies().items())),
        "problems": [
            problem_view(problem) for problem in problems if problem.room is None or problem.room in chosen
        ],
        "refusals": [refusal_view(refusal) for refusal in judged.refusals],
    }


def room_view(
    hotel: Hotel, plan: RoomPlan, ledger: Ledger, stored: Stored, now: datetime, messages: Count = (0, 0)
) -> dict[str, Any]:
    """One room: what it should be, and each of its extensions as wished and as Zoom shows it."""
    wish, zone = plan.wish, hotel.house.zone
    guests: tuple[Guest, ...] = wish.get(Field.GUESTS) or ()
    first = guests[0] if guests and wish.get(Field.OCCUPIED) else None
    shown = None if wish.get(Field.PRIVATE) else first
    cleared = wish.get(Field.CLEARED)
    return {
        "room": plan.room,
        "occupied": wish.get(Field.OCCUPIED),
        "guests": [guest.model_dump(mode="json") for guest in guests],
        "shown": {"first": shown.first if shown else None, "last": shown.last if shown else None},
        "dnd": _dnd(wish.get(Field.DND), hotel),
        "calling": wish.get(Field.CALLING),
        "message_light": wish.get(Field.MESSAGE_LIGHT),
        "language": _language(wish, first, hotel),
        "mailbox": {"cleared": None if cleared is None else _local(cleared, hotel)},
        "messages": {"new": messages[0], "saved": messages[1]},
        "wakeups": [call_view(call, zone) for call in calls_of(wish, ledger, zone, now)],
        "extensions": _extensions(hotel, plan, stored, now),
        "paused": paused_view(hotel, plan.room, now),
    }


def paused_view(hotel: Hotel, room: str, now: datetime) -> dict[str, Json] | None:
    """Why and until when somebody asked to leave the room alone; None if nobody does."""
    paused = hotel.pause(room, now)
    if paused is None:
        return None
    return {"reason": paused.reason, "until": iso(paused.until), "by": paused.by}


def desired_values(target: Target, found: Extension | None) -> dict[str, Json]:
    """What an extension should show, by field; a common area has no first and last name."""
    lacking = _USERS_ONLY if found and found.kind == "common_area" else ()
    return {name: _value(w.value) for name, w in target.wanted.items() if name not in lacking}


def observed_values(hotel: Hotel, extension: Extension, now: datetime) -> dict[str, Json]:
    """What Zoom last showed of an extension, by field; what was never read is left out."""
    values: dict[str, Json] = {
        name: value
        for name in _SHOWN_FIELDS
        if (value := getattr(extension, name)) is not UNKNOWN and value is not None
    }
    lease = hotel.leases.get(extension.id)
    if lease is not None and lease.until is not None and lease.until > now:
        values["dnd"] = "on"
    elif extension.dnd is not UNKNOWN:
        values["dnd"] = "on" if extension.dnd else "off"
    if extension.device is not None:
        values["device_name"] = extension.device.display_name
    return values


def written_at(hotel: Hotel, extension: Extension) -> datetime | None:
    """When we last wrote what it shows, if nothing has been read of it since; None otherwise."""
    writes = (hotel.own.get((extension.id, name)) for name in _SHOWN_FIELDS)
    times = [write.at for write in writes if write is not None and write.at is not None]
    lease = hotel.leases.get(extension.id)
    latest = max([*times, lease.written] if lease is not None else times, default=None)
    read = extension.read_at
    return latest if latest is not None and (read is None or latest >= read) else None


def the_one(hotel: Hotel, target: Target) -> Extension | None:
    """The extension of Zoom that a target means, if there is exactly one."""
    found = hotel.observed.at(target.number)
    return found[0] if len(found) == 1 else None


def _extensions(hotel: Hotel, plan: RoomPlan, stored: Stored, now: datetime) -> list[dict[str, Any]]:
    standing = conditions(hotel, plan, now)
    return [
        {
            "extension": target.extension,
            "kind": found.kind if (found := the_one(hotel, target)) else None,
            "desired": desired_values(target, found),
            "observed": observed_values(hotel, found, now) if found else {},
            "observed_at": iso(found.read_at) if found else None,
            "written_at": iso(written_at(hotel, found)) if found else None,
            "conditions": [
                condition_view(row_of(target.extension, condition, stored, now))
                for condition in standing[target.extension]
            ],
        }
        for target in plan.targets
    ]


def condition_view(row: ConditionRow) -> dict[str, Json]:
    """One condition."""
    return {
        "type": row.type, "status": row.status, "reason": row.reason, "message": row.message,
        "since": iso(row.since),
    }  # fmt: skip


def _language(wish: Wish, first: Guest | None, hotel: Hotel) -> str | None:
    """What is spoken with the guest: his own language, else the hotel's; nobody is spoken to in a vacant room."""
    own = first.language if first is not None else None
    return own or (hotel.house.language if wish.get(Field.OCCUPIED) else None)


def _dnd(value: str | Until | None, hotel: Hotel) -> Json:
    return {"until": _local(value.until, hotel)} if isinstance(value, Until) else value


def _local(moment: datetime, hotel: Hotel) -> str:
    """A moment in the hotel's time, with its offset."""
    return in_zone(moment, hotel.house.zone).isoformat()


def _value(value: str | Dnd | datetime) -> Json:
    if isinstance(value, datetime):
        return iso(value)
    if isinstance(value, Dnd):
        return {"until": iso(value.until)} if value.on and value.until else ("on" if value.on else "off")
    return value
