"""The native library at work: accounts, calls, and what the trace of its messages adds."""

from __future__ import annotations

import asyncio
import ipaddress
import random
import re
import socket
import time
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, Final

from baresip import BaresipError, Event, StackEvent, UserAgent

from drivers.sip.baresip import configuration, log, native, sockets
from drivers.sip.baresip.calls import Calls
from drivers.sip.baresip.registration import STAGGER, Registrations
from drivers.sip.baresip.trace import seen
from drivers.sip.lamps import notify
from drivers.sip.masking import masked
from drivers.sip.setup import Account, Setup
from drivers.sip.stack import CannotWork, Reporter
from drivers.sip.wire import Lamp, Message, Note, Packet, Trace
from reconciler.faults import told

_LOG_WITHIN: Final = 0.1
"""Seconds by which the library's log, which comes by another thread, may be behind its events."""
_UNAUTHORIZED: Final = 401
_REALM: Final = re.compile(r'realm="([^"]*)"', re.IGNORECASE)
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
        self._tracing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._lasting: list[asyncio.Task[None]] = []
        self._calls = Calls(setup, reporter, self._runtime, self._agents, self._aors, self._spawn)
        port = setup.next_hop[1]
        self._registrations = Registrations(
            reporter,
            first=lambda user: self._spawn(self._register(user)),
            again=lambda user: self._spawn(self._register_again(user)),
            connected=(lambda: True) if setup.transport == "udp" else (lambda: sockets.alive(port)),
            chance=random.Random(),  # noqa: S311 - spreads load
        )
        self._calls.unheard = lambda: self._registrations.suspect(time.monotonic())

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
            place = f"{self._setup.local_address}:{self._setup.local_port}"
            raise CannotWork(f"the telephone stack does not start at {place}: {error}") from error
        self._registrations.add(self._aors, time.monotonic())
        self._lasting = [self._spawn(self._look_after()), self._spawn(self._calls.turn())]

    async def alive(self) -> bool:
        """Ask the library's thread; and what has to go on for ever must do so."""
        if any(task.done() for task in self._lasting):
            return False
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
        """Do what is asked."""
        if isinstance(message, Trace):
            self._tracing = message.on
            return
        if isinstance(message, Lamp):
            await self._light(message)
            return
        with suppress(BaresipError):  # the library's thread does not answer, which ``alive`` tells
            await self._calls.take(message)

    async def _light(self, lamp: Lamp) -> None:
        uri = configuration.target(self._setup, lamp.extension)
        rest = notify(uri.partition(";")[0], lamp.new, lamp.saved)
        aor = self._aors[self._setup.accounts[0].user]
        try:
            await self._runtime.inside(partial(native.send, aor, "NOTIFY", uri, rest))
        except (BaresipError, LookupError, OSError) as error:
            self._reporter.tell(
                Note("warning", f"the lamp of {lamp.extension} could not be switched: {error}")
            )

    def play(self, call: int, pcm: bytes) -> None:
        """Let the other side hear this."""
        self._calls.play(call, pcm)

    # Accounts.

    async def _add(self, account: Account) -> None:
        agent = await UserAgent.create(
            self._runtime, configuration.identity(self._setup, account), transfer_policy="reject"
        )
        self._agents[account.user] = agent
        self._users[agent.handle] = account.user
        agent.on_incoming(lambda call: self._calls.came_in(account.user, call))

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
        # The log, which comes by another thread, may have more to say of it.
        later = asyncio.get_running_loop().call_later
        if event.event is Event.REGISTER_OK:
            later(_LOG_WITHIN, self._accepted, user)
        elif event.event is Event.REGISTER_FAIL:
            later(_LOG_WITHIN, self._refused, user, event.text or "refused")

    def _accepted(self, user: str) -> None:
        self._registrations.accepted(user, time.monotonic())

    def _refused(self, user: str, why: str) -> None:
        self._registrations.refused(user, why, time.monotonic())

    # The trace.

    def _trace(self, text: str) -> None:
        message = seen(text)
        if message is not None and self._tracing:
            self._reporter.tell(Packet(masked(text)))
        if message is None or not message.received:
            return
        if message.status == _UNAUTHORIZED and self._setup.realm:
            self._challenged(_REALM.search(message.header("WWW-Authenticate")))
        self._calls.seen(message)

    def _challenged(self, realm: re.Match[str] | None) -> None:
        """The registrar has asked for the password: whether it is who it should be."""
        named = realm[1] if realm else ""
        right = named == self._setup.realm
        self._registrations.stranger = (
            "" if right else f"the PBX names itself {named}, not {self._setup.realm}"
        )

    def _line(self, text: str) -> None:
        if found := _CERTIFICATE.search(text):
            self._registrations.refusal = found[1].strip()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._reporter.tell(Note("error", f"in the telephone stack: {told(error)}"))


def make(setup: Setup, reporter: Reporter) -> BaresipStack:
    """The stack for this setup."""
    return BaresipStack(setup, reporter)


async def _interface(setup: Setup) -> str:
    """The address of this machine from which the PBX is reached: the library finds no loopback by itself."""
    if not _unspecified(setup.local_address):
        _make_sure_it_is_ours(setup.local_address)
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


def _make_sure_it_is_ours(address: str) -> None:
    version = ipaddress.ip_address(address).version
    family = socket.AF_INET if version == 4 else socket.AF_INET6  # noqa: PLR2004 - of the Internet Protocol
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    except OSError as error:
        raise CannotWork(f"{address} is no address of this machine") from error


def _unspecified(address: str) -> bool:
    return _is_address(address) and ipaddress.ip_address(address).is_unspecified


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
