"""The product as processes of the machine: the controller and its telephone stack, which are killed with -9."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Final

from tests.chaos.diary import Diary
from tests.chaos.nursery import Life, Nursery

STOPS_WITHIN: Final = 30.0
ORPHANS_END_WITHIN: Final = 10.0
"""Seconds within which a telephone stack ends that has lost its controller."""

Child = tuple[int, str]
"""A process by its id and the time of its start: an id alone may be another's soon."""


class Product:
    """One installation, through all of its lives. ``command``: the module that Python runs, and its arguments."""

    def __init__(self, nursery: Nursery, command: Sequence[str], log: Path, diary: Diary) -> None:
        self._nursery = nursery
        self.kills: list[datetime] = []
        self.stack_kills: list[datetime] = []
        self.ends: list[str] = []
        """Ends that nobody asked for, and orphans; there must be none."""
        self._command = command
        self._log = log
        self._diary = diary
        self._lock = Lock()
        self._process: Life | None = None
        self._shot = False
        self._children: list[Child] = []

    def begin(self) -> None:
        """Start it."""
        self._the_children_have_ended()
        process = self._nursery.begin(self._log, *self._command)
        with self._lock:
            self._process, self._shot = process, False
        self._diary.note("we", f"start process {process.pid}")

    @property
    def lives(self) -> bool:
        """Whether it runs; one that has ended by itself is noted."""
        with self._lock:
            if self._process is None:
                return False
            code = self._process.poll()
            if code is None:
                return True
            if not self._shot:
                self.ends.append(f"process {self._process.pid} has ended with {code} by itself")
                self._diary.note("we", self.ends[-1])
            self._process = None
            return False

    def kill(self) -> None:
        """Kill -9, from any thread."""
        with self._lock:
            if self._process is None or self._shot or self._process.poll() is not None:
                return
            self._children = _children(self._process.pid)
            self._shot = True
            self._process.signal(signal.SIGKILL)
            self.kills.append(datetime.now(UTC))
        self._diary.note("we", "kill the controller")

    def kill_stack(self) -> None:
        """Kill -9 the telephone stack alone, from any thread."""
        with self._lock:
            if self._process is None or self._shot:
                return
            children = _children(self._process.pid)
            for pid, _ in children:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            if children:
                self.stack_kills.append(datetime.now(UTC))
        if children:
            self._diary.note("we", "kill the telephone stack")

    def bury(self) -> None:
        """Wait for the end of one that was killed."""
        with self._lock:
            process = self._process
        if process is not None:
            process.wait(STOPS_WITHIN)
        assert not self.lives

    def stop(self) -> None:
        """SIGTERM; it must end in good order."""
        with self._lock:
            process, self._shot = self._process, True
        if process is None:
            return
        process.signal(signal.SIGTERM)
        self._diary.note("we", "stop the controller")
        code = process.wait(STOPS_WITHIN)
        if code is None:
            process.signal(signal.SIGKILL)
            process.wait(STOPS_WITHIN)
        if code != 0:
            self.ends.append(f"process {process.pid} has ended with {code} after SIGTERM")
        assert not self.lives

    def _the_children_have_ended(self) -> None:
        """A stack without its controller would hold the ports, and ring guests whom nobody asked to wake."""
        end = time.monotonic() + ORPHANS_END_WITHIN
        while left := [child for child in self._children if _runs(child)]:
            if time.monotonic() > end:
                self.ends.append(f"process {left[0][0]} outlives the controller that started it")
                break
            time.sleep(0.02)
        self._children = []


def _children(pid: int) -> list[Child]:
    """The processes that this one has started."""
    found: list[Child] = []
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            ids = (task / "children").read_text(encoding="ascii").split()
            found += [(int(each), began) for each in ids if (began := _stat(int(each))[1])]
    return found


def _runs(child: Child) -> bool:
    state, began = _stat(child[0])
    return began == child[1] and state not in {"Z", "X"}


def _stat(pid: int) -> tuple[str, str]:
    """State and start of a process; empty where there is none."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return "", ""
    fields = text.rpartition(")")[2].split()
    return fields[0], fields[19]
