"""How every house's telephones behave, the simulated ones as the real ones."""

from collections.abc import AsyncIterator
from importlib.util import find_spec

import anyio
import pytest

from drivers.sip.setup import Account
from drivers.sip.switchboard import Switchboard, switchboard
from fixtures.telephones import Exchange
from reconciler.telephones.call import CallEnded, End, Ended, TransferRefused
from tests.conformance.telephones.conftest import (
    TONE,
    House,
    QuickClock,
    Real,
    Simulated,
    next_call,
    now,
    registered,
    setup_for,
    until,
)
from tests.conformance.telephones.peers import PASSWORD, Pbx

pytestmark = pytest.mark.anyio


async def how_it_ends(house: House, extension: str, ring: float = 20) -> End:
    with pytest.raises(CallEnded) as ended:
        await house.telephones.dial(extension, ring=ring)
    return ended.value.end


WHY = {
    486: Ended.BUSY,
    600: Ended.BUSY,
    480: Ended.NO_ANSWER,
    603: Ended.REJECTED,
    403: Ended.UNREACHABLE,
    404: Ended.UNREACHABLE,
    410: Ended.UNREACHABLE,
    488: Ended.UNREACHABLE,
    500: Ended.UNREACHABLE,
}


class Manners:
    """What holds for every house."""

    async def test_a_room_that_picks_up_can_be_talked_to(self, house: House) -> None:
        call = await house.telephones.dial(house.picks_up("1*"), ring=20, name="Wake-up call")
        assert call.id
        assert call.channel in {channel.account for channel in house.telephones.channels() if channel.busy}
        assert call.headers == ()
        await call.play(TONE)
        assert [await call.key(), await call.key()] == ["1", "*"]
        await call.hang_up()
        assert await call.wait_ended() == End(Ended.OURS)
        await until(lambda: not any(channel.busy for channel in house.telephones.channels()))

    async def test_why_a_room_cannot_be_had_is_told_apart(self, house: House) -> None:
        ends = {code: await how_it_ends(house, house.refuses(code)) for code in WHY}
        assert ends == {code: End(reason, code) for code, reason in WHY.items()}

    async def test_a_room_that_does_not_answer_rings_as_long_as_it_may(self, house: House) -> None:
        room = house.rings_for_ever()
        began = anyio.current_time()
        assert (await how_it_ends(house, room, ring=1.0)).reason is Ended.NO_ANSWER
        assert anyio.current_time() - began < 1.5
        await until(lambda: not any(channel.busy for channel in house.telephones.channels()))

    async def test_a_dial_that_is_given_up_is_taken_back(self, house: House) -> None:
        room = house.rings_for_ever()
        with anyio.move_on_after(0.5):
            await house.telephones.dial(room, ring=20)
        await until(lambda: not any(channel.busy for channel in house.telephones.channels()))

    async def test_a_guest_who_hangs_up_ends_the_call(self, house: House) -> None:
        call = await house.telephones.dial(house.hangs_up(), ring=20)
        with anyio.fail_after(5):
            assert (await call.wait_ended()).reason is Ended.FAR_END
        with pytest.raises(CallEnded):
            await call.play(TONE)

    async def test_hanging_up_twice_is_no_mistake(self, house: House) -> None:
        call = await house.telephones.dial(house.picks_up(), ring=20)
        await call.hang_up()
        await call.hang_up()
        assert await call.wait_ended() == End(Ended.OURS)

    async def test_a_prompt_falls_silent_when_a_key_is_pressed(self, house: House) -> None:
        call = await house.telephones.dial(house.picks_up("3"), ring=20)
        began = anyio.current_time()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call.play, TONE * 30)
            assert await call.key() == "3"
            tasks.cancel_scope.cancel()
        await call.play(TONE[:3200])
        assert anyio.current_time() - began < 5
        await call.hang_up()

    async def test_what_a_guest_says_is_heard_from_now_on(self, house: House) -> None:
        call = await house.telephones.dial(house.picks_up("1"), ring=20)
        sound = b""
        async for piece in call.heard():
            sound += piece
            if len(sound) >= 16_000:
                break
        assert len(sound) % 2 == 0
        await call.hang_up()

    async def test_two_rooms_can_be_called_at_once_and_a_third_waits(self, house: House) -> None:
        first = await house.telephones.dial(house.picks_up(), ring=20)
        second = await house.telephones.dial(house.picks_up(), ring=20)
        assert first.channel != second.channel
        third = house.picks_up()
        with anyio.move_on_after(0.3) as waited:
            await house.telephones.dial(third, ring=20)
        assert waited.cancelled_caught
        await first.hang_up()
        with anyio.fail_after(10):
            call = await house.telephones.dial(third, ring=20)
        await second.hang_up()
        await call.hang_up()

    async def test_a_call_that_comes_in_shows_its_headers_and_can_be_answered(self, house: House) -> None:
        house.calls_us("5")
        call = await next_call(house.telephones)
        headers = [name for name, _ in call.headers]
        assert headers.index("From") >= 0
        assert any(name == "Diversion" and "1301" in value for name, value in call.headers)
        await call.answer()
        assert await call.key() == "5"
        await call.play(TONE[:3200])
        await call.hang_up()
        assert await call.wait_ended() == End(Ended.OURS)

    async def test_a_call_that_comes_in_can_be_refused(self, house: House) -> None:
        for code in (486, 603):
            house.calls_us()
            call = await next_call(house.telephones)
            await call.reject(code)
            assert (await call.wait_ended()).reason is Ended.OURS
            await until(lambda: not any(channel.busy for channel in house.telephones.channels()))

    async def test_a_guest_can_be_handed_over(self, house: House) -> None:
        call = await house.telephones.dial(house.takes_a_transfer(), ring=20)
        with anyio.fail_after(10):
            await call.transfer("1000")
        assert (await call.wait_ended()).reason is Ended.OURS

    async def test_a_guest_who_is_not_handed_over_stays_with_us(self, house: House) -> None:
        call = await house.telephones.dial(house.refuses_a_transfer(), ring=20)
        with pytest.raises(TransferRefused), anyio.fail_after(10):
            await call.transfer("1000")
        await call.play(TONE[:3200])
        await call.hang_up()


class TestSimulated(Manners):
    """The house of the demo and of most tests."""

    @pytest.fixture
    async def house(self) -> AsyncIterator[House]:
        async with Exchange(QuickClock(), ("9001", "9002")) as exchange:
            yield Simulated(exchange)


@pytest.mark.integration
class TestReal(Manners):
    """The driver, with a real PBX and real telephones."""

    @pytest.fixture
    def house(self, real: Real) -> House:
        return real


@pytest.mark.integration
class TestPlainUdp(Manners):
    """The driver with the backend pyvoip, with channels of its own at the same PBX."""

    @pytest.fixture(scope="class")
    async def board(self, pbx: Pbx) -> AsyncIterator[Switchboard]:
        if find_spec("pyVoIP") is None:
            pytest.skip("the extra pyvoip is not installed")
        accounts = tuple(Account(user, password=PASSWORD) for user in ("9003", "9004"))
        async with switchboard(setup_for(pbx, backend="pyvoip", accounts=accounts), now) as board:
            await registered(board)
            yield board

    @pytest.fixture
    def house(self, real: Real) -> House:
        return real
