"""The native library at work: accounts, calls, and what the trace of its messages adds."""

from __future__ import annotations

import asyncio
import ipaddress
import random
import re
import socket
import time
from collections import OrderedDict
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from itertools import count
from typing import Any, Final

from baresip import BaresipError, Call, Event, StackEvent, UserAgent

from drivers.sip.baresip import configuration, log, native, sockets
from drivers.sip.baresip.registration import STAGGER, Registrations
from drivers.sip.baresip.talk import Talk
from drivers.sip.baresip.trace import Seen, seen
from drivers.sip.setup import Account, Setup
from drivers.sip.stack import CannotWork, Reporter
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
from reconciler.telephone import Ended

TURN: Final = 0.02
"""Seconds between two turns of sound."""
BUSY: Final = 486
_INVITES_KEPT: Final = 256
_TRACE_WITHIN: Final = 1.0
"""Seconds that a call waits for the trace of its INVITE."""
_LOG_WITHIN: Final = 0.1
"""Seconds by which the library's log, which comes by another thread, may be behind its events."""
_CERTIFICATE: Final = re.compile(r"tls_verify_handler: error_string = (.+)")


class BaresipStack:
    """One runtime with all accounts. Fulfils ``drivers.sip.stack.Stack``."""

    def __init__(self, setup: Setup, reporter: Reporter) -> None:
        self._setup = setup
        self._reporter = reporter
        self._runtime = native.Runtime()
        self._agents: dict[str, UserAgent] = {}
        self._aors = {account.user: configuration.aor(setup, account) for account in setup.accounts}
        self._users: dict[int, str] = {}
        self._talks: dict[int, Talk] = {}
        self._numbers = count(2, 2)
        self._invites: OrderedDict[str, Seen] = OrderedDict()
        self._traced = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        port = setup.next_hop[1]
        self._registrations = Registrations(
            reporter,
            first=lambda user: self._spawn(self._register(user)),
            again=lambda user: self._spawn(self._register_again(user)),
            connected=(lambda: True) if setup.transport == "udp" else (lambda: sockets.alive(port)),
            chance=random.Random(),  # noqa: S311 - spreads load
        )

    async def start(self) -> None:
        """Start the library's thread, make the accounts, begin to register."""
        interface = await _interface(self._setup)
        log.listen(self._trace, self._line)
        try:
            await self._runtime.start(configuration.config(self._setup, interface))
            if self._setup.transport == "tls" and _is_address(host := self._setup.next_hop[0]):
                await self._runtime.inside(partial(native.demand_address, host))
            self._runtime.subscribe(self._happened)
            for account in self._setup.accounts:
                await self._add(account)
        except BaresipError as error:
            raise CannotWork(str(error)) from error
        self._registrations.add(self._aors, time.monotonic())
        self._spawn(self._look_after())
        self._spawn(self._turn())

    async def alive(self) -> bool:
        """Ask the library's thread."""
        with suppress(BaresipError):
            await self._runtime.cmd(native.PING, timeout=native.ANSWERS_WITHIN)
            return True
        return False

    async def stop(self) -> None:
        """Hang up and give the registrations back."""
        for task in self._tasks:
            task.cancel()
        with suppress(BaresipError):
            await self._runtime.close()

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

    # Calls.

    async def _dial(self, message: Dial) -> None:
        try:
            await self._runtime.inside(
                partial(native.call_oneself, self._aors[message.account], message.name)
            )
            call = await self._agents[message.account].dial(
                configuration.target(self._setup, message.extension)
            )
        except BaresipError as error:
            self._reporter.tell(Note("warning", f"a call could not be dialled: {error}"))
            self._reporter.tell(Over(message.call, Ended.UNREACHABLE, 0))
            return
        self._keep(message.call, call, dialled=True)

    async def _reject(self, talk: Talk, code: int) -> None:
        talk.ends_by_us()
        refuse = partial(native.refuse, talk.call.call_id or "", code)
        if code == BUSY or not await self._runtime.inside(refuse):
            await talk.hang_up()

    def _came_in(self, user: str, call: Call) -> None:
        self._spawn(self._announce(user, call))

    async def _announce(self, user: str, call: Call) -> None:
        talk = self._keep(next(self._numbers), call, dialled=False)
        invite = await self._invite(call.call_id or "")
        if invite is None:
            self._reporter.tell(Note("error", "a call came in without a trace of its INVITE, and is refused"))
            await talk.hang_up()
        elif not talk.over:
            self._reporter.tell(Incoming(talk.number, user, call.call_id or "", invite.headers))

    async def _invite(self, call_id: str) -> Seen | None:
        """The INVITE as the trace has it, which comes by another thread and may be a moment behind."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_TRACE_WITHIN):
                while call_id not in self._invites:
                    self._traced.clear()
                    await self._traced.wait()
        return self._invites.pop(call_id, None)

    def _keep(self, number: int, call: Call, *, dialled: bool) -> Talk:
        encrypted = self._setup.srtp == "required"
        talk = Talk(number, call, self._reporter, dialled=dialled, encrypted=encrypted)
        self._talks[number] = talk
        return talk

    async def _turn(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            for number, talk in list(self._talks.items()):
                if talk.over:
                    del self._talks[number]
                else:
                    talk.turn()
            due = max(due + TURN, loop.time())
            await asyncio.sleep(due - loop.time())

    # Accounts.

    async def _add(self, account: Account) -> None:
        agent = await UserAgent.create(
            self._runtime, configuration.identity(self._setup, account), transfer_policy="reject"
        )
        self._agents[account.user] = agent
        self._users[agent.handle] = account.user
        agent.on_incoming(lambda call: self._came_in(account.user, call))

    async def _register_again(self, user: str) -> None:
        try:
            await self._runtime.inside(partial(native.register_again, self._aors[user]))
        except (BaresipError, LookupError, OSError) as error:
            self._registrations.refused(user, str(error), time.monotonic())

    async def _look_after(self) -> None:
        while True:
            self._registrations.look(time.monotonic())
            await asyncio.sleep(STAGGER)

    async def _register(self, user: str) -> None:
        with suppress(BaresipError):  # what comes of it is told by events
            await self._runtime.cmd(native.REGISTER, args=str(self._agents[user].handle))

    def _happened(self, event: StackEvent) -> None:
        user = self._users.get(event.ua)
        if user is None:
            return
        if event.event is Event.REGISTER_OK:
            self._registrations.accepted(user, time.monotonic())
        elif event.event is Event.REGISTER_FAIL:
            asyncio.get_running_loop().call_later(_LOG_WITHIN, self._refused, user, event.text or "refused")

    def _refused(self, user: str, why: str) -> None:
        self._registrations.refused(user, why, time.monotonic())

    # The trace.

    def _trace(self, text: str) -> None:
        message = seen(text)
        if message is None:
            return
        if message.method == "INVITE" and message.received:
            self._invites[message.header("Call-ID")] = message
            while len(self._invites) > _INVITES_KEPT:
                self._invites.popitem(last=False)
            self._traced.set()
        elif message.received and message.key:
            self._info(message)

    def _info(self, message: Seen) -> None:
        call_id = message.header("Call-ID")
        for talk in self._talks.values():
            if talk.call.call_id == call_id:
                talk.pressed(message.key, info=True)

    def _line(self, text: str) -> None:
        if found := _CERTIFICATE.search(text):
            self._registrations.refusal = found[1].strip()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def make(setup: Setup, reporter: Reporter) -> BaresipStack:
    """The stack for this setup."""
    return BaresipStack(setup, reporter)


async def _interface(setup: Setup) -> str:
    """The address of this machine from which the PBX is reached: the library finds no loopback by itself."""
    if not _unspecified(setup.local_address):
        return setup.local_address
    host, port = setup.next_hop
    loop = asyncio.get_running_loop()
    try:
        ((family, _, _, _, address), *_) = await loop.getaddrinfo(host, port, type=socket.SOCK_DGRAM)
        with socket.socket(family, socket.SOCK_DGRAM) as way:
            way.connect(address)  # sends nothing: it only asks for the route
            return str(way.getsockname()[0])
    except OSError as error:
        raise CannotWork(f"{host} cannot be reached: {error.strerror or error}") from error


def _unspecified(address: str) -> bool:
    return _is_address(address) and ipaddress.ip_address(address).is_unspecified


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
