"""A group as large as wanted, on this machine: `python -m tests.scale [--properties N] [--rooms N] …`."""

from __future__ import annotations

import argparse
import sys
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio

from tests.bench.machine import machine
from tests.postgres import running
from tests.scale.run import Course, run, say
from tests.scale.world import Size


def options() -> argparse.ArgumentParser:
    """What can be chosen on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.scale", description=__doc__)
    for kind in (Size, Course):
        for each in fields(kind):
            parser.add_argument(f"--{each.name}", type=type(each.default), default=each.default)
    parser.add_argument("--folder", type=Path, help="keep the files here")
    return parser


def main() -> None:
    """Run once."""
    chosen = vars(options().parse_args())
    folder = chosen.pop("folder")
    size = Size(**{each.name: chosen[each.name] for each in fields(Size)})
    course = Course(**{each.name: chosen[each.name] for each in fields(Course)})
    say(machine())
    with TemporaryDirectory(prefix="housephone-scale-") as made, running() as server:
        found = anyio.run(run, size, course, folder or Path(made), server)
    sys.exit(0 if found.well else 1)


if __name__ == "__main__":
    main()
