"""A pass that stays until all is done (``--wait``), and one that leaves longer obstacles to the next."""

from datetime import UTC, datetime, time, timedelta

import anyio
import pytest

from fixtures.zoom_cloud import Fault
from reconciler.outcome import Report
from tests.reconciler.conftest import FastClock, Inn, until

pytestmark = pytest.mark.anyio

USER = "/users/{userId}"
DAILY = {"X-RateLimit-Category": "Light", "X-RateLimit-Type": "Daily-limit"}
USED_UP = 30_000
"""Calls of the heavy labels that a business account has had on a day whose limit is reached."""


@pytest.fixture
def clock() -> FastClock:
    """An afternoon, with hours to go until Zoom's midnight."""
    return FastClock(datetime(2026, 11, 22, 15, tzinfo=UTC))


def midnight(inn: Inn) -> datetime:
    """When Zoom's daily limits restart."""
    return datetime.combine(inn.clock.now().date() + timedelta(days=1), time(), UTC)


@pytest.fixture
def cleared(inn: Inn) -> datetime:
    """Rooms 1009 and 1010, whose mailboxes hold a message that must go; only Zoom's heavy list shows it."""
    inn.configure(message_management=True)
    moment = inn.clock.now().replace(microsecond=0) - timedelta(hours=1)
    for number in (1009, 1010):
        inn.cloud.add_voicemail(number, moment)
        inn.document(str(number), f'mailbox: {{cleared: "{moment.isoformat()}"}}')
    inn.guest("1001", "Ana", "Souza")
    inn.cloud.limits.used_today["phone"] = USED_UP
    return moment


async def stays(inn: Inn, done: list[Report]) -> None:
    """One pass with --wait."""
    done.append(await inn.sync(wait=True))


@pytest.mark.usefixtures("cleared")
async def test_mailboxes_behind_a_daily_limit_are_cleared_after_its_reset(inn: Inn) -> None:
    done: list[Report] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stays, inn, done)
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])  # names do not wait for mailboxes
        reset = midnight(inn)
        inn.clock.advance(seconds=(reset - inn.clock.now()).total_seconds() - 60)
        await anyio.sleep(0.1)
        assert (done, len(inn.mailbox(1009))) == ([], 1)
        inn.clock.advance(seconds=60)
    assert [report.exit_code() for report in done] == [0]
    assert (inn.mailbox(1009), inn.mailbox(1010)) == ([], [])
    assert sorted(c.field for c in done[0].changes if c.status == "applied") == [
        "display_name", "first_name", "last_name", "voicemail", "voicemail",
    ]  # fmt: skip
    assert done[0].finished >= reset
    assert len(inn.writes()) == 3


@pytest.mark.usefixtures("cleared")
async def test_without_wait_they_are_left_to_the_next_pass(inn: Inn) -> None:
    before = inn.clock.now()

    report = await inn.sync()

    assert report.exit_code() == 4
    assert inn.clock.now() - before < timedelta(minutes=2)
    assert (inn.shown(1001), len(inn.mailbox(1009))) == (["Ana Souza 1001"], 1)
    inn.clock.advance(days=1)
    assert (await inn.sync()).exit_code() == 0
    assert (inn.mailbox(1009), inn.mailbox(1010)) == ([], [])


async def test_a_name_behind_a_daily_limit_goes_up_after_its_reset(inn: Inn) -> None:
    limit = inn.cloud.faults.add(
        Fault("answer", path=USER, method="PATCH", status=429, headers=DAILY, times=None)
    )
    inn.guest("1001", "Ana", "Souza")
    done: list[Report] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stays, inn, done)
        await until(lambda: limit.seen)
        inn.cloud.faults.clear()
        reset = midnight(inn)
        inn.clock.advance(seconds=(reset - inn.clock.now()).total_seconds() - 60)
        await anyio.sleep(0.1)
        assert (done, inn.shown(1001)) == ([], ["Room 1001"])
        inn.clock.advance(seconds=60)
    assert [report.exit_code() for report in done] == [0]
    assert inn.shown(1001) == ["Ana Souza 1001"]
    assert (limit.seen, len(inn.writes())) == (1, 2)


async def test_names_that_wait_for_the_day_are_in_the_store_for_the_next_pass(inn: Inn) -> None:
    inn.cloud.faults.add(Fault("answer", path=USER, method="PATCH", status=429, headers=DAILY, times=None))
    inn.guest("1001", "Ana", "Souza")

    report = await inn.sync()

    inn.cloud.faults.clear()
    assert (report.exit_code(), {change.status for change in report.changes}) == (4, {"planned"})
    async with inn.open() as room:
        failures = list(room.shop.hotel.setbacks.failures.values())
    assert {failure.next_at for failure in failures} == {midnight(inn)}
    inn.forget_calls()
    assert (await inn.sync()).exit_code() == 4
    assert inn.writes() == []  # the next pass knows that the day is spent
    inn.clock.advance(days=1)
    assert (await inn.sync()).exit_code() == 0
    assert inn.shown(1001) == ["Ana Souza 1001"]


@pytest.mark.usefixtures("cleared")
async def test_the_days_end_does_not_delete_more_than_the_rules_allow(inn: Inn) -> None:
    inn.configure(message_management=True, safety={"max_deletes": 1})
    done: list[Report] = []
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stays, inn, done)
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        await anyio.sleep(0.1)
        inn.clock.advance(days=1)
    assert [refusal.rule for refusal in done[0].refusals] == ["max-deletes"]
    assert done[0].exit_code() == 4
    assert len(inn.mailbox(1009)) == len(inn.mailbox(1010)) == 1


async def test_a_dry_run_waits_for_nothing(inn: Inn, cleared: datetime) -> None:
    before = inn.clock.now()

    report = await inn.audit(wait=True)

    assert inn.clock.now() - before < timedelta(minutes=2)
    assert "mailboxes_not_read" in {problem.code for problem in report.problems}
    assert inn.mailbox(1009) == [cleared]


async def test_a_pass_bound_to_a_plan_does_not_stay_for_what_is_not_in_it(
    inn: Inn, cleared: datetime
) -> None:
    plan = await inn.audit()

    report = await inn.sync(wait=True, expect=plan.digest)

    assert report.exit_code() == 4
    assert (inn.shown(1001), inn.mailbox(1009)) == (["Ana Souza 1001"], [cleared])


@pytest.mark.usefixtures("cleared")
async def test_a_pass_that_waits_for_midnight_ends_when_it_is_told_to(inn: Inn) -> None:
    asked = anyio.Event()
    done: list[Report] = []

    async def stays_until_asked() -> None:
        done.append(await inn.sync(wait=True, interruption=asked.wait))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(stays_until_asked)
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        await anyio.sleep(0.1)
        assert done == []
        asked.set()
    assert (done[0].exit_code(), done[0].count("applied")) == (4, 3)
    assert [problem.code for problem in done[0].problems] == ["mailboxes_not_read"]
    assert inn.clock.now() < midnight(inn) - timedelta(hours=7)
