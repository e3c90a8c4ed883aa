"""The report at its hour: written once a day, and mailed and posted until somebody has it.

What was made stands in the store, so that a restart makes no second one, and a report that fell into an outage is
made when the controller is back, on the same day. A peer that is away gets it later; nothing else waits for that.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

from anyio import to_thread

from reconciler.account.memory import Memory
from reconciler.alarms.letter import Letter, Undelivered
from reconciler.alarms.messenger import AGAIN_IN, AT_MOST
from reconciler.app.callout import hook_of, post_of
from reconciler.app.nightly import report_view
from reconciler.configuration.settings import Settings
from reconciler.errors import HousephoneError
from reconciler.logs import logger
from reconciler.moments import in_zone
from reconciler.nightly.night import View
from reconciler.nightly.period import DAY, Period
from reconciler.nightly.render import render
from reconciler.nightly.words import headline
from reconciler.ports import Clock
from reconciler.stays.notices import Around
from reconciler.store.rows import Happened, HappeningRow, Json
from reconciler.wakeups.entries import moment_of

NOTE: Final = "night report"
"""The note in the store."""

LOOK_EVERY: Final = 20.0
"""Seconds between looks at the clock."""

A_WEEK: Final = 7 * DAY
"""What a controller that was away for long reports at most."""

log = logger("report")


@dataclass(frozen=True, slots=True)
class Made:
    """The report of a ``day``: what it is about, and who has not got it yet."""

    day: date
    period: Period
    waiting: frozenset[str] = frozenset()

    def to_json(self) -> Json:
        """As plain data."""
        since, until = self.period.since.isoformat(), self.period.until.isoformat()
        return {
            "day": self.day.isoformat(),
            "since": since,
            "until": until,
            "waiting": [*sorted(self.waiting)],
        }

    @classmethod
    def from_json(cls, plain: Any) -> Self | None:
        """From plain data; None where there is none."""
        if not isinstance(plain, dict):
            return None
        period = Period(datetime.fromisoformat(plain["since"]), datetime.fromisoformat(plain["until"]))
        return cls(date.fromisoformat(plain["day"]), period, frozenset(plain["waiting"]))


class Reporter:
    """Makes the report that ``report:`` asks for. ``around`` says how links and telephones are."""

    def __init__(
        self, settings: Settings, memory: Memory, clock: Clock, around: Callable[[], Around]
    ) -> None:
        self._settings = settings
        self._memory = memory
        self._clock = clock
        self._around = around
        self._pause = AGAIN_IN
        self._again: datetime | None = None

    async def run(self) -> None:
        """Look at the clock until cancelled; at once over where no hour is set."""
        if self._settings.report.at is None:
            return
        made = Made.from_json(await self._memory.run(self._memory.store.note, NOTE))
        made = replace(made, waiting=made.waiting & self._wanted()) if made else await self._begin()
        while True:
            made = await self._look(made)
            await self._clock.sleep(LOOK_EVERY)

    async def _begin(self) -> Made:
        """The first one is that of the next hour to come, and begins a day before it."""
        now = self._clock.now()
        due = self._latest_due(now)
        made = Made(self._day(due), Period(due - DAY, due))
        await self._memory.run(self._memory.store.put_note, NOTE, made.to_json())
        return made

    async def _look(self, made: Made) -> Made:
        """Make the report if its hour has come, else deliver what was not delivered."""
        now = self._clock.now()
        due = self._latest_due(now)
        if self._day(due) > made.day:
            return await self._make(made, now, self._day(due))
        if made.waiting and (self._again is None or now >= self._again):
            return await self._deliver(made)
        return made

    async def _make(self, before: Made, now: datetime, day: date) -> Made:
        made = Made(day, Period(max(before.period.until, now - A_WEEK), now), self._wanted())
        row = HappeningRow(now, Happened.REPORTED, day.isoformat())
        await self._memory.run(self._write_down, made, row)
        self._pause, self._again = AGAIN_IN, None
        log.info("night report", day=day.isoformat())
        return await self._deliver(made)

    def _wanted(self) -> frozenset[str]:
        """Who is to get it."""
        report = self._settings.report
        wanted = {"folder": report.folder is not None, "mail": report.mail, "webhook": report.webhook}
        return frozenset(name for name, asked in wanted.items() if asked)

    def _write_down(self, made: Made, *rows: HappeningRow) -> None:
        with self._memory.store.together():
            self._memory.store.put_note(NOTE, made.to_json())
            self._memory.store.note_happenings(rows)

    async def _deliver(self, made: Made) -> Made:
        try:
            make = partial(report_view, self._settings, made.period, self._around())
            view = await to_thread.run_sync(make, abandon_on_cancel=True)
        except HousephoneError as error:
            return self._later(made, error)
        except Exception as fault:  # no fault of a report may end what telephones stand on
            log.exception("fault in the night report")
            return self._later(made, Undelivered(type(fault).__name__))
        for name, deliver in self._ways(made, view).items():
            if name not in made.waiting:
                continue
            try:
                await deliver()
            except Undelivered as trouble:
                self._later(made, trouble)
            else:
                made = replace(made, waiting=made.waiting - {name})
                await self._memory.run(self._write_down, made)
        return made

    def _later(self, made: Made, trouble: HousephoneError) -> Made:
        log.warning(
            "night report not delivered", day=made.day.isoformat(), reason=str(trouble), remedy=trouble.remedy
        )
        self._again = self._clock.now() + timedelta(seconds=self._pause)
        self._pause = min(2 * self._pause, AT_MOST)
        return made

    def _ways(self, made: Made, view: View) -> dict[str, Callable[[], Awaitable[None]]]:
        settings, clock = self._settings, self._clock
        ways: dict[str, Callable[[], Awaitable[None]]] = {}
        folder, mail, webhook = settings.report.folder, settings.alerts.mail, settings.alerts.webhook
        if folder is not None:
            ways["folder"] = partial(to_thread.run_sync, self._file, folder, made.day, view)
        if mail is not None:
            ways["mail"] = lambda: post_of(mail, clock).send(letter_of(view))
        if webhook is not None:
            ways["webhook"] = lambda: hook_of(webhook, clock).post({**view, "kind": "night_report"})
        return ways

    def _file(self, folder: Path, day: date, view: View) -> None:
        """Write it whole, and let go of those that are older than they are kept."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for suffix, text in (("html", render(view, "html")), ("json", render(view, "json"))):
                file = folder / f"night-{day.isoformat()}.{suffix}"
                temporary = file.with_name(f".{file.name}.tmp")
                temporary.write_text(text, encoding="utf-8")
                temporary.replace(file)
            _let_go(folder, day - self._settings.report.keep_days * DAY)
        except OSError as error:
            raise Undelivered(f"report.folder: {folder}: {error.strerror}", "let it be written to") from error

    def _latest_due(self, now: datetime) -> datetime:
        """The last moment, not after now, at which it was the hour of the report."""
        at, zone = self._settings.report.at, self._settings.property.zone
        assert at is not None
        today = moment_of(datetime.combine(in_zone(now, zone).date(), at), zone)
        if today <= now:
            return today
        return moment_of(datetime.combine(in_zone(now, zone).date() - DAY, at), zone)

    def _day(self, due: datetime) -> date:
        return in_zone(due, self._settings.property.zone).date()


def letter_of(view: View) -> Letter:
    """The report as a letter."""
    subject = f"[{view['property']}] Night report: {headline(view)}"
    return Letter(subject, render(view, "text"), render(view, "html"))


def _let_go(folder: Path, before: date) -> None:
    for file in folder.glob("night-????-??-??.*"):
        if file.suffix in {".html", ".json"} and file.stem < f"night-{before.isoformat()}":
            file.unlink(missing_ok=True)
