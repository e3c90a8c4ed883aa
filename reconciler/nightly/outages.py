"""Outages, paired from the moments at which something was lost and was back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from reconciler.nightly.period import Period
from reconciler.store.rows import Happened, HappeningRow, Json

What = Literal["link", "channel", "controller"]

MOMENT: Final = timedelta(seconds=10)
"""What is back so soon is counted and not listed: a controller that starts has no link for a second or two."""

LOOK_BACK: Final = timedelta(days=14)
"""What was lost longer ago, and is not back, is told with the look at how things are."""

KINDS: Final = (
    Happened.LINK_DOWN, Happened.LINK_UP, Happened.CHANNEL_DOWN, Happened.CHANNEL_UP, Happened.STOPPED,
    Happened.STARTED,
)  # fmt: skip

_LOST: Final[dict[str, What]] = {
    Happened.LINK_DOWN: "link", Happened.CHANNEL_DOWN: "channel", Happened.STOPPED: "controller"
}  # fmt: skip
_BACK: Final[dict[str, What]] = {
    Happened.LINK_UP: "link", Happened.CHANNEL_UP: "channel", Happened.STARTED: "controller"
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outage:
    """Something was away. ``until`` is None while it still is; ``since`` None where a crash left no word."""

    what: What
    name: str
    since: datetime | None
    until: datetime | None
    why: str


def outages(rows: Iterable[HappeningRow], period: Period) -> list[Outage]:
    """Those that touch the period; ``rows`` are oldest first, and begin early enough to know what was away then."""
    return [
        outage
        for outage in _paired(rows)
        if (outage.until is None or outage.until >= period.since)
        and (outage.since is None or outage.since <= period.until)
    ]


def _paired(rows: Iterable[HappeningRow]) -> Iterator[Outage]:
    away: dict[tuple[What, str], HappeningRow] = {}
    for row in rows:
        if row.kind in {Happened.STOPPED, Happened.STARTED}:
            # Nobody has looked at channels while no controller ran: it notes anew what is still lost.
            for key in [key for key in away if key[0] == "channel"]:
                yield _outage(key, away.pop(key), row.at)
        if (lost := _LOST.get(row.kind)) is not None:
            away.setdefault((lost, row.subject), row)
        elif (back := _BACK.get(row.kind)) is not None:
            key = (back, row.subject)
            before = away.pop(key, None)
            if before is not None:
                yield _outage(key, before, row.at)
            elif back == "controller" and _was_cut_off(row.body):
                yield Outage("controller", row.subject, None, row.at, "it was cut off: power, crash or kill")
    for key, row in away.items():
        yield _outage(key, row, None)


def _outage(key: tuple[What, str], lost: HappeningRow, until: datetime | None) -> Outage:
    what, name = key
    return Outage(what, name, lost.at, until, lost.body if isinstance(lost.body, str) else "")


def _was_cut_off(body: Json) -> bool:
    return isinstance(body, dict) and body.get("unclean") is True
