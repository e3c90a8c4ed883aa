"""Who lets calls in: finds out which room a call is about, and leads it to the menu, the mailbox or the operator."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

import anyio

from drivers.voice.caller import Caller, Directory, Way, identify
from drivers.voice.conversation import Conversation, Speaker
from drivers.voice.ending import hung_up
from drivers.voice.house import House
from drivers.voice.mailbox import Mailbox
from drivers.voice.menu import RoomMenu
from drivers.voice.phrases import Phrase
from drivers.voice.switchboard import Switchboard
from drivers.voice.trial import Visitors
from reconciler.ports import Clock
from reconciler.telephones.call import Call, CallEnded, Telephones

LOGGER: Final = logging.getLogger("housephone.voice")
OPERATOR: Final = "0"
_BUSY: Final = 486
_NO_ANSWER: Final = 480


@dataclass(frozen=True, slots=True)
class Doorman:
    """Takes every call that comes in. ``language`` is the house's own; ``mailbox`` is None where Zoom has it.

    ``ringing`` says whether we are ringing a room's telephone just now, without an answer yet; ``engaged`` counts the
    calls of each room that talks to us from its own telephone.
    """

    telephones: Telephones
    directory: Directory
    house: House
    speaker: Speaker
    clock: Clock
    language: str
    menu: RoomMenu
    switchboard: Switchboard
    mailbox: Mailbox | None
    ringing: Callable[[str], bool]
    engaged: Counter[str]
    visitors: Visitors = field(default_factory=Visitors)
    """Tells whoever watches of each call that comes in."""

    async def run(self) -> None:
        """Take calls until cancelled; those on their way are hung up then."""
        async with anyio.create_task_group() as calls:
            async for call in self.telephones.incoming():
                calls.start_soon(self._receive, call)

    async def _receive(self, call: Call) -> None:
        caller = identify(call.headers, self.directory)
        self.visitors.note(call, caller)
        LOGGER.info("call %s: %s, by %s", call.id, caller.way, caller.rule, extra=_room(caller))
        try:
            async with hung_up(call):
                if self._ours(caller):
                    await call.reject(_NO_ANSWER if caller.no_answer else _BUSY)
                    return
                with self._on_the_line(caller):
                    await call.answer()
                    await self._serve(call, caller)
        except CallEnded as ended:
            LOGGER.debug("call %s: %s", call.id, ended)
        except Exception:
            LOGGER.exception("call %s broke off", call.id, extra=_room(caller))

    @contextmanager
    def _on_the_line(self, caller: Caller) -> Iterator[None]:
        """A telephone of a room that calls us is busy for as long as that lasts."""
        if caller.way is not Way.MENU:
            yield
            return
        self.engaged[caller.room] += 1
        try:
            yield
        finally:
            self.engaged[caller.room] -= 1

    def _ours(self, caller: Caller) -> bool:
        """A call of our own that came back, also where the exchange has put the room's number in place of ours."""
        nobody_else = caller.room and not caller.other
        return caller.way is Way.OURS or bool(nobody_else and self.ringing(caller.room))

    async def _serve(self, call: Call, caller: Caller) -> None:
        talk = Conversation(call, self.speaker, self.clock, self._language(caller.room))
        try:
            match caller.way:
                case Way.MENU:
                    await self.menu.serve(talk, caller.room)
                case Way.MAILBOX:
                    await self._forwarded(talk, caller)
                case _:
                    await self._stranger(talk)
        except CallEnded:
            raise
        except Exception:
            LOGGER.exception("what call %s asked for failed", call.id, extra=_room(caller))
            await talk.tell(Phrase("not_possible"))
            await self.switchboard.connect(talk)

    async def _forwarded(self, talk: Conversation, caller: Caller) -> None:
        """Somebody called a room. A vacant one takes no messages, and one that is full no more."""
        mailbox = self.mailbox if self.house.facts(caller.room).occupied else None
        if mailbox is not None and mailbox.is_full(caller.room):
            mailbox = None
        if mailbox is not None and await mailbox.take(talk, caller.room, caller.other) != OPERATOR:
            return
        if not await self.switchboard.connect(talk, f"For room {caller.room}"):
            await talk.tell(Phrase("goodbye"))

    async def _stranger(self, talk: Conversation) -> None:
        key = await talk.ask(Phrase("unknown_caller"), Phrase("menu_operator", key=OPERATOR))
        if key != OPERATOR or not await self.switchboard.connect(talk):
            await talk.tell(Phrase("goodbye"))

    def _language(self, room: str) -> str:
        return self.house.facts(room).language if room else self.language


def _room(caller: Caller) -> dict[str, str]:
    """What a line of the log says beside its text."""
    return {"room": caller.room} if caller.room else {}
