"""What the running controller does for the command line, and when its configuration has changed."""

from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import anyio
import pytest
from structlog.testing import capture_logs

from reconciler.app.atwork import AT_WORK
from reconciler.app.doors import Doors
from reconciler.app.inforce import InForce
from reconciler.app.online import open_store
from reconciler.app.work import Manner, Signals, work
from reconciler.audit import Scope
from reconciler.control import Door
from reconciler.outcome import Report
from reconciler.passes import Options
from reconciler.store.rows import Json, SaidRow
from tests.reconciler.conftest import Inn, Running, until


def doors(running: Running) -> Doors:
    """What the command line finds behind the door of this controller."""
    return Doors(running.room, running.controller, running.office, running.room.shop.clock.now(), debug=False)


async def dry_run(running: Running, *allow: str) -> Report:
    """A dry run handed to the controller."""
    return await doors(running).make_pass(Options(Scope(allow=frozenset(allow)), dry_run=True))


def test_a_configuration_that_is_saved_twice_in_a_row_reloads_the_controller_and_never_ends_it() -> None:
    signals = Signals()
    signals.ask(reload=True)
    signals.ask(reload=True)
    assert signals.reload


def test_who_is_told_to_stop_stops_whatever_is_saved_meanwhile() -> None:
    signals = Signals()
    signals.ask(reload=True)
    signals.ask(reload=False)
    signals.ask(reload=True)
    assert not signals.reload


@pytest.mark.anyio
async def test_a_reload_waits_for_those_on_the_telephone_and_a_stop_for_nobody() -> None:
    for stops in (False, True):
        signals, free = Signals(), anyio.Event()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(signals.reload_after, free.wait)
            await anyio.wait_all_tasks_blocked()
            signals.ask(reload=True)
            await anyio.wait_all_tasks_blocked()
            assert not signals.stop.is_set()
            if stops:
                signals.ask(reload=False)
                assert signals.stop.is_set()
            free.set()
        assert (signals.stop.is_set(), signals.reload) == (True, not stops)


@pytest.mark.anyio
async def test_a_dry_run_that_lifts_empty_source_shows_what_would_be_and_nothing_is_forgotten(
    inn: Inn,
) -> None:
    for room in ("1001", "1002"):
        inn.guest(room, "Ana", "Souza")
    async with inn.controller() as running:
        traffic, health = running.room.shop.traffic, running.controller.health
        await until(lambda: health.rooms and not health.pending and not (traffic.busy or traffic.waiting))
        for room in ("1001", "1002"):
            inn.remove(room)
        inn.user(1001).display_name = "Typed by hand"

        lifted = await dry_run(running, "empty-source")
        as_it_is = await dry_run(running)

    assert (lifted.exit_code(), lifted.rooms, lifted.changes) == (0, 0, ())
    assert (as_it_is.exit_code(), as_it_is.rooms) == (3, 2)
    assert [refusal.rule for refusal in as_it_is.refusals] == ["empty-source"]
    assert inn.shown(1001, 1002) == ["Typed by hand", "Ana Souza 1002"]


@pytest.mark.anyio
async def test_what_a_handed_pass_changes_is_logged_and_counted(inn: Inn) -> None:
    inn.configure(zoom={"drift_check": 30 * 1440})  # the sweeps leave it to the pass
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        health = running.controller.health
        await until(lambda: health.applied == 3)
        inn.user(1001).display_name = "Typed by hand"
        behind = doors(running)
        with capture_logs() as logs:
            report = await behind.make_pass(Options())

    assert (report.count("applied"), health.applied) == (1, 4)
    assert [(line["room"], line["field"]) for line in logs if line["event"] == "change"] == [
        ("1001", "display_name")
    ]


@pytest.mark.anyio
async def test_a_snapshot_of_the_controller_holds_messages_and_every_telephone(inn: Inn) -> None:
    inn.configure(rooms=["1001-1013"], message_management=True, safety={"max_deletes": 0})
    cleared = inn.clock.now().replace(microsecond=0) - timedelta(hours=1)
    inn.cloud.add_voicemail(1001, cleared)
    inn.document("1001", f'mailbox: {{cleared: "{cleared.isoformat()}"}}')
    inn.cloud.add_user(1013, pending=True)
    async with inn.controller() as running:
        taken = await doors(running).photograph()

    assert [message.at for message in taken.messages[1001]] == [cleared]
    assert {each.number for each in taken.extensions} == {*range(1001, 1014), 7001, 7002}


@pytest.mark.anyio
async def test_what_the_desk_says_while_the_controller_starts_is_heard(
    inn: Inn, monkeypatch: pytest.MonkeyPatch
) -> None:
    inn.configure(desk={"listen": "127.0.0.1:0"})
    publish = Door.publish

    def after_a_word_at_the_desk(door: Door, state: Path) -> None:
        with open_store(inn.settings) as store:
            store.say([SaidRow("1001", "desk", "dnd", "on", "desk", datetime.now(UTC))])
        publish(door, state)

    monkeypatch.setattr(Door, "publish", after_a_word_at_the_desk)
    signals = Signals()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(partial(work, InForce.of(inn.config), signals, Manner(stack=())))
        await until(lambda: inn.user(1001).dnd_until)
        signals.ask(reload=False)


@pytest.mark.anyio
async def test_the_book_tells_when_the_controller_was_at_work_and_whether_it_was_cut_off(inn: Inn) -> None:
    inn.configure(desk={"listen": "127.0.0.1:0"})

    async def works_for_a_moment() -> None:
        signals = Signals()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(partial(work, InForce.of(inn.config), signals, Manner(stack=())))
            await until(lambda: at_work() is True)
            signals.ask(reload=False)

    def at_work() -> Json:
        with open_store(inn.settings) as store:
            return store.note(AT_WORK)

    await works_for_a_moment()
    with open_store(inn.settings) as store:
        store.put_note(AT_WORK, value=True)  # as a power cut leaves it
    await works_for_a_moment()

    with open_store(inn.settings) as store:
        assert [(row.kind, row.body) for row in reversed(store.happenings())] == [
            ("controller_started", {"unclean": False}),
            ("controller_stopped", None),
            ("controller_started", {"unclean": True}),
            ("controller_stopped", None),
        ]
