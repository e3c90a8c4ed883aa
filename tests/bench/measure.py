"""Whole processes measured from outside, and what a handful of runs says together."""

from __future__ import annotations

import json
import math
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("launch.py")
BIN = Path(sys.executable).parent
RECONCILE = str(BIN / "reconcile")


class Broken(Exception):
    """A measured command did not do what it should; its time would mean nothing."""


class Absent(Exception):
    """A program that a figure is measured with is not on this machine; the text says which."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one process took: seconds by the clock, seconds of CPU, peak memory in MiB."""

    wall: float
    cpu: float
    mebibytes: float


@dataclass(frozen=True, slots=True)
class Series:
    """Numbers of the same thing, measured several times."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one."""
        return statistics.median(self.values)

    @property
    def lowest(self) -> float:
        """The smallest one."""
        return min(self.values)

    @property
    def highest(self) -> float:
        """The biggest one."""
        return max(self.values)

    @property
    def spread(self) -> float:
        """How far apart they are, as a part of the median."""
        return (self.highest - self.lowest) / self.median

    def percentile(self, part: float) -> float:
        """The smallest value that so many of all (0 to 1) do not exceed."""
        return sorted(self.values)[math.ceil(part * len(self.values)) - 1]


@dataclass(frozen=True, slots=True)
class Runs:
    """Several runs of one command."""

    runs: Sequence[Run]

    @property
    def wall(self) -> Series:
        """Seconds by the clock."""
        return Series(tuple(run.wall for run in self.runs))

    @property
    def cpu(self) -> float:
        """Seconds of CPU, user and system, in the middle run."""
        return statistics.median(run.cpu for run in self.runs)

    @property
    def mebibytes(self) -> float:
        """Peak memory of the biggest run."""
        return max(run.mebibytes for run in self.runs)


def run(*command: str, folder: Path) -> Run:
    """Run a command to its end in this folder. Broken, with what it printed last, unless it exits with 0.

    An installed program has its byte code, so one that runs from a checkout may keep it too, whatever the environment
    says: compiling all modules anew would be more than a third of an audit of 1,000 rooms.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    result, printed = folder / ".bench.json", folder / ".bench.out"
    with printed.open("w") as out:
        subprocess.run(
            [sys.executable, "-I", "-S", LAUNCHER, result, *command],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, check=True,
        )  # fmt: skip
    taken = json.loads(result.read_text())
    if taken["code"] != 0:
        raise Broken(f"{' '.join(command)}: exit {taken['code']}\n{printed.read_text()[-2000:]}")
    return Run(taken["wall"], taken["cpu"], taken["mebibytes"])


def repeated(times: int, *command: str, folder: Path) -> Runs:
    """Run a command several times, after once for nothing that fills every cache."""
    run(*command, folder=folder)
    return Runs([run(*command, folder=folder) for _ in range(times)])
