"""The message lamp of a real telephone, behind a real PBX."""

from pathlib import Path

import pytest

from drivers.sip.switchboard import Switchboard
from tests.conformance.telephones import sipp
from tests.conformance.telephones.conftest import at_work, setup_for, until
from tests.conformance.telephones.peers import Pbx

pytestmark = [pytest.mark.anyio, pytest.mark.integration]


@pytest.mark.parametrize("transport", ["udp", "tls"])
async def test_a_telephone_is_told_how_many_messages_wait(tmp_path: Path, pbx: Pbx, transport: str) -> None:
    async with at_work(tmp_path, pbx, setup_for(pbx, transport=transport)) as house:
        board = house.telephones
        assert isinstance(board, Switchboard)
        room = house.plug_in(sipp.wait("NOTIFY") + sipp.answer("200 OK"))
        board.light(room.extension, 2, 1)
        await until(lambda: "Voice-Message" in room.passed())
    told = room.passed()
    assert f"NOTIFY sip:{room.extension}@" in told
    assert "Event: message-summary" in told
    assert "Messages-Waiting: yes" in told
    assert "Voice-Message: 2/1 (0/0)" in told
