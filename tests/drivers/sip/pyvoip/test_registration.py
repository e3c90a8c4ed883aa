"""Channels register, stay registered, and come back, whatever the PBX says."""

import pytest

from drivers.sip.pyvoip import registration, sending
from drivers.sip.pyvoip.stack import make
from drivers.sip.setup import Account
from drivers.sip.stack import CannotWork
from drivers.sip.wire import Dial, Incoming, Registered
from tests.drivers.sip.pyvoip.conftest import CHALLENGE, HOST, Desk, Reports, setup_at
from tests.drivers.sip.pyvoip.messages import INVITE, SDP, written

pytestmark = pytest.mark.anyio


async def test_a_challenge_is_answered_by_the_name_for_the_digest(pbx: Desk, reports: Reports) -> None:
    stack = make(setup_at(pbx, accounts=(Account("9001", "door", "open sesame"),), expires=600), reports)
    await stack.start()
    first = await pbx.next(method="REGISTER")
    assert first.first("expires") == "600"
    pbx.answers(first, 401, f"WWW-Authenticate: {CHALLENGE}")
    second = await pbx.next(method="REGISTER")
    assert second.first("contact").endswith(";expires=600")
    assert second.call_id == first.call_id
    assert second.cseq == first.cseq + 1
    assert 'username="door"' in second.first("authorization")
    pbx.answers(second, 200)
    assert await reports.until(Registered) == Registered("9001", ok=True, why="")
    await stack.stop()
    back = await pbx.next(method="REGISTER")
    assert back.first("expires") == "0"
    assert back.first("contact").endswith(";expires=0")


async def test_a_wrong_password_is_told_and_tried_again_later(
    pbx: Desk, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registration, "FIRST_PAUSE", 0.05)
    stack = make(setup_at(pbx), reports)
    await stack.start()
    for _ in range(2):
        pbx.answers(await pbx.next(method="REGISTER"), 401, f"WWW-Authenticate: {CHALLENGE}")
    assert await reports.until(Registered) == Registered("9001", ok=False, why="the PBX answers 401")
    await pbx.registers()
    assert (await reports.until(Registered)).ok
    await stack.stop()


async def test_a_registration_is_renewed_before_its_time_is_over_and_never_given_back(
    pbx: Desk, reports: Reports
) -> None:
    stack = make(setup_at(pbx), reports)
    await stack.start()
    first = await pbx.next(method="REGISTER")
    ours = first.contact.partition(";")[0]
    pbx.send(
        f"SIP/2.0 200 OK\r\nVia: {first.first('via')}\r\nFrom: {first.first('from')}\r\nTo: {first.first('to')}\r\n"
        f"Call-ID: {first.call_id}\r\nCSeq: {first.first('cseq')}\r\n"
        f"Contact: <sip:9001@192.0.2.55>;expires=1800, <{ours}>;expires=1\r\n\r\n"
    )
    second = await pbx.next(method="REGISTER", within=1)
    assert (second.call_id, second.first("expires")) == (first.call_id, "3600")
    await stack.stop()


async def test_two_starts_have_different_call_ids(pbx: Desk, reports: Reports) -> None:
    seen = set()
    for _ in range(2):
        stack = make(setup_at(pbx), reports)
        await stack.start()
        seen.add((await pbx.next(method="REGISTER")).call_id)
        await stack.stop()
    assert len(seen) == 2


async def test_a_registration_that_is_too_brief_is_asked_for_longer(pbx: Desk, reports: Reports) -> None:
    stack = make(setup_at(pbx, expires=60), reports)
    await stack.start()
    pbx.answers(await pbx.next(method="REGISTER"), 423, "Min-Expires: 900")
    assert (await pbx.next(method="REGISTER")).first("expires") == "900"
    await stack.stop()


async def test_a_pbx_that_is_silent_is_told_and_asked_again(
    pbx: Desk, reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "FIRST", 0.02)
    monkeypatch.setattr(sending, "GIVEN_UP", 0.1)
    monkeypatch.setattr(registration, "FIRST_PAUSE", 0.02)
    stack = make(setup_at(pbx), reports)
    await stack.start()
    first = await pbx.next(method="REGISTER")
    again = await pbx.next(method="REGISTER")
    assert again.cseq == first.cseq, "the very same is sent again, because UDP loses"
    assert await reports.until(Registered) == Registered("9001", ok=False, why="no answer")
    while again.cseq == first.cseq:
        again = await pbx.next(method="REGISTER")
    pbx.answers(again, 200)
    assert (await reports.until(Registered)).ok
    await stack.stop()


@pytest.mark.parametrize(
    ("changes", "lines", "why"),
    [
        ({"realm": "harbour"}, CHALLENGE, "another realm: pbx.example"),
        ({}, CHALLENGE + ", algorithm=SHA-512", "a digest that we cannot give"),
    ],
)
async def test_a_pbx_that_we_cannot_satisfy_is_told_as_what_it_is(
    pbx: Desk, reports: Reports, changes: dict[str, object], lines: str, why: str
) -> None:
    stack = make(setup_at(pbx, **changes), reports)
    await stack.start()
    pbx.answers(await pbx.next(method="REGISTER"), 401, f"WWW-Authenticate: {lines}")
    told = await reports.until(Registered)
    assert not told.ok
    assert why in told.why
    await stack.stop()


async def test_other_messages_are_not_taken_for_the_answer_of_the_registrar(
    pbx: Desk, reports: Reports
) -> None:
    stack = make(setup_at(pbx), reports)
    await stack.start()
    request = await pbx.next(method="REGISTER")
    pbx.send(
        f"OPTIONS sip:9001@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1\r\n"
        f"From: <sip:pbx@pbx.example>;tag=a\r\nTo: <sip:9001@pbx.example>\r\nCall-ID: {request.call_id}\r\n"
        "CSeq: 1 OPTIONS\r\n\r\n"
    )
    await pbx.next(code=200)
    assert reports.told == []
    pbx.answers(request, 200)
    assert (await reports.until(Registered)).ok
    await stack.stop()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"transport": "tls", "ca_file": "ca.pem"}, "speaks UDP, not tls"),
        ({"transport": "tcp"}, "speaks UDP, not tcp"),
        ({"srtp": "optional"}, "cannot encrypt"),
        ({"proxy": "proxy.example"}, "no outbound proxy"),
    ],
)
async def test_what_plain_udp_cannot_do_is_refused_at_once(
    pbx: Desk, reports: Reports, changes: dict[str, object], why: str
) -> None:
    with pytest.raises(CannotWork, match=why):
        make(setup_at(pbx, **changes), reports)


async def test_a_pbx_that_has_no_address_is_refused_with_its_name(pbx: Desk, reports: Reports) -> None:
    with pytest.raises(CannotWork, match=r"no way to pbx\.invalid"):
        await make(setup_at(pbx, registrar="pbx.invalid"), reports).start()


@pytest.mark.parametrize(("using", "home"), [(False, HOST), (True, "hotel.example")])
async def test_a_domain_is_used_for_whom_it_is_meant(
    pbx: Desk, reports: Reports, using: bool, home: str
) -> None:
    stack = make(setup_at(pbx, domain="hotel.example", register_domain=using), reports)
    await stack.start()
    register = await pbx.next(method="REGISTER")
    assert register.uri == f"sip:{home}"
    assert f"<sip:9001@{home}>" in register.first("to")
    pbx.answers(register, 200)
    await stack.take(Dial(1, "9001", "1207", ""))
    invite = await pbx.next(method="INVITE")
    assert invite.uri == "sip:1207@hotel.example"
    assert f"<sip:9001@{home}>" in invite.first("from")
    await stack.stop()


@pytest.mark.parametrize(("dialled", "account"), [("9002", "9002"), ("7002", "9002"), ("5555", "9001")])
async def test_a_call_comes_to_the_account_that_was_dialled(
    pbx: Desk, reports: Reports, dialled: str, account: str
) -> None:
    accounts = (Account("9001"), Account("9002", extension="7002"))
    stack = make(setup_at(pbx, accounts=accounts), reports)
    await stack.start()
    await pbx.next(method="REGISTER")
    pbx.send(written(INVITE.replace("sip:9001@192.0.2.1", f"sip:{dialled}@{HOST}"), SDP))
    assert (await reports.until(Incoming)).account == account
    await stack.stop()
