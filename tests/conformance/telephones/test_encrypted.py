"""Sound that nobody on the way can hear: TLS for the signalling, SRTP for the media."""

from collections.abc import Iterator
from pathlib import Path

import anyio
import pytest

from reconciler.telephones.call import Call, CallEnded, End, Ended
from tests.conformance.telephones import sipp
from tests.conformance.telephones.conftest import TONE, at_work, next_call, setup_for
from tests.conformance.telephones.debian_baresip import EncryptedTelephone
from tests.conformance.telephones.peers import Pbx

pytestmark = [pytest.mark.anyio, pytest.mark.integration]


@pytest.fixture
def telephone(tmp_path: Path, pbx: Pbx) -> Iterator[EncryptedTelephone]:
    """A telephone that insists on encryption."""
    telephone = EncryptedTelephone(tmp_path, pbx)
    telephone.start()
    yield telephone
    telephone.stop()


async def hums(call: Call) -> None:
    """Hear the telephone's tone."""
    with anyio.fail_after(10):
        async for piece in call.heard():
            if max(abs(sample) for sample in memoryview(piece).cast("h")) > 2_000:
                return


@pytest.mark.parametrize("srtp", ["required", "optional"])
async def test_an_encrypted_call_carries_sound_both_ways(
    tmp_path: Path, pbx: Pbx, telephone: EncryptedTelephone, srtp: str
) -> None:
    async with at_work(tmp_path, pbx, setup_for(pbx, transport="tls", srtp=srtp)) as house:
        call = await house.telephones.dial(telephone.user, ring=20)
        await hums(call)
        await call.play(TONE)
        await call.hang_up()
    assert telephone.was_encrypted()


async def test_an_encrypted_call_comes_in(tmp_path: Path, pbx: Pbx) -> None:
    async with at_work(tmp_path, pbx, setup_for(pbx, transport="tls", srtp="required")) as house:
        telephone = EncryptedTelephone(tmp_path, pbx)
        await anyio.to_thread.run_sync(telephone.start)
        try:
            telephone.dial(house.channel)
            call = await next_call(house.telephones)
            await call.answer()
            await hums(call)
            await call.hang_up()
        finally:
            telephone.stop()


async def test_a_telephone_that_does_not_encrypt_is_not_talked_to_in_plain(tmp_path: Path, pbx: Pbx) -> None:
    async with at_work(tmp_path, pbx, setup_for(pbx, transport="tls", srtp="required")) as house:
        room = house.plug_in(sipp.refuses("488 Not Acceptable Here")).extension
        with pytest.raises(CallEnded) as ended:
            await house.telephones.dial(room, ring=20)
        assert ended.value.end == End(Ended.UNENCRYPTED, 488)


async def test_a_telephone_that_answers_in_plain_where_we_asked_for_encryption_hears_nothing(
    tmp_path: Path, pbx: Pbx
) -> None:
    async with at_work(tmp_path, pbx, setup_for(pbx, transport="tls", srtp="required")) as house:
        room = house.picks_up()
        with pytest.raises(CallEnded) as ended, anyio.fail_after(10):
            await house.telephones.dial(room, ring=20)
        assert ended.value.end.reason is Ended.UNENCRYPTED


async def test_a_call_that_comes_in_plain_is_refused_where_encryption_is_required(
    tmp_path: Path, pbx: Pbx
) -> None:
    async with at_work(tmp_path, pbx, setup_for(pbx, transport="tls", srtp="required")) as house:
        caller = house.dials(sipp.is_refused(house.channel, status=488))
        assert await anyio.to_thread.run_sync(caller.went_well), caller.mistakes()


async def test_where_encryption_is_optional_plain_telephones_work_too(tmp_path: Path, pbx: Pbx) -> None:
    async with at_work(tmp_path, pbx, setup_for(pbx, srtp="optional")) as house:
        call = await house.telephones.dial(house.picks_up("1"), ring=20)
        assert await call.key() == "1"
        await call.hang_up()
