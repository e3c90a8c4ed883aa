"""What page and API ask of the running controller. ``reconciler.app`` answers it; tests answer it with less."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from reconciler.desk.audits import Audits
from reconciler.desk.board import Board
from reconciler.desk.news import News
from reconciler.desk.orders import AnyOrder
from reconciler.nightly.period import Period
from reconciler.outcome import Report
from reconciler.passes import Options

View = dict[str, Any]
"""Plain data in a shape of the contract's section 5."""


class Figures(Protocol):
    """What is read in the store, beside everything else. All raise StoreUnavailable."""

    async def history(self, room: str | None, since: datetime | None, limit: int) -> View:
        """What ``history --format json`` prints, newest first."""
        ...

    async def changes_by_day(self) -> View:
        """How many changes were made on each of the last days, by cause (``reconciler.views.days``)."""
        ...

    async def turnover(self) -> View:
        """How many rooms were filled and emptied in each hour of today (``reconciler.stays.turnover``)."""
        ...

    async def wakeups_by_day(self) -> View:
        """How the wake-up calls of each of the last days ended (``reconciler.views.days``)."""
        ...


class House(Protocol):
    """The hotel as the desk sees it. What returns a ``View`` builds it from how things are at that moment."""

    @property
    def name(self) -> str:
        """The hotel's name."""
        ...

    @property
    def zone(self) -> ZoneInfo:
        """The hotel's time zone."""
        ...

    @property
    def now(self) -> Callable[[], datetime]:
        """The time in UTC."""
        ...

    @property
    def shadow(self) -> bool:
        """True if this controller only watches."""
        ...

    @property
    def board(self) -> Board:
        """The cards of all rooms."""
        ...

    @property
    def news(self) -> News:
        """What has changed since when."""
        ...

    @property
    def figures(self) -> Figures:
        """The history, and figures of days past."""
        ...

    @property
    def audits(self) -> Audits:
        """The audits that were started here, and the last one's result."""
        ...

    def rooms(self) -> Sequence[str]:
        """Every room of ``rooms:`` and of the documents."""
        ...

    # What is looked at

    async def show(self, rooms: Sequence[str] | None = None) -> View:
        """What ``show --format json`` prints of these rooms or of all. Raises UnknownRoom."""
        ...

    async def explain(self, room: str) -> View:
        """What ``explain --format json`` prints. Raises UnknownRoom, StoreUnavailable."""
        ...

    def wakeups(self) -> View:
        """What ``wakeup list --format json`` prints."""
        ...

    def wakeup_book(self) -> View:
        """The wake-up calls as the desk works with them (``reconciler.views.wakeup_book``)."""
        ...

    def standing(self) -> View:
        """What the hotel stands on (``legs``), and what people should know: problems, refusals, anomalies."""
        ...

    def alarms(self) -> View:
        """What calls for a person (``reconciler.views.alarms``), the gravest first."""
        ...

    async def report(self, period: Period) -> View:
        """The night report of a period (``reconciler.nightly.night``). Fatal where the store cannot be read."""
        ...

    async def check(self) -> View:
        """What `reconcile check` finds: ``findings``, each with ``level``, ``what``, ``said`` and ``fix``."""
        ...

    async def connections(self) -> View:
        """All that the hotel stands on, with what helps where it is not well (``reconciler.app.connections``)."""
        ...

    def log(self, limit: int) -> View:
        """The last records of the PMS and calls to Zoom, masked, newest first (``reconciler.views.log``)."""
        ...

    # What is asked for; all raise HousephoneError

    async def take(self, order: AnyOrder, where: str) -> str:
        """Do what the desk asks for; the sentence that people read. Raises Declined."""
        ...

    async def acknowledge(self, key: str, who: str) -> str:
        """Somebody sees to what an alarm is about. Raises Declined where none of this key stands."""
        ...

    async def resync(self, links: tuple[str, ...], where: str, *, release: bool) -> str:
        """Ask PMS links for every room, or let a held resync through."""
        ...

    async def pause(self, room: str, reason: str, until: datetime | None, by: str) -> str:
        """Leave a room alone for a while. Raises UnknownRoom, StoreUnavailable."""
        ...

    async def resume(self, room: str) -> str:
        """Look after a paused room again. Raises UnknownRoom, StoreUnavailable."""
        ...

    async def test_call(self, room: str) -> View:
        """Ring a room or an extension (``reconciler.views.trial``). Raises Declined."""
        ...

    async def make_pass(self, options: Options) -> Report:
        """Audit, or make a pass with the controller's own budget."""
        ...

    async def debug(self, parts: Sequence[str], *, on: bool) -> str:
        """Log what goes to these peers and comes back, for a day."""
        ...
