"""What was already as wished is remembered, so that a change by hand is known for one."""

from zoneinfo import ZoneInfo

import pytest

from reconciler.store.rows import WriteRow, WriteStatus
from tests.reconciler.conftest import Inn

pytestmark = pytest.mark.anyio


async def test_a_name_that_was_right_before_our_first_write_drifts_too(inn: Inn) -> None:
    inn.vacant(1001)
    assert (await inn.sync()).changes == ()
    inn.user(1001).display_name = "Typed by hand"

    found = await inn.audit()

    assert [(change.field, change.cause) for change in found.changes] == [("display_name", "drift")]


async def test_a_wish_that_moves_is_intentional_although_zoom_was_touched(inn: Inn) -> None:
    inn.vacant(1001)
    await inn.sync()
    inn.user(1001).display_name = "Typed by hand"
    inn.guest("1001", "Ana", "Souza")

    assert {change.cause for change in (await inn.audit()).changes} == {"intentional"}


async def test_the_day_since_which_a_room_is_vacant_stays_the_day_of_first_sight(inn: Inn) -> None:
    inn.configure(department="state")
    inn.vacant(1001)
    first = inn.clock.now().astimezone(ZoneInfo("America/New_York")).date()
    await inn.sync()
    inn.clock.advance(days=3)

    assert (await inn.sync()).changes == ()
    assert inn.user(1001).dept == f"Out {first}"


async def test_the_day_changes_with_the_guest(inn: Inn) -> None:
    inn.configure(department="state")
    inn.vacant(1001)
    await inn.sync()
    inn.clock.advance(days=3)
    inn.guest("1001", "Ana", "Souza")
    today = inn.clock.now().astimezone(ZoneInfo("America/New_York")).date()

    await inn.sync()

    assert inn.user(1001).dept == f"In {today}"
    assert (await inn.audit()).changes == ()


async def test_a_change_whose_answer_a_crash_swallowed_stands_in_the_history(inn: Inn) -> None:
    inn.vacant(1001)
    await inn.sync()
    inn.guest("1001", "Ana", "Souza")
    async with inn.open() as room:
        write = WriteRow(
            inn.user(1001).id,
            "display_name",
            "Room 1001",
            "Ana Souza 1001",
            WriteStatus.INTENT,
            inn.clock.now(),
        )
        await room.shop.memory.run(room.store.intend, [write])
    user = inn.user(1001)
    user.first_name, user.last_name, user.display_name = "Ana", "Souza 1001", "Ana Souza 1001"

    assert (await inn.sync()).changes == ()

    async with inn.open() as room:
        rows = await room.shop.memory.run(room.store.history, "1001", None)
        assert [(row.field, row.before, row.after, row.result) for row in rows][:1] == [
            ("display_name", "Room 1001", "Ana Souza 1001", "applied, seen later")
        ]
        assert not await room.shop.memory.run(room.store.unanswered)
