"""Let everything go wrong, alone and in pairs: `python -m tests.faults [--minutes M] [--seed S] [--only WORDS]`.

Each trial is a hotel of its own: in step, struck by one fault or two of different peers, busy meanwhile, and then
compared, room by room and call by call, with what PMS and documents say. First every fault alone, then pairs in an
order that the seed gives, until the time is up. Exit 1 if anything was not as it should be.
"""

from __future__ import annotations

import argparse
import logging
import random
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import combinations, islice

import anyio
import structlog

from tests.faults import memory
from tests.faults.memory import MEMORY
from tests.faults.table import FAULTS
from tests.faults.trial import Outcome, trial


def options() -> argparse.ArgumentParser:
    """What can be chosen on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="no trial begins after so many")
    parser.add_argument("--seed", type=int, default=1, help="gives the order of the pairs")
    parser.add_argument("--jobs", type=int, default=2, help="trials at a time")
    parser.add_argument("--only", action="append", default=[], help="faults with these words in their name")
    parser.add_argument("--pairs", action="store_true", help="leave out the faults alone")
    return parser


def main() -> int:
    """Try; 1 if a promise was not kept."""
    chosen = options().parse_args()
    names = [name for name in FAULTS if not chosen.only or any(words in name for words in chosen.only)]
    pairs = [pair for pair in combinations(names, 2) if FAULTS[pair[0]].peer != FAULTS[pair[1]].peer]
    random.Random(chosen.seed).shuffle(pairs)  # noqa: S311 - an order, no secret
    alone = [] if chosen.pairs else [(name,) for name in names]
    if not (chosen.only or chosen.pairs):
        alone.insert(0, (MEMORY,))
    started = time.monotonic()
    outcomes = list(tried([*alone, *pairs], started + 60 * chosen.minutes, chosen.jobs))
    failed = [outcome for outcome in outcomes if outcome.wrong]
    single = sum(len(outcome.faults) == 1 for outcome in outcomes)
    say(
        f"seed {chosen.seed}: {single} of {len(alone)} faults alone, {len(outcomes) - single} of {len(pairs)} pairs, "
        f"{time.monotonic() - started:.0f} s",
        f"most in 20 minutes: {_most(outcomes, 'calls')} calls to Zoom, {_most(outcomes, 'connections')} connections "
        f"to the PMS, {_most(outcomes, 'rings')} calls by telephone",
        f"right again after {max((o.recovered for o in outcomes), default=0):.1f} minutes at the latest",
        f"{len(failed)} trials with differences",
    )
    return 1 if failed else 0


def tried(trials: Sequence[tuple[str, ...]], end: float, jobs: int) -> Iterator[Outcome]:
    """Try one after the other, several at a time, until the time is up."""
    waiting = iter(trials)
    with ProcessPoolExecutor(jobs, initializer=_be_quiet) as pool:
        running: set[Future[Outcome]] = {pool.submit(_try, names) for names in islice(waiting, jobs)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            if time.monotonic() < end:
                running |= {pool.submit(_try, names) for names in islice(waiting, len(done))}
            for future in done:
                outcome = future.result()
                say(_line(outcome), *(f"    {each}" for each in outcome.wrong))
                yield outcome


def _try(names: tuple[str, ...]) -> Outcome:
    return memory.trial() if names == (MEMORY,) else anyio.run(trial, *names)


def _be_quiet() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)


def _line(outcome: Outcome) -> str:
    verdict = "WRONG" if outcome.wrong else "right"
    return (
        f"{verdict}  {' + '.join(outcome.faults)}: {outcome.calls} calls, {outcome.connections} connections, "
        f"{outcome.rings} rings; {outcome.recovered:.1f} min"
    )


def _most(outcomes: Sequence[Outcome], what: str) -> int:
    return max((getattr(outcome, what) for outcome in outcomes), default=0)


def say(*lines: str) -> None:
    """Print at once: somebody watches."""
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
