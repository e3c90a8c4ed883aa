"""The doorman: every call that comes in is led to where it belongs, and none of ours is ever answered."""

import logging
from collections.abc import Callable

import anyio
import pytest

from drivers.voice.attempts import Manners
from fixtures.telephones import Line, direct, forwarded, forwards_to_us
from fixtures.telephones.headers import Headers
from reconciler.ports import Rung
from reconciler.telephones.call import End, Ended
from reconciler.wakeups.entries import WakeupStatus
from tests.drivers.voice.night import Night, at_night, calls, dials, unnoted


def comes_in(
    headers: Headers, arrange: Callable[[Night], object] = lambda _night: None
) -> tuple[list[str], Line]:
    async def story(night: Night) -> Line:
        arrange(night)
        return await calls(night, headers, dials(stays=3))

    line, night = at_night(story)
    return night.voice.words(line.heard), line


def test_a_room_reaches_its_menu_and_its_callers_its_mailbox() -> None:
    assert comes_in(direct("1207"))[0][0] == "Phrase('welcome')"
    assert comes_in(forwarded("1207", caller="7001"))[0][0] == "Phrase('mailbox_greeting')"


def test_a_stranger_is_refused_politely_and_may_have_the_operator() -> None:
    words, line = comes_in(direct("7001"))
    assert words == ["Phrase('unknown_caller')", "Phrase('menu_operator', key='0')"]
    assert line.end == End(Ended.FAR_END)

    async def story(night: Night) -> None:
        line = await calls(night, direct("7001"), dials("0"))
        assert line.transferred_to == "0"
        line = await calls(night, direct("7001"), dials(stays=60))
        assert night.voice.words(line.heard)[-1] == "Phrase('goodbye')"

    at_night(story)


def test_where_zoom_holds_the_messages_a_forwarded_call_goes_to_the_operator() -> None:
    _, line = comes_in(forwarded("1207", caller="7001"), lambda night: setattr(night, "mailbox", False))
    assert line.transferred_to == "0"


@pytest.mark.parametrize(("reason", "code"), [("user-busy", 486), ("no-answer", 480), ("unconditional", 486)])
def test_a_call_of_our_own_that_comes_back_is_never_answered(reason: str, code: int) -> None:
    words, line = comes_in(forwarded("1207", caller="9001", reason=reason))
    assert words == []
    assert line.end == End(Ended.OURS, code)


def test_while_we_ring_a_room_a_call_that_can_only_be_ours_is_not_answered() -> None:
    """Some exchanges put the number of the room that forwards in place of the caller's."""

    async def story(night: Night) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(night.doorman(ringing=lambda room: room == "1207").run)
            ours = [night.exchange.call_in(headers, dials()) for headers in (
                direct("1207"), forwarded("1207", caller="1207"),
            )]  # fmt: skip
            others = [night.exchange.call_in(headers, dials(stays=1)) for headers in (
                direct("1208"), forwarded("1207", caller="7001"),
            )]  # fmt: skip
            for line in (*ours, *others):
                await line.wait_over()
            tasks.cancel_scope.cancel()
        assert [line.heard for line in ours] == [[], []]
        assert all(line.heard for line in others)

    at_night(story, "9001", "9002", "9003", "9004")


@pytest.mark.parametrize(
    ("reason", "after", "status"),
    [("user-busy", 0.1, WakeupStatus.BUSY), ("no-answer", 20, WakeupStatus.NO_ANSWER)],
)
def test_a_wake_up_call_that_comes_back_is_rejected_and_wakes_nobody(
    reason: str, after: float, status: WakeupStatus
) -> None:
    async def story(night: Night) -> Rung:
        def back(room: str) -> Headers:
            return forwarded(room, caller=night.exchange.last_channel, reason=reason)

        ringer = night.ringer(Manners())
        night.exchange.at("1207", forwards_to_us(night.exchange, after, headers=back))
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(night.doorman(ringer.ringing).run)
            rung = await ringer.ring(night.entry(), unnoted)
            tasks.cancel_scope.cancel()
        return rung

    rung, night = at_night(story, "9001", "9002")
    assert rung == Rung(status, 3)
    assert night.index.waiting("1207") == []


def test_the_log_says_by_which_rule_and_quotes_no_name(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "housephone.voice")
    comes_in([("From", '"Ana Souza 1207" <sip:+13055550100@pbx.example>')])
    line = caplog.records[0]
    assert line.getMessage() == "call call-1@exchange: mailbox, by From, display name"
    assert line.room == "1207"  # type: ignore[attr-defined]
    assert "Souza" not in caplog.text


def test_one_call_that_breaks_breaks_no_other() -> None:
    async def story(night: Night) -> None:
        def facts(room: str) -> object:
            raise LookupError(room)

        night.house.facts = facts  # type: ignore[assignment, method-assign]
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(night.doorman().run)
            broken = night.exchange.call_in(direct("1207"), dials())
            await broken.wait_over()
            stranger = night.exchange.call_in(direct("7001"), dials(stays=2))
            await stranger.wait_over()
            assert stranger.heard
            tasks.cancel_scope.cancel()

    at_night(story, "9001", "9002")


def test_calls_on_their_way_are_hung_up_when_the_program_stops() -> None:
    async def story(night: Night) -> None:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(night.doorman().run)
            line = night.exchange.call_in(direct("1207"), dials(stays=600))
            await anyio.sleep(3)
            tasks.cancel_scope.cancel()
        assert line.end == End(Ended.OURS)

    at_night(story)
