"""One try of one call: decided when the plan is made, and again at the moment it may leave.

In between the wish may have changed, another write may be on its way to the same extension, or the room may have
been paused; the second look wins. So a queue of stale writes cannot exist, and a check-out overtakes the repair that
waits before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import anyio

from observed.extension import Extension
from reconciler.account.traffic import call_key
from reconciler.change import Status
from reconciler.moments import local
from reconciler.plan import Write
from reconciler.safety import BLANKED_FIELDS

if TYPE_CHECKING:
    from reconciler.apply import Applier

ONE_A_MINUTE = "Zoom takes one change of presence a minute"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one change; ``ours`` is False where this call did nothing about it (any more)."""

    status: Status
    reason: str | None = None
    ours: bool = True


@dataclass(slots=True)
class Attempt:
    """One try of one call: what was finally sent, and when."""

    applier: Applier
    planned: Write
    only_as_planned: bool
    write: Write | None = None
    sent_at: datetime | None = None
    extension: Extension | None = None
    collided: anyio.Event | None = None
    too_early: datetime | None = None

    async def make(self) -> Write | None:
        """Look again, now that the call may leave (see the module's text)."""
        applier, now = self.applier, self.applier.clock.now()
        owner = self.planned.extension
        if applier.traffic.closed:
            return None
        if applier.no_access is not None:
            raise applier.no_access
        if owner in applier.traffic.busy:
            self.collided = applier.traffic.freed
            return None
        plan = applier.hotel.look(self.planned.room, now)
        may_blank = not plan.losing_guest or plan.room in applier.may_blank
        planned = [
            change
            for change in plan.changes
            if change.status == "planned" and (may_blank or change.field not in BLANKED_FIELDS)
        ]
        self.write = next(
            (w for w in applier.hotel.writes(plan, planned, now) if call_key(w) == call_key(self.planned)),
            None,
        )
        if self.only_as_planned and self.write is not None and self.write.values != self.planned.values:
            self.write = None
        if self.write is None:
            self.tell_overtaken()
            return None
        if self.write.not_before is not None and self.write.not_before > now:
            self.too_early, self.write = self.write.not_before, None
            when = local(self.too_early, applier.hotel.house.zone)
            applier.tell(
                self.planned.changes, Outcome("planned", f"waits until {when}: {ONE_A_MINUTE}", ours=False)
            )
            return None
        applier.traffic.busy.add(owner)
        applier.traffic.left(self.planned)
        self.sent_at = now
        found = applier.hotel.observed.at(int(owner))
        self.extension = found[0] if len(found) == 1 else None
        await applier.memory.intend(self.write, now, applier.end_contests(self.write))
        return self.write

    def tell_overtaken(self) -> None:
        """What was planned and is not written: somebody else has made it so, or the wish has moved on."""
        applier = self.applier
        written = self.write.changes if self.write is not None else ()
        made = {(change.field, change.desired) for change in written}
        for change in self.planned.changes:
            if (change.field, change.desired) in made:
                continue
            own = applier.hotel.own.get((change.id, change.field))
            if own is not None and own.desired == change.desired:
                applier.tell((change,), Outcome("applied", ours=False))
            else:
                applier.tell((change,), Outcome("stale", "the wish has changed since", ours=False))

    def free(self) -> None:
        """Let the next call to the same extension go."""
        if self.sent_at is not None:
            self.applier.traffic.free(self.planned.extension)
