"""Every way in which Zoom can go wrong ends in the right kind of error, after a bounded number of calls."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from drivers.zoom.driver import ZoomDriver
from fixtures.zoom_cloud.faults import Fault
from reconciler.account.capability import Feature
from reconciler.errors import Fatal, Gone, Later, Permanent, Throttled, Uncertain, Unsupported
from tests.drivers.zoom.conftest import NOON, HandClock, OpenGate, planned, put

Hotel = Any
Answering = Callable[..., ZoomDriver]
pytestmark = pytest.mark.anyio

ANA = {"first_name": "Ana", "last_name": "Souza 1201", "display_name": "Ana Souza 1201"}
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)
DAILY = {
    "X-RateLimit-Category": "Heavy",
    "X-RateLimit-Type": "Daily-limit",
    "Retry-After": "2026-11-23T00:00:00Z",
}
SECOND = {"X-RateLimit-Category": "Light", "X-RateLimit-Type": "QPS"}


@pytest.mark.parametrize(
    ("headers", "message", "scope", "at"),
    [
        (SECOND, "", "second", NOON + timedelta(seconds=1)),
        (SECOND | {"Retry-After": "3"}, "", "second", NOON + timedelta(seconds=3)),
        ({}, "You have reached the maximum per-second rate limit", "second", NOON + timedelta(seconds=1)),
        ({}, "", "second", NOON + timedelta(seconds=1)),
        ({"Retry-After": "garbage"}, "", "second", NOON + timedelta(seconds=1)),
        ({"Retry-After": "Sun, 22 Nov 2026 12:00:04 GMT"}, "", "second", NOON + timedelta(seconds=4)),
        ({"Retry-After": "2026-11-22T11:00:00Z"}, "", "second", NOON),
        (DAILY, "", "day", MIDNIGHT),
        (DAILY | {"Retry-After": "2030-01-01T00:00:00Z"}, "", "day", NOON + timedelta(hours=24)),
        ({"X-RateLimit-Type": "Daily-limit"}, "", "day", MIDNIGHT),
        ({}, "You have reached the maximum daily rate limit for this API", "day", MIDNIGHT),
        ({"Retry-After": "Mon, 23 Nov 2026 00:00:00 GMT"}, "", "day", MIDNIGHT),
        ({"Retry-After": "43200"}, "", "day", MIDNIGHT),
        (DAILY | {"Date": "Sun, 22 Nov 2026 23:00:00 GMT"}, "", "day", NOON + timedelta(hours=1)),
        (DAILY | {"Date": "Sun, 22 Nov 2026 23:59:58 GMT"}, "", "day", NOON + timedelta(minutes=10)),
        (DAILY | {"Date": "yesterday"}, "", "day", MIDNIGHT),
    ],
)
async def test_a_429_says_which_limit_is_used_up_and_until_when(
    hotel: Hotel, headers: dict[str, str], message: str, scope: str, at: datetime
) -> None:
    body = {"code": 429, "message": message}
    hotel.cloud.faults.add(Fault("answer", path="/users/{userId}", status=429, headers=headers, body=body))
    with pytest.raises(Throttled) as error:
        await hotel.write(1201, **ANA)
    assert (error.value.scope, error.value.at) == (scope, at)
    assert [(each.scope, each.at) for each in hotel.gate.throttles] == [(scope, at)]
    assert hotel.calls() == 1


async def test_the_429_of_one_user_s_presence_is_not_the_account_s(hotel: Hotel) -> None:
    await hotel.write(1201, dnd=NOON + timedelta(hours=8))
    with pytest.raises(Throttled) as error:
        await hotel.write(1201, dnd=None)
    assert error.value.scope == "target"
    assert error.value.at == NOON + timedelta(seconds=60)


async def test_a_429_of_the_account_on_a_presence_is_the_account_s(hotel: Hotel) -> None:
    hotel.cloud.faults.add(Fault("answer", method="PUT", status=429, headers=SECOND))
    with pytest.raises(Throttled) as error:
        await hotel.write(1201, dnd=NOON + timedelta(hours=8))
    assert error.value.scope == "second"


async def test_a_list_waits_out_others_who_use_up_second_after_second(hotel: Hotel) -> None:
    hotel.cloud.faults.add(Fault("answer", path="/users", status=429, headers=SECOND, times=6))
    assert len(await hotel.driver.extensions(wanted=frozenset({1201}), devices=False)) > 0
    assert 15 < hotel.clock.seconds < 20


async def test_a_list_that_never_gets_its_turn_ends_within_twenty_seconds_and_says_why(hotel: Hotel) -> None:
    hotel.cloud.faults.add(Fault("answer", path="/users", status=429, headers=SECOND, times=None))
    with pytest.raises(Throttled, match="others use it, too") as error:
        await hotel.driver.extensions(wanted=frozenset({1201}), devices=False)
    assert error.value.scope == "second"
    assert (hotel.clock.seconds, hotel.calls()) == (19, 8)


async def test_a_list_waits_out_a_full_second_but_not_a_used_up_day(hotel: Hotel) -> None:
    hotel.cloud.faults.add(Fault("answer", path="/users", status=429, headers=SECOND))
    assert 1201 in await hotel.read(1201)
    hotel.cloud.faults.add(Fault("answer", path="/phone/users", status=429, headers=DAILY, times=None))
    before = hotel.calls()
    with pytest.raises(Throttled) as error:
        await hotel.read(1201)
    assert error.value.scope == "day"
    assert hotel.calls() - before == 2


@pytest.mark.parametrize("kind", ["bad_gateway", "drop", "drop_mid_body", "malformed", "wrong_types", "slow"])
async def test_a_read_survives_one_lost_answer(hotel: Hotel, kind: Any) -> None:
    hotel.cloud.faults.add(Fault(kind, path="/phone/users"))
    if kind == "wrong_types":
        with pytest.raises(Later):
            await hotel.read(1201)
    assert 1201 in await hotel.read(1201)


@pytest.mark.parametrize("kind", ["bad_gateway", "drop", "drop_mid_body", "malformed", "wrong_types"])
async def test_a_read_that_keeps_failing_is_an_error_after_three_calls(hotel: Hotel, kind: Any) -> None:
    hotel.cloud.faults.add(Fault(kind, path="/phone/users", times=None))
    with pytest.raises(Later):
        await hotel.read(1201)
    assert hotel.calls("GET", "/phone/users") <= 3


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        (Fault("drop"), Uncertain),
        (Fault("apply_then_drop"), Uncertain),
        (Fault("drop_mid_body"), Uncertain),
        (Fault("slow", seconds=5), Uncertain),
        (Fault("bad_gateway"), Uncertain),
        (Fault("answer", status=500), Uncertain),
        (Fault("answer", status=504), Uncertain),
        (Fault("answer", status=503), Later),
        (Fault("answer", status=409, code=409), Later),
        (Fault("answer", status=400, code=300), Permanent),
        (Fault("answer", status=400, code=200), Permanent),
        (Fault("answer", status=403, code=403), Permanent),
        (Fault("answer", status=418, body=[]), Permanent),
        (Fault("answer", status=400, code=1120), Permanent),
        (Fault("user_removed"), Gone),
    ],
)
async def test_a_write_that_goes_wrong_is_sent_once_and_told_apart(
    hotel: Hotel, fault: Fault, kind: type[Exception]
) -> None:
    await hotel.driver.connect()
    hotel.cloud.faults.add(fault)
    with pytest.raises(kind) as error:
        await hotel.write(1201, **ANA)
    assert type(error.value) is not Uncertain or kind is Uncertain
    assert hotel.calls() == 1


async def test_a_write_whose_answer_was_spoilt_was_accepted(hotel: Hotel) -> None:
    await hotel.driver.connect()
    hotel.cloud.faults.add(Fault("malformed"))
    await hotel.write(1201, **ANA)
    assert hotel.cloud.extension(1201).first_name == "Ana"


async def test_a_zoom_that_cannot_be_reached_is_not_uncertain(clock: HandClock, gate: OpenGate) -> None:
    from drivers.zoom.auth import Account

    async with ZoomDriver(Account("A", "C", "S", url="http://127.0.0.1:1"), gate, clock) as driver:
        with pytest.raises(Later) as error:
            await driver.connect()
    assert not isinstance(error.value, Uncertain)


async def test_a_write_that_could_not_leave_is_not_uncertain(answering: Answering) -> None:
    def zoom(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t"})
        raise httpx.ConnectError("no route")

    async with answering(zoom) as driver:
        driver.allow(frozenset({"u"}))
        with pytest.raises(Later) as error:
            await put(driver, planned("user", "u", 1201, ANA))
    assert type(error.value) is Later


async def test_a_scope_lost_while_writing_is_unsupported_and_seen(hotel: Hotel) -> None:
    await hotel.driver.connect()
    hotel.cloud.faults.add(Fault("scope_lost", scope="user:update:presence_status:admin"))
    with pytest.raises(Unsupported):
        await hotel.write(1201, dnd=NOON + timedelta(hours=8))
    state = hotel.driver.capabilities().features[Feature.DND]
    assert not state.on
    assert "user:update:presence_status:admin" in state.remedy
    assert hotel.tokens() == 1


@pytest.mark.parametrize("code", [4711, 4700])
async def test_a_required_scope_lost_while_working_is_an_error_with_the_remedy(
    hotel: Hotel, code: Any
) -> None:
    await hotel.driver.connect()
    hotel.cloud.missing_scope_code = code
    hotel.cloud.faults.add(Fault("scope_lost", scope="user:update:user:admin"))
    with pytest.raises(Fatal) as error:
        await hotel.write(1201, **ANA)
    assert "user:update:user:admin" in error.value.remedy


async def test_an_account_without_zoom_phone_is_an_error_and_no_empty_hotel(hotel: Hotel) -> None:
    hotel.cloud.phone_licensed = False
    with pytest.raises(Fatal, match="licences"):
        await hotel.read(1201)


async def test_a_pro_plan_turns_business_features_off_visibly(hotel: Hotel) -> None:
    hotel.cloud.limits.plan = "pro"
    hotel.cloud.plan_gaps = True
    with pytest.raises(Unsupported):
        await hotel.write(1300, dnd=NOON + timedelta(hours=8))
    assert "plan" in hotel.driver.capabilities().reason(Feature.RING_SWITCH)


async def test_a_site_out_of_reach_is_no_token_fault(hotel: Hotel) -> None:
    body = {
        "code": 124,
        "message": "You do not have permission, because the current site does not belong to the target sites.",
    }
    hotel.cloud.faults.add(Fault("answer", path="/phone/users", status=400, body=body))
    with pytest.raises(Permanent):
        await hotel.read(1201)
    assert hotel.tokens() == 1


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b'"users"',
        b"{}",
        b'{"users": null}',
        b'{"users": {}}',
        b'{"users": [17]}',
        b'{"users": [NaN]}',
        b'{"users": [], "next_page_token": 17}',
        b'{"users": [{"id": 17, "extension_number": 1201}]}',
        b'{"users": [{"id": "u", "extension_number": true}]}',
        b'{"users": [{"id": "u", "extension_number": 12.5}]}',
        b'{"users": [{"id": "u", "extension_number": -1}]}',
        b'{"users": [{"id": "u", "extension_number": "12a"}]}',
        b"\xff\xfe",
        b'{"users": ' + b"[" * 100_000,
        b'{"users": [{"extension_number": ' + b"9" * 5000 + b"}]}",
        b'{"users": [' + b" " * 17_000_000 + b"]}",
    ],
    ids=lambda content: content[:60].decode("latin-1") or "empty",
)
async def test_an_answer_that_is_no_list_of_users_is_an_error_to_try_again(
    answering: Answering, content: bytes
) -> None:
    calls = 0

    def zoom(request: httpx.Request) -> httpx.Response:
        nonlocal calls
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t"})
        if request.url.path == "/v2/users":
            return httpx.Response(200, json={"users": [], "next_page_token": ""})
        calls += 1
        return httpx.Response(200, content=content)

    async with answering(zoom) as driver:
        with pytest.raises(Later) as error:
            await driver.extensions(wanted=frozenset({1201}), devices=False)
    assert type(error.value) is Later
    assert calls <= 3


async def test_a_list_whose_pages_lead_in_a_circle_is_an_error(answering: Answering) -> None:
    def zoom(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t"})
        return httpx.Response(200, json={"users": [], "next_page_token": "again"})

    async with answering(zoom) as driver:
        with pytest.raises(Later):
            await driver.extensions(wanted=frozenset(), devices=False)
