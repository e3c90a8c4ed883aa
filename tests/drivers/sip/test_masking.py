"""A log of SIP messages may be given away: nobody is in it by name, and no secret."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.sip.masking import masked

INVITE = (
    "RX UDP 192.0.2.1:5060 -> 192.0.2.9:5060\r\n"
    "INVITE sip:9001@192.0.2.9:5060 SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1\r\n"
    'From: "Ana Souza 1207" <sip:1207@pbx.example>;tag=a1;x-guest=Souza\r\n'
    "To: Rui Lima <sip:9000@pbx.example>\r\n"
    "P-Asserted-Identity: <tel:+15550101234>\r\n"
    "Diversion: <sip:1207@pbx.example>;reason=no-answer;counter=1\r\n"
    "History-Info: <sip:1207@pbx.example?Reason=SIP%3Bcause%3D408>;index=1\r\n"
    'Authorization: Digest username="9001", response="d41d8cd98f00b204"\r\n'
    "Subject: Ana's birthday\r\n"
    "Content-Type: application/sdp\r\n"
    "\r\n"
    "v=0\r\no=Souza 1 1 IN IP4 192.0.2.1\r\ns=Ana calls\r\nc=IN IP4 192.0.2.1\r\n"
    "m=audio 20000 RTP/SAVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:c2VjcmV0\r\n"
)


def test_an_invite_shows_how_the_call_went_and_not_whose_it_is() -> None:
    assert masked(INVITE).splitlines() == [
        "RX UDP 192.0.2.1:5060 -> 192.0.2.9:5060",
        "INVITE sip:9001@192.0.2.9:5060 SIP/2.0",
        "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK1",
        "From: * <sip:1207@pbx.example>;tag=a1;x-guest=*",
        "To: * <sip:9000@pbx.example>",
        "P-Asserted-Identity: <tel:*>",
        "Diversion: <sip:1207@pbx.example>;reason=no-answer;counter=1",
        "History-Info: <sip:1207@pbx.example?Reason=SIP%3Bcause%3D408>;index=1",
        "Authorization: *",
        "Subject: *",
        "Content-Type: application/sdp",
        "",
        "v=0", "o=* 1 1 IN IP4 192.0.2.1", "s=*", "c=IN IP4 192.0.2.1",
        "m=audio 20000 RTP/SAVP 0 101", "a=rtpmap:0 PCMU/8000", "a=*",
    ]  # fmt: skip


def test_keys_that_a_guest_presses_are_not_shown() -> None:
    info = (
        "RX UDP 192.0.2.1:5060 -> 192.0.2.9:5060\r\nINFO sip:9001@192.0.2.9 SIP/2.0\r\n"
        "Content-Type: application/dtmf-relay\r\n\r\nSignal=7\r\nDuration=160\r\n"
    )
    assert masked(info).splitlines()[-1] == "(2 lines of application/dtmf-relay)"
    assert "Signal" not in masked(info)


def test_a_challenge_is_not_shown_and_its_status_is() -> None:
    challenge = (
        "RX UDP a -> b\r\nSIP/2.0 401 Unauthorized\r\n"
        'WWW-Authenticate: Digest realm="pbx", nonce="5f2"\r\nCSeq: 1 REGISTER\r\n\r\n'
    )
    assert masked(challenge).splitlines() == [
        "RX UDP a -> b", "SIP/2.0 401 Unauthorized", "WWW-Authenticate: *", "CSeq: 1 REGISTER",
    ]  # fmt: skip


NAME = st.text(st.sampled_from("abcdefghijklmnopqrstuvwxyzéñ '-."), min_size=1, max_size=20).map(
    lambda letters: f"Guest{letters}Guest"
)


@given(
    NAME,
    st.sampled_from(
        [
            'From: "{}" <sip:1207@x>', "From: {} <sip:1207@x>", "f: {} <sip:1207@x>;tag=a", "To: <sip:{}@x>",
            'Diversion: "{}" <sip:1>, {} <sip:2>', "Call-Info: {}", "{}", "P-Asserted-Identity: <sip:1@x;user={}>",
            "History-Info: <sip:1@x?From={}>;index=1",
            "History-Info: <sip:1@x?Reason=SIP%3Bcause%3D408%3Btext%3D{}>;index=1",
            "Remote-Party-ID: {} <sip:1@x>;id-type={}",
        ]
    ),
)  # fmt: skip
def test_no_name_is_shown_wherever_it_stands(name: str, header: str) -> None:
    message = f"RX UDP a -> b\r\nINVITE sip:1207@x SIP/2.0\r\n{header.replace('{}', name)}\r\n\r\n"
    assert "Guest" not in masked(message)
