"""The night report of a hotel, from its store and its documents: for the command line, the page and the clock."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from reconciler.alarms.book import NOTE as ALARMS
from reconciler.alarms.book import standing_in
from reconciler.app.online import open_store
from reconciler.app.stored import known, remembered
from reconciler.audit import judged
from reconciler.branch.words import rooms_told
from reconciler.budget import DAILY
from reconciler.configuration.settings import Settings
from reconciler.nightly.night import Night, View, night_view
from reconciler.nightly.outages import KINDS, LOOK_BACK, outages
from reconciler.nightly.period import Period, since_the_last
from reconciler.stays.notices import Around
from reconciler.store.rows import Happened

PLENTY: Final = 100_000
"""Rows of a book that one report is made from."""


def report_view(settings: Settings, period: Period | None = None, around: Around | None = None) -> View:
    """The report of a period (None: since the last one that was written). Blocks, for seconds in a large hotel.

    A controller knows itself how links and telephones are ``around`` it; the store tells it to all others. Raises
    Fatal where the store or a folder cannot be read.
    """
    seen, now = (
        remembered(settings, patient=around is None),
        datetime.now(UTC),
    )  # at the desk somebody waits for it
    with open_store(settings, only_look=True) as store:
        if period is None:
            last = store.happenings(kinds=[Happened.REPORTED], limit=1)
            period = since_the_last(last[0].at if last else None, now)
        shift = store.happenings(period.since - LOOK_BACK, KINDS, PLENTY)
        happenings = store.happenings(period.since, limit=PLENTY)
        history = store.history(since=period.since, limit=PLENTY)
        told, alarms = rooms_told(store), standing_in(store.note(ALARMS))
        calls = [call for each in told.values() for call in each.calls] if told is not None else None
        wakeups = store.wakeups(period.since) if calls is None else calls
        spent = store.spent_since(period.since.date())
    zoom, plans = settings.zoom, judged(seen.hotel, known(seen.hotel, ()), settings.grounds.limits, now).plans
    return night_view(
        Night(
            settings.property.name, period, seen.hotel, seen.register, around or seen.around, plans, alarms, wakeups,
            history[::-1], happenings[::-1], outages(shift[::-1], period), spent,
            {family: int(limit * zoom.share) for family, limit in DAILY[zoom.plan].items()},
        )
    )  # fmt: skip
