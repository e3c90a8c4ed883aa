"""A call is hung up whatever happens, also by a telephone stack that takes its time."""

from typing import cast

import anyio
import pytest

from drivers.voice.ending import HANGING_UP, hung_up
from reconciler.telephones.call import Call
from tests.drivers.voice.night import Night, at_night


class SlowCall:
    """A call that takes so long to be hung up."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.over = False

    async def hang_up(self) -> None:
        await anyio.sleep(self._seconds)
        self.over = True


@pytest.mark.parametrize(("seconds", "over"), [(HANGING_UP - 1, True), (HANGING_UP + 60, False)])
def test_a_call_is_hung_up_when_the_program_stops_unless_that_takes_too_long(
    seconds: float, *, over: bool
) -> None:
    async def story(night: Night) -> SlowCall:
        slow = SlowCall(seconds)
        with anyio.move_on_after(5):
            async with hung_up(cast("Call", slow)):
                await anyio.sleep_forever()
        assert night.clock.monotonic() <= 5 + HANGING_UP
        return slow

    assert at_night(story)[0].over is over
