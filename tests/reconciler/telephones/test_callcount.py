"""Every call is counted once, by the way it ended."""

import anyio
import pytest

from fixtures.telephones import Exchange, busy, picks_up
from fixtures.telephones.headers import direct
from reconciler.telephones.call import CallEnded
from reconciler.telephones.callcount import CountedTelephones
from tests.reconciler.conftest import FastClock, until

pytestmark = pytest.mark.anyio


async def test_calls_are_counted_by_direction_and_end(clock: FastClock) -> None:
    async with Exchange(clock, ["9001", "9002"]) as exchange, anyio.create_task_group() as tasks:
        telephones = CountedTelephones(exchange)
        tasks.start_soon(telephones.run)
        exchange.at("1207", busy())
        exchange.at("1208", picks_up())
        with pytest.raises(CallEnded):
            await telephones.dial("1207", ring=5)
        call = await telephones.dial("1208", ring=5)
        assert telephones.ended == {("out", "busy"): 1}, "the other one goes on"
        await call.hang_up()
        await until(lambda: telephones.ended["out", "ours"] == 1)  # type: ignore[index]
        exchange.call_in(direct("1209"), picks_up(0), extension="1209")
        async for coming in telephones.incoming():
            await coming.reject(486)
            break
        await until(lambda: telephones.ended["in", "ours"] == 1)  # type: ignore[index]
        assert [channel.account for channel in telephones.channels()] == ["9001", "9002"]
        tasks.cancel_scope.cancel()
