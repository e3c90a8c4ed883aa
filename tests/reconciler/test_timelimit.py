"""Something may take so long and no longer."""

import anyio
import pytest

from reconciler.telephones.call import CallEnded, End, Ended
from reconciler.timelimit import for_at_most
from tests.reconciler.lodge import EVENING, StillClock

pytestmark = pytest.mark.anyio


class Oversleeper:
    """Works until somebody stops it."""

    stopped = False

    async def work(self) -> None:
        try:
            await anyio.sleep_forever()
        finally:
            self.stopped = True


async def test_what_takes_longer_is_cut_off() -> None:
    clock, guest = StillClock(EVENING), Oversleeper()
    with anyio.fail_after(5):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(for_at_most, clock, 40.0, guest.work)
            await anyio.wait_all_tasks_blocked()
            clock.advance(seconds=39)
            await anyio.wait_all_tasks_blocked()
            assert not guest.stopped
            clock.advance(seconds=2)
    assert guest.stopped


async def test_what_is_done_earlier_waits_for_nothing() -> None:
    with anyio.fail_after(5):
        await for_at_most(StillClock(EVENING), 40.0, anyio.lowlevel.checkpoint)


async def test_a_call_that_ends_meanwhile_is_told_as_it_is() -> None:
    async def hang_up() -> None:
        raise CallEnded(End(Ended.FAR_END))

    with pytest.raises(CallEnded):
        await for_at_most(StillClock(EVENING), 40.0, hang_up)
