"""The stack says that it is alive only while all of it is."""

import asyncio

import pytest

from drivers.sip.baresip.stack import BaresipStack
from drivers.sip.setup import Setup
from drivers.sip.wire import Message, Note

pytestmark = pytest.mark.anyio


class Listener:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.told: list[Message] = []

    def tell(self, message: Message) -> None:
        self.told.append(message)

    def heard(self, call: int, pcm: bytes) -> None:
        """No call here."""


async def test_a_part_that_fails_is_told_without_its_words_and_is_the_end_of_the_stack() -> None:
    async def fail() -> None:
        raise ValueError("Ana Souza")

    listener = Listener()
    stack = BaresipStack(Setup("baresip", "pbx.example", 5060), listener)
    part = stack._spawn(fail())
    stack._lasting.append(part)
    await asyncio.wait([part])
    assert not await stack.alive()
    (note,) = listener.told
    assert isinstance(note, Note)
    assert note.text.startswith("in the telephone stack: ValueError at ")
    assert note.text.endswith(" fail")
    assert "Souza" not in note.text
