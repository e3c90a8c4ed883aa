"""Whatever a PMS sends, the next good record is understood. More of it: `python -m tests.fuzz pms-frames`."""

import pytest

from tests.drivers.pms.fias.fuzz import run

A_FEW_MEGABYTES = 4_000_000


@pytest.mark.parametrize("seed", [1, 2])
def test_after_ten_broken_frames_the_next_good_one_is_understood(seed: int) -> None:
    outcome = run(1500, seed)
    assert outcome.understood == 150
    assert outcome.most_memory < A_FEW_MEGABYTES
