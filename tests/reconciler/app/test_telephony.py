"""The whole telephone side at work: guests are woken, and what they key is known to the hotel and its PMS."""

from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import pytest

from desired.said import Field
from fixtures.telephones import Exchange, Guest, Line, busy, no_answer, picks_up
from fixtures.telephones.headers import direct, forwarded
from reconciler.app.telephony import Lines, Premises, TelephoneSide, telephone_side
from reconciler.configuration.file import load
from reconciler.configuration.settings import Settings
from reconciler.errors import Later
from reconciler.stays.owed import MessagesOwed, Owed, RoomStateOwed, WakeupResultOwed, WakeupSetOwed
from reconciler.telephones.call import Ended
from reconciler.views.trial import trial_lines
from reconciler.wakeups.acknowledged import NOTE, Acknowledged, name_of
from reconciler.wakeups.rounds import WakeupCalls
from tests.reconciler.conftest import FastClock, until
from tests.reconciler.lodge import EVENING, ZONE, Lodge, leaves, souza, wake

pytestmark = pytest.mark.anyio

VOICE = """
property: {name: Harbour View, timezone: America/New_York}
rooms: ["1201-1210"]
alerts: {second_contact: "7001"}
voice:
  pilot: "9000"
  operator: "7000"
  wakeup: {attempts: 2, ring: 5, retry_busy: 5, retry_no_answer: 5, alert_repeat: 20}
"""
SECOND = 16_000
"""Bytes of sound."""


class Front:
    """A hotel with a PMS, an exchange, and housephone between them."""

    def __init__(self, lodge: Lodge, settings: Settings, exchange: Exchange) -> None:
        self.lodge = lodge
        self.settings = settings
        self.exchange = exchange
        self.side: TelephoneSide
        self.acknowledged: Acknowledged
        self.lit: list[tuple[str, int, int]] = []

    def file(self, pai_means: str) -> Path:
        """The configuration with lines that are told apart so."""
        file = self.lodge.folder / "housephone.yaml"
        sip = f"sip: {{pbx: {{address: pbx.example}}, accounts: [{{user: '9001'}}], pai_means: {pai_means}}}"
        file.write_text(f"{VOICE}{sip}\n")
        return file

    @staticmethod
    async def _zoom_is_away(_rooms: Iterable[str]) -> None:
        raise Later("no answer")

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Everything runs, as in the controller."""
        lodge = self.lodge
        self.acknowledged = Acknowledged(lodge.memory, lodge.clock, lodge.store.note(NOTE))
        premises = Premises(
            lodge.hotel, lodge.reception, lodge.memory, lodge.clock, lambda _rooms: None, self.acknowledged,
            self._zoom_is_away,
        )  # fmt: skip
        lines = Lines(self.exchange, frozenset({"9001", "9002"}), light=lambda *lamp: self.lit.append(lamp))
        self.side = side = await telephone_side(self.settings, premises, lines)
        wakeups = WakeupCalls(lodge.reception, lodge.clock, side.ringer, alert=side.alerts.sound)
        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                for work in (lodge.reception.run, side.run, wakeups.run):
                    tasks.start_soon(work)
                yield
                tasks.cancel_scope.cancel()

    async def wake_soon(self, room: str = "1207") -> datetime:
        """The PMS asks for a wake-up call in a few seconds."""
        at = (
            (self.lodge.clock.now() + timedelta(seconds=10))
            .astimezone(ZONE)
            .replace(tzinfo=None, microsecond=0)
        )
        await self.lodge.hear(wake(room, at))
        return at

    async def owed(self, enough: Callable[[list[Owed]], bool]) -> list[Owed]:
        """All that the PMS is told, as soon as it is enough."""
        told: list[Owed] = []
        with anyio.fail_after(20):
            while not enough(told):
                told += await self.lodge.owed()
                await anyio.sleep(0.02)
        return told


@pytest.fixture
async def front(tmp_path: Path) -> AsyncIterator[Front]:
    file = tmp_path / "housephone.yaml"
    file.write_text(VOICE)
    lodge = Lodge(tmp_path, clock=FastClock(EVENING))
    await lodge.settle()
    await lodge.hear(souza())
    async with Exchange(lodge.clock, ["9001", "9002"]) as exchange:
        yield Front(lodge, load(file, {}), exchange)
    lodge.store.close()


def result(owed: list[Owed]) -> list[Any]:
    return [each.result for each in owed if isinstance(each, WakeupResultOwed)]


async def test_a_guest_is_woken_presses_a_key_and_the_pms_hears_one_ok(front: Front) -> None:
    front.exchange.at("1207", picks_up(keys="1"))
    async with front.at_work():
        at = await front.wake_soon()
        assert await front.owed(lambda told: bool(result(told))) == [WakeupResultOwed("1207", at, "OK")]
    assert [call.extension for call in front.exchange.dialled] == ["1207"]
    entry = front.lodge.entry("1207", at)
    assert entry is not None
    assert (entry.status, entry.attempts) == ("ok", 1)
    assert (
        abs((front.exchange.dialled[0].at - entry.due).total_seconds()) < 6
    )  # of a clock that runs 20 times as fast


async def test_a_reload_waits_until_the_guest_whose_telephone_rings_is_awake(front: Front) -> None:
    front.exchange.at("1207", picks_up(after=4, keys="1"))
    async with front.at_work():
        await front.side.rest()  # nobody is on the telephone: at once
        at = await front.wake_soon()
        await until(lambda: front.exchange.dialled)
        await front.side.rest()
        assert not any(channel.busy for channel in front.exchange.channels())
        assert await front.owed(lambda told: bool(result(told))) == [WakeupResultOwed("1207", at, "OK")]


async def test_while_a_reload_waits_for_the_last_calls_no_further_telephone_rings(front: Front) -> None:
    async with front.at_work():
        front.side.ringer.hold()
        await front.wake_soon()
        await front.lodge.clock.sleep(30)
    assert front.exchange.dialled == []


async def test_nobody_answers_and_the_operator_is_called_until_he_presses_a_key(front: Front) -> None:
    front.exchange.at("1207", no_answer())
    front.exchange.at("7000", no_answer(), picks_up(keys="5"))
    front.exchange.at("7001", busy())
    async with front.at_work():
        await front.wake_soon()
        assert result(await front.owed(lambda told: bool(result(told)))) == ["NR"]
        await until(lambda: len(front.exchange.dialled) == 5 and not front.side.alerts.open)
    assert [call.extension for call in front.exchange.dialled] == ["1207", "1207", "7000", "7001", "7000"]


async def test_an_alert_that_nobody_has_heard_is_told_again_after_a_restart_and_one_that_was_is_not(
    front: Front,
) -> None:
    front.exchange.at("1207", busy())
    front.exchange.at("7000", no_answer())
    front.exchange.at("7001", no_answer())
    async with front.at_work():
        await front.wake_soon()
        assert result(await front.owed(lambda told: bool(result(told)))) == ["BY"]
    front.lodge.restart()
    front.exchange.at("7000", picks_up(keys="5"))
    async with front.at_work():
        await until(lambda: not front.side.alerts.open)
        await until(lambda: front.lodge.store.note(NOTE) is not None)
    front.lodge.restart()
    async with front.at_work():
        assert not front.side.alerts.open


async def test_who_sees_to_the_guest_at_the_desk_silences_the_alert_on_the_telephone(front: Front) -> None:
    front.exchange.at("1207", busy())
    front.exchange.at("7000", no_answer())
    front.exchange.at("7001", no_answer())
    async with front.at_work():
        at = await front.wake_soon()
        assert result(await front.owed(lambda told: bool(result(told)))) == ["BY"]
        await until(lambda: bool(front.side.alerts.open))
        await front.acknowledged.note([name_of("1207", at)], "mara", by_telephone=False)
        assert not front.side.alerts.open
    front.lodge.restart()
    async with front.at_work():
        assert not front.side.alerts.open


async def test_a_key_at_the_operators_telephone_is_noted_with_its_extension(front: Front) -> None:
    front.exchange.at("1207", busy())
    front.exchange.at("7000", picks_up(keys="5"))
    async with front.at_work():
        at = await front.wake_soon()
        await until(lambda: bool(front.lodge.store.happenings()))
    said = front.acknowledged.known[name_of("1207", at)]
    assert (said.who, said.by_telephone) == ("7000", True)
    (row,) = front.lodge.store.happenings()
    assert (row.kind, row.room, row.who) == ("alert_acknowledged", "1207", "7000")


async def keys(front: Front, room: str, pressed: str) -> Line:
    """Somebody in the room dials us and presses keys."""
    return front.exchange.call_in(direct(room), picks_up(0, keys=pressed), extension=room)


async def test_a_maids_code_reaches_the_pms(front: Front) -> None:
    async with front.at_work():
        await keys(front, "1207", "634471#")
        assert await front.owed(bool) == [RoomStateOwed("1207", "clean", "471")]


async def test_a_wake_up_call_set_by_telephone_is_told_to_the_pms(front: Front) -> None:
    async with front.at_work():
        await keys(front, "1207", "30630")
        (told,) = await front.owed(bool)
    assert isinstance(told, WakeupSetOwed)
    assert (told.room, told.time.hour, told.time.minute) == ("1207", 6, 30)


async def test_do_not_disturb_by_telephone_is_what_the_room_should_be(front: Front) -> None:
    async with front.at_work():
        await keys(front, "1207", "4")
        await until(lambda: front.lodge.hotel.wish("1207").get(Field.DND) == "on")


def talks(seconds: int) -> Guest:
    """A caller who speaks after the tone, and hangs up."""

    async def script(line: Line) -> None:
        await line.answered()
        await line.wait(15)
        line.say(b"\x10\x20" * (SECOND * seconds // 2))
        await line.wait(seconds)
        line.hang_up()

    return script


async def test_a_forwarded_call_becomes_a_message_of_the_room_that_is_gone_for_the_next_guest(
    front: Front,
) -> None:
    async with front.at_work():
        front.exchange.call_in(forwarded("1207", caller="5551234"), talks(20))
        assert await front.owed(bool) == [MessagesOwed("1207", 1, 0)]
        mail = front.side.mail
        assert mail is not None
        assert [message.caller for message in mail.waiting("1207")] == ["5551234"]
        await front.lodge.hear(leaves(), souza("1207", "99999"))
        front.side.look(front.lodge.moved)  # as the office does
        assert mail.waiting("1207") == []
        assert await front.owed(bool) == [MessagesOwed("1207", 0, 0)]


async def test_calls_and_their_lateness_are_counted(front: Front) -> None:
    front.exchange.at("1207", busy(), picks_up(keys="1"))
    async with front.at_work():
        await front.wake_soon()
        assert result(await front.owed(lambda told: bool(result(told)))) == ["OK"]
        await until(lambda: sum(front.side.telephones.ended.values()) == 2)
    assert front.side.telephones.ended["out", Ended.BUSY] == 1
    assert front.side.ringer.lateness.calls == 2


async def test_the_configuration_says_whom_an_asserted_identity_names(front: Front) -> None:
    # From names room 1207 and P-Asserted-Identity room 1208: by the setting, the latter has forwarded the call.
    both = [direct("1207")[0], ("P-Asserted-Identity", "<sip:1208@pbx.example>")]
    await front.lodge.hear(souza("1208", "84400"))
    front.settings = load(front.file("room"), {})
    async with front.at_work():
        front.exchange.call_in(both, talks(20))
        assert await front.owed(bool) == [MessagesOwed("1208", 1, 0)]


async def test_a_test_call_is_reported_with_calls_that_come_in_meanwhile(front: Front) -> None:
    async def forwards(line: Line) -> None:
        front.exchange.call_in(forwarded("1207", caller="9001"), picks_up(0))
        await line.wait(3)
        line.refuse(486)

    front.exchange.at("1207", forwards)
    async with front.at_work():
        view = await front.side.test_call("1207")
    assert (view["channel"], view["answered_after"], view["end"], view["code"]) == ("9001", None, "busy", 486)
    (call,) = view["incoming"]
    assert (call["leads_to"], call["room"], call["rule"]) == ("ours", "1207", "Diversion 1")
    assert list(trial_lines(view))[-1] == (
        "          leads to nobody: it is a call of our own that came back, by Diversion 1"
    )


async def test_a_message_lights_the_lamp_where_that_is_set(front: Front) -> None:
    file = front.lodge.folder / "housephone.yaml"
    file.write_text(f"{VOICE}  light: {{notify: true}}\n")
    front.settings = load(file, {})
    async with front.at_work():
        front.exchange.call_in(forwarded("1207", caller="5551234"), talks(20))
        await front.owed(bool)
        await until(lambda: front.lit == [("1207", 1, 0)])
