"""Whatever a PMS sends to a link at work, the next good record is applied (longer: `python -m tests.fuzz`)."""

from pathlib import Path

import pytest

from tests.reconciler.fuzz_link import BATCH, fuzz

A_LITTLE = 64.0
"""Megabytes."""


@pytest.mark.anyio
async def test_rubbish_holds_up_no_good_record_and_no_memory(tmp_path: Path) -> None:
    outcome = await fuzz(20 * BATCH, 1, tmp_path)
    assert outcome.applied == 20
    assert outcome.grown < A_LITTLE
