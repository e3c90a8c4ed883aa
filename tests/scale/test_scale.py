"""A small group lives a short day in front of a real PostgreSQL, and nothing of it is lost or done twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.postgres import Server
from tests.scale.run import Course, run
from tests.scale.world import Size

pytestmark = [pytest.mark.integration, pytest.mark.anyio, pytest.mark.timeout(240)]


async def test_the_hotels_of_a_group_live_a_day_in_one_process(tmp_path: Path, postgres: Server) -> None:
    postgres.emptied()
    course = Course(still=0.1, day=2.0, saturated=1.0, changing=0.6)

    found = await run(Size(properties=6, rooms=5, accounts=2, share=0.1), course, tmp_path, postgres)

    assert found.well, found
