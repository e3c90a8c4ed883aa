"""Plans that somebody has looked at, so that ``--expect DIGEST`` applies just what was seen, room by room.

Only digests are kept, one small file a plan in the state folder; no name of a guest is in them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import groupby
from pathlib import Path

from reconciler.change import Change
from reconciler.plan import Plan, digest

KEPT = 20
"""How many plans are remembered."""


def room_digests(plan: Plan) -> dict[str, str]:
    """Each room's part of a plan by its own digest."""

    def room(change: Change) -> str:
        return change.room

    return {name: digest(changes) for name, changes in groupby(sorted(plan.changes, key=room), key=room)}


def keep(folder: Path, plan: Plan) -> None:
    """Remember a plan; the oldest ones go. A folder that cannot be written to only costs ``--expect``."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = folder / f"{plan.digest}.json"
        file.touch(mode=0o600)  # it tells which rooms have changed
        file.write_text(json.dumps(room_digests(plan)), encoding="ascii")
        for old in sorted(folder.glob("*.json"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError:
        return


def stale_rooms(folder: Path, expected: str, plan: Plan) -> frozenset[str]:
    """Rooms of this plan that the expected one did not have in just this way; all of them if it is not known."""
    if expected == plan.digest:
        return frozenset()
    seen = _recall(folder, expected) or {}
    return frozenset(room for room, own in room_digests(plan).items() if seen.get(room) != own)


def is_known(folder: Path, expected: str) -> bool:
    """Whether a plan of this digest was seen here and is still remembered."""
    return _recall(folder, expected) is not None


def _recall(folder: Path, expected: str) -> Mapping[str, str] | None:
    if not expected.isalnum():
        return None
    try:
        data = json.loads((folder / f"{expected}.json").read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None
