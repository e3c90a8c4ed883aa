"""Faults of different peers at once: nothing is lost, nobody storms, people are told, and it is over by itself.

A taste of `python -m tests.faults`, which tries every fault alone and as many pairs as it has time for.
"""

import pytest

from tests.faults.trial import trial

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(280)]


async def test_a_hotel_gets_over_a_damaged_store_while_zoom_is_away() -> None:
    outcome = await trial("store corrupt", "Zoom: 503")
    assert outcome.wrong == []
