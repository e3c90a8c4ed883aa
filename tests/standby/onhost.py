"""The demo's controller on a host of another name: ``python -m tests.standby.onhost NAME CONFIG PORT [ROLES]``."""

from __future__ import annotations

import socket

from reconciler.demo import controller


def main(name: str, config: str, port: str, *roles: str) -> None:
    """Run until SIGTERM, in a process that believes in this name."""
    socket.gethostname = lambda: name
    controller.main(config, port, *roles)
