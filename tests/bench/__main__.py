"""Measure the figures that housephone promises: `python -m tests.bench [--quick] [--only NAME] [--write]`."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import audit, calls, desk, link, passes, peer, running, takeover, wakeups, year
from tests.bench.machine import BUSY, load, machine
from tests.bench.measure import Absent, Broken
from tests.bench.page import line, page
from tests.bench.result import Bench, Figure, Result

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"

FIGURES: dict[str, Figure] = {
    "audit": audit.warm,
    "cold": audit.cold,
    "writes": passes.frugal,
    "limit": passes.swift,
    "dropped": running.dropped,
    "urgent": running.urgent,
    "resync": link.resync,
    "burst": link.burst,
    "checkin": link.checked_in,
    "year": year.year,
    "wakeup": wakeups.rings,
    "minute": wakeups.spread,
    "takeover": takeover.takeover,
    "accounts": calls.registered,
    "talk": calls.talking,
    "desk": desk.desk,
    "help": audit.help_,
    "octodns": peer.octodns,
}


def options() -> argparse.ArgumentParser:
    """What can be chosen on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer runs")
    parser.add_argument("--only", action="append", choices=FIGURES, help="this figure (may be given again)")
    parser.add_argument("--write", action="store_true", help=f"write docs/{PAGE.name}")
    return parser


def main() -> int:
    """Measure what was chosen; 1 if a promise was not kept."""
    parser = options()
    chosen = parser.parse_args()
    if chosen.write and (chosen.only or chosen.quick):
        parser.error("--write takes all figures with all their runs")
    before = load()
    say(machine(), f"load average {before:.1f}")
    results = measured(chosen.only or FIGURES, quick=chosen.quick)
    if chosen.write:
        day = datetime.now(UTC).date()
        PAGE.write_text(page(results, machine(), (before, load()), day), encoding="utf-8")
    if before >= BUSY:
        say("This machine was busy before we began: times are too long. Measure again on a quiet one.")
    if any(result.noisy for result in results):
        say("Runs of some figures lie far apart: something else came between. Measure them again.")
    return int(any(result.met is False for result in results))


def measured(names: list[str] | dict[str, Figure], *, quick: bool) -> list[Result]:
    """Measure these figures, each in a folder of its own, and tell each as it comes."""
    results = []
    for name in names:
        with TemporaryDirectory(prefix="housephone-bench-") as folder:
            try:
                for result in FIGURES[name](Bench(Path(folder), quick)):
                    say(line(result))
                    results.append(result)
            except Absent as error:
                say(f"SKIPPED {name}: {error}")
                results.append(Result(name, "", "not measured", met=None, note=str(error)))
            except Broken as error:
                say(f"BROKEN  {name}: {error}")
                results.append(Result(name, "", "broken", met=False))
    return results


def say(*lines: str) -> None:
    """Print at once: a figure can take a minute."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
