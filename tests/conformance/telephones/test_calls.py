"""Calls as only real telephones make them: odd headers, keys over two ways, sound, peers that vanish."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest

from drivers.sip.switchboard import Switchboard
from reconciler.telephones.call import CallEnded, End, Ended
from tests.conformance.telephones import sipp
from tests.conformance.telephones.conftest import TONE, Real, at_work, next_call, registered, setup_for, until
from tests.conformance.telephones.peers import Pbx
from tests.conftest import STRICT

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

slow = pytest.mark.skipif(not STRICT, reason="waits for what takes its time by nature; CI runs it")


def pid(board: Switchboard) -> int:
    """The process of the telephone stack."""
    assert board._worker is not None
    assert board._worker.process is not None
    return board._worker.process.pid


@pytest.fixture
async def own(tmp_path: Path, pbx: Pbx) -> AsyncIterator[Real]:
    """A house whose telephone stack a test may treat badly."""
    async with at_work(tmp_path, pbx, setup_for(pbx)) as house:
        yield house


async def test_every_value_of_every_header_is_shown_in_its_order(real: Real) -> None:
    real.dials(
        sipp.calls(
            real.channel,
            "Diversion: <sip:1301@pbx.example>;reason=user-busy, <sip:1302@pbx.example>\n"
            "History-Info: <sip:1301@pbx.example>;index=1\n"
            'Diversion: "Room, 1303" <sip:1303@pbx.example>\n'
            "History-Info: <sip:9000@pbx.example?Reason=SIP%3Bcause%3D302>;index=1.1\n"
            "P-Asserted-Identity: <sip:5551234@pbx.example>\n",
        )
    )
    call = await next_call(real.telephones)
    shown = [(name, value) for name, value in call.headers if name in {"Diversion", "History-Info"}]
    assert shown == [
        ("Diversion", "<sip:1301@pbx.example>;reason=user-busy, <sip:1302@pbx.example>"),
        ("History-Info", "<sip:1301@pbx.example>;index=1"),
        ("Diversion", '"Room, 1303" <sip:1303@pbx.example>'),
        ("History-Info", "<sip:9000@pbx.example?Reason=SIP%3Bcause%3D302>;index=1.1"),
    ]
    assert dict(call.headers)["P-Asserted-Identity"].endswith("<sip:5551234@pbx.example>")
    await call.reject()


@pytest.mark.parametrize(
    ("way", "presses"),
    [
        ("info", [sipp.info("7"), sipp.info("7"), sipp.info("#")]),
        ("plain info", [sipp.info(key, "dtmf") for key in "77#"]),
        ("both", [sipp.info("7") + sipp.press("7"), sipp.press("7") + sipp.info("7"), sipp.press("#")]),
    ],
)
async def test_each_press_counts_once_over_whatever_ways_it_comes(
    real: Real, way: str, presses: list[str]
) -> None:
    telephone = real.dials(
        sipp.calls(real.channel, then=sipp.pause(0.3) + "".join(presses) + sipp.press("0"))
    )
    call = await next_call(real.telephones)
    await call.answer()
    pressed = []
    with anyio.fail_after(10):
        while (key := await call.key()) != "0":
            pressed.append(key)
    assert pressed == ["7", "7", "#"], (way, telephone.mistakes())
    await call.hang_up()


async def test_what_we_say_comes_back_from_a_telephone_that_echoes(real: Real) -> None:
    call = await real.telephones.dial(real.picks_up(), ring=20)
    loudest = 0
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(call.play, TONE * 5)
        async for piece in call.heard():
            loudest = max(loudest, *(abs(sample) for sample in memoryview(piece).cast("h")))
            if loudest > 15_000:
                break
        tasks.cancel_scope.cancel()
    await call.hang_up()


async def test_a_caller_who_gives_up_ends_the_call(real: Real) -> None:
    caller = real.dials(sipp.gives_up(real.channel))
    call = await next_call(real.telephones)
    with anyio.fail_after(5):
        assert (await call.wait_ended()).reason is Ended.FAR_END
    with pytest.raises(CallEnded):
        await call.answer()
    assert await anyio.to_thread.run_sync(caller.went_well), caller.mistakes()


async def test_a_call_to_a_channel_that_talks_is_refused_as_busy(real: Real) -> None:
    calls = [await real.telephones.dial(real.picks_up(), ring=20) for _ in range(2)]
    second = real.dials(sipp.is_refused(calls[0].channel, status=486))
    assert await anyio.to_thread.run_sync(second.went_well), second.mistakes()
    for call in calls:
        await call.hang_up()


async def test_a_telephone_that_vanishes_frees_its_channel(tmp_path: Path, pbx: Pbx) -> None:
    async with at_work(tmp_path, pbx, setup_for(pbx, media_lost_after=1)) as house:
        call = await house.telephones.dial(house.picks_up(), ring=20)
        house.plugged[0].stop()
        with anyio.fail_after(5):
            assert await call.wait_ended() == End(Ended.LOST)
        await until(lambda: not any(channel.busy for channel in house.telephones.channels()))


@slow
async def test_a_call_whose_answer_is_never_acknowledged_is_lost_within_a_minute(real: Real) -> None:
    real.dials(sipp.calls(real.channel, acknowledges=False))
    call = await next_call(real.telephones)
    with anyio.fail_after(50), pytest.raises(CallEnded) as ended:
        await call.answer()
    assert ended.value.end.reason is Ended.LOST


async def test_a_stack_that_dies_is_started_again_and_its_calls_are_lost(own: Real) -> None:
    call = await own.telephones.dial(own.picks_up(), ring=20)
    began = anyio.current_time()
    os.kill(pid(own.telephones), signal.SIGKILL)
    assert await call.wait_ended() == End(Ended.DIED)
    assert not any(channel.registered or channel.busy for channel in own.telephones.channels())
    await registered(own.telephones)
    assert anyio.current_time() - began < 3
    again = await own.telephones.dial(own.picks_up(), ring=20)
    await again.hang_up()


@slow
async def test_a_stack_that_hangs_is_put_an_end_to(own: Real) -> None:
    call = await own.telephones.dial(own.picks_up(), ring=20)
    os.kill(pid(own.telephones), signal.SIGSTOP)
    with anyio.fail_after(10):
        assert await call.wait_ended() == End(Ended.DIED)
    await registered(own.telephones)
