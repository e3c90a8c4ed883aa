"""Nobody telephones at the hotel's cost."""

from pathlib import Path

import pytest

from fixtures.telephones import Exchange, picks_up
from reconciler.app.offline import hotel_of
from reconciler.app.telephony import Lines, fenced
from reconciler.configuration.file import load
from reconciler.stays.frontdesk import Declined
from reconciler.telephones.fence import FencedTelephones
from tests.reconciler.conftest import FastClock

pytestmark = pytest.mark.anyio

HOTEL = """
property: {name: Harbour View, timezone: America/New_York}
rooms: [{room: "1207", extensions: ["1207", "1217"]}]
sip: {pbx: {address: 127.0.0.1}, accounts: [{user: "9001", password: x}]}
voice: {operator: "0", pilot: "9000", wakeup: {alert: "700"}}
alerts: {second_contact: "701"}
"""
OF_THE_HOUSE = ("1207", "1217", "0", "700", "701", "9000", "9001")


def behind_the_fence(folder: Path, exchange: Exchange) -> FencedTelephones:
    (folder / "housephone.yaml").write_text(HOTEL)
    settings = load(folder / "housephone.yaml", {})
    return fenced(settings, hotel_of(settings.grounds), Lines(exchange, frozenset({"9001"})))


async def test_rooms_the_operator_and_who_is_alerted_can_be_called(tmp_path: Path) -> None:
    async with Exchange(FastClock()) as exchange:
        telephones = behind_the_fence(tmp_path, exchange)
        for number in OF_THE_HOUSE:
            exchange.at(number, picks_up())
            await (await telephones.dial(number, ring=10)).hang_up()
    assert [call.extension for call in exchange.dialled] == list(OF_THE_HOUSE)


@pytest.mark.parametrize(
    "number",
    [
        "19005550100", "0019005550100",  # somebody who earns by it
        "01207", "001207", "91207",  # a way out, and a subscriber whose number begins like a room
        "1208",  # a room that is not ours
        "*67", "#", "*72", "",  # what the exchange would do for us
        "1207;phone-context=x", "1207@evil.example", "1207\r\nRefer-To: <sip:00@evil.example>",
    ],
)  # fmt: skip
async def test_no_other_number_is_ever_dialled(tmp_path: Path, number: str) -> None:
    async with Exchange(FastClock()) as exchange:
        telephones = behind_the_fence(tmp_path, exchange)
        with pytest.raises(Declined, match="it is not called"):
            await telephones.dial(number, ring=10)
    assert exchange.dialled == []
