"""Headers in every form of the standard."""

import pytest

from drivers.sip.headers import headers, key_of, quotable


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


@pytest.mark.parametrize(
    "name",
    [
        'Ana"\r\nRefer-To: <sip:0019005550100@evil.example>', 'Ana" <sip:0@evil.example>;x="',
        "Ana\n\nINVITE sip:0 SIP/2.0",
        "Ana\\", "Ana\x00\x1b[2J", "Ana\u2028Via: x\ud800",
    ],
)  # fmt: skip
def test_no_name_ends_its_quotes_or_its_header(name: str) -> None:
    safe = quotable(name)
    assert safe.startswith("Ana")
    assert headers(f'From: "{safe}" <sip:9001@127.0.0.1>') == (("From", f'"{safe}" <sip:9001@127.0.0.1>'),)
    assert not set('"\\<>\r\n\x00') & set(safe)
    assert safe.encode().decode().isprintable()
