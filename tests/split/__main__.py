"""A split hotel in which something breaks again and again: ``python -m tests.split [SECONDS] [SEED] [lines]``.

Guests come and go, somebody wants to be woken, maids key their codes, callers leave messages, and the desk at the
centre gives orders; then one side, both or the database go without a word, or the property is restarted. In the end
Zoom shows who is in the house, each call has rung once, the PMS has heard everything, and what the clerk was told of
his order is so. With ``lines`` the telephones are real ones, behind a real exchange.
"""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from tests.chaos.wanted import Habit
from tests.postgres import running
from tests.split.hotel import split
from tests.split.rounds import SLEEPERS, Rounds


def main(seconds: str = "120", seed: str = "", telephones: str = "simulated") -> None:
    """Go on for so long."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    seed = seed or str(time.time_ns() % 100_000)
    end, done = time.monotonic() + float(seconds), Counter[str]()
    sleepers = dict.fromkeys(SLEEPERS, Habit.WAKES) if telephones == "lines" else None
    with (
        TemporaryDirectory(prefix="housephone-split-") as folder,
        running() as server,
        split(Path(folder), server.emptied(), sleepers) as hotel,
    ):
        rounds = Rounds(hotel, server, Random(seed))  # noqa: S311 - no secret
        rounds.begin()
        while time.monotonic() < end:
            done[rounds.one()] += 1
        twice = hotel.twice()
    sys.stdout.write(f"seed {seed}: {done.total()} rounds {dict(done)}; done twice: {twice or 'nothing'}\n")
    sys.exit(bool(twice))


if __name__ == "__main__":
    main(*sys.argv[1:])
