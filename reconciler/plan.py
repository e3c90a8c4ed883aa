"""A priced plan: the differences of all rooms grouped into the fewest calls, with a digest and an ETA.

One extension is one PATCH for all its fields, do-not-disturb is one call more, and each message one. The digest
names the plan, so that a person can look at it and later apply just that and nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from observed.extension import Extension, Kind
from reconciler.diff import Change
from reconciler.ports import Operation, Priority

Pricelist = Callable[[Kind, str], Operation]


@dataclass(frozen=True, slots=True)
class Write:
    """One call to Zoom: everything that the driver needs, nothing that it must look up.

    ``id`` is what the path names (user, common area, device or message). ``values`` holds the wanted values by
    field; for a user's names always all three, for ``dnd`` the moment it should end (None: off, for a lease at
    most 1,440 minutes ahead).
    """

    operation: Operation
    kind: Kind
    id: str
    room: str
    extension: str
    values: Mapping[str, object]
    changes: tuple[Change, ...]
    priority: Priority
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """All changes (also those that a rule or Zoom does not allow), and the calls that close the planned ones."""

    changes: tuple[Change, ...]
    writes: tuple[Write, ...]
    digest: str
    eta_seconds: float
    rooms: int = 0
    in_sync: int = 0
    room_digests: Mapping[str, str] = field(default_factory=dict)


