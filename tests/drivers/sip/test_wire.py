"""What one process says to the other arrives whole and in its order, however the bytes are cut."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sip.setup import Account, Setup
from drivers.sip.wire import (
    LONGEST,
    Alive,
    BrokenWire,
    Dial,
    Incoming,
    Key,
    Listen,
    Message,
    Over,
    Registered,
    Sound,
    Start,
    Unpacker,
    packed,
)

SETUP = Setup(
    backend="baresip",
    registrar="pbx.example",
    registrar_port=5060,
    accounts=(Account("9001", password="s3cret"), Account("9002", "auth", "other", "700")),
    media_ports=(21000, 21099),
)
SAID: list[Message | Sound] = [
    Start(SETUP),
    Registered("9001", ok=False, why="403 Forbidden"),
    Dial(1, "9001", "1207", "Señora Ñ"),
    Incoming(2, "9001", "a@b", (("From", '"Zoë" <sip:1207@x>'), ("Diversion", "<sip:1301@x>"))),
    Sound(1, bytes(range(256))),
    Key(1, "#"),
    Listen(2, on=True),
    Over(1, "busy", 486),
    Alive(),
    Sound(2, b""),
]


@given(st.lists(st.integers(1, 400), min_size=1))
def test_what_is_said_arrives_however_it_is_cut(cuts: list[int]) -> None:
    stream = b"".join(map(packed, SAID))
    heard: list[Message | Sound] = []
    unpacker, start = Unpacker(), 0
    while start < len(stream):
        cut = cuts[len(heard) % len(cuts)]
        heard += unpacker.feed(stream[start : start + cut])
        start += cut
    assert heard == SAID


@given(st.binary(min_size=9))
def test_whatever_comes_is_understood_or_refused_and_nothing_else(data: bytes) -> None:
    try:
        list(Unpacker().feed(data))
    except BrokenWire:
        return


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b'["Nobody", {}]',
        b'["Key", {"call": 1}]',
        b'["Start", {"setup": 7}]',
        b"\xff",
        b'["Key", 3]',
    ],
)
def test_a_message_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(BrokenWire):
        list(Unpacker().feed(b"m" + bytes(4) + len(body).to_bytes(4, "big") + body))


def test_a_frame_beyond_all_measure_is_refused_at_once() -> None:
    with pytest.raises(BrokenWire):
        list(Unpacker().feed(b"s" + bytes(4) + (LONGEST + 1).to_bytes(4, "big")))


def test_neither_a_broken_message_nor_the_setup_shows_a_password() -> None:
    values = json.loads(packed(Start(SETUP))[9:])
    values[1]["setup"]["unheard_of"] = 1
    body = json.dumps(values).encode()
    with pytest.raises(BrokenWire) as refused:
        list(Unpacker().feed(b"m" + bytes(4) + len(body).to_bytes(4, "big") + body))
    assert "s3cret" not in str(refused.value)
    assert "s3cret" not in repr(SETUP)
