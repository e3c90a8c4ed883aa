"""A conversation: we speak and they press keys, both at the same time."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import anyio
import pytest

from drivers.voice.conversation import Conversation
from drivers.voice.phrases import Phrase
from fixtures.telephones import Guest, Line
from reconciler.telephones.call import CallEnded
from tests.drivers.voice.night import SECOND, Night, at_night, dials

T = TypeVar("T")

WELCOME, GOODBYE = Phrase("welcome"), Phrase("goodbye")
TEN_SECONDS = b"\5\5" * (5 * SECOND)


def with_a_guest(guest: Guest, story: Callable[[Conversation, Night], Awaitable[T]]) -> tuple[T, Line]:
    """Ring a guest and talk with him: what comes of it, and his end of the line."""

    async def told(night: Night) -> tuple[T, Line]:
        async def picks_up(line: Line) -> None:
            line.answer()
            await guest(line)

        night.exchange.at("1207", picks_up)
        call = await night.exchange.dial("1207", ring=24)
        try:
            talk = Conversation(call, night.voice, night.clock, "en")
            return await story(talk, night), night.exchange.dialled[0].line
        finally:
            await call.hang_up()

    return at_night(told)[0]


def test_a_key_silences_what_is_being_said() -> None:
    async def story(talk: Conversation, night: Night) -> tuple[str | None, float]:
        return await talk.ask(TEN_SECONDS), night.clock.monotonic()

    (key, at), line = with_a_guest(dials("5", pause=3), story)
    assert key == "5"
    assert at == pytest.approx(3)
    assert [len(sound) / SECOND for sound in line.heard] == [pytest.approx(3, abs=0.01)]


def test_silence_is_waited_for_and_then_is_the_answer() -> None:
    async def story(talk: Conversation, night: Night) -> tuple[str | None, float]:
        return await talk.ask(WELCOME, patience=7), night.clock.monotonic()

    (key, at), _ = with_a_guest(dials(), story)
    assert key is None
    assert at == pytest.approx(8)


def test_keys_pressed_ahead_are_taken_in_their_order() -> None:
    async def story(talk: Conversation, _night: Night) -> list[str | None]:
        await anyio.sleep(5)
        return [await talk.ask(WELCOME), await talk.ask(WELCOME), await talk.ask(WELCOME)]

    assert with_a_guest(dials("123"), story)[0] == ["1", "2", "3"]


def test_keys_during_what_is_told_to_its_end_count_for_nothing() -> None:
    async def story(talk: Conversation, _night: Night) -> str | None:
        await talk.tell(TEN_SECONDS)
        return await talk.ask()

    key, line = with_a_guest(dials("777", pause=2), story)
    assert key is None
    assert line.heard == [TEN_SECONDS]


@pytest.mark.parametrize(
    ("keys", "keyed"), [("0630", "0630"), ("06#", "06"), ("06 30", "06"), ("06*0", "06*0"), ("", "")]
)
def test_a_number_ends_with_its_length_with_a_key_or_with_a_pause(keys: str, keyed: str) -> None:
    async def story(talk: Conversation, _night: Night) -> str:
        return await talk.digits(4)

    assert with_a_guest(dials(keys), story)[0] == keyed


def test_who_does_not_answer_is_told_again_until_the_limit() -> None:
    async def story(talk: Conversation, night: Night) -> tuple[str | None, float, list[str]]:
        key = await talk.insist(WELCOME, GOODBYE, limit=20)
        return key, night.clock.monotonic(), night.voice.words(night.exchange.dialled[0].line.heard)

    (key, at, words), _ = with_a_guest(dials(stays=60), story)
    assert key is None
    assert at == pytest.approx(20)
    assert words == [str(WELCOME), str(GOODBYE)] * 3


TALKS: list[Callable[[Conversation], Awaitable[object]]] = [
    lambda talk: talk.ask(TEN_SECONDS),
    lambda talk: talk.insist(WELCOME, limit=60),
    lambda talk: talk.tell(TEN_SECONDS),
    lambda talk: talk.digits(4),
]


@pytest.mark.parametrize("talks", TALKS, ids=["ask", "insist", "tell", "digits"])
def test_a_call_that_ends_ends_the_conversation_as_one_plain_error(
    talks: Callable[[Conversation], Awaitable[object]],
) -> None:
    async def story(talk: Conversation, _night: Night) -> None:
        with pytest.raises(CallEnded):
            await talks(talk)

    with_a_guest(dials(stays=2), story)


def test_a_key_counts_although_the_call_ends_with_it() -> None:
    async def guest(line: Line) -> None:
        await line.wait(2)
        line.press("1")
        line.hang_up()

    async def story(talk: Conversation, _night: Night) -> str | None:
        return await talk.ask(TEN_SECONDS)

    assert with_a_guest(guest, story)[0] == "1"
