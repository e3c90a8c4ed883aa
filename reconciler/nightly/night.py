"""What is known of a night, and the view that every format of the report is made from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from desired.said import Field
from reconciler.alarms.finding import Kind, Standing
from reconciler.budget import DAILY_LABELS, Bucket
from reconciler.change import NAME_FIELDS, Change
from reconciler.hotel import Hotel, RoomPlan
from reconciler.moments import in_zone
from reconciler.nightly.outages import MOMENT, Outage
from reconciler.nightly.period import Period
from reconciler.stays.notices import Around, notices
from reconciler.stays.register import Register
from reconciler.store.rows import Happened, HappeningRow, HistoryRow
from reconciler.views.alarms import alarm_view
from reconciler.views.shape import VERSION, iso
from reconciler.wakeups.acknowledged import name_of
from reconciler.wakeups.entries import Entry

View = dict[str, Any]

_OF_NOTICES: Final = frozenset(
    {
        Kind.WAKEUP_FAILED, Kind.WAKEUPS_AT_RISK, Kind.WAKEUP_DROPPED, Kind.WAKEUP_UNLISTED, Kind.NO_CHANNEL,
        Kind.CHANNEL_DOWN, Kind.PMS_DOWN, Kind.RESYNC_HELD,
    }
)  # fmt: skip
"""Alarms whose cause stands among the notices anyhow."""


@dataclass(frozen=True, slots=True)
class Night:
    """All that a report is made from. ``plans`` say what each room needs now, ``failing`` what Zoom did not take.

    ``spent`` has the calls of each UTC day, ``daily`` how many large ones a day may have. ``history`` and
    ``happenings`` are oldest first.
    """

    property: str
    period: Period
    hotel: Hotel
    register: Register
    around: Around
    plans: Sequence[RoomPlan]
    alarms: Sequence[Standing]
    wakeups: Sequence[Entry]
    history: Sequence[HistoryRow]
    happenings: Sequence[HappeningRow]
    outages: Sequence[Outage]
    spent: Mapping[tuple[date, Bucket], int]
    daily: Mapping[str, int]


def night_view(night: Night) -> View:
    """The report as plain data: programs read it as JSON, people in words (``reconciler.nightly.words``)."""
    zone, period = night.register.ledger.zone, night.period
    view: View = {
        "version": VERSION,
        "property": night.property,
        "timezone": zone.key,
        "since": iso(period.since),
        "until": iso(period.until),
        "see_to": list(_see_to(night)),
        "wakeups": [_wakeup(entry, night) for entry in _of_the_night(night)],
        "drift": list(_drift(night)),
        "failed": list(_failed(night)),
        "refused": dict(
            Counter(change.reason or "" for change in _changes(night) if change.status == "refused")
        ),
        "zoom_read": len(night.hotel.observed) > 0,
        "names": _names(night),
        "mailboxes": _mailboxes(night),
        "outages": [_outage(each) for each in night.outages if not _is_short(each)],
        "short_outages": dict(Counter(each.name for each in night.outages if _is_short(each))),
        "budget": _budget(night),
        "paused": list(_paused(night)),
        "unmentioned": night.register.rooms.unmentioned(),
        "held": {
            link: held for link in night.register.rooms.links() if (held := night.register.stays.held(link))
        },
        "alarms": list(_alarms(night)),
        "standing": [alarm_view(each) for each in night.alarms],
        "emergency": [
            {"at": iso(row.at), "room": row.room, "extension": row.who}
            for row in _those(night, Happened.EMERGENCY_CALL)
        ],
        "desk": list(_desk(night)),
        "refused_sign_ins": len(_those(night, Happened.SIGN_IN_REFUSED)),
    }
    view["well"] = not view["see_to"]
    return view


def _see_to(night: Night) -> Iterator[View]:
    """What a person must see to now, the gravest first."""
    known, zone = night.around.acknowledged, night.register.ledger.zone
    seen = {name_of(entry.room, entry.at) for entry in night.wakeups} & known.keys()
    for problem in notices(night.register, night.period.until, night.around):
        if problem.code == Kind.WAKEUP_FAILED and f"{problem.room} {problem.subject}" in seen:
            continue
        yield {"code": problem.code, "room": problem.room, "message": problem.message}
    for standing in night.alarms:
        alarm = standing.alarm
        if alarm.kind not in _OF_NOTICES:
            since = f"{in_zone(standing.raised, zone):%Y-%m-%d %H:%M}"
            yield {
                "code": alarm.kind.value,
                "room": alarm.room,
                "message": f"{alarm.message} (since {since})",
            }
    for state, rooms in _names(night).items():
        words = "the PMS has a guest, but the telephone does not show it" if state == "not_shown" else (
            "nobody is in, but the telephone still shows a guest"
        )  # fmt: skip
        for room in rooms:
            yield {"code": state, "room": room, "message": f"room {room}: {words}"}


def _of_the_night(night: Night) -> list[Entry]:
    """Calls that were due in the period or ended in it, and those that are still to come."""
    return sorted(
        (
            entry
            for entry in night.wakeups
            if entry.open or entry.due in night.period or entry.changed_at in night.period
        ),
        key=lambda entry: (entry.due, entry.room),
    )


def _wakeup(entry: Entry, night: Night) -> View:
    seen = night.around.acknowledged.get(name_of(*entry.key))
    return {
        "room": entry.room,
        "at": in_zone(entry.due, night.register.ledger.zone).isoformat(),
        "status": entry.status.value,
        "asked": [{"source": o.source.value, "where": o.where, "at": iso(o.at)} for o in entry.origins],
        "attempts": entry.attempts,
        "outcomes": list(entry.outcomes),
        "by": entry.by or None,
        "ended": None if entry.open else iso(entry.changed_at),
        "acknowledged": {"who": seen.who, "at": iso(seen.at)} if seen else None,
    }


def _drift(night: Night) -> Iterator[View]:
    """What somebody has changed in Zoom, and whether it is as it should be again; values may be guests' names."""
    for row in night.history:
        if row.cause == "drift" and row.at in night.period:
            yield {
                "at": iso(row.at), "room": row.room, "extension": row.extension, "field": row.field,
                "repaired": row.result.startswith("applied"),
            }  # fmt: skip


def _failed(night: Night) -> Iterator[View]:
    """Changes that did not go through, each with its last answer and whether it has gone through since."""
    standing = dict(_failing(night))
    tried: dict[tuple[str | None, str | None, str], list[HistoryRow]] = {}
    for row in night.history:
        if row.at in night.period and not row.result.startswith("applied"):
            tried.setdefault((row.room, row.extension, row.field), []).append(row)
    for key in dict.fromkeys((*standing, *tried)):
        room, extension, field = key
        failure, rows = standing.get(key), tried.get(key, [])
        yield {
            "room": room, "extension": extension, "field": field,
            "tries": max(len(rows), failure.count if failure else 0),
            "answer": f"{failure.code} {failure.message}".strip() if failure else rows[-1].result,
            "standing": failure is not None,
            "next_try": iso(failure.next_at) if failure else None,
        }  # fmt: skip


def _failing(night: Night) -> Iterator[tuple[tuple[str | None, str | None, str], Any]]:
    for change in _changes(night):
        failure = night.hotel.setbacks.of(change)
        if failure is not None and not failure.unsupported:
            yield (change.room, change.extension, change.field), failure


def _changes(night: Night) -> Iterable[Change]:
    return (change for plan in night.plans for change in plan.changes)


def _names(night: Night) -> dict[str, list[str]]:
    """Rooms whose telephones show another state than the PMS and the documents say."""
    wrong = [
        (plan.room, bool(plan.wish.get(Field.OCCUPIED)))
        for plan in night.plans
        if any(change.field in NAME_FIELDS and change.status != "unsupported" for change in plan.changes)
    ]
    return {
        "not_shown": [room for room, occupied in wrong if occupied],
        "still_shown": [room for room, occupied in wrong if not occupied],
    }


def _mailboxes(night: Night) -> dict[str, list[str]]:
    """Messages that should be gone from Zoom, and messages and lamps of rooms in which nobody is."""
    vacant = [plan for plan in night.plans if plan.wish.get(Field.OCCUPIED) is False]
    return {
        "to_delete": [
            p.room for p in night.plans if any(change.field == "voicemail" for change in p.changes)
        ],
        "messages_for_nobody": [p.room for p in vacant if night.around.messages(p.room)[0]],
        "lit_for_nobody": [p.room for p in vacant if p.wish.get(Field.MESSAGE_LIGHT) == "on"],
    }


def _is_short(outage: Outage) -> bool:
    return outage.since is not None and outage.until is not None and outage.until - outage.since < MOMENT


def _outage(outage: Outage) -> View:
    seconds = (
        (outage.until - outage.since).total_seconds()
        if outage.since is not None and outage.until is not None
        else None
    )
    return {
        "what": outage.what, "name": outage.name, "since": iso(outage.since), "until": iso(outage.until),
        "seconds": seconds, "why": outage.why or None,
    }  # fmt: skip


def _budget(night: Night) -> list[View]:
    """Calls to Zoom by UTC day and label; ``limit`` is what a day's large calls share."""
    first, last = (moment.date() for moment in (night.period.since, night.period.until))
    return [
        {
            "day": day.isoformat(), "family": family, "label": label, "calls": calls,
            "limit": night.daily.get(family) if label in DAILY_LABELS else None,
        }
        for (day, (family, label)), calls in sorted(night.spent.items())
        if first <= day <= last
    ]  # fmt: skip


def _paused(night: Night) -> Iterator[View]:
    for room, paused in sorted(night.hotel.paused.items()):
        if paused.until is None or paused.until > night.period.until:
            yield {"room": room, "reason": paused.reason, "until": iso(paused.until), "by": paused.by or None}


def _alarms(night: Night) -> Iterator[View]:
    """The alarms of the period: when they were raised, seen and over."""
    found: dict[tuple[str, datetime], View] = {}
    latest: dict[str, View] = {}
    for row in night.happenings:
        if row.kind == Happened.ALERT_RAISED:
            message = row.body.get("message") if isinstance(row.body, dict) else None
            latest[row.subject] = found[row.subject, row.at] = {
                "key": row.subject, "room": row.room, "message": message, "raised": iso(row.at), "over": None,
                "acknowledged": None,
            }  # fmt: skip
        elif row.subject in latest and row.kind == Happened.ALERT_RESOLVED:
            latest[row.subject]["over"] = iso(row.at)
        elif row.subject in latest and row.kind == Happened.ALERT_ACKNOWLEDGED:
            latest[row.subject]["acknowledged"] = {"who": row.who, "at": iso(row.at)}
    return iter(found.values())


def _desk(night: Night) -> Iterator[View]:
    """What people did at the desk, by page, program and telephone."""
    for row in _those(night, Happened.DID):
        body = row.body if isinstance(row.body, dict) else {}
        status = body.get("status")
        done = not isinstance(status, int) or status < 400  # noqa: PLR2004 - HTTP
        yield {
            "at": iso(row.at), "who": row.who, "did": row.subject, "room": row.room, "from": body.get("from"),
            "done": done,
        }  # fmt: skip


def _those(night: Night, kind: Happened) -> list[HappeningRow]:
    return [row for row in night.happenings if row.kind == kind and row.at in night.period]
