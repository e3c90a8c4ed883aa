"""Give every door what it should never get: `python -m tests.fuzz [TARGET ...] [--examples N] [--seed S]`."""

from __future__ import annotations

import argparse
import logging
import subprocess
import sys
import time

from tests.fuzz import pms
from tests.fuzz.running import Figures, run
from tests.fuzz.targets import TARGETS

PMS = {"pms-frames": pms.frames, "pms-link": pms.link}
"""They invent their inputs, and keep count, by themselves."""
NAMES = (*TARGETS, *PMS)
FRAMES = 200_000


def options() -> argparse.ArgumentParser:
    """What can be chosen on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument(
        "target", nargs="*", metavar="TARGET", help=f"all of these without: {', '.join(NAMES)}"
    )
    parser.add_argument("--examples", type=int, help="invented inputs for each target, beside its corpus")
    parser.add_argument("--seed", type=int, default=1, help="another one makes other inputs")
    return parser


def main() -> int:
    """Fuzz what was chosen; 1 if anything was found."""
    parser = options()
    chosen = parser.parse_args()
    unknown = set(chosen.target) - set(NAMES)
    if unknown:
        parser.error(f"no such target: {', '.join(sorted(unknown))}")
    if len(chosen.target) == 1:
        return one(chosen.target[0], chosen.examples, chosen.seed)
    # Each in a process of its own, so that its largest size is its own, too.
    more = [*([f"--examples={chosen.examples}"] if chosen.examples else []), f"--seed={chosen.seed}"]
    ended = [
        subprocess.run([sys.executable, "-m", "tests.fuzz", name, *more], check=False).returncode
        for name in chosen.target or NAMES
    ]
    return int(any(ended))


def one(name: str, examples: int | None, seed: int) -> int:
    """Fuzz one target and tell what came of it; a finding is shown as it was raised."""
    logging.disable()  # each input would have its line
    began = time.monotonic()
    figures = _fuzzed(name, examples, seed)
    sys.stdout.write(
        f"{name:14} {figures.inputs:>9,} inputs  nothing found  slowest {figures.slowest:5.2f} s"
        f"  largest {figures.peak:5.0f} MB  {time.monotonic() - began:6.0f} s\n"
    )
    sys.stdout.flush()
    return 0


def _fuzzed(name: str, examples: int | None, seed: int) -> Figures:
    if name in PMS:
        return PMS[name](examples or FRAMES, seed)
    target = TARGETS[name]
    return run(target, examples or target.examples, seed)


if __name__ == "__main__":
    sys.exit(main())
