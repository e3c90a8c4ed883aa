"""The access token: asked for once, renewed early, never in a loop, never given to a stranger."""

import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import anyio
import httpx
import pytest

from drivers.zoom.driver import ZoomDriver
from drivers.zoom.http import Wire
from fixtures.zoom_cloud import ZoomCloud
from fixtures.zoom_cloud.faults import Fault
from reconciler.account.capability import Feature
from reconciler.errors import Fatal, Later, Throttled
from tests.drivers.zoom.conftest import HandClock, OpenGate, account_of

Hotel = Any
Answering = Callable[..., ZoomDriver]
pytestmark = pytest.mark.anyio

ALL_CLASSIC = "user:read:admin user:write:admin phone:read:admin phone:write:admin"


def token(**changes: Any) -> httpx.Response:
    body = {"access_token": "t0ken", "token_type": "bearer", "expires_in": 3599, "scope": ALL_CLASSIC}
    return httpx.Response(200, json={**body, **changes})


async def test_many_calls_at_once_ask_for_one_token(hotel: Hotel) -> None:
    async with anyio.create_task_group() as tasks:
        for _ in range(10):
            tasks.start_soon(hotel.read, 1201)
    assert hotel.tokens() == 1


async def test_a_token_is_renewed_at_55_minutes(hotel: Hotel) -> None:
    await hotel.read(1201)
    hotel.clock.advance(54 * 60)
    await hotel.read(1201)
    assert hotel.tokens() == 1
    hotel.clock.advance(61)
    await hotel.read(1201)
    assert hotel.tokens() == 2


async def test_a_short_token_is_renewed_at_half_of_its_life(hotel: Hotel) -> None:
    hotel.cloud.expires_in = 60.0
    await hotel.read(1201)
    hotel.clock.advance(31)
    await hotel.read(1201)
    assert hotel.tokens() == 2
    assert all(each.status == 200 for each in hotel.cloud.calls)


@pytest.mark.parametrize("status", [400, 401])
async def test_a_revoked_token_is_renewed_once_and_the_call_repeated_once(hotel: Hotel, status: Any) -> None:
    hotel.cloud.token_fault_status = status
    await hotel.driver.connect()
    hotel.cloud.faults.add(Fault("token_revoked", path="/users"))
    assert 1201 in await hotel.read(1201)
    assert hotel.tokens() == 2
    assert hotel.calls("GET", "/users") == 2


async def test_a_token_replaced_by_another_program_is_renewed(hotel: Hotel) -> None:
    hotel.cloud.single_token = True
    await hotel.driver.connect()
    hotel.cloud.access_tokens.issue(hotel.cloud.scopes, 3600, alone=True)
    assert 1201 in await hotel.read(1201)


async def test_tokens_that_are_never_taken_end_in_an_error_and_not_in_a_loop(hotel: Hotel) -> None:
    hotel.cloud.faults.add(Fault("token_revoked", times=None, method="GET"))
    for _ in range(5):
        with pytest.raises(Later):
            await hotel.read(1201)
    assert hotel.tokens() <= 3
    assert hotel.calls() <= 2
    hotel.cloud.faults.clear()
    hotel.clock.advance(61)
    assert 1201 in await hotel.read(1201)


async def test_the_newer_answer_to_a_bad_token_is_understood_too(answering: Answering) -> None:
    asked = []

    def zoom(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        if request.url.path == "/oauth/token":
            return token()
        return httpx.Response(401, json={"status": False, "errorCode": 401, "errorMessage": "no"})

    async with answering(zoom) as driver:
        with pytest.raises(Later):
            await driver.extensions(wanted=frozenset(), devices=False)
    assert asked == ["/oauth/token", "/v2/users"] * 2


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        ({"client_id": "other"}, "client_id"),
        ({"client_secret": "other"}, "client_secret"),
        ({"account_id": "other"}, "account_id"),
    ],
)
async def test_wrong_credentials_say_which_setting_to_check(
    cloud: ZoomCloud, clock: HandClock, gate: OpenGate, change: dict[str, str], remedy: str
) -> None:
    async with (
        cloud.serve() as url,
        ZoomDriver(account_of(cloud, url, **change), gate, clock, wire=Wire()) as driver,
    ):
        with pytest.raises(Fatal) as error:
            await driver.connect()
    assert remedy in error.value.remedy
    assert "harbour-view-demo-secret" not in repr(error.value)


async def test_a_switched_off_app_says_so(hotel: Hotel) -> None:
    await hotel.driver.connect()
    hotel.cloud.app_disabled = True
    with pytest.raises(Fatal, match="switched off"):
        await hotel.read(1201)


@pytest.mark.parametrize("status", [302, 404])
async def test_an_address_that_is_no_token_service_names_the_setting(
    answering: Answering, status: int
) -> None:
    async with answering(
        lambda _: httpx.Response(status, headers={"Location": "https://x.example"})
    ) as driver:
        with pytest.raises(Fatal, match=r"zoom\.url"):
            await driver.connect()


async def test_a_replaced_token_at_the_token_service_is_waited_out(answering: Answering) -> None:
    async with answering(lambda _: httpx.Response(400, json={"code": 4741, "reason": "revoked"})) as driver:
        with pytest.raises(Later):
            await driver.connect()


async def test_a_token_service_that_is_down_is_waited_out(hotel: Hotel) -> None:
    hotel.cloud.faults.add(Fault("bad_gateway", path="/oauth/token"))
    with pytest.raises(Later):
        await hotel.driver.connect()
    await hotel.driver.connect()


async def test_a_token_service_that_asks_to_slow_down_says_until_when(
    answering: Answering, clock: HandClock
) -> None:
    async with answering(lambda _: httpx.Response(429, headers={"Retry-After": "7"})) as driver:
        with pytest.raises(Throttled) as error:
            await driver.connect()
    assert error.value.at == clock.now() + timedelta(seconds=7)


async def test_the_last_minutes_of_a_token_bridge_a_token_service_that_is_down(hotel: Hotel) -> None:
    await hotel.driver.connect()
    hotel.cloud.faults.add(Fault("drop", path="/oauth/token", times=None))
    hotel.clock.advance(56 * 60)
    assert 1201 in await hotel.read(1201)
    assert hotel.tokens() == 2
    hotel.clock.advance(5 * 60)
    with pytest.raises(Later):
        await hotel.read(1201)


async def test_the_secret_travels_in_a_header_and_the_account_in_the_body(answering: Answering) -> None:
    seen: list[httpx.Request] = []

    def zoom(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return token()

    async with answering(zoom) as driver:
        await driver.connect()
    (request,) = seen
    assert str(request.url) == "https://zoom.us/oauth/token"
    assert request.headers["Authorization"] == "Basic " + base64.b64encode(b"C:S3cret").decode()
    assert request.content == b"grant_type=account_credentials&account_id=A"


@pytest.mark.parametrize(
    "change",
    [
        {"access_token": None},
        {"access_token": 17},
        {"access_token": ""},
        {"access_token": "two words"},
        {"access_token": "a\r\nX-Evil: 1"},
    ],
)
async def test_a_token_answer_without_a_token_is_waited_out(
    answering: Answering, change: dict[str, Any]
) -> None:
    async with answering(lambda _: token(**change)) as driver:
        with pytest.raises(Later):
            await driver.connect()


@pytest.mark.parametrize("life", [None, "soon", -5, True, 10**9])
async def test_an_odd_life_time_of_a_token_is_survived(answering: Answering, life: Any) -> None:
    async with answering(lambda _: token(expires_in=life)) as driver:
        await driver.connect()


@pytest.mark.parametrize("scope", [None, 17, ["user:read:admin"]])
async def test_a_token_that_does_not_tell_its_scopes_leaves_every_feature_on(
    answering: Answering, scope: Any
) -> None:
    async with answering(lambda _: token(scope=scope)) as driver:
        capabilities = await driver.connect()
        assert all(capabilities.has(feature) for feature in Feature)


async def test_classic_scopes_allow_everything_too(hotel: Hotel) -> None:
    hotel.cloud.scopes = set(ALL_CLASSIC.split())
    capabilities = await hotel.driver.connect()
    assert all(capabilities.has(feature) for feature in Feature)
    await hotel.read(1201, 1300, devices=True)


async def test_a_missing_required_scope_is_named_with_its_remedy(hotel: Hotel) -> None:
    hotel.cloud.scopes.discard("user:update:user:admin")
    with pytest.raises(Fatal, match="user:update:user:admin") as error:
        await hotel.driver.connect()
    assert "user:update:user:admin" in error.value.remedy
    with pytest.raises(Fatal):
        await hotel.read(1201)


async def test_an_optional_scope_that_was_added_is_seen_at_the_next_connect(hotel: Hotel) -> None:
    hotel.cloud.scopes.discard("user:update:presence_status:admin")
    before = await hotel.driver.connect()
    assert not before.has(Feature.DND)
    assert "user:update:presence_status:admin" in before.reason(Feature.DND)
    hotel.cloud.scopes.add("user:update:presence_status:admin")
    assert (await hotel.driver.connect()).has(Feature.DND)


async def test_calls_go_to_the_region_that_serves_the_account(answering: Answering) -> None:
    seen = []

    def zoom(request: httpx.Request) -> httpx.Response:
        seen.append(str(request.url.copy_with(query=None)))
        if request.url.path == "/oauth/token":
            return token(api_url="https://api-eu.zoom.us")
        return httpx.Response(200, json={"users": [], "next_page_token": ""})

    async with answering(zoom) as driver:
        await driver.extensions(wanted=frozenset(), devices=False)
    assert seen[1] == "https://api-eu.zoom.us/v2/users"


@pytest.mark.parametrize("api_url", ["https://evil.example", "http://api-us.zoom.us", {"host": "x"}, ""])
async def test_no_token_goes_to_a_host_that_the_token_answer_made_up(
    answering: Answering, api_url: Any
) -> None:
    seen = []

    def zoom(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return token(api_url=api_url)

    async with answering(zoom) as driver:
        with pytest.raises(Fatal) as error:
            await driver.extensions(wanted=frozenset(), devices=False)
    assert set(seen) == {"zoom.us"}
    assert "allowed_hosts" in error.value.remedy


@pytest.mark.parametrize(
    ("location", "followed"),
    [
        ("https://evil.example/v2/users", False),
        ("https://api.zoom.us.evil.example/v2/users", False),
        ("//evil.example/v2/users", False),
        ("https://api.zoom.us@evil.example/v2/users", False),
        ("http://api.zoom.us/v2/users", False),
        ("https://api.zoom.us:8443/v2/users", False),
        ("https://api-us.zoom.us/v2/users", False),
        ("/v2/moved?page_size=300", True),
        ("https://api.zoom.us/v2/moved", True),
        ("", False),
    ],
)
async def test_the_token_never_follows_a_redirect_to_another_host(
    answering: Answering, location: str, *, followed: bool
) -> None:
    seen: list[httpx.Request] = []

    def zoom(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        if request.url.path == "/oauth/token":
            return token()
        if request.url.path == "/v2/users":
            return httpx.Response(307, headers={"Location": location})
        return httpx.Response(200, content=json.dumps({"users": []}))

    async with answering(zoom) as driver:
        if followed:
            await driver.extensions(wanted=frozenset(), devices=False)
        else:
            with pytest.raises(Later, match="redirected"):
                await driver.extensions(wanted=frozenset(), devices=False)
    assert {each.url.host for each in seen} <= {"zoom.us", "api.zoom.us"}
    assert sum(each.url.path == "/v2/users" for each in seen) == 1


async def test_a_redirect_that_leads_in_a_circle_is_followed_once(answering: Answering) -> None:
    seen = []

    def zoom(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        return (
            token()
            if request.url.path == "/oauth/token"
            else httpx.Response(302, headers={"Location": "/v2/users"})
        )

    async with answering(zoom) as driver:
        with pytest.raises(Later):
            await driver.extensions(wanted=frozenset(), devices=False)
    assert seen == ["/oauth/token", "/v2/users", "/v2/users"]
