"""A controller on a host of another name: ``python -m tests.standby.onhost NAME MODULE WORDS…``."""

from __future__ import annotations

import socket

from tests.chaos.nursery import live


def main(name: str, module: str, *words: str) -> None:
    """Be the module's program, in a process that believes in this name."""
    socket.gethostname = lambda: name
    live(module, *words)
