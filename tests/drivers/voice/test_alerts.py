"""Alerts: a person hears of a wake-up call that woke nobody, and says so with a key."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import anyio

from drivers.voice.alerts import Alert, Alerts, Contacts
from fixtures.telephones import answers_in_silence, busy, no_answer, picks_up, voicemail
from tests.drivers.voice.night import SECOND, Night, at_night

SIX = datetime(2026, 11, 23, 6, 0)  # noqa: DTZ001 - the hotel's local time
ROOM_1207 = Alert("1207", SIX, "no_answer")
ROOM_1208 = Alert("1208", SIX, "busy")

Heard = list[tuple[tuple[Alert, ...], str]]


def alerted(
    story: Callable[[Night, Alerts], Awaitable[object]], *, contacts: Sequence[str] = ("0", "7009")
) -> tuple[Heard, Night]:
    """Whoever has acknowledged what in the course of a story."""
    heard: Heard = []

    async def acknowledged(alerts: Sequence[Alert], extension: str) -> None:
        heard.append((tuple(alerts), extension))

    async def told(night: Night) -> None:
        alerts = Alerts(night.exchange, night.voice, night.clock, Contacts(contacts, 180, "en"), acknowledged)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(alerts.run)
            await story(night, alerts)
            tasks.cancel_scope.cancel()

    _, night = at_night(told)
    return heard, night


def called(night: Night) -> list[tuple[str, int]]:
    """Who was called, and after how many seconds."""
    return [(call.extension, round(call.seconds)) for call in night.exchange.dialled]


def test_the_operator_hears_of_it_and_presses_a_key() -> None:
    async def story(night: Night, alerts: Alerts) -> None:
        night.exchange.at("0", picks_up(keys="1", pause=6))
        alerts.sound(ROOM_1207)
        await anyio.sleep(600)
        assert alerts.open == ()

    heard, night = alerted(story)
    assert heard == [((ROOM_1207,), "0")]
    (call,) = night.exchange.dialled
    words = night.voice.words(call.line.heard)
    assert words[0] == "Phrase('alert_no_answer', room='1207', at=datetime.time(6, 0))"
    assert words[-1] == "Phrase('alert_confirmed')"


def test_all_are_called_again_until_somebody_presses_a_key() -> None:
    async def story(night: Night, alerts: Alerts) -> None:
        night.exchange.at("0", no_answer(), voicemail(bytes(SECOND), after=5), picks_up(keys="5"))
        night.exchange.at("7009", busy(), answers_in_silence())
        alerts.sound(ROOM_1207)
        await anyio.sleep(3600)

    heard, night = alerted(story)
    assert heard == [((ROOM_1207,), "0")]
    assert [extension for extension, _ in called(night)] == ["0", "7009", "0", "7009", "0"]
    starts = [seconds for extension, seconds in called(night) if extension == "0"]
    assert starts[1] - starts[0] >= 180


def test_an_operator_whose_telephone_is_down_leaves_it_to_the_second_contact() -> None:
    async def story(night: Night, alerts: Alerts) -> None:
        night.exchange.at("7009", picks_up(keys="1"))
        alerts.sound(ROOM_1207)
        await anyio.sleep(60)

    heard, night = alerted(story)
    assert heard == [((ROOM_1207,), "7009")]
    assert called(night)[-1] == ("7009", 0)


def test_one_call_tells_of_all_that_is_open() -> None:
    async def story(night: Night, alerts: Alerts) -> None:
        night.exchange.at("0", picks_up(after=1, keys="1", pause=8))
        alerts.sound(ROOM_1207)
        alerts.sound(ROOM_1208)
        alerts.sound(ROOM_1207)
        await anyio.sleep(60)

    heard, _ = alerted(story)
    assert heard == [((ROOM_1207, ROOM_1208), "0")]


def test_what_comes_up_during_a_call_has_a_call_of_its_own() -> None:
    async def story(night: Night, alerts: Alerts) -> None:
        night.exchange.at("0", picks_up(after=1, keys="1", pause=8))
        alerts.sound(ROOM_1207)
        await anyio.sleep(3)
        alerts.sound(ROOM_1208)
        await anyio.sleep(60)

    heard, _ = alerted(story)
    assert heard == [((ROOM_1207,), "0"), ((ROOM_1208,), "0")]


def test_a_second_failure_does_not_wait_for_the_pause_of_the_first() -> None:
    async def story(night: Night, alerts: Alerts) -> None:
        night.exchange.at("0", no_answer(), picks_up(keys="1"))
        alerts.sound(ROOM_1207)
        await anyio.sleep(60)
        alerts.sound(ROOM_1208)
        await anyio.sleep(30)

    heard, night = alerted(story, contacts=["0"])
    assert heard == [((ROOM_1207, ROOM_1208), "0")]
    assert called(night)[1] == ("0", 60)


def test_many_alerts_are_told_in_several_calls_and_none_is_lost() -> None:
    alerts_of_a_group = [Alert(str(1201 + number), SIX, "unreachable") for number in range(12)]

    async def story(night: Night, alerts: Alerts) -> None:
        night.exchange.at("0", picks_up(after=1, keys="1"))
        for alert in alerts_of_a_group:
            alerts.sound(alert)
        await anyio.sleep(60)

    heard, _ = alerted(story)
    assert [len(alerts) for alerts, _ in heard] == [5, 5, 2]
    assert [alert for alerts, _ in heard for alert in alerts] == alerts_of_a_group


def test_an_alert_that_was_seen_on_the_page_is_told_no_more() -> None:
    async def story(night: Night, alerts: Alerts) -> None:
        night.exchange.at("0", no_answer())
        alerts.sound(ROOM_1207)
        await anyio.sleep(60)
        alerts.withdraw(ROOM_1207)
        await anyio.sleep(3600)

    heard, night = alerted(story, contacts=["0"])
    assert heard == []
    assert len(night.exchange.dialled) == 1


def test_alerts_go_on_although_the_answer_to_one_could_not_be_kept() -> None:
    async def story(night: Night) -> None:
        async def full(_alerts: Sequence[Alert], _extension: str) -> None:
            raise OSError("no space left on device")

        alerts = Alerts(night.exchange, night.voice, night.clock, Contacts(["0"], 180, "en"), full)
        night.exchange.at("0", picks_up(keys="1"))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(alerts.run)
            alerts.sound(ROOM_1207)
            await anyio.sleep(30)
            alerts.sound(ROOM_1208)
            await anyio.sleep(30)
            tasks.cancel_scope.cancel()

    _, night = at_night(story)
    assert len(night.exchange.dialled) == 2
