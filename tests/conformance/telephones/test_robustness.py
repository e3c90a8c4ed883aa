"""What no PBX should send, and what one does that has a bad day: our channels stay, or come back by themselves."""

import random
import socket
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from uuid import uuid4

import anyio
import pytest

from drivers.sip.setup import Setup
from tests.conformance.telephones.conftest import (
    TONE,
    Real,
    at_work,
    next_call,
    registered,
    setup_for,
    until,
)
from tests.conformance.telephones.peers import HOST, Pbx, write_certificates
from tests.conformance.telephones.soak import Plain, encrypted, soak
from tests.conformance.telephones.test_calls import pid
from tests.conformance.telephones.torture import request, rubbish, torture

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

STRANGER = "127.0.0.2"
MANY = 2000
AT_ONCE = 50


@pytest.fixture
async def own(tmp_path: Path, pbx: Pbx) -> AsyncIterator[tuple[Real, Setup]]:
    """A house whose telephone stack a test may treat badly."""
    setup = setup_for(pbx)
    async with at_work(tmp_path, pbx, setup) as house:
        yield house, setup


@pytest.fixture
def moody(tmp_path: Path) -> Iterator[Pbx]:
    """A PBX that a test may treat badly. It grants two seconds, so that it is asked often."""
    folder = tmp_path / "pbx"
    folder.mkdir()
    write_certificates(folder, addresses=[HOST])
    pbx = Pbx(folder, expires=2)
    pbx.start()
    yield pbx
    pbx.stop()


def account(setup: Setup) -> str:
    return f"sip:{setup.accounts[0].user}@{setup.local_address}:{setup.local_port}"


async def throw(setup: Setup, datagrams: Iterable[bytes], source: str) -> None:
    """Send them to our SIP port, and wait until all were looked at: a good question behind them is answered."""
    there = (setup.local_address, setup.local_port)
    with socket.socket(type=socket.SOCK_DGRAM) as udp:
        udp.bind((source, 0))
        udp.setblocking(False)
        for number, datagram in enumerate(datagrams, 1):
            udp.sendto(datagram, there)
            if number % AT_ONCE == 0:
                await anyio.sleep(0.02)  # no more than a socket's buffer holds
        via = f"SIP/2.0/UDP {source}:{udp.getsockname()[1]};branch=z9hG4bK{uuid4().hex}"
        question = request(account(setup), "OPTIONS", Via=via, body="").encode()

        def answered() -> bool:
            with suppress(BlockingIOError):
                while True:
                    if via.partition("branch=")[2].encode() in udp.recv(65536):
                        return True
            return False

        with anyio.fail_after(10):
            while not answered():
                udp.sendto(question, there)
                await anyio.sleep(0.05)


async def is_well(house: Real, process: int) -> None:
    """The stack is the same as before, registered, and calls go both ways."""
    # Calls that made sense are offered to us like any other.
    with anyio.move_on_after(0.5):
        async for call in house.telephones.incoming():
            await call.reject()
    await until(lambda: not any(channel.busy for channel in house.telephones.channels()), within=20)
    assert all(channel.registered for channel in house.telephones.channels())
    call = await house.telephones.dial(house.picks_up("1"), ring=20)
    assert await call.key() == "1"
    await call.play(TONE[:3200])
    await call.hang_up()
    house.calls_us("5")
    back = await next_call(house.telephones)
    await back.answer()
    assert await back.key() == "5"
    await back.hang_up()
    assert pid(house.telephones) == process


@pytest.mark.parametrize("source", [HOST, STRANGER])
async def test_torture_messages_do_no_harm(own: tuple[Real, Setup], source: str) -> None:
    house, setup = own
    process = pid(house.telephones)
    for _ in range(3):
        await throw(setup, torture(account(setup)).values(), source)
    await is_well(house, process)


@pytest.mark.parametrize("source", [HOST, STRANGER])
async def test_random_datagrams_do_no_harm(own: tuple[Real, Setup], source: str) -> None:
    house, setup = own
    process = pid(house.telephones)
    chance = random.Random(4475)  # noqa: S311 - repeatable
    await throw(setup, rubbish(account(setup), MANY, chance), source)
    await is_well(house, process)


async def test_the_request_that_the_others_are_made_of_is_a_good_one(own: tuple[Real, Setup]) -> None:
    house, setup = own
    await throw(setup, [request(account(setup)).encode()], HOST)
    call = await next_call(house.telephones)
    assert "torture" in call.id
    await call.reject()


def all_say(house: Real, code: str) -> bool:
    """Whether every channel tells that it was refused so."""
    return all(code in channel.why for channel in house.telephones.channels())


async def test_a_registrar_that_refuses_those_it_knew_has_them_back_by_itself(
    moody: Pbx, tmp_path: Path
) -> None:
    async with at_work(tmp_path, moody, setup_for(moody)) as house:
        for code, reason in (("403", "Forbidden"), ("503", "Service Unavailable")):
            moody.kill()
            moody.script = f'if (is_method("REGISTER")) {{ sl_send_reply("{code}", "{reason}"); exit; }}'
            moody.start()
            await until(partial(all_say, house, code), within=30)
        moody.kill()
        moody.script = ""
        moody.start()
        await registered(house.telephones, within=30)


async def test_a_registrar_that_has_forgotten_us_knows_us_again(moody: Pbx, tmp_path: Path) -> None:
    async with at_work(tmp_path, moody, setup_for(moody)) as house:
        before = len(moody.registrations(house.channel))
        moody.kill()
        moody.start()
        await until(lambda: len(moody.registrations(house.channel)) > before, within=30)
        await registered(house.telephones)
        house.calls_us()
        call = await next_call(house.telephones)
        await call.reject()


async def test_calls_leave_nothing_behind_them(own: tuple[Real, Setup]) -> None:
    outcome = await soak(own[0], Plain(own[0]), 20)
    assert outcome.leaks == []


async def test_encrypted_calls_leave_nothing_behind_them(tmp_path: Path, pbx: Pbx) -> None:
    setup = setup_for(pbx, transport="tls", srtp="required")
    async with at_work(tmp_path, pbx, setup) as house, encrypted(pbx) as far_end:
        outcome = await soak(house, far_end, 20)
    assert outcome.went_out
    assert outcome.came_in
    assert outcome.leaks == []
