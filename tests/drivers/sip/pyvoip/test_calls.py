"""Calls over plain UDP, against a PBX that loses, repeats and crosses what is sent."""

import asyncio
import socket
import struct
from collections.abc import Iterator
from dataclasses import replace

import anyio
import pytest

from drivers.sip.pyvoip import registration, sending, talk
from drivers.sip.pyvoip.message import Message
from drivers.sip.pyvoip.stack import PyVoipStack
from drivers.sip.setup import Setup
from drivers.sip.wire import (
    Answer,
    Dial,
    Established,
    HangUp,
    Incoming,
    Key,
    Listen,
    NotTransferred,
    Over,
    Played,
    Reject,
    Silence,
    Transfer,
)
from tests.drivers.sip.pyvoip.conftest import CHALLENGE, HOST, Desk, Reports
from tests.drivers.sip.pyvoip.messages import INVITE, SDP, written

pytestmark = pytest.mark.anyio
QUARTER = b"\x10\x20" * 2000
"""A quarter of a second of sound."""


class Handset:
    """Where the sound of a room comes and goes."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((HOST, 0))
        self._socket.setblocking(False)
        self.port: int = self._socket.getsockname()[1]
        self._sequence = 0

    @property
    def sdp(self) -> str:
        return SDP.replace("192.0.2.7", HOST).replace("40000", str(self.port))

    async def hears(self, *, within: float = 2) -> bytes:
        """The sound of the next packet."""
        with anyio.fail_after(within):
            data: bytes = await asyncio.get_running_loop().sock_recv(self._socket, 2048)
        return data[12:]

    def sends(self, port: int, kind: int, payload: bytes, at: int, *, marked: bool = False) -> None:
        self._sequence += 1
        head = struct.pack("!BBHII", 0x80, kind | (0x80 if marked else 0), self._sequence, at, 99)
        self._socket.sendto(head + payload, (HOST, port))

    def presses(self, port: int, key: int, at: int) -> None:
        """A key as RFC 4733 has it, whose first packet is lost."""
        for length in (320, 480, 480):
            self.sends(port, 101, struct.pack("!BBH", key, 0x8A, length), at)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def room() -> Iterator[Handset]:
    handset = Handset()
    yield handset
    handset.close()


def port_of(message: Message) -> int:
    port: int = message.body["m"][0]["port"]
    return port


async def dial(stack: PyVoipStack, pbx: Desk, number: int = 1) -> Message:
    await stack.take(Dial(number, "9001", "1207", "Wake-up call"))
    return await pbx.next(method="INVITE")


async def answered(stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset) -> Message:
    """A call that we have dialled and the room has taken."""
    invite = await dial(stack, pbx)
    pbx.answers(invite, 200, "Content-Type: application/sdp", body=room.sdp)
    await pbx.next(method="ACK")
    assert (await reports.until(Established)).call == 1
    return invite


async def test_a_room_hears_who_calls_and_each_call_has_its_own_call_id(
    stack: PyVoipStack, pbx: Desk
) -> None:
    first, second = await dial(stack, pbx, 1), await dial(stack, pbx, 3)
    assert first.first("from").startswith('"Wake-up call" <sip:9001@127.0.0.1>;tag=')
    assert first.uri == "sip:1207@127.0.0.1"
    assert first.call_id != second.call_id
    assert first.tag("from") != second.tag("from")


@pytest.mark.parametrize(("code", "reason"), [(486, "busy"), (480, "no_answer"), (404, "unreachable")])
async def test_a_room_that_is_busy_is_told_at_once_and_heard_by_an_ack(
    stack: PyVoipStack, pbx: Desk, reports: Reports, code: int, reason: str
) -> None:
    invite = await dial(stack, pbx)
    pbx.answers(invite, 100)
    pbx.answers(invite, code)
    assert await reports.until(Over) == Over(1, reason, code)
    ack = await pbx.next(method="ACK")
    assert ack.lines("via")[0] == invite.lines("via")[0]
    assert ack.tag("to") == "theirs"


async def test_a_proxy_that_asks_who_we_are_is_told(stack: PyVoipStack, pbx: Desk, reports: Reports) -> None:
    first = await dial(stack, pbx)
    pbx.answers(first, 407, f"Proxy-Authenticate: {CHALLENGE}")
    await pbx.next(method="ACK")
    second = await pbx.next(method="INVITE")
    assert 'uri="sip:1207@127.0.0.1"' in second.first("proxy-authorization")
    assert (second.call_id, second.tag("from")) == (first.call_id, first.tag("from"))
    assert second.cseq > first.cseq
    pbx.answers(second, 407, f"Proxy-Authenticate: {CHALLENGE}")
    assert await reports.until(Over) == Over(1, "unreachable", 407)


async def test_an_invite_that_is_lost_is_sent_again(
    stack: PyVoipStack, pbx: Desk, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "FIRST", 0.02)
    monkeypatch.setattr(sending, "GIVEN_UP", 0.1)
    first = await dial(stack, pbx)
    assert (await pbx.next(method="INVITE")).cseq == first.cseq
    assert await reports.until(Over) == Over(1, "unreachable", 0)


async def test_a_call_to_which_the_pbx_has_said_nothing_has_reached_nobody(
    stack: PyVoipStack, pbx: Desk, reports: Reports
) -> None:
    await dial(stack, pbx)
    await stack.take(HangUp(1))
    assert await reports.until(Over) == Over(1, "unreachable", 0)
    challenged = await dial(stack, pbx, 3)
    pbx.answers(challenged, 407, f"Proxy-Authenticate: {CHALLENGE}")
    await pbx.next(method="INVITE")
    await stack.take(HangUp(3))
    assert await reports.until(Over) == Over(3, "ours", 0)


async def test_a_call_is_taken_back_while_it_rings(stack: PyVoipStack, pbx: Desk, reports: Reports) -> None:
    invite = await dial(stack, pbx)
    pbx.answers(invite, 180)
    await stack.take(HangUp(1))
    cancel = await pbx.next(method="CANCEL")
    assert cancel.lines("via") == invite.lines("via")
    assert (cancel.cseq, cancel.uri) == (invite.cseq, invite.uri)
    pbx.answers(cancel, 200)
    pbx.answers(invite, 487)
    await pbx.next(method="ACK")
    assert (await reports.until(Over)).call == 1


async def test_a_call_that_is_taken_back_too_early_is_taken_back_when_it_rings(
    stack: PyVoipStack, pbx: Desk
) -> None:
    invite = await dial(stack, pbx)
    await stack.take(HangUp(1))
    pbx.answers(invite, 180)
    await pbx.next(method="CANCEL")


async def test_a_guest_who_picks_up_just_as_we_give_up_is_not_left_on_a_dead_line(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset
) -> None:
    invite = await dial(stack, pbx)
    pbx.answers(invite, 180)
    await stack.take(HangUp(1))
    pbx.answers(invite, 200, "Content-Type: application/sdp", body=room.sdp)
    await pbx.next(method="ACK")
    await pbx.next(method="BYE")
    assert (await reports.until(Over)).call == 1


async def test_of_two_telephones_that_pick_up_the_second_is_hung_up(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset
) -> None:
    invite = await answered(stack, pbx, reports, room)
    pbx.answers(invite, 200, "Content-Type: application/sdp", body=room.sdp, tag="another")
    assert (await pbx.next(method="ACK")).tag("to") == "another"
    assert (await pbx.next(method="BYE")).tag("to") == "another"
    assert not [told for told in reports.told if isinstance(told, Over)]


async def test_an_answer_that_comes_again_is_heard_by_an_ack_again(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset
) -> None:
    invite = await answered(stack, pbx, reports, room)
    pbx.answers(invite, 200, "Content-Type: application/sdp", body=room.sdp)
    await pbx.next(method="ACK")
    assert not [told for told in reports.told if isinstance(told, Established)]


async def test_the_way_that_a_call_was_recorded_to_take_is_kept(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset
) -> None:
    invite = await dial(stack, pbx)
    way = (f"<sip:{HOST}:{pbx.port};lr=on>", "<sip:192.0.2.8;lr>")
    pbx.answers(invite, 200, *(f"Record-Route: {hop}" for hop in reversed(way)), body=room.sdp)
    ack = await pbx.next(method="ACK")
    assert tuple(ack.values("route")) == way
    assert ack.uri == f"sip:room@{HOST}:{pbx.port}"
    await reports.until(Established)
    await stack.take(HangUp(1))
    assert tuple((await pbx.next(method="BYE")).values("route")) == way


async def test_sound_goes_both_ways_and_a_prompt_tells_when_it_was_heard(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset
) -> None:
    invite = await answered(stack, pbx, reports, room)
    stack.play(1, QUARTER)
    await stack.take(Played(1, 7))
    heard = [await room.hears() for _ in range(14)]
    assert {len(packet) for packet in heard} == {160}
    assert len({packet for packet in heard if packet != heard[-1]}) >= 1
    assert (await reports.until(Played)).mark == 7
    await stack.take(Listen(1, on=True))
    room.sends(port_of(invite), 8, b"\x55" * 160, 160)
    assert len(await reports.sound(1, 640)) >= 640


async def test_a_prompt_that_is_cut_off_is_silent_and_counts_as_over(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset
) -> None:
    await answered(stack, pbx, reports, room)
    stack.play(1, QUARTER * 40)
    await stack.take(Played(1, 8))
    await stack.take(Silence(1))
    assert (await reports.until(Played, within=0.5)).mark == 8


async def test_a_key_is_known_even_if_its_first_packet_is_lost_and_by_info_as_well(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset
) -> None:
    invite = await answered(stack, pbx, reports, room)
    room.presses(port_of(invite), 10, at=1000)
    assert await reports.until(Key) == Key(1, "*")
    room.presses(port_of(invite), 2, at=2000)
    assert await reports.until(Key) == Key(1, "2")
    for body, kind in (("Signal=5\r\nDuration=160\r\n", "dtmf-relay"), ("6", "dtmf")):
        pbx.send(within(invite, "INFO", 2, f"Content-Type: application/{kind}", body=body))
        await pbx.next(code=200)
    assert [await reports.until(Key), await reports.until(Key)] == [Key(1, "5"), Key(1, "6")]


async def test_sound_from_anybody_else_is_not_heard(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset
) -> None:
    invite = await dial(stack, pbx)
    elsewhere = room.sdp.replace(HOST, "127.0.0.2")
    pbx.answers(invite, 200, body=elsewhere)
    await reports.until(Established)
    room.presses(port_of(invite), 1, at=1000)
    pbx.send(within(invite, "INFO", 2, "Content-Type: application/dtmf", body="7"))
    assert await reports.until(Key) == Key(1, "7")


async def test_a_room_whose_sound_stops_is_let_go(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack, "_means", replace(stack._means, media_lost_after=0.1))
    await answered(stack, pbx, reports, room)
    assert await reports.until(Over) == Over(1, "lost", 0)
    await pbx.next(method="BYE")


async def test_a_transfer_is_over_when_it_has_gone_well(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset
) -> None:
    invite = await answered(stack, pbx, reports, room)
    await stack.take(Transfer(1, "0"))
    refer = await pbx.next(method="REFER")
    assert refer.first("refer-to") == "<sip:0@127.0.0.1>"
    pbx.answers(refer, 202)
    for number, status in ((2, "100 Trying"), (3, "200 OK")):
        pbx.send(within(invite, "NOTIFY", number, "Content-Type: message/sipfrag", body=f"SIP/2.0 {status}"))
    await pbx.next(method="BYE")
    assert await reports.until(Over) == Over(1, "ours", 0)


@pytest.mark.parametrize("where", ["answer", "notify"])
async def test_a_transfer_that_fails_leaves_the_call_with_us(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset, where: str
) -> None:
    invite = await answered(stack, pbx, reports, room)
    await stack.take(Transfer(1, "0"))
    refer = await pbx.next(method="REFER")
    if where == "answer":
        pbx.answers(refer, 603)
    else:
        pbx.answers(refer, 202)
        pbx.send(within(invite, "NOTIFY", 2, "Content-Type: message/sipfrag", body="SIP/2.0 486 Busy Here"))
    assert await reports.until(NotTransferred) == NotTransferred(1)
    await stack.take(HangUp(1))
    await pbx.next(method="BYE")


def within(invite: Message, method: str, number: int, *lines: str, body: str = "") -> bytes:
    """A request of the room within a call that we have dialled."""
    text = "\n".join([
        f"{method} {invite.contact} SIP/2.0", f"Via: SIP/2.0/UDP {HOST}:9;branch=z9hG4bK{method}{number}",
        f"From: {invite.first('to')};tag=theirs", f"To: {invite.first('from')}", f"Call-ID: {invite.call_id}",
        f"CSeq: {number} {method}", *lines,
    ])  # fmt: skip
    return written(text, body)


# Calls that come in.


def ringing() -> str:
    """An INVITE that comes from loopback."""
    return INVITE.replace("192.0.2.", "127.0.0.").replace(
        "<sip:127.0.0.9;lr>, <sip:127.0.0.8;lr>", "<sip:127.0.0.1;lr>"
    )


async def rings(pbx: Desk, reports: Reports, room: Handset) -> Incoming:
    pbx.send(written(ringing(), room.sdp))
    await pbx.next(code=180)
    return await reports.until(Incoming)


def acknowledges(answer: Message) -> bytes:
    return written(
        "\n".join([
            "ACK sip:9001@127.0.0.1 SIP/2.0", "Via: SIP/2.0/UDP 127.0.0.9;branch=z9hG4bK9",
            f"From: {answer.first('from')}", f"To: {answer.first('to')}", f"Call-ID: {answer.call_id}", "CSeq: 7 ACK",
        ])
    )  # fmt: skip


async def test_a_forwarded_call_shows_every_header_and_is_answered_once_it_is_wanted(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset
) -> None:
    call = await rings(pbx, reports, room)
    assert call.account == "9001"
    assert [value.partition("@")[0] for name, value in call.headers if name == "Diversion"] == [
        "<sip:1301",
        "<sip:1302",
    ]
    await stack.take(Answer(call.call))
    ok = await pbx.next(code=200)
    assert ok.lines("via") == [
        "SIP/2.0/UDP 127.0.0.9:5060;branch=z9hG4bK1",
        "SIP/2.0/UDP 127.0.0.7:5062;branch=z9hG4bK2",
    ]
    assert ok.values("record-route") == ["<sip:127.0.0.1;lr>"]
    assert ok.body["m"][0]["methods"] == ["8", "0", "101"]
    pbx.send(acknowledges(ok))
    assert (await reports.until(Established)).call == call.call
    assert await room.hears()


@pytest.mark.usefixtures("stack")
async def test_an_invite_that_comes_again_is_the_same_call(
    pbx: Desk, reports: Reports, room: Handset
) -> None:
    await rings(pbx, reports, room)
    pbx.send(written(ringing(), room.sdp))
    await pbx.next(code=180)
    assert not [told for told in reports.told if isinstance(told, Incoming)]


async def test_an_answer_that_nobody_acknowledges_is_repeated_and_then_given_up(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "FIRST", 0.02)
    monkeypatch.setattr(sending, "GIVEN_UP", 0.1)
    call = await rings(pbx, reports, room)
    await stack.take(Answer(call.call))
    await pbx.next(code=200)
    await pbx.next(code=200)
    assert await reports.until(Over) == Over(call.call, "lost", 0)


@pytest.mark.parametrize("code", [486, 603, 480])
async def test_a_call_is_refused_with_the_status_that_is_asked_for(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset, code: int
) -> None:
    call = await rings(pbx, reports, room)
    await stack.take(Reject(call.call, code))
    await pbx.next(code=code)
    assert await reports.until(Over) == Over(call.call, "ours", 0)


async def test_a_caller_who_gives_up_is_let_go(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset
) -> None:
    call = await rings(pbx, reports, room)
    text = ringing().replace("INVITE", "CANCEL").replace("Content-Type: application/sdp\n", "")
    pbx.send(written(text))
    await pbx.next(code=487)
    assert await reports.until(Over) == Over(call.call, "far_end", 487)
    await stack.take(Answer(call.call))
    await anyio.sleep(0.05)
    assert not [message for message in pbx.came if message.code == 200 and message.cseq_method == "INVITE"]


async def test_a_caller_who_hangs_up_ends_the_call(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset
) -> None:
    call = await rings(pbx, reports, room)
    await stack.take(Answer(call.call))
    ok = await pbx.next(code=200)
    pbx.send(acknowledges(ok))
    await reports.until(Established)
    pbx.send(acknowledges(ok).replace(b"ACK", b"BYE"))
    await pbx.next(code=200)
    assert await reports.until(Over) == Over(call.call, "far_end", 0)


@pytest.mark.usefixtures("stack")
async def test_sound_that_we_cannot_share_is_refused_and_rings_nowhere(
    pbx: Desk, reports: Reports, room: Handset
) -> None:
    pbx.send(written(ringing(), room.sdp.replace("RTP/AVP", "RTP/SAVP")))
    await pbx.next(code=488)
    assert reports.told == []


async def test_a_call_that_does_not_come_from_the_pbx_is_refused_and_never_told(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack, "_trusted", frozenset({"192.0.2.9"}))
    pbx.send(written(ringing(), room.sdp))
    await pbx.next(code=403)
    assert reports.told == []


@pytest.mark.usefixtures("stack")
async def test_requests_that_belong_to_nothing_are_answered_so(pbx: Desk) -> None:
    for method, code in (("OPTIONS", 200), ("BYE", 481), ("PUBLISH", 405)):
        pbx.send(written(INVITE.replace("INVITE", method).replace("Content-Type: application/sdp\n", "")))
        await pbx.next(code=code)


async def test_calls_that_are_over_leave_nothing_behind(
    stack: PyVoipStack, pbx: Desk, reports: Reports, room: Handset
) -> None:
    """Neither a call, nor a socket, nor a thread."""
    threads = len(asyncio.all_tasks())
    for number in range(1, 41, 2):
        invite = await dial(stack, pbx, number)
        pbx.answers(invite, 200, body=room.sdp)
        await reports.until(Established)
        await stack.take(HangUp(number))
        pbx.answers(await pbx.next(method="BYE"), 200)
        await reports.until(Over)
    pbx.send(written(INVITE.replace("INVITE", "OPTIONS").replace("Content-Type: application/sdp\n", "")))
    await pbx.next(code=200)  # so all that was sent before has been read
    stack._sweep()
    assert stack._talks == {}
    assert len(asyncio.all_tasks()) == threads


def test_the_times_of_the_standard_are_kept() -> None:
    assert (sending.FIRST, sending.LONGEST, sending.GIVEN_UP) == (0.5, 4.0, 32.0)
    assert registration.LOOK + sending.GIVEN_UP < 120
    assert Setup("pyvoip", HOST, 5060).media_lost_after * (1 + talk.LOOK) < 60
