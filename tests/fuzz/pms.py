"""Frames of a PMS, through the parsers alone and into a link at work; both make inputs and checks of their own."""

from __future__ import annotations

import time
from pathlib import Path
from tempfile import TemporaryDirectory

import anyio

from tests.drivers.pms.fias import fuzz as parsers
from tests.fuzz.running import Figures, peak
from tests.reconciler import fuzz_link


def frames(examples: int, seed: int) -> Figures:
    """After every ten broken frames a good record is understood."""
    began = time.process_time()
    outcome = parsers.run(examples, seed)
    took = (time.process_time() - began) / max(outcome.understood, 1)
    return Figures(outcome.understood * 10, took, peak())


def link(examples: int, seed: int) -> Figures:
    """After every hundred broken frames a good record is applied, in a hotel with its store."""
    began = time.process_time()
    with TemporaryDirectory(prefix="housephone-fuzz-") as folder:
        outcome = anyio.run(fuzz_link.fuzz, examples, seed, Path(folder))
    took = (time.process_time() - began) / max(outcome.applied, 1)
    return Figures(outcome.applied * fuzz_link.BATCH, took, peak())
