"""The door behind which a telephone stack works, in the worker process: what it is asked, and what it reports."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Final, Protocol

from drivers.sip.setup import Setup
from drivers.sip.wire import Message


class CannotWork(Exception):
    """The stack cannot be started with this setup; the text says why, without secrets."""


class Reporter(Protocol):
    """Who wants to know what happens."""

    def tell(self, message: Message) -> None:
        """Something has happened."""
        ...

    def heard(self, call: int, pcm: bytes) -> None:
        """The other side of a call says this."""
        ...


class Stack(Protocol):
    """One telephone stack with all its accounts. Nothing waits for the network here; a call that is gone is fine.

    It tells ``Registered`` of each account whenever that changes, ``Incoming`` for calls from the PBX or proxy and
    no others, ``Established`` once, ``Key`` once a press, ``Played`` for each mark, ``Over`` as the last of a call.
    """

    async def start(self) -> None:
        """Begin to work and to register. CannotWork if it never will."""
        ...

    async def alive(self) -> bool:
        """Whether the stack still answers."""
        ...

    async def take(self, message: Message) -> None:
        """Do what is asked of a call."""
        ...

    def play(self, call: int, pcm: bytes) -> None:
        """Let the other side hear this, after what was given before."""
        ...

    async def stop(self) -> None:
        """End all calls, give the registrations back."""
        ...


_STACKS: Final = {"baresip": "drivers.sip.baresip.stack", "pyvoip": "drivers.sip.pyvoip.stack"}
"""Where each backend is. Such a module has ``make(setup, reporter)``, which gives a Stack."""


def load(backend: str) -> ModuleType:
    """The module of a backend, whose library is then in this process. CannotWork if it is not installed."""
    try:
        return import_module(_STACKS[backend])
    except (ImportError, KeyError, OSError) as error:
        raise CannotWork(f"the backend {backend} is not installed: {error}") from error


def make(setup: Setup, reporter: Reporter) -> Stack:
    """The stack that the setup names. CannotWork if it is not installed."""
    stack: Stack = load(setup.backend).make(setup, reporter)
    return stack
