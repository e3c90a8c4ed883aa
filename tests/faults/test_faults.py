"""Faults of different peers at once: nothing is lost, nobody storms, people are told, and it is over by itself.

A taste of `python -m tests.faults`, which tries every fault alone and as many pairs as it has time for.
"""

import pytest

from tests.faults.trial import trial

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(280)]


@pytest.mark.parametrize(
    "faults",
    [("store corrupt", "Zoom: 503"), ("PMS: cut within the records", "SIP: the stack dies")],
    ids=" and ".join,
)
async def test_a_hotel_gets_over_two_faults_at_once(faults: tuple[str, ...]) -> None:
    outcome = await trial(*faults)
    assert outcome.wrong == []
