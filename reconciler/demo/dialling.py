"""Who calls housephone: callers who leave messages, a maid who keys a room's state, a guest who asks for messages."""

from __future__ import annotations

from functools import cache
from typing import Final

from drivers.voice.phrases import Phrase
from drivers.voice.prompts.library import Prompts
from fixtures.telephones import Guest, Line
from reconciler.demo.line import TO_PMS
from reconciler.demo.scene import Scene
from reconciler.telephones.call import SAMPLE_RATE

LEAVING: Final = ("1207", "1104")
"""Rooms whose guests get a message and leave."""

NEXT: Final = "1207"
"""Where the next guest asks for messages."""

CLEANED: Final = "1207"
CODE: Final = "633471#"
"""The state of the room: 63, the key for clean, and the maid's number."""
CLEAN_AND_VACANT: Final = "3"

SPEECH: Final = b"\x00\x10\x00\xf0" * SAMPLE_RATE
"""Two seconds of somebody's voice."""


@cache
def prompts() -> Prompts:
    """What the hotel's voice sounds like, to know its words again."""
    return Prompts("en", 24)


def leaves_a_message() -> Guest:
    """Listens to the greeting, speaks after the tone, and ends with a key."""

    async def script(line: Line) -> None:
        await line.answered()
        await line.hears(prompts().say(Phrase("mailbox_tone")))
        line.say(SPEECH)
        await line.wait(2.0)
        line.press("#")
        await line.hears(prompts().say(Phrase("mailbox_saved")))
        line.hang_up()

    return script


def keys_a_code(code: str) -> Guest:
    """Presses one key after the other, and hears what was recorded."""

    async def script(line: Line) -> None:
        await line.answered()
        for key in code:
            await line.wait(0.3)
            line.press(key)
        await line.hears(prompts().say(Phrase("status_set_in", status="clean", occupancy="vacant")))
        line.hang_up()

    return script


def asks_for_messages() -> Guest:
    """Asks for new messages, and hangs up once told that there are none."""

    async def script(line: Line) -> None:
        await line.answered()
        await line.wait(1.0)
        line.press("1")
        await line.hears(prompts().say(Phrase("messages_new", count=0)))
        line.hang_up()

    return script


async def messages(scene: Scene) -> None:
    """Callers leave messages for guests who are about to leave."""
    scene.screen.tell(f"Callers for {' and '.join(LEAVING)} get no answer, and are sent on to the mailboxes.")
    mark = len(scene.line.records)
    lines = [scene.calls.forward(room, leaves_a_message()) for room in LEAVING]
    lit = scene.pms.messages.get
    if await scene.seen("the messages", lambda: all(lit(room) == "Y" for room in LEAVING)) is None:
        return
    await scene.seen("the end of the calls", lambda: all(map(scene.calls.is_over, lines)))
    _tell_records(scene, mark, "VMY")
    scene.screen.add("Each guest has a message. The PMS knows, so a lamp can be lit.", mark="good")


async def maid(scene: Scene) -> None:
    """A maid keys the state of the room from its telephone."""
    scene.screen.tell(f"The room is made. The maid dials housephone from it and keys {CODE}.", room=CLEANED)
    mark = len(scene.line.records)
    line = scene.calls.dial(CLEANED, keys_a_code(CODE))
    states = scene.pms.room_states.get
    if await scene.seen("the room's state", lambda: states(CLEANED) == CLEAN_AND_VACANT) is None:
        return
    await scene.seen("the end of the call", lambda: scene.calls.is_over(line))
    _tell_records(scene, mark, f"RS{CLEAN_AND_VACANT}")


async def nothing_is_left(scene: Scene) -> None:
    """The next guest of a room asks for messages: those of the last one are gone."""
    line = scene.calls.dial(NEXT, asks_for_messages())
    if await scene.seen("the end of the call", lambda: scene.calls.is_over(line)) is None:
        return
    nothing = prompts().say(Phrase("messages_new", count=0))
    if any(nothing in piece for piece in line.heard):
        scene.screen.add(
            "The new guest hears “You have no new messages”: the last guest's is gone.", mark="good"
        )
    else:
        scene.missed.append(f"an empty mailbox in {NEXT}")


def _tell_records(scene: Scene, mark: int, what: str) -> None:
    """The records of ours since then that say this."""
    for record in scene.line.since(mark, TO_PMS):
        if what in record.text.split("|"):
            scene.screen.record(record.sign, record.text)
