"""The stack at work: one UDP socket for all accounts, their registrations and calls."""

from __future__ import annotations

import asyncio
import re
import socket
from itertools import count
from typing import Final, cast

from drivers.sip.pyvoip.client import ALLOWED, Client, answer, token
from drivers.sip.pyvoip.description import Nothing, described
from drivers.sip.pyvoip.dialled import Dialled
from drivers.sip.pyvoip.incoming import Incoming
from drivers.sip.pyvoip.media import NoPort, Ports
from drivers.sip.pyvoip.message import Message, Unreadable, read
from drivers.sip.pyvoip.registration import Registration
from drivers.sip.pyvoip.talk import Means
from drivers.sip.setup import Account, Setup
from drivers.sip.stack import CannotWork, Reporter
from drivers.sip.wire import Answer, Dial, HangUp, Listen, Over, Played, Reject, Silence, Transfer
from drivers.sip.wire import Incoming as CameIn
from drivers.sip.wire import Message as Asked
from reconciler.telephones.call import Ended

STAGGER: Final = 0.02
"""Seconds between the first REGISTERs of two accounts."""
SWEEP: Final = 1.0
_HOST: Final = re.compile(r"^<?sips?:(?:[^@>;?]*@)?(\d+\.\d+\.\d+\.\d+)(?::(\d+))?", re.IGNORECASE)
_USER: Final = re.compile(r"^sips?:([^@:;?]*)@", re.IGNORECASE)

Talking = Dialled | Incoming


class PyVoipStack(asyncio.DatagramProtocol):
    """Fulfils ``drivers.sip.stack.Stack`` over plain UDP. CannotWork if it is asked for more."""

    def __init__(self, setup: Setup, reporter: Reporter) -> None:
        if why := beyond(setup):
            raise CannotWork(why)
        self._setup = setup
        self._reporter = reporter
        self._registrar: tuple[str, int] = ("", 0)
        self._trusted: frozenset[str] = frozenset()
        self._clients: dict[str, Client] = {}
        self._registrations: dict[str, Registration] = {}
        self._talks: dict[str, Talking] = {}
        self._numbers = count(2, 2)
        self._transport: asyncio.DatagramTransport | None = None
        self._means: Means
        self._sweeping: asyncio.TimerHandle | None = None

    async def start(self) -> None:
        """Open the socket and begin to register."""
        setup, loop = self._setup, asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(
                setup.registrar, setup.registrar_port, family=socket.AF_INET, type=socket.SOCK_DGRAM
            )
            self._registrar = cast("tuple[str, int]", found[0][4])
            self._trusted = frozenset(str(entry[4][0]) for entry in found)
            own = _own_address(setup.local_address, self._registrar)
            transport, _ = await loop.create_datagram_endpoint(
                lambda: self, local_addr=(setup.local_address, setup.local_port)
            )
        except OSError as error:
            raise CannotWork(f"no way to {setup.registrar}: {error.strerror or error}") from error
        self._transport = transport
        self._means = Means(
            self._reporter, self._send, Ports(own, *setup.media_ports), setup.realm, setup.media_lost_after
        )
        port = transport.get_extra_info("sockname")[1]
        for place, account in enumerate(setup.accounts):
            self._add(account, (own, port), place * STAGGER)
        self._sweep()

    async def alive(self) -> bool:
        """Whoever answers is alive: all is in one loop."""
        return self._transport is not None and not self._transport.is_closing()

    async def stop(self) -> None:
        """Hang up and give the registrations back."""
        for talk in self._talks.values():
            if not talk.over:
                talk.hang_up()
        for registration in self._registrations.values():
            registration.stop()
        if self._sweeping is not None:
            self._sweeping.cancel()
        if self._transport is not None:
            self._transport.close()

    async def take(self, message: Asked) -> None:
        """Do what is asked; a call that is gone is fine."""
        if isinstance(message, Dial):
            self._dial(message)
            return
        talk = self._talking(getattr(message, "call", 0))
        if talk is None:
            return
        match message:
            case Answer():
                talk.answer()
            case Reject(code=code):
                talk.reject(code)
            case HangUp():
                talk.hang_up()
            case Played(mark=mark):
                talk.mark(mark)
            case Silence():
                talk.silence()
            case Listen(on=on):
                talk.listen(on=on)
            case Transfer(extension=extension):
                talk.transfer(extension)

    def play(self, call: int, pcm: bytes) -> None:
        """Let the other side hear this."""
        if talk := self._talking(call):
            talk.play(pcm)

    # Messages.

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Something has come to our socket, from anybody."""
        try:
            message = read(data)
        except Unreadable:
            return
        if addr[0] not in self._trusted:
            if message.method and message.method != "ACK":
                self._send_to(answer(message, 403, token()), addr)
        elif message.code:
            self._answered(message)
        elif talk := self._talks.get(message.call_id):
            talk.requested(message)
        else:
            self._requested(message)

    def _answered(self, message: Message) -> None:
        if message.cseq_method == "REGISTER":
            if registration := self._registrations.get(message.call_id):
                registration.answered(message)
        elif talk := self._talks.get(message.call_id):
            talk.answered(message)

    def _requested(self, message: Message) -> None:
        """A request outside of all calls."""
        match message.method:
            case "INVITE" if not message.tag("to"):
                self._came_in(message)
            case "OPTIONS" | "NOTIFY":
                self._send(answer(message, 200, token(), f"Allow: {', '.join(ALLOWED)}"), "")
            case "ACK":
                pass
            case method:
                code = 481 if method in ALLOWED else 405
                self._send(answer(message, code, token(), f"Allow: {', '.join(ALLOWED)}"), "")

    def _came_in(self, invite: Message) -> None:
        named = _USER.match(invite.uri)
        client = self._called(named[1] if named else "")
        try:
            offered = described(invite)
        except Nothing:
            self._send(answer(invite, 488, token()), "")
            return
        talk = Incoming(next(self._numbers), client, self._means, invite, offered)
        self._talks[invite.call_id] = talk
        self._reporter.tell(CameIn(talk.number, client.account.user, invite.call_id, invite.pairs))

    def _dial(self, message: Dial) -> None:
        try:
            talk = Dialled(
                message.call, self._clients[message.account], self._means, message.extension, message.name
            )
        except (NoPort, KeyError):
            self._reporter.tell(Over(message.call, Ended.UNREACHABLE, 0))
            return
        self._talks[talk.call_id] = talk

    def _called(self, user: str) -> Client:
        """Whose call it is: the account's by its name or extension; of some PBXs neither, then any."""
        clients = self._clients.values()
        called = (client for client in clients if user in {client.account.user, client.account.extension})
        return next(called, next(iter(clients)))

    # Ways and means.

    def _add(self, account: Account, address: tuple[str, int], after: float) -> None:
        client = Client(self._setup, account, address)
        registration = Registration(
            client, lambda text: self._send(text, ""), self._reporter, self._setup.realm
        )
        registration.begin(after)
        self._clients[account.user] = client
        self._registrations[client.registration] = registration

    def _send(self, text: str, uri: str) -> None:
        """Send towards the address of a URI, if it has one, else to the PBX."""
        found = _HOST.match(uri)
        self._send_to(text, (found[1], int(found[2] or 5060)) if found else self._registrar)

    def _send_to(self, text: str, address: tuple[str, int]) -> None:
        if self._transport is not None:
            self._transport.sendto(text.encode(), address)

    def _talking(self, number: int) -> Talking | None:
        return next((talk for talk in self._talks.values() if talk.number == number and not talk.over), None)

    def _sweep(self) -> None:
        """Forget calls of which nothing is to come any more."""
        for call_id, talk in list(self._talks.items()):
            if talk.done:
                del self._talks[call_id]
        self._sweeping = asyncio.get_running_loop().call_later(SWEEP, self._sweep)


def beyond(setup: Setup) -> str:
    """What the setup asks that this backend cannot do, "" if nothing."""
    if setup.transport != "udp":
        return f"the backend pyvoip speaks UDP, not {setup.transport}: use baresip"
    if setup.srtp != "off":
        return "the backend pyvoip cannot encrypt: use baresip, or srtp: off"
    if setup.proxy:
        return "the backend pyvoip uses no outbound proxy: use baresip"
    return ""


def make(setup: Setup, reporter: Reporter) -> PyVoipStack:
    """The stack for this setup. CannotWork as there."""
    return PyVoipStack(setup, reporter)


def _own_address(wanted: str, registrar: tuple[str, int]) -> str:
    """The address of this machine from which the PBX is reached."""
    if wanted not in {"", "0.0.0.0"}:  # noqa: S104 - compared, not bound
        return wanted
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        way.connect(registrar)  # sends nothing: it only asks for the route
        return str(way.getsockname()[0])
