"""The process that looks after all hotels, and what it and its database take, as the system tells."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.postgres import Server

TICKS: Final = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Taken:
    """What has been taken until some moment: processor seconds, memory by now and at most (MiB), threads."""

    processor: float
    memory: float
    most: float
    threads: int


@dataclass(frozen=True, slots=True)
class Central:
    """The central process."""

    pid: int
    log: Path
    _process: subprocess.Popen[bytes]

    @property
    def lives(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def taken(self) -> Taken:
        """What it has taken until now."""
        folder = Path(f"/proc/{self.pid}")
        told = folder.joinpath("status").read_text(encoding="utf-8")
        status = dict(line.split(":", 1) for line in told.splitlines())
        spent = folder.joinpath("stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return Taken(
            (int(spent[11]) + int(spent[12])) / TICKS,
            int(status["VmRSS"].split()[0]) / 1024,
            int(status["VmHWM"].split()[0]) / 1024,
            int(status["Threads"]),
        )

    def told(self, words: str) -> int:
        """How often its log says so."""
        return self.log.read_text(encoding="utf-8").count(words)


@contextmanager
def central(config: Path, log: Path) -> Iterator[Central]:
    """``reconcile run`` on a group while inside; ended in good order."""
    reconcile = str(Path(sys.executable).parent / "reconcile")
    words = [reconcile, "--config", str(config), "run"]
    with log.open("ab") as written, subprocess.Popen(words, stdout=written, stderr=written) as process:
        try:
            yield Central(process.pid, log, process)
        finally:
            process.terminate()
            try:
                process.wait(120)
            except subprocess.TimeoutExpired:
                process.kill()


@dataclass(frozen=True, slots=True)
class Kept:
    """What the database has done until some moment, and what it holds (MiB)."""

    commits: int
    connections: int
    size: float


def kept(server: Server) -> Kept:
    """What the server tells of the database ``postgres``."""
    [(commits, connections, size)] = server.sql(
        "SELECT xact_commit, numbackends, pg_database_size(datname) FROM pg_stat_database WHERE datname = 'postgres'"
    )
    return Kept(int(commits), int(connections) - 1, int(size) / 2**20)
