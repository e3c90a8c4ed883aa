"""``--expect``: just the plan that a person has looked at is applied, room by room."""

import pytest

from reconciler.report.words import counts
from tests.reconciler.conftest import Inn

pytestmark = pytest.mark.anyio


async def test_the_plan_that_was_seen_is_applied(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    seen = await inn.audit()

    assert (await inn.sync(expect=seen.digest)).exit_code() == 0
    assert inn.shown(1001) == ["Ana Souza 1001"]


async def test_nobody_else_on_the_machine_reads_which_rooms_have_changed(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    await inn.audit()

    (plan,) = inn.folder.rglob("plans/*.json")
    assert plan.stat().st_mode & 0o777 == 0o600


async def test_a_room_that_is_not_as_it_was_seen_is_listed_and_skipped(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    inn.guest("1002", "Yuki", "Farnham")
    seen = await inn.audit()
    inn.guest("1002", "Petra", "Dworkin")
    inn.guest("1003", "Noor", "Hallberg")

    report = await inn.sync(expect=seen.digest)

    assert (report.exit_code(), report.calls) == (4, 1)
    assert {change.room for change in report.changes if change.status == "stale"} == {"1002", "1003"}
    assert inn.shown(1001, 1002, 1003) == ["Ana Souza 1001", "Room 1002", "Room 1003"]


async def test_a_plan_that_nobody_has_seen_applies_nothing(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")

    report = await inn.sync(expect="0123456789abcdef")

    assert (report.exit_code(), inn.writes()) == (1, [])
    assert (report.calls, counts(report).partition("in sync, ")[2]) == (0, "3 changes, 3 stale")
    assert {change.reason for change in report.changes} == {"no plan with this digest is known here"}


async def test_no_guest_can_be_read_out_of_the_plans_that_are_kept(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    await inn.audit()

    kept = [path.read_text() for path in (inn.folder / "state" / "plans").iterdir()]
    assert kept
    assert not any("Souza" in text for text in kept)


async def test_only_the_latest_plans_are_kept(inn: Inn) -> None:
    for number in range(25):
        inn.guest("1001", "Ana", f"Souza{'abcdefghijklmnopqrstuvwxyz'[number]}")
        await inn.audit(cached=number > 0)

    assert len(list((inn.folder / "state" / "plans").iterdir())) == 20
