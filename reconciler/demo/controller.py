"""The demo's controller: all of ``reconcile run``, but where it would speak SIP there are simulated telephones.

``python -m reconciler.demo.controller CONFIG PORT [ROLES]``: an exchange is served at PORT
(``fixtures.telephones.served``); ROLES are those of ``reconcile run --roles``.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

from reconciler.app import entry
from reconciler.app.controller import run_controller
from reconciler.branch.roles import roles_of
from reconciler.configuration.file import load
from reconciler.errors import HousephoneError
from reconciler.logs import configure_logs


def main(config: str, port: str, roles: str | None = None) -> None:
    """Run until SIGTERM."""
    path = Path(config)
    stack = (sys.executable, "-P", "-m", "fixtures.telephones.relay", port)
    try:
        configure_logs(load(path, os.environ), debug=False)
        entry.run(partial(run_controller, path, shadow=False, stack=stack, roles=roles_of(roles)))
    except HousephoneError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(*sys.argv[1:])
