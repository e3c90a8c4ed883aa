"""The packet log of a real telephone stack: what went over the wire, and nobody's secret."""

import logging
from pathlib import Path

import pytest

from drivers.sip.switchboard import Switchboard
from tests.conformance.telephones.conftest import at_work, setup_for, until
from tests.conformance.telephones.peers import PASSWORD, Pbx

pytestmark = [pytest.mark.anyio, pytest.mark.integration]


async def test_sip_messages_are_logged_while_it_is_asked_for(
    tmp_path: Path, pbx: Pbx, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "housephone.packets.sip")
    async with at_work(tmp_path, pbx, setup_for(pbx)) as house:
        assert caplog.text == "", "nobody has asked yet"
        board = house.telephones
        assert isinstance(board, Switchboard)
        board.log_packets(True)
        call = await board.dial(house.picks_up("1"), ring=20, name="Ana Souza")
        await until(lambda: "ACK sip:" in caplog.text)
        board.log_packets(False)
        await call.hang_up()
    assert "INVITE sip:" in caplog.text
    assert "Authorization: *" in caplog.text
    assert PASSWORD not in caplog.text
    assert "Souza" not in caplog.text
