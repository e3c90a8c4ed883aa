"""All that the hotel stands on, for the page of the links: how each is, and what helps where it is not well."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from reconciler.alarms.finding import Kind, manners
from reconciler.app.doors import Doors
from reconciler.branch.roles import Role
from reconciler.budget import Bucket
from reconciler.health import Health
from reconciler.store.errors import LOOK_AT_THE_STORE
from reconciler.store.rows import Json
from reconciler.telephones import state as telephonestate
from reconciler.views.events import events_view
from reconciler.views.links import link_view
from reconciler.views.shape import VERSION, iso
from reconciler.views.telephones import channel_view

_REMEDIES: Final = {kind: manner.remedy for kind, manner in manners(timedelta()).items()}
_DOCUMENTS: Final = "see that the folder of `desired:` is there and may be read"

_MINUTE: Final = 60.0


def connections(doors: Doors, logs: Mapping[str, str]) -> dict[str, Any]:
    """Everything in one view; ``logs`` says till when which packet log was asked for."""
    health = doors.controller.health
    telephones, events = health.telephones(), health.events()
    return {
        "version": VERSION,
        "zoom": _zoom(doors, health),
        "pms": [link_view(link) | {"remedy": _REMEDIES[Kind.PMS_DOWN]} for link in health.links()],
        "channels": [] if telephones is None else [
            channel_view(each) | {"remedy": telephonestate.remedy(each.why)} for each in telephones.channels
        ],
        "store": _store(doors),
        "documents": _documents(doors, health),
        "exchange": _exchange(health),
        "events": None if events is None else events_view(events),
        "logs": _logs(doors, logs),
    }  # fmt: skip


def _zoom(doors: Doors, health: Health) -> dict[str, Any]:
    now, driver, gate = doors.room.shop.clock.now(), doors.room.driver, doors.room.gate
    token = driver.token()
    spent, waiting = gate.budget.spent(), gate.waiting()
    hour = gate.tally.last_hour(now)
    lately = hour[-1][1] | hour[-2][1]
    return {
        "elsewhere": Role.ZOOM not in health.roles,
        "problem": health.legs().get("zoom"),
        "remedy": _REMEDIES[Kind.ZOOM_DOWN],
        "read_at": iso(health.zoom_read_at),
        "token": None if token is None else {
            "ends_at": iso(token.ends_at), "host": token.base_url,
            "scopes": None if token.scopes is None else sorted(token.scopes),
        },
        "features": [
            {"feature": feature.value, "on": state.on, "reason": state.reason, "remedy": state.remedy}
            for feature, state in driver.capabilities().features.items()
        ],
        "labels": [
            {
                "family": bucket[0], "label": bucket[1], "limit": round(limit * _MINUTE / period),
                "lately": lately[bucket], "waiting": waiting.get(bucket, 0), "today": spent.get(bucket, 0),
            }
            for bucket, (limit, period) in doors.room.shop.budget.items()
        ],
        "daily": [
            {"family": family, "spent": used, "limit": limit}
            for family, (used, limit) in gate.budget.daily(now).items()
        ],
        "minutes": [{"at": iso(minute), "calls": _by_label(counted)} for minute, counted in hour],
    }  # fmt: skip


def _by_label(counted: Mapping[Bucket, int]) -> dict[str, Json]:
    return {f"{family} {label}": count for (family, label), count in counted.items()}


def _store(doors: Doors) -> dict[str, Any]:
    settings = doors.room.settings
    trouble = doors.office.trouble() or doors.room.shop.memory.trouble
    kind = "one file in the state folder" if settings.database is None else "PostgreSQL"
    return {"kind": kind, "problem": trouble, "remedy": LOOK_AT_THE_STORE}


def _exchange(health: Health) -> dict[str, Any] | None:
    """The other side, where the work is split by role."""
    exchange = health.exchange()
    if exchange is None:
        return None
    kind = Kind.CENTRE_UNTOLD if exchange.leg == "centre" else Kind.PROPERTY_UNHEARD
    return {
        "leg": exchange.leg,
        "problem": exchange.problem,
        "remedy": _REMEDIES[kind],
        "lag": round(exchange.lag),
    }


def _documents(doors: Doors, health: Health) -> dict[str, Any]:
    loaded = doors.room.shop.hotel.roster.loaded
    return {
        "problem": health.legs()["documents"],
        "remedy": _DOCUMENTS,
        "read_at": iso(health.documents_read_at),
        "documents": len(loaded.documents),
        "problems": len(health.documents),
    }


def _logs(doors: Doors, asked: Mapping[str, str]) -> list[dict[str, Any]]:
    """Each packet log: whether it is on, and till when (None: by the configuration)."""
    settings, now = doors.room.settings, doors.room.shop.clock.now()
    by_settings = {
        "zoom": doors.debug or settings.zoom.debug,
        "pms": any(link.log.enabled for link in settings.pms),
        "sip": False,
    }
    until = {part: at for part, at in asked.items() if datetime.fromisoformat(at) > now}
    return [
        {"part": part, "on": always or part in until, "until": None if always else until.get(part)}
        for part, always in by_settings.items()
    ]
