"""Headers in every form of the standard."""

import pytest

from drivers.sip.headers import headers, key_of


def test_headers_keep_their_order_and_get_their_long_names() -> None:
    text = "f: <sip:1207@pbx.example>\r\nDiversion: <sip:1301@pbx.example>\r\n ;reason=no-answer\r\nno\r\nT :x:y\r\n"
    assert headers(text) == (
        ("From", "<sip:1207@pbx.example>"),
        ("Diversion", "<sip:1301@pbx.example> ;reason=no-answer"),
        ("To", "x:y"),
    )


@pytest.mark.parametrize(
    ("kind", "body", "key"),
    [
        ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", "5"),
        ("Application/DTMF-Relay; charset=x", "signal = *\n", "*"),
        ("application/dtmf", "#\r\n", "#"),
        ("application/dtmf-relay", "Signal=A\r\n", ""),
        ("application/dtmf", "", ""),
        ("text/plain", "5", ""),
    ],
)
def test_an_info_brings_a_key(kind: str, body: str, key: str) -> None:
    assert key_of(kind, body) == key
