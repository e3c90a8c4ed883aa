"""A test call tells an installer what happened, and why a call is taken for what it is."""

import anyio
import pytest

from drivers.voice.phrases import Phrase
from drivers.voice.trial import Trial, Tried, Visitor
from fixtures.telephones import Guest, answers_in_silence, busy, no_answer, picks_up, refuses
from fixtures.telephones.headers import direct, forwarded
from reconciler.telephones.call import End, Ended
from tests.drivers.voice.night import Night, at_night, dials


def tried(guest: Guest) -> tuple[Tried, Night]:
    """What is reported of a telephone with this guest."""

    async def story(night: Night) -> Tried:
        night.exchange.at("1207", guest)
        return await Trial(night.exchange, night.voice, night.clock, "en").ring("1207", ring=24)

    return at_night(story)


def test_keys_are_repeated_and_reported() -> None:
    found, night = tried(picks_up(3, keys="12*", pause=4))
    assert (found.channel, found.answered_after, found.keys) == ("9001", 3, "12*")
    assert found.end == End(Ended.OURS)
    said = night.exchange.dialled[0].line.heard
    assert str(Phrase("test_key", key="2")) in night.voice.words(said)


def test_a_guest_who_says_nothing_is_hung_up() -> None:
    found, night = tried(answers_in_silence())
    assert (found.keys, found.end) == ("", End(Ended.OURS))
    assert night.exchange.dialled[0].line.ended_at < 60


@pytest.mark.parametrize(
    ("guest", "end"),
    [
        (busy(), End(Ended.BUSY, 486)),
        (refuses(404), End(Ended.UNREACHABLE, 404)),
        (no_answer(), End(Ended.NO_ANSWER)),
    ],
)
def test_a_telephone_that_does_not_answer_is_reported_with_its_code_and_the_channel(
    guest: Guest, end: End
) -> None:
    found, _ = tried(guest)
    assert found == Tried("1207", "9001", None, "", end)


def test_without_a_channel_that_works_nothing_is_dialled() -> None:
    async def story(night: Night) -> Tried:
        night.exchange.fail("9001")
        return await Trial(night.exchange, night.voice, night.clock, "en").ring("1207", ring=24)

    found, night = at_night(story)
    assert (found.channel, found.end.reason) == ("", Ended.UNREACHABLE)
    assert night.exchange.dialled == []


def test_calls_that_come_in_are_shown_with_their_headers_and_the_rule_while_somebody_watches() -> None:
    async def story(night: Night) -> list[Visitor]:
        doorman = night.doorman()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(doorman.run)
            night.exchange.call_in(direct("1201"), dials())
            await anyio.sleep(120)
            with doorman.visitors.watched() as seen:
                noise = ("Via", "SIP/2.0/UDP 192.0.2.1")
                night.exchange.call_in([noise, *forwarded("1207", caller="5551234")], dials())
                await anyio.sleep(120)
            night.exchange.call_in(direct("1202"), dials())
            await anyio.sleep(120)
            tasks.cancel_scope.cancel()
        return list(seen)

    (visitor,), _ = at_night(story)
    assert (visitor.channel, visitor.caller.room, visitor.caller.rule) == ("9001", "1207", "Diversion 1")
    assert [name for name, _ in visitor.headers] == ["From", "P-Asserted-Identity", "Diversion"]
