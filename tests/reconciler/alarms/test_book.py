"""Alarms over a night with restarts, a full disk, and a mail server that sleeps."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from desired.problem import Problem
from reconciler.alarms.book import NOTE as ALARMS
from reconciler.alarms.book import AlarmBook, standing_in
from reconciler.alarms.finding import Situation, manners
from reconciler.alarms.letter import Undelivered
from reconciler.alarms.messenger import TOO_OLD, Messenger, Notice
from reconciler.stays.frontdesk import Declined
from reconciler.store.errors import StoreUnavailable
from reconciler.views.alarms import alarms_view
from reconciler.wakeups.acknowledged import NOTE as ACKNOWLEDGED
from reconciler.wakeups.acknowledged import Acknowledged
from tests.reconciler.conftest import FastClock, until
from tests.reconciler.lodge import EVENING, Lodge

pytestmark = pytest.mark.anyio

FAILED = Problem("wakeup_failed", "room 1207: nobody woke", room="1207", subject="2026-11-23T06:30:00")
FAILED_KEY = "wakeup_failed 1207 2026-11-23T06:30:00"
PMS = Problem("pms_down", "PMS link pms is down", subject="pms")


class Night:
    """A hotel whose situation a test sets, and what its mail server was told."""

    def __init__(self, folder: Path) -> None:
        self.lodge = Lodge(folder, clock=FastClock(EVENING))
        self.problems: list[Problem] = []
        self.told: list[str] = []
        self.trouble: Exception | None = None
        self.tries = 0
        self.book: AlarmBook
        self.acknowledged: Acknowledged

    @property
    def store(self) -> Any:
        return self.lodge.store

    async def _deliver(self, notices: Sequence[Notice]) -> None:
        self.tries += 1
        if self.trouble is not None:
            raise self.trouble
        self.told += [f"{notice.status} {notice.key}" for notice in notices]

    def _look(self) -> Situation:
        return Situation(self.problems, self.acknowledged.known.keys())

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        lodge = self.lodge
        self.acknowledged = Acknowledged(lodge.memory, lodge.clock, lodge.store.note(ACKNOWLEDGED))
        by_kind, note = manners(timedelta(minutes=5)), lodge.store.note(ALARMS)
        self.book = AlarmBook(by_kind, lodge.memory, lodge.clock, self.acknowledged, note)
        messenger = Messenger("mail", self._deliver, lodge.clock, at_once=10)
        self.book.send_with(messenger)
        with anyio.fail_after(20):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self.book.follow, self._look)
                tasks.start_soon(messenger.run)
                yield
                tasks.cancel_scope.cancel()

    async def passes_until(self, true: Callable[[], bool]) -> None:
        """Minute after minute passes."""

        def a_minute_later() -> bool:
            self.lodge.clock.advance(minutes=1)
            return true()

        await until(a_minute_later)

    def happened(self) -> list[tuple[str, str]]:
        return [(row.kind, row.subject) for row in reversed(self.store.happenings())]

    def kept(self) -> Any:
        return self.store.note(ALARMS)


@pytest.fixture
def night(tmp_path: Path) -> Iterator[Night]:
    night = Night(tmp_path)
    yield night
    night.store.close()


async def test_an_alarm_is_told_once_across_restarts_and_its_end_too(night: Night) -> None:
    night.problems = [FAILED]
    async with night.at_work():
        await until(
            lambda: night.kept() is not None and night.kept()["waiting"] == {"mail": []} and night.told
        )
    async with night.at_work():
        await until(lambda: night.book.standing)
        night.lodge.clock.advance(minutes=1)
        night.problems = []
        await until(lambda: len(night.told) > 1)
        await until(lambda: len(night.happened()) > 1)
    assert night.told == [f"raised {FAILED_KEY}", f"resolved {FAILED_KEY}"]
    assert night.happened() == [("alert_raised", FAILED_KEY), ("alert_resolved", FAILED_KEY)]


async def test_a_mail_server_that_sleeps_is_tried_again_and_holds_up_nothing(night: Night) -> None:
    night.problems, night.trouble = [FAILED], Undelivered("mail.example: no answer in time")
    async with night.at_work():
        await until(lambda: night.tries >= 2)
        assert [standing.alarm.key for standing in night.book.standing] == [FAILED_KEY]
        night.trouble = None
        night.lodge.clock.advance(minutes=15)
        await until(lambda: bool(night.told))
    assert night.told == [f"raised {FAILED_KEY}"]


async def test_what_could_not_be_told_before_a_restart_is_told_after_it(night: Night) -> None:
    night.problems, night.trouble = [FAILED], Undelivered("mail.example: no answer in time")
    async with night.at_work():
        await until(lambda: night.kept() is not None and bool(night.kept()["waiting"]["mail"]))
    night.trouble = None
    async with night.at_work():
        await until(lambda: bool(night.told))
    assert night.told == [f"raised {FAILED_KEY}"]


async def test_a_fault_of_ours_while_telling_is_tried_again_too(night: Night) -> None:
    night.problems, night.trouble = [FAILED], RuntimeError("a fault")
    async with night.at_work():
        await until(lambda: night.tries >= 1)
        night.trouble = None
        night.lodge.clock.advance(minutes=1)
        await until(lambda: bool(night.told))


async def test_nobody_is_called_for_what_was_yesterday(night: Night) -> None:
    night.problems, night.trouble = [FAILED], Undelivered("mail.example: no answer in time")
    async with night.at_work():
        await until(lambda: night.kept() is not None and bool(night.kept()["waiting"]["mail"]))
        night.lodge.clock.advance(seconds=TOO_OLD.total_seconds() + 3600)
        await until(lambda: night.kept()["waiting"] == {"mail": []})
        night.trouble = None
        night.problems = []
        night.lodge.clock.advance(minutes=30)
        await until(lambda: bool(night.told))
    assert night.told == [f"resolved {FAILED_KEY}"]


async def test_a_store_that_cannot_be_written_keeps_nobody_from_being_told(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    night.problems = [FAILED]

    def disk_full(*_: object) -> None:
        raise StoreUnavailable("the store", "disk full")

    with monkeypatch.context() as full:
        full.setattr(night.store, "put_note", disk_full)
        async with night.at_work():
            await until(lambda: bool(night.told))
            assert night.happened() == []
            full.undo()
            await until(lambda: bool(night.happened()))
            await until(lambda: night.kept()["waiting"] == {"mail": []})
    assert night.happened() == [("alert_raised", FAILED_KEY)]


async def test_who_acknowledges_a_failed_wake_up_call_at_the_desk_ends_the_alarm(night: Night) -> None:
    night.problems = [FAILED]
    async with night.at_work():
        await until(lambda: bool(night.book.standing))
        assert await night.book.acknowledge(FAILED_KEY, "mara") == "mara has acknowledged it"
        assert alarms_view(night.book.standing)["alarms"][0]["acknowledged"]["who"] == "mara"
        await until(lambda: not night.book.standing)
        with pytest.raises(Declined, match="there is no alarm"):
            await night.book.acknowledge(FAILED_KEY, "joe")
        await until(lambda: len(night.happened()) == 3)
    assert night.happened() == [
        ("alert_raised", FAILED_KEY), ("alert_acknowledged", FAILED_KEY), ("alert_resolved", FAILED_KEY)
    ]  # fmt: skip


async def test_a_key_at_the_operators_telephone_ends_the_alarm_too(night: Night) -> None:
    night.problems = [FAILED]
    async with night.at_work():
        await until(lambda: bool(night.book.standing))
        await night.acknowledged.note(["1207 2026-11-23T06:30:00"], "7000", by_telephone=True)
        await until(lambda: not night.book.standing)


async def test_a_link_that_somebody_knows_of_is_an_alarm_until_it_is_back_also_after_a_restart(
    night: Night,
) -> None:
    night.problems = [PMS]
    async with night.at_work():
        await night.passes_until(lambda: bool(night.book.standing))
        await night.book.acknowledge("pms_down pms", "mara")
        assert await night.book.acknowledge("pms_down pms", "joe") == "mara has acknowledged it before"
    async with night.at_work():
        (alarm,) = alarms_view(night.book.standing)["alarms"]
        assert (alarm["severity"], alarm["acknowledged"]["who"]) == ("serious", "mara")
        night.problems = []
        await night.passes_until(lambda: not night.book.standing)
    assert ("alert_acknowledged", "pms_down pms") in night.happened()


async def test_an_alarm_of_a_newer_version_is_left_for_it_after_a_downgrade(
    night: Night, capsys: pytest.CaptureFixture[str]
) -> None:
    async with night.at_work():
        night.problems = [PMS]
        await night.passes_until(lambda: "raised pms_down pms" in night.told)
    note = night.store.note(ALARMS)
    newer = note["standing"][0] | {"key": "robot_lost lift", "kind": "robot_lost"}
    news = {
        "key": "robot_lost lift",
        "kind": "robot_lost",
        "severity": "urgent",
        "status": "raised",
        "at": "x",
    }
    night.store.put_note(ALARMS, {"standing": [newer, *note["standing"]], "waiting": {"mail": [news]}})

    async with night.at_work():
        assert [each.alarm.key for each in night.book.standing] == ["pms_down pms"]
        assert standing_in(night.store.note(ALARMS)) == night.book.standing
        night.problems = []
        await night.passes_until(lambda: "resolved pms_down pms" in night.told)
        await until(lambda: night.store.note(ALARMS) == {"standing": [newer], "waiting": {"mail": [news]}})

    assert "an alarm of a newer version is left alone" in capsys.readouterr().out
