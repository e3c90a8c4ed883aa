"""The controller's private door: passes for whoever holds the token, and for nobody else."""

import httpx
import pytest
from fastapi import FastAPI

from observed.extension import Voicemail
from reconciler.desk.passes import passes_app
from reconciler.snapshot import snapshot_in
from tests.reconciler.doorkeeper import NOON, Doorkeeper

pytestmark = pytest.mark.anyio

TOKEN = "the controller's own"


async def post(app: FastAPI, path: str, body: object, token: str = TOKEN) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        return await client.post(path, json=body, headers={"Authorization": f"Bearer {token}"})


def door_of(keeper: Doorkeeper) -> FastAPI:
    return passes_app(TOKEN, keeper)


async def test_a_pass_comes_through_with_all_its_options() -> None:
    keeper = Doorkeeper()

    answer = await post(
        door_of(keeper),
        "/pass",
        {"rooms": ["12*"], "allow": ["max-blanked"], "dry_run": True, "cached": True},
    )

    assert answer.json()["property"] == "Harbour View"
    (options,) = keeper.passes
    assert (options.scope.rooms, options.scope.allow) == (("12*",), frozenset({"max-blanked"}))
    assert (options.dry_run, options.cached, options.expect) == (True, True, None)


async def test_a_stranger_is_turned_away() -> None:
    keeper = Doorkeeper()

    answers = [await post(door_of(keeper), path, {}, "another's") for path in ("/pass", "/snapshot", "/poke")]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert (keeper.passes, keeper.poked) == ([], [])


async def test_what_keeps_a_pass_from_being_made_is_told() -> None:
    answer = await post(door_of(Doorkeeper(refuse=True)), "/pass", {})

    assert answer.status_code == 409
    detail = answer.json()["detail"]
    assert ("shadow" in detail["message"], detail["remedy"]) == (True, "stop the shadow")


async def test_a_snapshot_comes_through_with_its_messages_or_the_reason_why_not() -> None:
    taken = await post(door_of(Doorkeeper()), "/snapshot", {})
    refused = await post(door_of(Doorkeeper(refuse=True)), "/snapshot", {})

    assert snapshot_in(taken.json()).messages == {1001: (Voicemail("m1", 1001, NOON),)}
    assert (refused.status_code, refused.json()["detail"]["remedy"]) == (409, "try again in a minute")


async def test_rooms_that_the_desk_spoke_of_are_looked_at() -> None:
    keeper = Doorkeeper()

    assert (await post(door_of(keeper), "/poke", {"rooms": ["1001"]})).status_code == 204
    assert keeper.poked == [("1001",)]
