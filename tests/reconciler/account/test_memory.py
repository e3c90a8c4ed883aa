"""What survives the end of a process: intents, results, leases, refused names, what was in place."""

import threading
from pathlib import Path

import anyio
import pytest

from drivers.zoom.operations import UPDATE_USER
from fixtures.zoom_cloud import Fault
from reconciler.account.memory import Memory
from reconciler.account.operation import Priority
from reconciler.change import Change
from reconciler.plan import Write
from reconciler.store.rows import WriteStatus
from tests.reconciler.conftest import Inn
from tests.reconciler.lodge import EVENING, open_store

pytestmark = pytest.mark.anyio

USER = "/users/{userId}"
AREA = "/phone/common_areas/{commonAreaId}"
PRESENCE = "/users/{userId}/presence_status"


async def test_a_write_whose_answer_nobody_saw_is_read_back_by_the_next_process(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    inn.guest("1009", "Kwame", "Hallberg")
    for path in (USER, AREA):
        inn.cloud.faults.add(Fault("apply_then_drop", path=path, method="PATCH"))
        inn.cloud.faults.add(Fault("answer", path=path, method="GET", status=503, times=None))
    assert (await inn.sync()).exit_code() == 1
    inn.cloud.faults.clear()
    assert len(inn.writes()) == 2

    again = await inn.sync(cached=True)

    assert (again.exit_code(), again.changes) == (0, ())
    assert len(inn.writes()) == 2
    assert inn.reads()["/users"] == 1  # cached: only the two rooms were read


@pytest.mark.parametrize("readable", [True, False])
@pytest.mark.parametrize(("wish", "shown"), [("on", "Do_Not_Disturb"), ("off", "Available")])
async def test_a_do_not_disturb_whose_end_nobody_saw_is_what_the_guest_wants_all_the_same(
    inn: Inn, wish: str, shown: str, readable: bool
) -> None:
    if not readable:
        inn.cloud.scopes.discard("user:read:presence_status:admin")
    inn.document("1001", "dnd: on")
    await inn.sync()
    inn.clock.advance(seconds=61)
    inn.document("1001", "dnd: off")
    inn.cloud.faults.add(Fault("apply_then_drop", path=PRESENCE, method="PUT"))
    inn.cloud.faults.add(Fault("answer", path=PRESENCE, method="GET", status=503, times=None))
    await inn.sync()
    inn.cloud.faults.clear()
    assert inn.user(1001).presence_at(inn.clock.now()) == "Available"

    inn.document("1001", f"dnd: {wish}")
    inn.clock.advance(seconds=10)
    await inn.sync()
    inn.clock.advance(seconds=61)
    await inn.sync(cached=True)

    assert inn.user(1001).presence_at(inn.clock.now()) == shown


async def test_a_do_not_disturb_whose_beginning_nobody_saw_ends_when_it_is_not_wanted(inn: Inn) -> None:
    inn.document("1001", "dnd: on")
    inn.cloud.faults.add(Fault("apply_then_drop", path=PRESENCE, method="PUT"))
    inn.cloud.faults.add(Fault("answer", path=PRESENCE, method="GET", status=503, times=None))
    await inn.sync()
    inn.cloud.faults.clear()
    assert inn.user(1001).presence_at(inn.clock.now()) == "Do_Not_Disturb"

    inn.document("1001", "dnd: off")
    inn.clock.advance(seconds=61)
    await inn.sync()

    assert inn.user(1001).presence_at(inn.clock.now()) == "Available"


async def test_every_change_is_in_the_history_with_its_cause_and_result(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    inn.cloud.faults.add(Fault("answer", path=USER, method="PATCH", status=503))
    await inn.sync()

    async with inn.open() as room:
        rows = [row for row in room.store.history() if row.field == "display_name"]

    assert [(row.before, row.after, row.cause) for row in rows] == [
        ("Room 1001", "Ana Souza 1001", "intentional")
    ] * 2
    assert sorted(row.result.split()[0] for row in rows) == ["503/503", "applied"]
    assert {row.call for row in rows} == {"PATCH /users/{userId}"}


async def test_a_write_that_was_answered_is_settled(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    await inn.sync()

    async with inn.open() as room:
        writes = room.store.writes().values()

    assert {row.status for row in writes} == {WriteStatus.APPLIED}
    assert all(row.answered_at is not None and row.answered_at >= row.sent_at for row in writes)


async def test_a_refused_name_is_remembered_without_the_name(inn: Inn) -> None:
    inn.cloud.word_filter = {"grimaldi"}
    inn.guest("1001", "Luca", "Grimaldi")
    await inn.sync()

    async with inn.open() as room:
        refused = room.store.refused_names()

    assert [extension for extension, _ in refused] == [inn.user(1001).id]
    assert "Grimaldi" not in str(refused)


async def test_what_the_pms_says_does_not_queue_behind_what_zoom_has_answered(tmp_path: Path) -> None:
    may_go_on = threading.Event()
    with open_store(tmp_path) as store, anyio.fail_after(30):
        memory = Memory(store)
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(memory.run, may_go_on.wait)
            await anyio.wait_all_tasks_blocked()
            await memory.run_first(store.put_note, "guest", "Souza")
            may_go_on.set()
        assert store.note("guest") == "Souza"


async def test_a_check_in_does_not_queue_behind_what_zoom_has_answered(tmp_path: Path) -> None:
    may_go_on = threading.Event()
    change = Change(
        "1207", "1207", "user", "display_name", "Room 1207", "Ana Souza", "intentional", "pms", "u1"
    )
    values = {change.field: change.desired}
    rename = Write(UPDATE_USER, "user", "u1", "1207", "1207", values, (change,), Priority.CHECK_IN)
    with open_store(tmp_path) as store, anyio.fail_after(30):
        memory = Memory(store)
        async with anyio.create_task_group() as tasks:
            for _ in range(3):
                tasks.start_soon(memory.run, may_go_on.wait)
            await anyio.wait_all_tasks_blocked()
            await memory.intend(rename, EVENING)
            may_go_on.set()
        assert [row.status for row in store.writes().values()] == [WriteStatus.INTENT]
