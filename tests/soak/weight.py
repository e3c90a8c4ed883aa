"""What a running hotel weighs: memory, objects, tasks, threads, files and what it has on disk."""

from __future__ import annotations

import asyncio
import gc
import os
import sqlite3
import statistics
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconciler.store.version import FILE_NAME

_PAGES: Final = Path("/proc/self/statm")
_MEBIBYTE: Final = 2**20


@dataclass(frozen=True, slots=True)
class Weight:
    """At the end of a ``day``; memory, store and files are in MiB, ``rows`` those of each table."""

    day: int
    memory: float
    objects: int
    tasks: int
    threads: int
    handles: int
    store: float
    files: float
    rows: dict[str, int]

    @classmethod
    def now(cls, day: int, state: Path) -> Weight:
        """Weighed, after the garbage was taken away."""
        gc.collect()
        stored = sum(path.stat().st_size for path in state.glob(f"{FILE_NAME}*"))
        kept = sum(path.stat().st_size for path in state.rglob("*") if path.is_file())
        return cls(
            day, _resident(), len(gc.get_objects()), len(asyncio.all_tasks()), threading.active_count(),
            len(os.listdir("/dev/fd")),  # noqa: PTH208 - of this process
            stored / _MEBIBYTE, (kept - stored) / _MEBIBYTE, _rows(state / FILE_NAME),
        )  # fmt: skip

    def __str__(self) -> str:
        return (
            f"day {self.day:3}: {self.memory:6.1f} MiB, {self.objects:,} objects, {self.tasks} tasks, "
            f"{self.threads} threads, {self.handles} handles, store {self.store:.2f} MiB in "
            f"{sum(self.rows.values()):,} rows, other files {self.files:.2f} MiB"
        )


@dataclass(frozen=True, slots=True)
class Bound:
    """How far something may grow from early days to late ones: by a part of it, and by so much besides."""

    what: str
    weigh: Callable[[Weight], float]
    part: float
    more: float


BOUNDS: Final = (
    Bound("memory, MiB", lambda weight: weight.memory, 0.05, 2),
    Bound("objects", lambda weight: weight.objects, 0.02, 500),
    Bound("tasks", lambda weight: weight.tasks, 0, 2),
    Bound("threads", lambda weight: weight.threads, 0, 2),
    Bound("handles", lambda weight: weight.handles, 0, 4),
    Bound("store, MiB", lambda weight: weight.store, 0.1, 0.1),
    Bound("rows", lambda weight: sum(weight.rows.values()), 0.1, 20),
    Bound("other files, MiB", lambda weight: weight.files, 0.1, 0.1),
)


@dataclass(frozen=True, slots=True)
class Growth:
    """Of one thing: its median in early days and in late ones, and whether that is flat."""

    what: str
    early: float
    late: float
    flat: bool

    def __str__(self) -> str:
        return f"{'flat' if self.flat else 'GROWS'}  {self.what}: {self.early:,.2f} → {self.late:,.2f}"


ONE_A_ROOM: Final = "dnd_leases"
"""The table that fills until each room has had do-not-disturb once, however long that takes."""


def growths(early: Sequence[Weight], late: Sequence[Weight]) -> Iterator[Growth]:
    """How everything has grown, and last each table that has not stayed flat."""
    tables = sorted(late[-1].rows.keys() - {ONE_A_ROOM})
    of_tables = [Bound(f"rows of {table}", _in_table(table), 0.1, 20) for table in tables]
    for bound in (*BOUNDS, *of_tables):
        before, after = (statistics.median(map(bound.weigh, days)) for days in (early, late))
        growth = Growth(bound.what, before, after, after <= before * (1 + bound.part) + bound.more)
        if bound in BOUNDS or not growth.flat:
            yield growth


def _in_table(table: str) -> Callable[[Weight], float]:
    return lambda weight: weight.rows.get(table, 0)


def _resident() -> float:
    return int(_PAGES.read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / _MEBIBYTE


def _rows(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as store:
        tables = [name for (name,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: store.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608
