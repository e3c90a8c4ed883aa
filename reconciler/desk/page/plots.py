"""Plots as numbers: where each box of a stacked bar stands, and the same in words for who sees no picture. Pure.

Templates draw them as SVG (``plots.html``). A plot is ``HIGH`` units high and ``WIDE`` units wide for each column,
and is stretched to the room that it gets; what is written stands beside it as text, and is never stretched.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

HIGH: Final = 100.0
WIDE: Final = 10.0
GAP: Final = 1.6
"""Between two columns."""
NEAR: Final = 4
"""A limit is drawn if it is at most so many times as high as the highest column; else it would flatten them all."""


@dataclass(frozen=True, slots=True)
class Part:
    """One kind of what is counted: its name, the class that colours it, and its number in each column."""

    name: str
    look: str
    values: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """One part of one column, with the words that say it."""

    x: float
    y: float
    width: float
    height: float
    look: str
    words: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture of columns, one for each of ``labels``. ``marks`` are those labels that stand below it.

    ``limit`` is a number that columns should stay under, ``limit_y`` where it is drawn (None: above the picture).
    """

    id: str
    title: str
    words: str
    labels: tuple[str, ...]
    parts: tuple[Part, ...]
    boxes: tuple[Box, ...]
    top: int
    marks: tuple[str, ...]
    limit: float | None = None
    limit_y: float | None = None

    @property
    def width(self) -> float:
        """In units."""
        return WIDE * len(self.labels)


def stacked(
    id: str,  # noqa: A002 - the element's
    title: str,
    labels: Sequence[str],
    parts: Sequence[Part],
    *,
    limit: float | None = None,
) -> Plot:
    """Columns of these parts, the first at the bottom; every part has a value for every label."""
    assert all(len(part.values) == len(labels) for part in parts)
    sums = [sum(values) for values in zip(*(part.values for part in parts), strict=True)] or [0] * len(labels)
    most = max(sums, default=0)
    top = max(most, 1)
    drawn = limit is not None and most and limit <= NEAR * most
    if drawn and limit is not None:
        top = max(top, math.ceil(limit))
    return Plot(
        id, title, _words(labels, parts, sums), tuple(labels), tuple(parts), tuple(_boxes(labels, parts, top)),
        top, _marks(labels), limit, HIGH * (1 - limit / top) if drawn and limit is not None else None,
    )  # fmt: skip


def short(day: str) -> str:
    """A day as it stands below a plot: ``2026-11-09`` is 9 Nov."""
    at = date.fromisoformat(day)
    return f"{at.day} {at:%b}"


def _boxes(labels: Sequence[str], parts: Sequence[Part], top: int) -> Iterator[Box]:
    for column, label in enumerate(labels):
        below = 0
        for part in parts:
            value = part.values[column]
            if value:
                height = HIGH * value / top
                y = HIGH * (1 - below / top) - height
                words = f"{label}: {value} {part.name}"
                yield Box(
                    column * WIDE + GAP / 2,
                    round(y, 2),
                    WIDE - GAP,
                    round(height, 2),
                    part.look,
                    words,
                )
                below += value


def _words(labels: Sequence[str], parts: Sequence[Part], sums: Sequence[int]) -> str:
    """What the picture says."""
    if not any(sums):
        return "Nothing."
    most = max(sums)
    counted = ", ".join(f"{sum(part.values)} {part.name}" for part in parts if any(part.values))
    return f"{counted}; most at {labels[sums.index(most)]}: {most}."


def _marks(labels: Sequence[str]) -> tuple[str, ...]:
    """The labels that have room below the picture: first, middle and last."""
    if len(labels) < 3:  # noqa: PLR2004 - those
        return tuple(labels)
    return labels[0], labels[len(labels) // 2], labels[-1]
