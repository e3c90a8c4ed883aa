"""A hotel that hears of changes in Zoom by itself: by web hook through the desk, and over a WebSocket."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

import anyio
import httpx
import pytest
from fastapi import FastAPI

from drivers.zoom.events.intake import Fate
from drivers.zoom.events.meaning import Meaning, NamesChanged
from fixtures.zoom_cloud.hook import Hook
from fixtures.zoom_cloud.socket import Socket
from reconciler.alarms.finding import Situation, found
from reconciler.app.events import Hearers, StreamEvents, events_of
from reconciler.app.inforce import InForce
from reconciler.app.online import open_store
from reconciler.app.work import Manner, Signals, work
from reconciler.desk.health import health_routes
from reconciler.desk.hooks import hook_routes
from reconciler.desk.serve import bind, serve
from reconciler.errors import Misconfigured
from reconciler.health import EventsHealth
from reconciler.store.rows import Happened, HappeningRow
from tests.reconciler import conftest
from tests.reconciler.conftest import Inn, Running, until

pytestmark = pytest.mark.anyio

SECRET = "harbour-view-event-secret"
NEVER = {"drift_check": 10_000, "refresh_cache": 10_000}
"""No sweep but the first comes while a test lasts."""
BY_HOOK = {"events": "webhook", "event_secret": SECRET}


@dataclass
class Listening:
    """A controller at work that takes events."""

    inn: Inn
    running: Running
    address: str

    @property
    def health(self) -> EventsHealth:
        events = self.running.controller.health.events()
        assert events is not None
        return events

    def counted(self, event: str, fate: Fate) -> int:
        return self.health.counts.get((event, fate), 0)

    async def rest(self) -> None:
        """Wait until all is as it should be and nothing is on its way."""
        health, traffic = self.running.controller.health, self.running.room.shop.traffic
        await until(lambda: health.rooms and not health.pending and not (traffic.busy or traffic.waiting))

    async def booked(self) -> list[HappeningRow]:
        """The emergency calls that stand in the book."""
        memory = self.running.room.shop.memory
        return await memory.run(partial(memory.store.happenings, kinds=[Happened.EMERGENCY_CALL]))


@asynccontextmanager
async def listening(inn: Inn) -> AsyncIterator[Listening]:
    """The hotel at work; what it hears by web hook comes through a server, as with a desk."""
    async with inn.controller() as running, anyio.create_task_group() as tasks:
        events = running.controller.health.zoom_events = events_of(
            running.room.settings.zoom, running.room.driver.event_tokens, running.controller.hints, inn.clock
        )
        assert events is not None
        address = ""
        if events.hook is not None:
            app = FastAPI()
            app.include_router(hook_routes(events.hook))
            listener = bind("127.0.0.1", 0)
            address = f"http://127.0.0.1:{listener.getsockname()[1]}/hooks/zoom"
            tasks.start_soon(serve, app, listener)
        tasks.start_soon(events.run)
        hotel = Listening(inn, running, address)
        await until(lambda: running.controller.health.zoom_read_at)
        await hotel.rest()
        yield hotel
        tasks.cancel_scope.cancel()


@asynccontextmanager
async def hooked(inn: Inn) -> AsyncIterator[tuple[Listening, Hook]]:
    """A hotel with Zoom's web hook."""
    async with listening(inn) as hotel, inn.cloud.hook_to(hotel.address, SECRET) as hook:
        yield hotel, hook


async def test_a_name_typed_in_zooms_admin_page_is_put_right_at_once_by_web_hook(inn: Inn) -> None:
    inn.configure(zoom=NEVER | BY_HOOK)
    inn.guest("1001", "Ana", "Souza")
    async with hooked(inn):
        inn.forget_calls()
        inn.cloud.edit_user(1001, display_name="Typed by hand")
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"], within=2)

    assert inn.reads() == {"/users/{userId}": 1}


@pytest.fixture
def real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hotel in which a second takes a second."""
    monkeypatch.setattr(conftest, "SPEED", 1.0)


@pytest.mark.usefixtures("real_time")
async def test_what_zoom_tells_is_put_right_within_two_seconds_by_any_clock(inn: Inn) -> None:
    inn.configure(zoom=NEVER | BY_HOOK)
    inn.guest("1001", "Ana", "Souza")
    async with hooked(inn):
        inn.cloud.edit_user(1001, last_name="Typed by hand")
        await until(lambda: inn.user(1001).last_name == "Souza 1001", within=2)


async def test_without_events_a_name_typed_by_hand_waits_for_the_next_sweep(inn: Inn) -> None:
    inn.configure(zoom={"drift_check": 15})
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        await until(lambda: running.controller.health.applied == 3)
        inn.cloud.edit_user(1001, display_name="Typed by hand")
        await inn.clock.sleep(60)
        assert inn.shown(1001) == ["Typed by hand"]
        inn.clock.advance(minutes=15)
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])


async def test_the_echo_of_our_own_write_is_read_by_nobody(inn: Inn) -> None:
    inn.configure(zoom=NEVER | BY_HOOK)
    inn.vacant("1001")
    async with hooked(inn) as (hotel, _):
        inn.forget_calls()
        inn.guest("1001", "Ana", "Souza")
        await until(lambda: hotel.counted("user.updated", "known"))
        await inn.clock.sleep(10)

    assert [call.method for call in inn.cloud.calls] == ["PATCH"]


async def test_whatever_a_read_that_lags_shows_the_telephone_ends_up_right(inn: Inn) -> None:
    inn.configure(zoom=NEVER | BY_HOOK)
    inn.guest("1001", "Ana", "Souza")
    async with hooked(inn):
        inn.cloud.lag = 3.0
        inn.cloud.edit_user(1001, display_name="Typed by hand")
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])


async def test_somebody_who_types_again_and_again_is_read_less_and_less_often(inn: Inn) -> None:
    inn.configure(zoom=NEVER | BY_HOOK, safety={"max_repairs": 60})
    inn.guest("1001", "Ana", "Souza")
    async with hooked(inn):
        inn.forget_calls()
        for turn in range(60):
            inn.cloud.edit_user(1001, display_name=f"Typed by hand {turn}")
            await inn.clock.sleep(1)
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])

    assert inn.reads()["/users/{userId}"] <= 8


async def test_many_changes_at_once_are_one_early_sweep(inn: Inn) -> None:
    numbers = range(1101, 1141)
    for number in numbers:
        inn.cloud.add_user(number)
        inn.vacant(number)
    inn.configure(rooms=["1101-1140"], zoom=NEVER | BY_HOOK)
    async with hooked(inn):
        inn.forget_calls()
        for number in numbers:
            inn.cloud.edit_user(number, display_name="Typed by hand")
        await until(lambda: "Typed by hand" not in inn.shown(*numbers))

    assert inn.reads().get("/users/{userId}", 0) < len(numbers)
    assert inn.reads()["/users"] == 1


async def test_staff_may_change_as_they_like(inn: Inn) -> None:
    inn.configure(zoom=NEVER | BY_HOOK)
    inn.vacant("1001")
    async with hooked(inn) as (hotel, _):
        inn.forget_calls()
        inn.cloud.edit_user(7001, last_name="Castellan-Ruiz")
        inn.cloud.choose_presence(7001, "Do_Not_Disturb")
        await until(lambda: hotel.counted("user.updated", "elsewhere"))
        await until(lambda: hotel.counted("user.presence_status_updated", "elsewhere"))
        await inn.clock.sleep(10)
        inn.cloud.edit_user(7001, last_name="Castellan")

    assert inn.cloud.calls == []


async def test_do_not_disturb_that_somebody_ends_in_the_client_is_set_again(inn: Inn) -> None:
    inn.configure(zoom=NEVER | BY_HOOK)
    inn.vacant("1001")
    async with hooked(inn) as (hotel, _):
        inn.vacant("1001", more="dnd: on")
        await until(lambda: inn.user(1001).dnd_until)
        await until(lambda: hotel.counted("user.presence_status_updated", "known"))
        inn.clock.advance(minutes=2)
        inn.cloud.choose_presence(1001, "Available")
        await until(lambda: inn.user(1001).dnd_until)


async def test_do_not_disturb_comes_on_when_the_rooms_user_signs_in(inn: Inn) -> None:
    inn.configure(zoom=NEVER | BY_HOOK)
    inn.user(1001).signed_in = False
    inn.vacant("1001", more="dnd: on")
    async with hooked(inn) as (hotel, _):
        failures = hotel.running.room.shop.hotel.setbacks.failures
        await until(lambda: any(failure.unsupported for failure in failures.values()))
        inn.cloud.sign_in(1001)
        await until(lambda: inn.user(1001).dnd_until)


async def test_a_room_whose_user_was_only_just_made_is_found_soon(inn: Inn) -> None:
    inn.configure(rooms=["1001-1013"], zoom=NEVER | BY_HOOK)
    inn.guest("1013", "Ana", "Souza")
    async with hooked(inn):
        inn.cloud.add_user(1013)
        await until(lambda: inn.shown(1013) == ["Ana Souza 1013"])


async def test_an_emergency_call_is_an_alarm_at_once_and_stands_in_the_book(inn: Inn) -> None:
    inn.configure(zoom=NEVER | BY_HOOK)
    inn.guest("1009", "Ana", "Souza")
    async with hooked(inn) as (hotel, _):
        health = hotel.running.controller.health
        inn.cloud.news.emergency(1009)
        inn.cloud.news.emergency(7001, "933")
        await until(lambda: len(health.problems()) == 2)
        alarms = list(found(Situation(problems=health.problems())))
        with anyio.fail_after(10):
            while len(booked := await hotel.booked()) < 2:  # noqa: ASYNC110 - the book rings no bell
                await anyio.sleep(0.01)
        inn.clock.advance(hours=1)
        assert health.problems() == ()

    assert {(alarm.severity, alarm.room, alarm.message.rpartition(" at ")[0]) for alarm in alarms} == {
        ("urgent", "1009", "emergency call to 911 from room 1009"),
        ("urgent", None, "emergency call to 933 from extension 7001"),
    }
    told = {(row.room, row.who, str(row.body)) for row in booked}
    assert told == {
        ("1009", "1009", "{'dialled': '911', 'goes_to': 'PSAP'}"),
        (None, "7001", "{'dialled': '933', 'goes_to': 'PSAP'}"),
    }


async def test_an_emergency_call_that_zoom_tells_twice_is_one_alarm(inn: Inn) -> None:
    inn.configure(zoom=NEVER | BY_HOOK)
    inn.vacant("1009")
    async with hooked(inn) as (hotel, _):
        for goes_to in ("SAFETY_TEAM", "PSAP"):
            call = {"call_id": "69", "caller": {"extension_number": "1009"}, "deliver_to": goes_to}
            inn.cloud.news.tell("phone.emergency_alert", call)
        await until(lambda: hotel.counted("phone.emergency_alert", "taken") == 2)
        assert len(hotel.running.controller.health.problems()) == 1


async def test_a_message_that_somebody_else_deletes_is_not_deleted_again(inn: Inn) -> None:
    cleared = inn.clock.now().replace(microsecond=0)
    inn.cloud.add_voicemail(1001, cleared - timedelta(hours=1))
    inn.configure(message_management=True, zoom=NEVER | BY_HOOK, safety={"max_deletes": 0})
    inn.vacant("1001", more=f'mailbox: {{cleared: "{cleared.isoformat()}"}}')
    async with hooked(inn) as (hotel, _):
        messages = hotel.running.room.shop.hotel.messages
        await until(lambda: messages.get(1001))
        (message,) = messages[1001]
        inn.cloud.news.tell("phone.voicemail_deleted", {"voice_mails": [{"id": message.id}]})
        await until(lambda: not messages[1001])


async def test_forged_old_repeated_and_huge_requests_change_nothing_and_are_counted(inn: Inn) -> None:
    inn.configure(zoom=NEVER | BY_HOOK)
    inn.vacant("1001")
    async with hooked(inn) as (hotel, hook):
        inn.forget_calls()
        event = named_by_hand(inn, 1001)
        now = inn.clock.now().timestamp()
        assert await hook.send(event, secret="somebody-elses") == 401
        assert await hook.send(event, at=now - 600) == 401
        assert await hook.send(event, at=now + 600) == 401
        assert await hook.send(b" " * 300_000) == 413
        assert await hook.send(b"[" * 100_000) == 400
        assert await hook.send(b'{"event": "user.updated", "payload": {"object": {"id": 7}}}') == 204
        assert inn.cloud.calls == []
        assert dict(hotel.health.refused) == {"signature": 1, "time": 2, "size": 1}
        assert hotel.counted("unreadable", "unfit") == 2

        assert await hook.send(event) == 204
        assert await hook.send(event) == 204
        assert hotel.counted("user.updated", "taken") == 1
        assert hotel.counted("user.updated", "duplicate") == 1


async def test_zoom_finds_its_web_hook_valid(inn: Inn) -> None:
    inn.configure(zoom=NEVER | BY_HOOK)
    inn.vacant("1001")
    async with hooked(inn) as (hotel, hook):
        assert await hook.validated()
        assert hotel.health.problem is None
        inn.clock.advance(hours=81)
        assert hotel.health.problem == "nothing has come from Zoom for more than three days"


async def test_a_secret_that_cannot_be_read_is_shown_and_keeps_nothing_else_from_working(inn: Inn) -> None:
    inn.configure(zoom=NEVER | {"events": "webhook", "event_secret_file": "secrets/none"})
    inn.guest("1001", "Ana", "Souza")
    async with listening(inn) as hotel:
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        assert "No such file" in str(hotel.health.problem)
        assert not any(hotel.running.controller.health.legs().values())


async def test_a_name_typed_in_zooms_admin_page_is_put_right_at_once_over_a_websocket(inn: Inn) -> None:
    async with inn.cloud.socket() as socket:
        inn.configure(zoom=NEVER | by_socket(socket))
        inn.guest("1001", "Ana", "Souza")
        async with listening(inn) as hotel:
            await until(lambda: hotel.health.problem is None)
            inn.cloud.edit_user(1001, display_name="Typed by hand")
            await until(lambda: inn.shown(1001) == ["Ana Souza 1001"], within=2)


async def test_what_changed_while_the_websocket_was_away_is_found_by_an_early_sweep(inn: Inn) -> None:
    async with inn.cloud.socket() as socket:
        inn.configure(zoom=NEVER | by_socket(socket))
        inn.vacant("1001")
        async with listening(inn) as hotel:
            await until(lambda: hotel.health.problem is None)
            await socket.drop()
            inn.cloud.edit_user(1001, display_name="Typed by hand")
            await until(lambda: inn.shown(1001) == ["Room 1001"])
            assert socket.connected == 2


async def test_a_websocket_that_nobody_serves_is_shown_and_keeps_nothing_else_from_working(inn: Inn) -> None:
    nobody = {"events": "websocket", "event_subscription": "sub", "event_url": "ws://127.0.0.1:9/ws"}
    inn.configure(zoom=NEVER | nobody)
    inn.guest("1001", "Ana", "Souza")
    async with listening(inn) as hotel:
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        await until(lambda: "no connection" in str(hotel.health.problem))
        assert not any(hotel.running.controller.health.legs().values())


def named_by_hand(inn: Inn, number: int) -> bytes:
    """An event that tells of a name which Zoom has never shown."""
    told = {"id": inn.user(number).id, "display_name": "Typed by hand"}
    return json.dumps({"event": "user.updated", "event_ts": 1, "payload": {"object": told}}).encode()


def by_socket(socket: Socket) -> dict[str, Any]:
    return {"events": "websocket", "event_subscription": socket.subscription, "event_url": socket.url}


async def test_zoom_needs_no_password_at_the_desk_and_leaves_no_trace_as_a_person(inn: Inn) -> None:
    free = bind("127.0.0.1", 0)
    desk = f"127.0.0.1:{free.getsockname()[1]}"
    free.close()
    inn.configure(desk={"listen": desk}, zoom=BY_HOOK)
    signals = Signals()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(partial(work, InForce.of(inn.config), signals, Manner(stack=())))
        async with inn.cloud.hook_to(f"http://{desk}/hooks/zoom", SECRET) as hook:
            event = named_by_hand(inn, 7001)
            with anyio.fail_after(20):
                while await hook.send(event, at=time.time()) is None:  # noqa: ASYNC110 - it is being started
                    await anyio.sleep(0.02)
            assert hook.deliveries[-1].status == 204
            assert await hook.send(event, at=time.time(), secret="guessed") == 401
            assert await hook.send(b" " * 2_000_000, at=time.time()) in {
                413,
                None,
            }  # cut off while it is sent
        signals.ask(reload=False)

    with open_store(inn.settings) as store:
        assert store.happenings(kinds=[Happened.DID]) == []


@pytest.mark.parametrize(
    ("zoom", "complaint"),
    [
        ({"events": "webhook"}, "event_secret_file"),
        ({"events": "websocket"}, "event_subscription"),
        ({"event_url": "ws://ws.zoom.us/ws"}, "wss://"),
        ({"event_url": "https://ws.zoom.us/ws"}, "wss://"),
        ({"event_url": "wss://ws.zoom.us/ws?subscriptionId=7"}, "wss://"),
        ({"event_url": "wss://user:pass@zoom.example/ws"}, "wss://"),
        ({"event_url": "wss:///ws"}, "wss://"),
        ({"events": "on"}, "webhook"),
    ],
)
async def test_events_that_cannot_come_are_a_mistake_in_the_configuration(
    inn: Inn, zoom: dict[str, Any], complaint: str
) -> None:
    inn.configure(zoom=zoom)
    with pytest.raises(Misconfigured, match=complaint):
        _ = inn.settings


async def test_events_are_counted_and_a_channel_that_is_down_leaves_the_hotel_ready(inn: Inn) -> None:
    nobody = {"events": "websocket", "event_subscription": "sub", "event_url": "ws://127.0.0.1:9/ws"}
    inn.configure(zoom=NEVER | nobody)
    inn.vacant("1001")
    async with listening(inn) as hotel:
        await until(lambda: "no connection" in str(hotel.health.problem))
        events = hotel.running.controller.health.zoom_events
        assert isinstance(events, StreamEvents)
        events.intake.take(named_by_hand(inn, 7001))
        app = FastAPI()
        app.include_router(health_routes(hotel.running.controller, hotel.running.room.gate, lambda _: "desk"))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://desk") as client:
            ready, metrics = await client.get("/readyz"), (await client.get("/metrics")).text

    assert ready.status_code == 200
    assert ready.json()["zoom_events"]["problem"].startswith("no connection")
    own = 'property="Harbour View"'
    assert f"housephone_zoom_events_up{{{own}}} 0.0" in metrics
    assert f'housephone_zoom_events_total{{event="user.updated",fate="elsewhere",{own}}} 1.0' in metrics


async def test_the_word_off_is_no_switch_but_a_word(inn: Inn) -> None:
    text = inn.config.read_text(encoding="utf-8").replace('"zoom": {', '"zoom": {"events": off, ')
    inn.config.write_text(text, encoding="utf-8")
    assert inn.settings.zoom.events == "off"


class Neighbour:
    """A hotel of the account to which only some events mean anything."""

    def __init__(self, fate: Fate) -> None:
        self.fate, self.gaps = fate, 0

    def hear(self, meaning: Meaning) -> Fate:  # noqa: ARG002
        return self.fate

    def gap(self) -> None:
        self.gaps += 1


@pytest.mark.parametrize(
    ("fates", "told"),
    [
        (("elsewhere", "taken"), "taken"),
        (("known", "elsewhere"), "known"),
        (("elsewhere", "elsewhere"), "elsewhere"),
        ((), "elsewhere"),
    ],
)
async def test_hotels_of_an_account_hear_together_and_the_one_concerned_speaks(
    fates: tuple[Fate, ...], told: Fate
) -> None:
    hearers, hotels = Hearers(), [Neighbour(fate) for fate in fates]
    with ExitStack() as at_work:
        for hotel in hotels:
            at_work.enter_context(hearers.joined_by(hotel))
        assert hearers.hear(NamesChanged("u1", {})) == told
        hearers.gap()
    assert [hotel.gaps for hotel in hotels] == [1] * len(hotels)
    assert hearers.hear(NamesChanged("u1", {})) == "elsewhere"
