"""What the headers and the error body of an answer say: Zoom's code, and when to come back.

``Retry-After`` is an ISO 8601 date-time in Zoom's daily answers, an HTTP date or seconds by the standard, and
often absent (Zoom API, Rate limits). A moment beyond a day is not believed: daily counters restart at 00:00
UTC. A moment is told by Zoom's clock, which the header ``Date`` shows; ours may be hours away from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

FARTHEST: Final = timedelta(hours=24)
_SECONDS = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,9})?")
_SCOPE = re.compile(r"\b[a-z_]+:(?:read|write|update|delete|patch)(?::[a-z_]+)*\b")


def retry_after(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """The moment of ``Retry-After``, between now and a day from now; None if it is absent or unusable."""
    text = headers.get("retry-after", "").strip()
    if not text:
        return None
    moment = _moment(text, now, _date(headers) or now)
    return None if moment is None else min(max(moment, now), now + FARTHEST)


def _moment(text: str, now: datetime, theirs: datetime) -> datetime | None:
    if _SECONDS.fullmatch(text):
        return now + timedelta(seconds=min(float(text), FARTHEST.total_seconds()))
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return now + (_in_utc(parse(text)) - theirs)
        except (ValueError, OverflowError):
            continue
    return None


def _date(headers: Mapping[str, str]) -> datetime | None:
    try:
        return _in_utc(parsedate_to_datetime(headers.get("date", "")))
    except (ValueError, OverflowError):
        return None


def _in_utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def next_day(now: datetime) -> datetime:
    """The next 00:00 UTC, when Zoom's daily counters restart."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def code(body: Any) -> int | None:
    """Zoom's own error code, which is independent of the HTTP status; None where the body has none."""
    if not isinstance(body, dict):
        return None
    value = body.get("code", body.get("errorCode"))
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:  # noqa: PLR2004
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def message(body: Any) -> str:
    """Zoom's text, in lower case, to break ties with. It may quote a name: never log it."""
    text = body.get("message") if isinstance(body, dict) else None
    return text.lower() if isinstance(text, str) else ""


def named_scopes(body: Any) -> tuple[str, ...]:
    """The scopes that a refusal names."""
    return tuple(dict.fromkeys(_SCOPE.findall(message(body))))
