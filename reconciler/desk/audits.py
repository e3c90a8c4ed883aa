"""Audits and passes that somebody starts on the page: one at a time, beside everything else.

A large hotel's audit reads Zoom for minutes, and nobody may have to wait for that with a page in his hand. What was
found stays in memory under its digest until newer ones take its place; guests' names go nowhere else.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal

import anyio

from reconciler.audit import Scope
from reconciler.desk.news import News, Topic
from reconciler.errors import Fatal, HousephoneError
from reconciler.logs import logger
from reconciler.outcome import Report, failure
from reconciler.passes import Options
from reconciler.ports import Clock
from reconciler.stays.frontdesk import Declined

KEPT: Final = 5
"""Reports that can still be fetched."""

What = Literal["audit", "apply"]

log = logger("desk")


@dataclass(frozen=True, slots=True)
class Running:
    """What is being made at present, for whom, and since when."""

    what: What
    who: str
    since: datetime
    options: Options


@dataclass(frozen=True, slots=True)
class Made:
    """What came of one; ``report`` says itself where it failed."""

    what: What
    who: str
    options: Options
    report: Report


class Audits:
    """Makes what is asked for, and knows the last of it."""

    def __init__(self, make: Callable[[Options], Awaitable[Report]], news: News, clock: Clock) -> None:
        self._make = make
        self._news = news
        self._clock = clock
        self._asked = anyio.Event()
        self._made: list[Made] = []
        self.running: Running | None = None

    @property
    def audit(self) -> Made | None:
        """The last audit."""
        return next((made for made in reversed(self._made) if made.what == "audit"), None)

    @property
    def applied(self) -> Made | None:
        """What came of applying the last audit's plan; None as long as nobody has."""
        last = self._made[-1] if self._made else None
        return last if last is not None and last.what == "apply" else None

    def found(self, digest: str) -> Report | None:
        """The newest report of this digest that is still known."""
        return next((made.report for made in reversed(self._made) if made.report.digest == digest), None)

    def look(self, scope: Scope, who: str, *, cached: bool) -> str:
        """Begin an audit; the sentence that people read. Raises Declined."""
        self._begin("audit", Options(scope, dry_run=True, cached=cached), who)
        return "the comparison with Zoom has begun"

    def apply(self, digest: str, who: str) -> str:
        """Begin to apply the last audit's plan, which has this digest and no other. Raises Declined."""
        audit = self.audit
        if audit is None or audit.report.digest != digest:
            raise Declined("this is not the newest plan any more", "look at the newest one, then apply it")
        self._begin("apply", replace(audit.options, dry_run=False, cached=True, expect=digest), who)
        return f"the plan {digest} is being applied"

    async def run(self) -> None:
        """Make what is asked for, until cancelled."""
        while True:
            await self._asked.wait()
            self._asked = anyio.Event()
            asked = self.running
            assert asked is not None
            try:
                report = await self._make(asked.options)
            except HousephoneError as error:
                report = failure(error, asked.since, self._clock.now(), dry_run=asked.options.dry_run)
            except Exception as error:  # noqa: BLE001 - the hotel goes on, whatever is wrong with an audit
                log.error("an audit failed", kind=type(error).__name__)  # noqa: TRY400 - messages may name guests
                why = Fatal("this did not work", "see housephone's log; start it again if it matters")
                report = failure(why, asked.since, self._clock.now(), dry_run=asked.options.dry_run)
            self._made = [*self._made, Made(asked.what, asked.who, asked.options, report)][-KEPT:]
            self.running = None
            self._news.tell(Topic.AUDIT)

    def _begin(self, what: What, options: Options, who: str) -> None:
        if self.running is not None:
            raise Declined(f"{self.running.who} has started one that is not done yet", "wait until it is")
        self.running = Running(what, who, self._clock.now(), options)
        self._asked.set()
        self._news.tell(Topic.AUDIT)
