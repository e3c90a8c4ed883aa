"""Our channels at a real PBX: registered over every transport, kept so, and found again when something dies."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from drivers.sip.baresip.registration import CONNECTION_EVERY
from drivers.sip.setup import Account, Setup
from drivers.sip.switchboard import switchboard
from reconciler.telephones.call import CallEnded, Channel, Ended
from tests.conformance.telephones import sipp
from tests.conformance.telephones.conftest import (
    TONE,
    at_work,
    next_call,
    now,
    registered,
    setup_for,
    until,
)
from tests.conformance.telephones.peers import HOST, PASSWORD, Pbx, write_certificates
from tests.conformance.telephones.soak import Weight
from tests.conformance.telephones.test_calls import pid

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

SEVERAL = 6
"""Looks whether the connection to the PBX lives."""


@pytest.fixture
def own_pbx(tmp_path: Path) -> Iterator[Pbx]:
    """A PBX that a test may treat badly; it is started by the test."""
    folder = tmp_path / "pbx"
    folder.mkdir()
    write_certificates(folder, addresses=[HOST])
    pbx = Pbx(folder)
    yield pbx
    pbx.stop()


async def refused(setup: Setup) -> str:
    """Why a channel is not registered."""
    async with switchboard(setup, now) as board:
        starting = board.channels()
        await until(lambda: all(channel.why for channel in board.channels()) and board.channels() != starting)
        channel: Channel = board.channels()[0]
        assert not channel.registered
        return channel.why


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
async def test_calls_go_both_ways_over_every_transport(tmp_path: Path, pbx: Pbx, transport: str) -> None:
    async with at_work(tmp_path, pbx, setup_for(pbx, transport=transport)) as house:
        call = await house.telephones.dial(house.picks_up("1"), ring=20)
        assert await call.key() == "1"
        await call.hang_up()
        house.calls_us("5")
        back = await next_call(house.telephones)
        await back.answer()
        assert await back.key() == "5"
        await back.hang_up()
    assert pbx.registrations(house.channel)[-1] == 0, "an account is given back at the end"


async def test_an_outbound_proxy_a_domain_and_a_name_for_the_digest_of_its_own(
    tmp_path: Path, pbx: Pbx
) -> None:
    setup = setup_for(
        pbx, transport="tls", registrar="pbx.example", domain=HOST, register_domain=True,
        proxy="localhost", proxy_port=pbx.tls_port,
        accounts=(Account("9003", auth_user="ninety", password=PASSWORD),),
    )  # fmt: skip
    async with at_work(tmp_path, pbx, setup) as house:
        call = await house.telephones.dial(house.picks_up(), ring=20, name='Wake-up "call"')
        await call.hang_up()
        assert re.search(
            r'^From: "?Wake-up call"? <sip:9003@127.0.0.1', house.plugged[0].passed(), re.MULTILINE
        )


async def test_a_password_that_is_wrong_is_told(pbx: Pbx) -> None:
    setup = setup_for(pbx, accounts=(Account("9001", password="wrong"),))
    assert re.search(r"40[13]", await refused(setup))


async def test_a_port_that_is_taken_and_an_address_of_others_are_told(pbx: Pbx) -> None:
    setup = setup_for(pbx)
    with socket.socket(type=socket.SOCK_DGRAM) as taken:
        taken.bind((HOST, setup.local_port))
        assert "Address already in use" in await refused(setup)
    assert (
        await refused(setup_for(pbx, local_address="192.0.2.7")) == "192.0.2.7 is no address of this machine"
    )


async def test_a_pbx_that_names_another_realm_than_it_should_is_told(pbx: Pbx, tmp_path: Path) -> None:
    assert (
        await refused(setup_for(pbx, realm="harbour.example"))
        == "the PBX names itself 127.0.0.1, not harbour.example"
    )
    async with at_work(tmp_path, pbx, setup_for(pbx, realm=HOST, local_address="0.0.0.0")) as house:  # noqa: S104
        call = await house.telephones.dial(house.picks_up("1"), ring=20)
        assert await call.key() == "1"
        await call.hang_up()


async def test_a_certificate_that_does_not_name_the_address_of_the_pbx_is_refused(own_pbx: Pbx) -> None:
    write_certificates(own_pbx.folder, names=["localhost"], addresses=["127.0.0.2"])
    own_pbx.start()
    assert (
        await refused(setup_for(own_pbx, transport="tls"))
        == "the certificate is refused: IP address mismatch"
    )


async def test_a_certificate_that_does_not_name_the_host_of_the_pbx_is_refused(own_pbx: Pbx) -> None:
    write_certificates(own_pbx.folder, names=["pbx.example"], addresses=[HOST])
    own_pbx.start()
    why = await refused(setup_for(own_pbx, transport="tls", registrar="localhost"))
    assert why == "the certificate is refused: Hostname mismatch"


async def test_a_certificate_of_another_authority_is_refused(own_pbx: Pbx, tmp_path: Path) -> None:
    own_pbx.start()
    other = tmp_path / "other"
    other.mkdir()
    write_certificates(other)
    why = await refused(setup_for(own_pbx, transport="tls", ca_file=str(other / "ca.pem")))
    assert why.startswith("the certificate is refused: ")


async def test_a_short_registration_is_renewed_in_time_and_never_given_back(
    own_pbx: Pbx, tmp_path: Path
) -> None:
    own_pbx.expires, own_pbx.algorithm = 2, "SHA-256"
    own_pbx.start()
    async with at_work(tmp_path, own_pbx, setup_for(own_pbx)) as house:
        await until(lambda: len(own_pbx.registrations(house.channel)) >= 3)
        assert all(channel.registered for channel in house.telephones.channels())
        asked = own_pbx.registrations(house.channel)
        assert 0 not in asked


async def test_an_interval_that_is_too_brief_is_made_longer(own_pbx: Pbx, tmp_path: Path) -> None:
    own_pbx.script = """if (is_method("REGISTER") && $ct =~ "expires=60$") {
        append_to_reply("Min-Expires: 90\\r\\n"); sl_send_reply("423", "Interval Too Brief"); exit; }"""
    own_pbx.start()
    async with at_work(tmp_path, own_pbx, setup_for(own_pbx, expires=60)) as house:
        assert 90 in own_pbx.registrations(house.channel)


async def test_a_registrar_that_refuses_for_a_while_is_asked_again(own_pbx: Pbx, tmp_path: Path) -> None:
    own_pbx.script = 'if (is_method("REGISTER")) { sl_send_reply("503", "Not Now"); exit; }'
    own_pbx.start()
    async with at_work(tmp_path, own_pbx, setup_for(own_pbx), working=False) as house:
        await until(lambda: all("503" in channel.why for channel in house.telephones.channels()))
        own_pbx.stop()
        own_pbx.script = ""
        own_pbx.start()
        await registered(house.telephones, within=20)


async def test_a_pbx_that_dies_and_comes_back_is_noticed_without_a_restart(
    own_pbx: Pbx, tmp_path: Path
) -> None:
    own_pbx.start()
    async with at_work(tmp_path, own_pbx, setup_for(own_pbx, transport="tls")) as house:
        own_pbx.kill()
        await until(lambda: not any(channel.registered for channel in house.telephones.channels()))
        own_pbx.start()
        await registered(house.telephones, within=20)
        call = await house.telephones.dial(house.picks_up(), ring=20)
        await call.play(TONE[:3200])
        await call.hang_up()


async def test_hours_without_a_call_leave_no_files_open(tmp_path: Path, pbx: Pbx) -> None:
    async with at_work(tmp_path, pbx, setup_for(pbx, transport="tls")) as house:
        stack = pid(house.telephones)
        before = Weight.of(stack).files
        await anyio.sleep(SEVERAL * CONNECTION_EVERY)
        assert Weight.of(stack).files <= before


async def test_a_pbx_that_says_nothing_to_a_call_is_no_guest_who_does_not_answer(
    own_pbx: Pbx, tmp_path: Path
) -> None:
    """Over UDP nothing else tells for minutes that it is gone."""
    own_pbx.start()
    async with at_work(tmp_path, own_pbx, setup_for(own_pbx)) as house:
        room = house.rings_for_ever()
        with pytest.raises(CallEnded) as ended:
            await house.telephones.dial(room, ring=1.5)
        assert ended.value.end.reason is Ended.NO_ANSWER
        own_pbx.kill()
        with pytest.raises(CallEnded) as ended:
            await house.telephones.dial(room, ring=1.5)
        assert ended.value.end.reason is Ended.UNREACHABLE
        await until(lambda: not any(c.busy for c in house.telephones.channels()))
        await until(lambda: not any(c.registered for c in house.telephones.channels()), within=40)


async def test_a_call_that_does_not_come_from_the_pbx_is_refused(tmp_path: Path, pbx: Pbx) -> None:
    setup = setup_for(pbx)
    async with at_work(tmp_path, pbx, setup) as house:
        stranger = house.plug_in(
            sipp.is_refused(house.channel, status=403),
            f"{HOST}:{setup.local_port}",
            "-m",
            "1",
            host="127.0.0.2",
        )
        assert await anyio.to_thread.run_sync(stranger.went_well), stranger.mistakes()
        assert not any(channel.busy for channel in house.telephones.channels())


@pytest.mark.parametrize("transport", ["tcp", "tls"])
async def test_nobody_can_connect_to_us(tmp_path: Path, pbx: Pbx, transport: str) -> None:
    setup = setup_for(pbx, transport=transport)
    async with at_work(tmp_path, pbx, setup):
        with pytest.raises(OSError, match="connect"):
            await anyio.connect_tcp(HOST, setup.local_port)
