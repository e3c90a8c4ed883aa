"""Whatever a front desk does, and whatever becomes of the line: the telephones show the truth in the end.

More of it: `walk`.
"""

import pytest

from tests.reconciler.conftest import Inn
from tests.reconciler.walk import ODD, STEPS, walk

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("seed", range(len(ODD)))
async def test_the_telephones_show_the_truth_whatever_the_desk_does(inn: Inn, seed: int) -> None:
    await walk(inn, seed, STEPS)


async def test_nobody_is_shown_in_a_wrong_room_however_hastily_guests_move(inn: Inn) -> None:
    await walk(inn, len(ODD), STEPS)
