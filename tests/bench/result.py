"""One line of the table: what was measured, what was promised, and whether it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measure import Runs, Series

NOISY = 0.25
"""Spread of the runs from which the machine did not hold still."""


@dataclass(frozen=True, slots=True)
class Result:
    """``met`` is None where nothing was promised; ``noisy`` where the runs lie too far apart to be trusted."""

    what: str
    at_most: str
    measured: str
    met: bool | None
    between: str = ""
    cpu: str = ""
    memory: str = ""
    noisy: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bench:
    """What every figure works with: an empty folder, and how thorough to be."""

    folder: Path
    quick: bool

    def times(self, runs: int) -> int:
        """So many runs, or as few as still have a middle."""
        return min(runs, 3) if self.quick else runs


Figure = Callable[[Bench], Iterator[Result]]


def seconds(what: str, runs: Runs, at_most: float, note: str = "") -> Result:
    """A figure in seconds of whole processes."""
    return Result(
        what, f"{at_most:g} s", f"{runs.wall.median:.2f} s", runs.wall.median <= at_most,
        between(runs.wall), f"{runs.cpu:.2f} s", memory(runs.mebibytes), runs.wall.spread > NOISY, note,
    )  # fmt: skip


def between(series: Series, unit: str = "s") -> str:
    """How many runs there were, and what the best and the worst of them took."""
    digits = 0 if unit == "ms" else 2
    return f"{len(series.values)}: {series.lowest:.{digits}f} to {series.highest:.{digits}f} {unit}"


def memory(mebibytes: float) -> str:
    """Peak memory for a reader."""
    return f"{mebibytes:.0f} MiB"
