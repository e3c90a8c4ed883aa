"""Live through months of a hotel and see that nothing grows: `python -m tests.soak --days 90 --rooms 300`."""

from __future__ import annotations

import argparse
import logging
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from tests.soak.soak import SETTLING, Soak, soaked


def main() -> int:
    """Say how every day ends; 1 if something grows, or a peer had a reason to complain."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--rooms", type=int, default=300)
    parser.add_argument(
        "--history-days", type=int, default=14, help="for how long the hotel keeps its history"
    )
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    if chosen.days <= chosen.history_days + SETTLING:
        parser.error(f"nothing is old enough to be let go before day {chosen.history_days + SETTLING}")
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with TemporaryDirectory(prefix="housephone-soak-") as folder:
        outcome = soaked(
            Path(folder),
            Soak(chosen.days, chosen.rooms, chosen.history_days, chosen.seed),
            lambda weight: say(str(weight)),
        )
    for growth in outcome.growths:
        say(str(growth))
    for complaint in outcome.complaints:
        say(f"COMPLAINT  {complaint}")
    return int(not outcome.is_well)


def say(line: str) -> None:
    """Print at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
