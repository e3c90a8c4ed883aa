"""The calls of all accounts: dialled, announced, and found again by what the trace shows of them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any, Final

from baresip import BaresipError, Call, StackEvent, UserAgent

from drivers.sip.baresip import configuration, native
from drivers.sip.baresip.talk import Talk
from drivers.sip.baresip.trace import Seen
from drivers.sip.setup import Setup
from drivers.sip.stack import Reporter
from drivers.sip.wire import (
    Answer,
    Dial,
    HangUp,
    Incoming,
    Listen,
    Message,
    Note,
    Over,
    Played,
    Reject,
    Silence,
    Transfer,
)
from reconciler.telephones.call import Ended

TURN: Final = 0.04
"""Seconds between two turns of sound: two packets' worth, since fifty calls at twice as many turns fill a core."""
BUSY: Final = 486
_INVITES_KEPT: Final = 256
_EVENTS_KEPT: Final = 512
_TRACE_WITHIN: Final = 1.0
"""Seconds that a call waits for the trace of its INVITE."""
_ANSWERED: Final = 200

Spawn = Callable[[Coroutine[Any, Any, None]], object]


class Calls:
    """All calls there are. ``agents`` and ``aors`` are by user."""

    def __init__(
        self,
        setup: Setup,
        reporter: Reporter,
        runtime: native.Runtime,
        agents: Mapping[str, UserAgent],
        aors: Mapping[str, str],
        spawn: Spawn,
    ) -> None:
        self.unheard: Callable[[], object] = lambda: None
        """Hears of a call to which nobody has said a word."""
        self._setup = setup
        self._reporter = reporter
        self._runtime = runtime
        self._agents = agents
        self._aors = aors
        self._spawn = spawn
        self._talks: dict[int, Talk] = {}
        self._numbers = count(2, 2)
        self._invites: OrderedDict[str, Seen] = OrderedDict()
        self._traced = asyncio.Event()
        self._recent: deque[StackEvent] = deque(maxlen=_EVENTS_KEPT)
        runtime.subscribe(self._recent.append)

    async def take(self, message: Message) -> None:
        """Do what is asked; a call that is gone is fine."""
        if isinstance(message, Dial):
            await self._dial(message)
            return
        talk = self._talks.get(getattr(message, "call", 0))
        if talk is None:
            return
        match message:
            case Answer():
                await self._runtime.inside(partial(native.sound_only, talk.call.call_id or ""))
                await talk.answer()
            case Reject(code=code):
                await self._reject(talk, code)
            case HangUp():
                await talk.hang_up()
            case Played(mark=mark):
                talk.mark(mark)
            case Silence():
                talk.silence()
            case Listen(on=on):
                talk.listen(on=on)
            case Transfer(extension=extension):
                self._spawn(talk.transfer(configuration.target(self._setup, extension)))

    def play(self, call: int, pcm: bytes) -> None:
        """Let the other side hear this."""
        if talk := self._talks.get(call):
            talk.play(pcm)

    def came_in(self, user: str, call: Call) -> None:
        """The library has a call for this user."""
        self._spawn(self._announce(user, call))

    def seen(self, message: Seen) -> None:
        """The trace shows a message that came."""
        call_id = message.header("Call-ID")
        if message.method == "INVITE":
            self._invites[call_id] = message
            while len(self._invites) > _INVITES_KEPT:
                self._invites.popitem(last=False)
            self._traced.set()
        for talk in [talk for talk in self._talks.values() if talk.call.call_id == call_id]:
            talk.reached = True
            if message.key:
                talk.pressed(message.key, info=True)
            if _describes(message) and not talk.described(message.body):
                self._spawn(talk.hang_up(Ended.UNENCRYPTED))

    async def turn(self) -> None:
        """Move sound, for ever."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            for number, talk in list(self._talks.items()):
                if talk.over:
                    del self._talks[number]
                    if not talk.reached:
                        self.unheard()
                else:
                    talk.turn()
            due = max(due + TURN, loop.time())
            await asyncio.sleep(due - loop.time())

    async def _dial(self, message: Dial, *, insist: bool = False) -> None:
        """``insist`` on encryption where it is optional, for a telephone that takes only calls that do."""
        aor = self._aors[message.account]
        try:
            await self._runtime.inside(partial(native.call_oneself, aor, message.name))
            if insist:
                await self._runtime.inside(partial(native.encrypt, aor, "srtp-mand"))
            call = await self._agents[message.account].dial(
                configuration.target(self._setup, message.extension)
            )
            if insist:
                await self._runtime.inside(partial(native.encrypt, aor, "srtp"))
        except BaresipError as error:
            self._reporter.tell(Note("warning", f"a call could not be dialled: {error}"))
            self._reporter.tell(Over(message.call, Ended.UNREACHABLE, 0))
            return
        again = None
        if self._setup.srtp == "optional" and not insist:
            again = lambda: self._spawn(self._dial(message, insist=True))  # noqa: E731
        self._talks[message.call] = Talk(
            message.call, call, self._reporter, dialled=True, srtp=self._setup.srtp, again=again
        )
        # A call that is refused at once may be over before the binding has made an object that could hear of it.
        for event in [event for event in self._recent if event.call == call.handle]:
            call._on_stack_event(event)  # noqa: SLF001 - what it would have done with the event

    async def _reject(self, talk: Talk, code: int) -> None:
        talk.ends_by_us()
        refuse = partial(native.refuse, talk.call.call_id or "", code)
        if code == BUSY or not await self._runtime.inside(refuse):
            await talk.hang_up()

    async def _announce(self, user: str, call: Call) -> None:
        number = next(self._numbers)
        talk = Talk(number, call, self._reporter, dialled=False, srtp=self._setup.srtp)
        self._talks[number] = talk
        invite = await self._invite(call.call_id or "")
        if invite is None:
            self._reporter.tell(Note("error", "a call came in without a trace of its INVITE, and is refused"))
            await talk.hang_up()
        elif not talk.described(invite.body):
            await talk.hang_up(Ended.UNENCRYPTED)
        elif not talk.over:
            self._reporter.tell(Incoming(number, user, call.call_id or "", invite.headers))

    async def _invite(self, call_id: str) -> Seen | None:
        """The INVITE as the trace has it, which comes by another thread and may be a moment behind."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_TRACE_WITHIN):
                while call_id not in self._invites:
                    self._traced.clear()
                    await self._traced.wait()
        return self._invites.pop(call_id, None)


def _describes(message: Seen) -> bool:
    """Whether this says how the other side wants its media."""
    of_invite = message.method in {"INVITE", "UPDATE", "ACK"} or (
        message.status == _ANSWERED and message.header("CSeq").endswith(("INVITE", "UPDATE"))
    )
    return of_invite and bool(message.body.strip())
