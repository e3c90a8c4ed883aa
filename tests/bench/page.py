"""The table of figures, for the terminal and for docs/benchmarks.md."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from tests.bench.machine import BUSY
from tests.bench.result import Result

HEAD = ("what", "at most", "measured", "met", "runs: best to worst", "CPU", "memory")
INTRODUCTION = """\
# Benchmarks

What housephone promises, and what was measured. `make bench` measures it again and prints this table;
`.venv/bin/python -m tests.bench --write` writes this page.

Times are those of whole processes with their byte code, as an installed program has it, from their start to their
end, and the medians of several runs after one that does not count. CPU is user and system time together, memory is
the peak. Zoom is the simulated one, on loopback in a process beside ours, and counts the calls itself. `~` marks a
figure whose runs lie more than a quarter of the median apart: something else came between, and its time says little.
"""


def line(result: Result) -> str:
    """One figure for the terminal."""
    met = {True: "met", False: "MISSED", None: ""}[result.met]
    details = ", ".join(
        filter(None, (result.between, result.cpu and f"CPU {result.cpu}", result.memory, result.note))
    )
    noise = " (noisy)" if result.noisy else ""
    wanted = f"at most {result.at_most}" if result.at_most else ""
    return f"{met:7} {result.what}: {result.measured}{noise} {f'[{wanted}] ' if wanted else ''}{details}".rstrip()


def page(results: Sequence[Result], machine: str, load: tuple[float, float], day: date) -> str:
    """The whole page; ``load`` is the machine's before and after, to which the bench itself adds one."""
    notes = [f"- {each.what.removeprefix('… ')}: {each.note}." for each in results if each.note]
    taken = f"Measured on {day}: {machine}, load average {load[0]:.1f} before and {load[1]:.1f} after"
    busy = load[0] >= BUSY or load[1] >= BUSY + 1
    taken += "; the machine was busy with other work, so times are too long." if busy else "."
    return "\n".join([INTRODUCTION, taken, "", *_table(results), "", *notes]).rstrip() + "\n"


def _table(results: Iterable[Result]) -> list[str]:
    rows = [_row(HEAD), "|" + "---|" * len(HEAD)]
    for each in results:
        met = {True: "yes", False: "**no**", None: ""}[each.met]
        noise = " ~" if each.noisy else ""
        rows.append(
            _row((each.what, each.at_most, each.measured + noise, met, each.between, each.cpu, each.memory))
        )
    return rows


def _row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"
