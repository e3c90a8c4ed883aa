"""The properties of a group, those that need somebody first: for page, `show --fleet` and programs. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from reconciler.alarms.finding import Severity, Standing
from reconciler.enumerated import some
from reconciler.report.words import printable
from reconciler.stays.linkstate import LinkState
from reconciler.views.shape import VERSION, iso

View = dict[str, Any]

_GRAVITY: Final = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Light:
    """One thing that is wrong, and since when; ``kind`` is that of an alarm, or one of the fleet's own."""

    kind: str
    severity: Severity
    message: str
    since: datetime | None = None

    @classmethod
    def of(cls, standing: Standing) -> Light:
        """An alarm as a light."""
        alarm = standing.alarm
        return cls(alarm.kind.value, alarm.severity, alarm.message, standing.raised)


@dataclass(frozen=True, slots=True)
class Standings:
    """How one property stands. ``last_sign`` is the controller's; ``rooms`` is None where nobody can say.

    ``failed`` counts changes that Zoom does not take, ``drift`` those that somebody else made in Zoom within a day.
    """

    name: str
    lights: Sequence[Light] = ()
    at_work: str = ""
    last_sign: datetime | None = None
    links: Sequence[LinkState] = ()
    rooms: int | None = None
    failed: int = 0
    drift: int = 0
    page: str | None = None

    @property
    def gravity(self) -> int:
        """How soon somebody must act: 0 is now, the last one never."""
        return min((_GRAVITY.index(light.severity) for light in self.lights), default=len(_GRAVITY))


def fleet_view(standings: Iterable[Standings]) -> View:
    """All properties, the red ones first."""
    ordered = sorted(standings, key=lambda each: (each.gravity, each.name.casefold()))
    return {
        "version": VERSION,
        "summary": {
            "properties": len(ordered),
            "red": sum(1 for each in ordered if each.lights),
            "rooms": sum(each.rooms or 0 for each in ordered),
        },
        "properties": [_property(each) for each in ordered],
    }


def _property(standing: Standings) -> View:
    return {
        "property": standing.name,
        "lights": [
            {
                "kind": light.kind,
                "severity": light.severity.value,
                "message": light.message,
                "since": iso(light.since),
            }
            for light in standing.lights
        ],
        "controller": standing.at_work or None,
        "last_sign": iso(standing.last_sign),
        "links": [
            {"link": each.link, "problem": each.problem, "since": iso(each.since), "heard": iso(each.heard)}
            for each in standing.links
        ],
        "rooms": standing.rooms,
        "failed_changes": standing.failed,
        "drift": standing.drift,
        "page": standing.page,
    }


def fleet_lines(view: View) -> Iterator[str]:
    """One line a property, and below it what is wrong."""
    for each in view["properties"]:
        state = "RED" if each["lights"] else "ok"
        rooms = "-" if each["rooms"] is None else each["rooms"]
        facts = [
            f"{rooms} rooms",
            f"links: {_links(each['links'])}",
            f"{each['failed_changes']} failed" if each["failed_changes"] else "",
            f"{each['drift']} repaired today" if each["drift"] else "",
            each["controller"] or f"last sign of life {each['last_sign'] or 'never'}",
        ]
        yield f"{state:<4}{printable(each['property']):<28} {', '.join(filter(None, facts))}"
        for light in each["lights"]:
            since = f" (since {light['since']})" if light["since"] else ""
            yield f"      {light['severity']}: {printable(light['message'])}{since}"
    summary = view["summary"]
    yield f"{summary['properties']} properties, {summary['red']} red, {summary['rooms']} rooms"


def _links(links: Sequence[View]) -> str:
    down = [each["link"] for each in links if each["problem"]]
    if not links:
        return "none"
    return f"{some(down)} down" if down else "up"
