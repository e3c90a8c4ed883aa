"""One spender of the account: a controller that is just starting is waited for, not worked beside."""

import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import anyio
import pytest

from observed.extension import Voicemail
from reconciler.app import handing
from reconciler.app.entry import unwrapped
from reconciler.app.online import Busy, open_store, ownership_name
from reconciler.app.photograph import photograph
from reconciler.cli import live
from reconciler.control import Door
from reconciler.desk.passes import passes_app
from reconciler.desk.serve import bind, serve
from reconciler.outcome import Report
from reconciler.passes import Options
from reconciler.snapshot import load
from reconciler.store.rows import Claimant
from tests.reconciler.conftest import Inn, until
from tests.reconciler.doorkeeper import NOON, Doorkeeper

pytestmark = pytest.mark.anyio

ANOTHER_PROCESS = os.getppid()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing, "STARTS_WITHIN", 1.0)
    monkeypatch.setattr(handing, "KNOCK_EVERY", 0.05)


async def one_pass(inn: Inn, **options: Any) -> Report:
    """A pass as the command line makes it."""
    with unwrapped():
        return await live._make(inn.settings, Options(**options), None, debug=False)


def take_account(inn: Inn, *, pid: int = ANOTHER_PROCESS, host: str = os.uname().nodename) -> None:
    """Another process has become the controller, whose door is not open yet."""
    claimant = Claimant("reconcile run", host, pid, "http://127.0.0.1:1")
    with open_store(inn.settings) as store:
        name = ownership_name(inn.settings)
        store.acquire(name, claimant, now=datetime.now(UTC), ttl=timedelta(seconds=30))


@asynccontextmanager
async def open_door(inn: Inn, *, after: float) -> AsyncIterator[None]:
    """The controller's door: published at once, answered a while later."""

    async def answer() -> None:
        await anyio.sleep(after)
        await serve(passes_app(token, Doorkeeper("by the controller")), listener)

    token = secrets.token_hex(4)
    with bind("127.0.0.1", 0) as listener:
        Door(f"http://127.0.0.1:{listener.getsockname()[1]}", token).publish(inn.settings.state)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(answer)
            yield
            tasks.cancel_scope.cancel()


async def test_a_pass_knocks_at_a_door_that_nobody_answers_yet_and_waits(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    take_account(inn)

    async with open_door(inn, after=0.3):
        report = await one_pass(inn, dry_run=True)

    assert (report.property, inn.cloud.calls) == ("by the controller", [])


async def test_a_snapshot_is_taken_by_the_controller_with_all_that_it_has_seen(inn: Inn) -> None:
    take_account(inn)

    async with open_door(inn, after=0.0):
        await photograph(inn.settings, inn.folder / "zoom.json")

    assert load(inn.folder / "zoom.json").messages == {1001: (Voicemail("m1", 1001, NOON),)}
    assert inn.cloud.calls == []


@pytest.mark.parametrize("dry_run", [True, False])
async def test_a_controller_that_has_the_account_and_no_door_yet_is_waited_for(
    inn: Inn, capsys: pytest.CaptureFixture[str], dry_run: bool
) -> None:
    inn.guest("1001", "Ana", "Souza")
    take_account(inn)
    reports: list[Report] = []

    async def ask() -> None:
        reports.append(await one_pass(inn, dry_run=dry_run))

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask)
        await anyio.sleep(0.3)
        async with open_door(inn, after=0.0):
            await until(lambda: reports)

    assert (reports[0].property, inn.cloud.calls) == ("by the controller", [])
    assert f"waiting for the controller (process {ANOTHER_PROCESS})" in capsys.readouterr().err


async def test_a_controller_that_never_opens_its_door_is_named_and_nothing_is_spent_beside_it(
    inn: Inn,
) -> None:
    inn.guest("1001", "Ana", "Souza")
    take_account(inn)

    with pytest.raises(Busy) as refused:
        await one_pass(inn, dry_run=True)

    assert (refused.value.exit_code, inn.cloud.calls) == (3, [])
    assert str(ANOTHER_PROCESS) in str(refused.value)
    assert refused.value.remedy


async def test_a_controller_on_another_machine_is_not_waited_for(
    inn: Inn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "STARTS_WITHIN", 60.0)
    inn.guest("1001", "Ana", "Souza")
    take_account(inn, host="back-office")

    with anyio.fail_after(10), pytest.raises(Busy) as refused:
        await one_pass(inn, dry_run=True)

    assert "run this on back-office" in refused.value.remedy


async def test_a_controller_that_has_died_holds_nobody_up(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    take_account(inn, pid=2**22 + 1)

    assert (await one_pass(inn, dry_run=True)).exit_code() == 2


async def test_a_dry_run_without_reading_zoom_needs_nobody(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    await inn.audit()
    take_account(inn)

    assert (await one_pass(inn, dry_run=True, cached=True)).exit_code() == 2
