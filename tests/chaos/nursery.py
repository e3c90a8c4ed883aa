"""Lives that begin at once: an interpreter that has read all modules already, of which each is a fork.

A start is half a second of the product's own work then, instead of several in which Python reads modules, so a kill
more often meets what can be lost. ``python -m tests.chaos.nursery`` takes one line for each life: the log, the
module whose ``main`` is to run, and its arguments. It tells of births and of deaths, and ends with its input.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Condition, Thread
from typing import Final

from tests.reconciler.house import ROOT

CLI: Final = "reconciler.cli"
READ_AHEAD: Final = (
    CLI, "reconciler.demo.controller", "reconciler.app.controller", "sqlalchemy.dialects.sqlite",
    "reconciler.desk.app", "uvicorn.protocols.http.h11_impl", "drivers.zoom.driver", "anyio._backends._asyncio",
)  # fmt: skip
LOOK_EVERY: Final = 0.02


class Nursery:
    """The other end of it."""

    def __init__(self) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("HOUSEPHONE_")}
        self._process = subprocess.Popen(
            [sys.executable, "-W", "error", "-m", "tests.chaos.nursery"],
            cwd=ROOT, env=kept, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1,
        )  # fmt: skip
        self._news = Condition()
        self._born: list[int] = []
        self._codes: dict[int, int] = {}
        self._reader = Thread(target=self._read, daemon=True)
        self._reader.start()

    def begin(self, log: Path, module: str, *words: str) -> Life:
        """One more life, with all that it says in the log."""
        stdin = self._process.stdin
        assert stdin is not None
        stdin.write(json.dumps([str(log), module, *words]) + "\n")
        stdin.flush()
        with self._news:
            assert self._news.wait_for(lambda: self._born, 60)
            return Life(self, self._born.pop())

    def code(self, pid: int, seconds: float = 0.0) -> int | None:
        """With what a life has ended; None if it has not within so many seconds."""
        with self._news:
            self._news.wait_for(lambda: pid in self._codes, seconds)
            return self._codes.get(pid)

    def close(self) -> None:
        """No more lives; those that are left are killed."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._reader.join()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            what, *numbers = line.split()
            with self._news:
                if what == "born":
                    self._born.append(int(numbers[0]))
                else:
                    self._codes[int(numbers[0])] = int(numbers[1])
                self._news.notify_all()


class Life:
    """A process of the nursery; what may be done is what may be done with one's own."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self.pid = pid
        self._nursery = nursery

    def poll(self) -> int | None:
        """With what it has ended, if it has."""
        return self._nursery.code(self.pid)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal; nothing to one that has ended."""
        if self.poll() is None:
            with suppress(ProcessLookupError):
                os.kill(self.pid, number)

    def wait(self, seconds: float) -> int | None:
        """With what it has ended; None if it has not by then."""
        return self._nursery.code(self.pid, seconds)


def main() -> None:
    """Bring up whoever is asked for, and bury the dead."""
    for module in READ_AHEAD:
        import_module(module)
    alive: set[int] = set()
    pending = b""
    while True:
        ready, _, _ = select.select([0], [], [], LOOK_EVERY)
        if ready:
            data = os.read(0, 65536)
            if not data:
                break
            *lines, pending = (pending + data).split(b"\n")
            alive |= {_born(json.loads(line)) for line in lines}
        alive -= _buried()
    for pid in alive:
        os.kill(pid, signal.SIGKILL)


def _born(asked: Sequence[str]) -> int:
    log, module, *words = asked
    pid = os.fork()
    if pid:
        _tell(f"born {pid}")
        return pid
    said = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(said, 1)
    os.dup2(said, 2)
    code = 1
    try:
        live(module, *words)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - it is said, and the process must not go on as its own nursery
        traceback.print_exc()
    sys.stderr.flush()
    os._exit(code)


def live(module: str, *words: str) -> None:
    """Be the program that is this module's ``main``, with these words."""
    sys.argv = [module, *words]
    begin = import_module(module).main
    begin() if module == CLI else begin(*words)


def _buried() -> set[int]:
    dead = set()
    with suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                break
            _tell(f"dead {pid} {os.waitstatus_to_exitcode(status)}")
            dead.add(pid)
    return dead


def _tell(line: str) -> None:
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main()
