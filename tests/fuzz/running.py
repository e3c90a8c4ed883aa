"""One target, from its corpus to so many invented inputs, with a bound for time and memory of each."""

from __future__ import annotations

import hashlib
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.fuzz.target import CORPUS, Take, Target

_KILOBYTES_A_MEGABYTE = 1024 * (1024 if sys.platform == "darwin" else 1)


class TooMuch(AssertionError):
    """An input took more time or memory than any may."""


@dataclass
class Figures:
    """What became of a run: inputs, the slowest of them (seconds of processor time), and megabytes."""

    inputs: int = 0
    slowest: float = 0.0
    peak: float = 0.0


def run(target: Target, examples: int, start: int | None) -> Figures:
    """Give it its corpus and so many more inputs. ``start`` is a seed; None: always the same inputs, for tests.

    The first input of each kind of failure is made as small as can be, and raised with its bytes in a note.
    """
    figures = Figures()
    left = examples
    _corpus(target, figures)
    while left > 0:
        count, left = min(left, target.at_a_time), left - target.at_a_time
        with target.open() as take:
            _invented(target, _bounded(target, take, figures), count, start)
        start = None if start is None else start + 1
    figures.peak = peak()
    return figures


def _corpus(target: Target, figures: Figures) -> None:
    with target.open() as take:
        bounded = _bounded(target, take, figures)
        for name, data in target.corpus().items():
            try:
                bounded(data)
            except Exception as error:
                error.add_note(f"{target.name}: this came of corpus/{target.name}/{name}")
                raise


def _invented(target: Target, take: Take, count: int, start: int | None) -> None:
    """Hypothesis does the choosing, so that what fails can be made smaller by itself."""
    failed: list[bytes] = []

    def one(chance: Any) -> None:
        data = target.make(chance)
        try:
            take(data)
        except Exception:
            failed.append(data)
            raise

    manners = settings(
        max_examples=count,
        database=None,
        derandomize=start is None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )
    invent: Callable[[], None] = given(st.randoms(use_true_random=False))(manners(one))
    try:
        (invent if start is None else seed(start)(invent))()
    except Exception as error:
        if failed:
            error.add_note(f"{target.name}: this came of {failed[-1][:2000]!r}")
            _keep(target, failed[-1], start)
        raise


def _keep(target: Target, data: bytes, start: int | None) -> None:
    """Keep what the long form has found; somebody gives it a name that says what it is."""
    if start is not None:
        folder = CORPUS / target.name
        folder.mkdir(exist_ok=True)
        (folder / f"found-{hashlib.sha256(data).hexdigest()[:12]}").write_bytes(data)


def _bounded(target: Target, take: Take, figures: Figures) -> Take:
    """The same, and TooMuch where an input takes longer, or more memory, than the target says."""

    def bounded(data: bytes) -> None:
        began, before = time.process_time(), peak()
        take(data)
        took, grown = time.process_time() - began, peak() - before
        figures.inputs += 1
        figures.slowest = max(figures.slowest, took)
        if took > target.slowest:
            raise TooMuch(f"{took:.1f} s of processor time")
        if grown > target.largest:
            raise TooMuch(f"{grown:.0f} MB of memory")

    return bounded


def peak() -> float:
    """Megabytes that this process had at its largest."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KILOBYTES_A_MEGABYTE
