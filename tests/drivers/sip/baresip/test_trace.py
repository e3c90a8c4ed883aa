"""The library's trace, read: who sent what, every value of every header, and the keys in an INFO."""

from hypothesis import given
from hypothesis import strategies as st

from drivers.sip.baresip.trace import seen

INVITE = (
    "RX UDP 10.0.0.5:5060 -> 10.0.0.9:5666\r\n"
    "INVITE sip:9001@10.0.0.9 SIP/2.0\r\n"
    "v: SIP/2.0/UDP 10.0.0.5;branch=z9hG4bK1\r\n"
    'f: "Room, 1207"\r\n <sip:1207@pbx.example>;tag=1\r\n'
    "i: abc@pbx\r\n"
    "Diversion: <sip:1301@pbx.example>, <sip:1302@pbx.example>\r\n"
    "Diversion: <sip:1303@pbx.example>\r\n"
    "\r\n"
    "v=0\r\na=crypto:1 AES\r\n"
)


def test_an_invite_shows_its_sender_and_all_its_headers() -> None:
    message = seen(INVITE)
    assert message is not None
    assert (message.received, message.method, message.remote) == (True, "INVITE", "10.0.0.5:5060")
    assert message.header("Call-ID") == "abc@pbx"
    assert message.header("from") == '"Room, 1207" <sip:1207@pbx.example>;tag=1'
    assert [value for name, value in message.headers if name == "Diversion"] == [
        "<sip:1301@pbx.example>, <sip:1302@pbx.example>",
        "<sip:1303@pbx.example>",
    ]
    assert "a=crypto:" in message.body


def test_an_answer_shows_its_status_and_no_method() -> None:
    message = seen(
        "TX TLS 10.0.0.9:40000 -> 10.0.0.5:5091\r\nSIP/2.0 486 Busy Here\r\nCSeq: 1 INVITE\r\n\r\n"
    )
    assert message is not None
    assert (message.received, message.method, message.status, message.local) == (
        False,
        "",
        486,
        "10.0.0.9:40000",
    )


def test_an_info_shows_its_key() -> None:
    message = seen(
        "RX UDP 10.0.0.5:5060 -> 10.0.0.9:5666\r\nINFO sip:9001@10.0.0.9 SIP/2.0\r\n"
        "Content-Type: application/dtmf-relay\r\n\r\nSignal= #\r\nDuration=160\r\n"
    )
    assert message is not None
    assert message.key == "#"


@given(st.text())
def test_whatever_stands_in_the_log_is_read_or_left_alone(text: str) -> None:
    for line in (text, f"RX UDP a -> b\n{text}"):
        message = seen(line)
        assert message is None or message.status >= 0
