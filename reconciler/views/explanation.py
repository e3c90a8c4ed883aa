"""Why a room is as it is: every field with its wish, its origin, what Zoom shows, and what happens next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from desired.said import Field, Said
from desired.sources import document_of
from desired.target import Target
from observed.extension import Extension
from reconciler.account.standing import Stored, row_of
from reconciler.audit import Judged
from reconciler.change import Change
from reconciler.conditions import conditions
from reconciler.hotel import Hotel, RoomPlan
from reconciler.stays.notices import notices
from reconciler.stays.register import Register
from reconciler.store.peek import Acts
from reconciler.store.rows import Json
from reconciler.views.room import (
    condition_view,
    desired_values,
    observed_values,
    paused_view,
    the_one,
    written_at,
)
from reconciler.views.shape import VERSION, iso, problem_view, refusal_view
from reconciler.views.wakeups import calls_of, explained_call


def explanation(
    hotel: Hotel, judged: Judged, register: Register, acts: Acts, stored: Stored, now: datetime
) -> dict[str, Any]:
    """All that is known of the one room. It holds guests' names: it is the answer to who asked for it."""
    (plan,) = judged.plans
    standing, zone = conditions(hotel, plan, now), hotel.house.zone
    documents = (problem for problem in hotel.roster.loaded.problems if problem.room in {None, plan.room})
    seen_to = (problem for problem in notices(register, now) if problem.room == plan.room)
    problems = dict.fromkeys((*documents, *plan.problems, *seen_to))
    return {
        "version": VERSION,
        "room": plan.room,
        "link": register.rooms.link_of(plan.room) or None,
        "paused": paused_view(hotel, plan.room, now),
        "fields": list(_fields(plan)),
        "wakeups": [explained_call(e, zone) for e in calls_of(plan.wish, register.ledger, zone, now)],
        "extensions": [
            {
                "extension": target.extension,
                "kind": found.kind if (found := the_one(hotel, target)) else None,
                "read_at": iso(found.read_at) if found else None,
                "written_at": iso(written_at(hotel, found)) if found else None,
                "fields": list(_shown_fields(hotel, plan, target, found, acts, now)),
                "conditions": [
                    condition_view(row_of(target.extension, condition, stored, now))
                    for condition in standing[target.extension]
                ],
            }
            for target in plan.targets
        ],
        "problems": [problem_view(problem) for problem in problems],
        "refusals": [refusal_view(refusal) for refusal in judged.refusals],
    }


def _fields(plan: RoomPlan) -> Iterator[dict[str, Json]]:
    """Each field of the room's document and where its value comes from."""
    document = document_of(plan.wish).model_dump(mode="json", exclude_unset=True)
    for field in Field:
        said = plan.wish.fields.get(field)
        if said is not None:
            yield {"field": field.value, "value": _value_of(document, field), **_origin(said)}


def _value_of(document: dict[str, Any], field: Field) -> Json:
    part, _, name = field.partition(".")
    value: Json = document[part][name] if name else document[part]
    return value


def _origin(said: Said) -> dict[str, Json]:
    origin = said.origin
    return {"source": origin.source.value, "where": origin.where, "said_at": iso(origin.at)}


def _shown_fields(
    hotel: Hotel, plan: RoomPlan, target: Target, found: Extension | None, acts: Acts, now: datetime
) -> Iterator[dict[str, Json]]:
    """Each value that this extension shows or should show, and what is done about it."""
    desired = desired_values(target, found)
    observed = observed_values(hotel, found, now) if found else {}
    for name in dict.fromkeys((*desired, *observed)):
        change_name = "voicemail" if name == "cleared" else name
        changes = [c for c in plan.changes if c.extension == target.extension and c.field == change_name]
        wanted = target.wanted.get(name)
        yield {
            "field": name,
            "ours": wanted is not None,
            "desired": desired.get(name),
            "source": wanted.source if wanted else None,
            "observed": observed.get(name),
            "age_seconds": _age(found, now),
            "planned": _planned(hotel, changes),
            "last_answer": _last_answer(hotel, changes, acts, found, name),
        }


def _age(found: Extension | None, now: datetime) -> Json:
    return round((now - found.read_at).total_seconds()) if found and found.read_at else None


def _planned(hotel: Hotel, changes: Sequence[Change]) -> Json:
    if not changes:
        return None
    first = changes[0]
    operation = hotel.price(first.kind, first.field)
    return {
        "call": str(operation), "label": operation.label, "calls": len(changes), "cause": first.cause,
        "status": first.status, "reason": first.reason,
    }  # fmt: skip


def _last_answer(
    hotel: Hotel, changes: Sequence[Change], acts: Acts, found: Extension | None, name: str
) -> Json:
    """How the last call for this field ended, and when it is tried again if it failed."""
    failures = [f for change in changes if (f := hotel.setbacks.of(change))]
    if failures:
        failure = failures[0]
        return {
            "status": "failed", "at": None, "code": failure.code, "message": failure.message,
            "tries": failure.count, "next_try": iso(failure.next_at), "permanent": failure.permanent,
        }  # fmt: skip
    owner = found.device.id if found and name == "device_name" and found.device else found.id if found else ""
    write = acts.writes.get((owner, name))
    if write is None:
        return None
    return {
        "status": write.status.value, "at": iso(write.answered_at or write.sent_at), "code": None,
        "message": None, "tries": None, "next_try": None, "permanent": False,
    }  # fmt: skip
