"""Wake-up calls as plain JSON values, for whoever keeps them beside the ledger or hands them on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from desired.kept import origin_from_json, origin_to_json
from reconciler.wakeups.entries import Entry, WakeupStatus


def entry_to_json(entry: Entry) -> dict[str, Any]:
    """A call, with nothing of it left out."""
    plain = {
        "room": entry.room, "at": entry.at.isoformat(), "due": entry.due.isoformat(),
        "status": entry.status.value, "origins": [origin_to_json(origin) for origin in entry.origins],
        "link": entry.link, "changed_at": entry.changed_at.isoformat(), "attempts": entry.attempts,
        "by": entry.by, "outcomes": list(entry.outcomes),
        "again": None if entry.again is None else entry.again.isoformat(),
    }  # fmt: skip
    return plain | {"dropped": True} if entry.dropped else plain


def entry_from_json(plain: Mapping[str, Any]) -> Entry:
    """The call again, equal to the one that was kept."""
    again = plain["again"]
    return Entry(
        plain["room"], datetime.fromisoformat(plain["at"]), datetime.fromisoformat(plain["due"]),
        WakeupStatus(plain["status"]), tuple(origin_from_json(each) for each in plain["origins"]),
        plain["link"], datetime.fromisoformat(plain["changed_at"]), plain["attempts"], plain["by"],
        bool(plain.get("dropped")), tuple(plain["outcomes"]),
        None if again is None else datetime.fromisoformat(again),
    )  # fmt: skip
