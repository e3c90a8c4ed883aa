"""Alarms in the words of a letter and of a web hook. Neither names a guest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any
from zoneinfo import ZoneInfo

from reconciler.alarms.finding import Severity
from reconciler.alarms.letter import Letter
from reconciler.alarms.messenger import Notice
from reconciler.moments import in_zone, utc
from reconciler.views.shape import VERSION


def letter_of(hotel: str, zone: ZoneInfo, notices: Sequence[Notice]) -> Letter:
    """One letter for all of these, in the hotel's time."""
    return Letter(f"[{hotel}] {_subject(notices)}", "\n".join(_lines(zone, notices)))


def news_of(hotel: str, notice: Notice) -> dict[str, Any]:
    """What the web hook gets of one alarm."""
    return {"version": VERSION, "property": hotel, **notice.to_json(), "at": utc(notice.at)}


def _subject(notices: Sequence[Notice]) -> str:
    raised = [notice for notice in notices if notice.status == "raised"]
    first = min(raised or notices, key=lambda notice: list(Severity).index(notice.severity))
    said = first.message if raised else f"over: {first.message}"
    more = len(raised or notices) - 1
    return said + (f" (and {more} more)" if more else "")


def _lines(zone: ZoneInfo, notices: Sequence[Notice]) -> Iterator[str]:
    for notice in notices:
        at = f"{in_zone(notice.at, zone):%Y-%m-%d %H:%M}"
        if notice.status == "raised":
            yield f"{at}  {notice.severity.upper()}: {notice.message}"
            yield f"    What helps: {notice.remedy}."
        else:
            yield f"{at}  OVER: {notice.message}"
        yield ""
    yield "Each alarm is told once, and once more when it is over. The desk's page shows what stands at present."
