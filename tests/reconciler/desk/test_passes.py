"""The controller's private door: passes for whoever holds the token, and for nobody else."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from observed.extension import Voicemail
from reconciler.capability import Capabilities
from reconciler.desk.orders import AnyOrder
from reconciler.desk.passes import passes_app
from reconciler.errors import Fatal
from reconciler.health import LinkHealth, TelephoneHealth
from reconciler.outcome import Report
from reconciler.passes import Options
from reconciler.snapshot import Snapshot, snapshot_in

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TOKEN = "the controller's own"


async def post(app: FastAPI, path: str, body: object, token: str = TOKEN) -> httpx.Response:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
        return await client.post(path, json=body, headers={"Authorization": f"Bearer {token}"})


class Doorkeeper:
    """Notes what was asked."""

    def __init__(self, *, refuse: bool = False) -> None:
        self.refuse = refuse
        self.passes: list[Options] = []
        self.poked: list[tuple[str, ...]] = []

    async def make_pass(self, options: Options) -> Report:
        self.passes.append(options)
        if self.refuse:
            raise Fatal("the controller runs as a shadow", "stop the shadow")
        return Report("Harbour View", options.dry_run, "", NOON, NOON, 0, 0, 0, 0.0, ())

    async def photograph(self) -> Snapshot:
        if self.refuse:
            raise Fatal("Zoom does not answer", "try again in a minute")
        return Snapshot(NOON, (), {1001: (Voicemail("m1", 1001, NOON),)}, Capabilities())

    async def poke(self, rooms: tuple[str, ...]) -> None:
        self.poked.append(rooms)

    async def take(self, order: AnyOrder, where: str) -> str:
        raise NotImplementedError

    async def resync(self, links: tuple[str, ...], where: str, *, release: bool) -> str:
        raise NotImplementedError

    def links(self) -> list[LinkHealth]:
        raise NotImplementedError

    def telephones(self) -> TelephoneHealth | None:
        raise NotImplementedError

    async def test_call(self, extension: str) -> dict[str, Any]:
        raise NotImplementedError

    def present(self) -> tuple[bool, int, datetime]:
        raise NotImplementedError

    @property
    def app(self) -> FastAPI:
        return passes_app(TOKEN, self)


async def test_a_pass_comes_through_with_all_its_options() -> None:
    keeper = Doorkeeper()

    answer = await post(
        keeper.app, "/pass", {"rooms": ["12*"], "allow": ["max-blanked"], "dry_run": True, "cached": True}
    )

    assert answer.json()["property"] == "Harbour View"
    (options,) = keeper.passes
    assert (options.scope.rooms, options.scope.allow) == (("12*",), frozenset({"max-blanked"}))
    assert (options.dry_run, options.cached, options.expect) == (True, True, None)


async def test_a_stranger_is_turned_away() -> None:
    keeper = Doorkeeper()

    answers = [await post(keeper.app, path, {}, "another's") for path in ("/pass", "/snapshot", "/poke")]

    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert (keeper.passes, keeper.poked) == ([], [])


async def test_what_keeps_a_pass_from_being_made_is_told() -> None:
    answer = await post(Doorkeeper(refuse=True).app, "/pass", {})

    assert answer.status_code == 409
    detail = answer.json()["detail"]
    assert ("shadow" in detail["message"], detail["remedy"]) == (True, "stop the shadow")


async def test_a_snapshot_comes_through_with_its_messages_or_the_reason_why_not() -> None:
    taken = await post(Doorkeeper().app, "/snapshot", {})
    refused = await post(Doorkeeper(refuse=True).app, "/snapshot", {})

    assert snapshot_in(taken.json()).messages == {1001: (Voicemail("m1", 1001, NOON),)}
    assert (refused.status_code, refused.json()["detail"]["remedy"]) == (409, "try again in a minute")


async def test_rooms_that_the_desk_spoke_of_are_looked_at() -> None:
    keeper = Doorkeeper()

    assert (await post(keeper.app, "/poke", {"rooms": ["1001"]})).status_code == 204
    assert keeper.poked == [("1001",)]
