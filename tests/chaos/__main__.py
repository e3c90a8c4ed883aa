"""Kill the product at random for a hotel's week, and compare: `python -m tests.chaos --kills 300 --minutes 15`."""

from __future__ import annotations

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import SystemRandom
from shutil import rmtree, which
from tempfile import mkdtemp
from typing import Final

from tests.bench.exchange import PEERS
from tests.chaos.hotel import Kind
from tests.chaos.run import KINDS, Outcome, Plan, lived

SEEDS: Final = 10**6
PLACES: Final = "/usr/sbin:/usr/bin:/usr/local/bin"


def options() -> argparse.Namespace:
    """What can be chosen on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument(
        "--kills", type=int, default=300, help="how many of the controller, in all hotels together"
    )
    parser.add_argument("--minutes", type=float, default=15, help="after which no more are begun")
    parser.add_argument("--seed", type=int, default=None, help="another one each time unless given")
    parser.add_argument("--hotel", action="append", choices=KINDS, help="only this one (may be given again)")
    parser.add_argument(
        "--slack", type=float, default=1, help="times that a busy machine may take before all must be noted"
    )
    parser.add_argument("--keep", action="store_true", help="keep the folders")
    return parser.parse_args()


def main() -> int:
    """Let the hotels live side by side; 1 if anything was not as it must be."""
    chosen = options()
    seed = SystemRandom().randrange(SEEDS) if chosen.seed is None else chosen.seed
    kinds = [kind for kind in chosen.hotel or KINDS if _can_be_opened(kind)]
    say(f"seed {seed}, {chosen.kills} kills, at most {chosen.minutes:g} minutes")
    began = time.monotonic()
    share = -(-chosen.kills // len(kinds))
    plans = [
        Plan(
            kind, seed + number, share, chosen.minutes * 60, Path(mkdtemp(prefix=f"housephone-chaos-{kind}-")),
            slack=chosen.slack,
        )
        for number, kind in enumerate(kinds)
    ]  # fmt: skip
    with ProcessPoolExecutor(len(plans)) as hotels:
        outcomes = list(hotels.map(lived, plans))
    for plan, outcome in zip(plans, outcomes, strict=True):
        report(outcome)
        if outcome.differences or chosen.keep:
            say(f"  all of it is in {plan.folder}")
        else:
            rmtree(plan.folder)
    kills = sum(outcome.kills for outcome in outcomes)
    differences = sum(len(outcome.differences) for outcome in outcomes)
    minutes = (time.monotonic() - began) / 60
    say(f"{kills} kills in {minutes:.1f} minutes, {differences} differences (seed {seed})")
    if kills < chosen.kills:
        say(f"the time was up before the {chosen.kills} that were asked for: give it more --minutes")
    return int(bool(differences) or kills < chosen.kills)


def _can_be_opened(kind: Kind) -> bool:
    """Whether this machine has the peers that a hotel needs; it says so where not."""
    missing = [program for program in PEERS if which(program, path=PLACES) is None] if kind == "lines" else []
    if missing:
        say(f"SKIPPED {kind}: {' and '.join(missing)} not installed")
    return not missing


def report(outcome: Outcome) -> None:
    """Say what was done, compared and found."""
    done = ", ".join(f"{number} {what}" for what, number in outcome.done.items())
    say(f"{outcome.kind} (seed {outcome.seed}): {done}")
    say(f"  compared: {', '.join(f'{number} {what}' for what, number in outcome.compared.items())}")
    for difference, around in outcome.differences:
        say(f"  DIFFERENCE {difference}", *(f"      {line}" for line in around))


def say(*lines: str) -> None:
    """Print at once."""
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
