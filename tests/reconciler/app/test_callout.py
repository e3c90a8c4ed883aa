"""Alarms of a controller at work: found in how the hotel is, told to the peers that the hotel has named."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import pytest
from fastapi import FastAPI, Request

from fixtures.zoom_cloud import Fault
from reconciler.alarms.letter import Undelivered
from reconciler.app.callout import follow_alarms, hook_of, messengers_of, post_of
from reconciler.app.inforce import InForce
from reconciler.configuration.alerts import Mail, Webhook
from reconciler.desk.serve import bind, serve
from tests.reconciler.conftest import Inn, Running, until

pytestmark = pytest.mark.anyio


class Program:
    """The hotel's own program, and the news that it got."""

    def __init__(self) -> None:
        self.url = ""
        self.news: list[dict[str, object]] = []

    async def take(self, request: Request) -> None:
        self.news.append(json.loads(await request.body()))

    def told(self) -> list[tuple[object, object]]:
        return [(each["status"], each["key"]) for each in self.news]


@asynccontextmanager
async def program() -> AsyncIterator[Program]:
    there, app = Program(), FastAPI()
    app.add_api_route("/alarms", there.take, methods=["POST"])
    with bind("127.0.0.1", 0) as listener:
        there.url = f"http://127.0.0.1:{listener.getsockname()[1]}/alarms"
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(serve, app, listener)
            yield there
            tasks.cancel_scope.cancel()


@asynccontextmanager
async def alarms(running: Running) -> AsyncIterator[None]:
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(follow_alarms, running.room, running.controller, running.office)
        yield
        tasks.cancel_scope.cancel()


async def test_many_changes_that_zoom_does_not_take_are_told_to_the_hotels_program_and_so_is_the_end(
    inn: Inn,
) -> None:
    for number in range(1001, 1013):
        inn.guest(str(number), "Ana", "Souza")
    async with program() as there:
        inn.configure(alerts={"webhook": {"url": there.url}})
        fault = inn.cloud.faults.add(Fault("answer", path="/users/{userId}", method="PATCH", times=None))
        async with inn.controller() as running, alarms(running):
            await until(lambda: there.told() == [("raised", "changes_failing")])
            assert "Souza" not in str(there.news)
            fault.times = 0

            def a_minute_later() -> bool:
                inn.clock.advance(minutes=1)
                return there.told()[1:] == [("resolved", "changes_failing")]

            await until(a_minute_later)


async def test_a_shadow_tells_nobody(inn: Inn) -> None:
    async with program() as there:
        inn.configure(alerts={"webhook": {"url": there.url}})
        async with inn.controller(shadow=True) as running, alarms(running):
            running.controller.health.configuration = InForce(inn.config, inn.settings, unusable="a typo")
            await until(lambda: bool(running.office.alarms.standing))
        assert there.news == []


async def test_a_hotel_that_names_nobody_has_nobody_told(inn: Inn) -> None:
    inn.configure()
    assert messengers_of(inn.settings, inn.clock) == []


async def test_a_password_that_is_missing_costs_a_letters_delay_and_says_what_helps(inn: Inn) -> None:
    mail = Mail.model_validate(
        {
            "server": "127.0.0.1", "user": "phones", "password_file": inn.folder / "gone", "from": "a@b.example",
            "to": ["c@d.example"],
        }
    )  # fmt: skip
    with pytest.raises(Undelivered, match=r"alerts\.mail\.password_file.*No such file") as missing:
        post_of(mail, inn.clock)
    assert "alerts.mail.user" in missing.value.remedy
    authority = mail.model_copy(update={"user": "", "ca_file": inn.folder / "gone.pem"})
    with pytest.raises(Undelivered, match=r"alerts\.mail\.ca_file"):
        post_of(authority, inn.clock)
    with pytest.raises(Undelivered, match=r"alerts\.webhook\.secret_file"):
        hook_of(Webhook(url="https://x.example/", secret_file=inn.folder / "gone"), inn.clock)
