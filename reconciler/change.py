"""A change, and what must be known beside the two sides to tell whether one is needed.

Zoom's reading lags behind its writing, so what we wrote lately ourselves is part of what is known. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from observed.extension import UNKNOWN, Extension, Kind, Lease, Voicemail
from reconciler.account.capability import Capabilities

Cause = Literal["intentional", "drift", "lease"]
Status = Literal["planned", "applied", "failed", "refused", "unsupported", "skipped", "stale"]

LAG = timedelta(seconds=90)
"""How long after our write a reading may still show the value from before it."""

NAME_FIELDS = ("first_name", "last_name", "display_name")


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one extension that should change. ``id`` is what Zoom's path will name."""

    room: str
    extension: str
    kind: Kind
    field: str
    observed: str | None
    desired: str | None
    cause: Cause
    source: str
    id: str
    status: Status = "planned"
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class OwnWrite:
    """The last write of ours to one field, as far as it tells lag and drift apart.

    ``desired`` is the value that was last known to be as wished; ``before`` and ``at`` belong to the last accepted
    write. ``earlier`` are the values, with their times, that writes shortly before it replaced.
    """

    desired: str | None
    before: str | None = None
    at: datetime | None = None
    earlier: tuple[tuple[str | None, datetime], ...] = ()

    def then(self, desired: str | None, before: str | None, at: datetime) -> OwnWrite:
        """The next write to the field: a reading may lag behind both."""
        return OwnWrite(desired, before, at, tuple(each for each in self._replaced() if at - each[1] < LAG))

    def explains(self, observed: str | None, read_at: datetime | None) -> bool:
        """True if a reading of this value is only late: it was there before a write of ours."""
        return read_at is not None and any(
            value == observed and read_at - at < LAG for value, at in self._replaced()
        )

    def _replaced(self) -> Iterator[tuple[str | None, datetime]]:
        yield from self.earlier
        if self.at is not None:
            yield self.before, self.at


@dataclass(frozen=True, slots=True)
class Known:
    """What the difference must know beside the two sides."""

    now: datetime
    capabilities: Capabilities = field(default_factory=Capabilities)
    leases: Mapping[str, Lease] = field(default_factory=dict)
    own: Mapping[tuple[str, str], OwnWrite] = field(default_factory=dict)
    messages: Mapping[int, Sequence[Voicemail]] = field(default_factory=dict)

    def believed(self, extension: Extension, id_: str, name: str, observed: str) -> str:
        """What Zoom holds by now: a reading of what was there before our own, accepted write is only late.

        Without this a guest who checks out right after such a reading would keep his name: it already shows the room
        as it was before him.
        """
        own = self.own.get((id_, name))
        late = own is not None and own.explains(observed, extension.read_at)
        return str(own.desired) if own is not None and late else observed

    def cause(self, id_: str, name: str, desired: str) -> Cause:
        """Drift if this very value was already in place once; otherwise a source has changed its mind."""
        own = self.own.get((id_, name))
        return "drift" if own is not None and own.desired == desired else "intentional"


def lags(extension: Extension, name: str, own: Mapping[tuple[str, str], OwnWrite]) -> bool:
    """True if this field, just read, shows the value from before our own write."""
    value, write = getattr(extension, name), own.get((extension.id, name))
    if write is None or value is UNKNOWN:
        return False
    observed = word(value) if isinstance(value, bool) else value
    return observed != write.desired and write.explains(observed, extension.read_at)


def word(on: bool) -> str:  # noqa: FBT001
    """A switch as changes name it."""
    return "on" if on else "off"
