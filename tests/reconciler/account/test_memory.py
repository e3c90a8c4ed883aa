"""What survives the end of a process: intents, results, leases, refused names, what was in place."""

import threading
from pathlib import Path

import anyio
import pytest

from drivers.zoom.operations import UPDATE_USER
from fixtures.zoom_cloud import Fault
from reconciler.account.memory import Memory
from reconciler.account.operation import Priority
from reconciler.diff import Change
from reconciler.plan import Write
from reconciler.store.rows import WriteStatus
from tests.reconciler.conftest import Inn
from tests.reconciler.lodge import EVENING, open_store

pytestmark = pytest.mark.anyio

USER = "/users/{userId}"
AREA = "/phone/common_areas/{commonAreaId}"


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
