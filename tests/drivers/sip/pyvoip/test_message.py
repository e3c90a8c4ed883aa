"""SIP messages are read in every form that the standard allows, and whatever else comes does no harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sip.pyvoip.description import Nothing, described
from drivers.sip.pyvoip.library import PayloadType
from drivers.sip.pyvoip.message import Unreadable, read
from tests.drivers.sip.pyvoip.messages import INVITE, SDP, written


def test_an_invite_shows_its_headers_as_they_came() -> None:
    invite = read(written(INVITE, SDP))
    assert (invite.method, invite.uri, invite.code) == ("INVITE", "sip:9001@192.0.2.1:5060", 0)
    assert (invite.cseq, invite.cseq_method, invite.call_id) == (7, "INVITE", "1234@192.0.2.7")
    assert [value for name, value in invite.pairs if name == "Diversion"] == [
        "<sip:1301@pbx.example>;reason=no-answer",
        "<sip:1302@pbx.example>;reason=user-busy",
    ]
    assert invite.values("record-route") == ["<sip:192.0.2.9;lr>", "<sip:192.0.2.8;lr>"]
    assert (invite.tag("from"), invite.tag("to")) == ("abc", "")
    assert invite.contact == "sip:1207@192.0.2.7:5062"


def test_short_names_folded_lines_and_odd_spelling_are_the_same_message() -> None:
    short = """
INVITE sip:9001@192.0.2.1 SIP/2.0
v:SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK1
f: "Smith, Joe: 12" <sip:1207@pbx.example;x=1>
 ;tag=abc
T : <tel:+15550100>
I: 1234
cseq: 7    INVITE
m: sip:1207@192.0.2.7:5062;expires=60
"""
    message = read(written(short))
    assert message.tag("from") == "abc"
    assert message.call_id == "1234"
    assert message.cseq == 7
    assert message.contact == "sip:1207@192.0.2.7:5062"
    assert ("From", '"Smith, Joe: 12" <sip:1207@pbx.example;x=1> ;tag=abc') in message.pairs


def test_a_tag_in_an_address_is_not_the_tag_of_the_dialogue() -> None:
    text = INVITE.replace("<sip:9001@pbx.example>", "<sip:9001@pbx.example;tag=no>")
    assert read(written(text)).tag("to") == ""


def test_a_status_that_nobody_has_listed_is_still_a_status() -> None:
    assert (
        read(written(INVITE.replace("INVITE sip:9001@192.0.2.1:5060 SIP/2.0", "SIP/2.0 699 Odd"))).code == 699
    )


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\x00\x00\x00",
        b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"SIP/2.0 abc Odd\r\n\r\n",
        b"OPTIONS sip:9001@192.0.2.1 SIP/3.0\r\n\r\n",
        written(INVITE.replace("CSeq: 7 INVITE", "CSeq: seven INVITE")),
        written(INVITE.replace("Call-ID: 1234@192.0.2.7\n", "")),
    ],
)
def test_what_is_no_message_is_told_from_one(data: bytes) -> None:
    with pytest.raises(Unreadable):
        read(data)


@given(st.binary() | st.text().map(lambda text: written(INVITE, text)) | st.text().map(written))
def test_nothing_that_comes_breaks_the_reading(data: bytes) -> None:
    try:
        message = read(data)
        described(message)
    except (Unreadable, Nothing):
        pass


def test_the_sound_of_a_room_is_taken_in_the_room_s_own_order() -> None:
    remote, codecs = described(read(written(INVITE, SDP)))
    assert remote == ("192.0.2.7", 40000)
    assert list(codecs.items()) == [(8, PayloadType.PCMA), (0, PayloadType.PCMU), (101, PayloadType.EVENT)]


def test_sound_at_an_address_of_its_own_is_sent_there() -> None:
    own = SDP + "c=IN IP4 192.0.2.99\r\n"
    assert described(read(written(INVITE, own))).remote == ("192.0.2.99", 40000)


@pytest.mark.parametrize(
    "sdp",
    [
        "",
        SDP.replace("RTP/AVP", "RTP/SAVP"),
        SDP.replace("RTP/AVP", "RTP/SAVPF"),
        SDP.replace("audio 40000", "audio 0"),
        SDP.replace("m=audio", "m=video"),
        SDP.replace(" 8 0 101", " 18 101"),
        SDP.replace("c=IN IP4", "c=IN IP6"),
    ],
)
def test_sound_that_we_cannot_share_is_none(sdp: str) -> None:
    with pytest.raises(Nothing):
        described(read(written(INVITE, sdp)))
