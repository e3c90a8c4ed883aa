"""Whatever comes over the wire, from the PBX or from anybody, the next call still rings."""

import random

import pytest

from drivers.sip.pyvoip.stack import PyVoipStack
from drivers.sip.wire import Incoming
from tests.drivers.sip.pyvoip.conftest import HOST, Desk, Reports
from tests.drivers.sip.pyvoip.messages import INVITE, SDP, written

pytestmark = pytest.mark.anyio

ODD = (
    # In the manner of RFC 4475: valid and hard to read, or plainly wrong.
    written(INVITE.replace("CSeq: 7 INVITE", "cseq:   0007\n  INVITE"), SDP),
    written(INVITE.replace("Call-ID: 1234", "Call-ID: (%Z.)=<>'\"[]{}~`"), SDP),
    written(INVITE.replace("sip:9001@192.0.2.1:5060", "sip:%39001@192.0.2.1"), SDP),
    written(INVITE.replace('"Room 1207"', '"J Rosenberg \\\\\\""'), SDP),
    written(INVITE.replace("CSeq: 7 INVITE", "CSeq: 36893488147419103232 REGISTER"), SDP),
    written(INVITE.replace("Max-Forwards: 70", "Max-Forwards: 300\nExpires: -1"), SDP),
    written(INVITE.replace("Content-Type: application/sdp", "Content-Type: multipart/mixed;boundary=x"), SDP),
    written(INVITE.replace("INVITE", "!interesting-Method0123456789_*+`.%indeed'~"), SDP),
    written(INVITE, SDP).replace(b"Content-Length: ", b"Content-Length: -"),
    written(INVITE, SDP.replace("m=audio 40000", "m=audio 999999999")),
    written(INVITE, SDP.replace("a=rtpmap:101 telephone-event/8000", "a=rtpmap")),
    b"\x00" * 2000,
    b"\r\n\r\n\r\n",
)
PIECES = (b"\r\n", b":", b";", b"<", b">", b'"', b",", b"=", b"\x00", b"sip:", b"\xff")


def garbled(data: bytes, chance: random.Random) -> bytes:
    """The message after a bad journey."""
    text = bytearray(data)
    for _ in range(chance.choice((1, 2, 5, 20))):
        place = chance.randrange(len(text) + 1)
        match chance.randrange(3):
            case 0:
                text[place:place] = chance.choice(PIECES) * chance.randrange(1, 4)
            case 1:
                del text[place : place + chance.randrange(1, 30)]
            case _:
                text[place : place + 1] = bytes([chance.randrange(256)])
    return bytes(text)


@pytest.mark.parametrize("sender", [HOST, "127.0.0.2"])
async def test_a_stack_that_was_told_nonsense_takes_the_next_call(
    stack: PyVoipStack, pbx: Desk, reports: Reports, sender: str
) -> None:
    chance = random.Random(4475)  # noqa: S311 - nonsense that can be repeated
    methods = ("INVITE", "ACK", "BYE", "CANCEL", "INFO", "NOTIFY", "OPTIONS", "REFER")
    for message in [*ODD, *(written(INVITE.replace("INVITE", method), SDP) for method in methods)]:
        stack.datagram_received(message, (sender, pbx.port))
        for _ in range(40):
            stack.datagram_received(garbled(message, chance), (sender, pbx.port))
    pbx.send(written(INVITE.replace("1234@192.0.2.7", "after the storm"), SDP))
    while (await reports.until(Incoming)).call_id != "after the storm":
        pass
