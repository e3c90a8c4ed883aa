"""Outages as a night report tells them."""

from datetime import UTC, datetime, timedelta

from reconciler.nightly.outages import Outage, outages
from reconciler.nightly.period import Period
from reconciler.store.rows import Happened, HappeningRow, Json

NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
PERIOD = Period(NOON, NOON + timedelta(hours=18))


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def row(hours: float, kind: Happened, subject: str = "pms", body: Json = None) -> HappeningRow:
    return HappeningRow(at(hours), kind, subject, body=body)


def test_a_link_that_was_lost_and_came_back_is_one_outage_with_its_reason() -> None:
    rows = [row(1, Happened.LINK_DOWN, body="refused"), row(2, Happened.LINK_UP)]
    assert outages(rows, PERIOD) == [Outage("link", "pms", at(1), at(2), "refused")]


def test_what_is_still_away_has_no_end_and_what_ended_before_is_not_told() -> None:
    rows = [
        row(-9, Happened.LINK_DOWN), row(-8, Happened.LINK_UP), row(-1, Happened.LINK_DOWN, "annex"),
        row(3, Happened.CHANNEL_DOWN, "9001"),
    ]  # fmt: skip
    assert outages(rows, PERIOD) == [
        Outage("link", "annex", at(-1), None, ""),
        Outage("channel", "9001", at(3), None, ""),
    ]


def test_two_links_are_told_apart() -> None:
    rows = [
        row(1, Happened.LINK_DOWN, "annex"), row(2, Happened.LINK_DOWN), row(3, Happened.LINK_UP, "annex"),
        row(4, Happened.LINK_UP),
    ]  # fmt: skip
    assert [(each.name, each.since, each.until) for each in outages(rows, PERIOD)] == [
        ("annex", at(1), at(3)),
        ("pms", at(2), at(4)),
    ]


def test_a_channel_that_came_back_while_nobody_looked_is_not_away_for_ever() -> None:
    rows = [
        row(1, Happened.CHANNEL_DOWN, "9001"), row(2, Happened.STOPPED, "controller"),
        row(3, Happened.STARTED, "controller", {"unclean": False}),
    ]  # fmt: skip
    assert outages(rows, PERIOD) == [
        Outage("channel", "9001", at(1), at(2), ""),
        Outage("controller", "controller", at(2), at(3), ""),
    ]


def test_a_controller_that_was_cut_off_is_told_although_nobody_knows_since_when() -> None:
    (outage,) = outages([row(3, Happened.STARTED, "controller", {"unclean": True})], PERIOD)
    assert (outage.what, outage.since, outage.until) == ("controller", None, at(3))
    assert "cut off" in outage.why
