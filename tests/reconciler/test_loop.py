"""The controller: files, guests, drift and leases, each at its time and in its order."""

import random
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import anyio
import pytest
from structlog.testing import capture_logs

from desired.said import Field, Source
from fixtures.zoom_cloud import Fault
from observed.extension import Lease
from reconciler.account.past import Paused
from reconciler.hotel import Hotel, RoomPlan
from reconciler.stays.words import said_of
from reconciler.store.rows import SaidRow
from tests.reconciler.conftest import Inn, Running, until

pytestmark = pytest.mark.anyio

USER = "/users/{userId}"
PRESENCE = "/users/{userId}/presence_status"


async def swept(inn: Inn) -> None:
    """The next sweep of the lists has come."""
    read = inn.reads().get("/phone/users", 0)
    while inn.reads().get("/phone/users", 0) == read:
        inn.clock.advance(minutes=16)
        await anyio.sleep(0.05)


async def settled(running: Running) -> None:
    """Everything that was to be done is done."""
    controller = running.controller
    await until(lambda: controller.health.zoom_read_at and not controller.health.pending)


def checked_out(running: Running, inn: Inn, room: str) -> None:
    """The desk has checked a guest out, as `reconcile checkout` will say it."""
    now = inn.clock.now()
    said = [SaidRow(room, Source.DESK, "occupied", False, "desk", now)]
    running.room.shop.hotel.said[room] = tuple(map(said_of, said))
    running.controller.wishes_moved([room])


def wished(running: Running, field: Field, word: str) -> bool:
    """Whether the controller has read this wish for room 1001."""
    return word in str(running.room.shop.hotel.wish("1001").get(field))


def tried(running: Running, times: int) -> bool:
    """Whether the one call that fails has failed so often."""
    return next(iter(running.room.shop.hotel.setbacks.failures.values())).count == times


async def test_a_dropped_file_reaches_the_telephone_soon(inn: Inn) -> None:
    inn.vacant(1001)
    async with inn.controller() as running:
        await settled(running)
        inn.forget_calls()
        before = inn.clock.monotonic()

        inn.guest("1001", "Ana", "Souza")
        await until(inn.writes)

        assert inn.clock.monotonic() - before < 20 * 1.0  # a second, as fast as this clock goes
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        assert inn.reads() == {}


async def test_the_first_look_repairs_everything_and_the_next_finds_nothing(inn: Inn) -> None:
    inn.configure(department="state")
    inn.guest("1001", "Ana", "Souza")
    inn.guest("1009", "Kwame", "Hallberg")
    inn.vacant(1002, 1010)
    async with inn.controller() as running:
        await until(lambda: inn.area(1010).department.startswith("Out"))
        await settled(running)
        assert inn.shown(1001, 1009) == ["Ana Souza 1001", "Kwame Hallberg 1009"]
        inn.forget_calls()
        await swept(inn)
        await settled(running)
    assert inn.writes() == []


async def test_drift_is_repaired_at_the_next_sweep(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        await settled(running)
        inn.user(1001).display_name = "Suite by the sea"
        await swept(inn)
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])


async def test_a_check_in_is_not_held_up_while_the_whole_hotel_is_worked_out(
    inn: Inn, monkeypatch: pytest.MonkeyPatch
) -> None:
    inn.vacant(1001, 1002, 1003)
    async with inn.controller() as running:
        await settled(running)
        hotel, looked = running.room.shop.hotel, list[str]()
        look = type(hotel).look

        def seen(self: Hotel, room: str, now: datetime) -> RoomPlan:
            if not looked:  # the PMS tells of 1003 while the first room of the hotel is worked out
                said = SaidRow("1003", Source.DESK, "dnd", "on", "desk", inn.clock.now())
                hotel.said["1003"] = (said_of(said),)
                running.controller.wishes_moved(["1003"])
            looked.append(room)
            return look(self, room, now)

        monkeypatch.setattr("reconciler.loop.BREATH", 1)
        monkeypatch.setattr(type(hotel), "look", seen)
        running.controller.poke(["1001", "1002", "1003"])
        await until(lambda: inn.user(1003).dnd_until)

    assert looked[:2] == ["1001", "1003"]


async def test_switches_that_nobody_wished_for_before_are_set_at_once(inn: Inn) -> None:
    inn.configure(message_management=True)
    cleared = inn.clock.now().replace(microsecond=0) - timedelta(minutes=30)
    for number in (1001, 1009):
        inn.cloud.add_voicemail(number, cleared)
    inn.vacant(1001, 1009)
    async with inn.controller() as running:
        await settled(running)
        for number in (1001, 1009):
            inn.vacant(number, more=f'dnd: on\nmailbox: {{cleared: "{cleared.isoformat()}"}}')
        await until(lambda: not inn.area(1009).ring_device and inn.user(1001).dnd_until)
        await until(lambda: inn.mailbox(1001) == inn.mailbox(1009) == [])
        await settled(running)


async def test_a_mailbox_that_is_to_be_cleared_later_is_cleared_when_its_time_has_come(inn: Inn) -> None:
    inn.configure(message_management=True)
    now = inn.clock.now().replace(microsecond=0)
    cleared, left = now + timedelta(hours=2), now - timedelta(hours=1)
    inn.cloud.add_voicemail(1001, left)
    inn.vacant(1001, more=f'mailbox: {{cleared: "{cleared.isoformat()}"}}')
    async with inn.controller() as running:
        await settled(running)
        assert inn.mailbox(1001) == [left]
        inn.clock.advance(hours=2)
        await until(lambda: inn.mailbox(1001) == [])


async def test_a_check_out_that_meets_a_sweep_does_not_ask_zoom_twice_at_once(inn: Inn) -> None:
    inn.configure(message_management=True)
    cleared = inn.clock.now().replace(microsecond=0) - timedelta(minutes=30)
    inn.cloud.add_voicemail(1001, cleared)
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        await settled(running)
        inn.cloud.latency = 0.15
        inn.vacant(1001, more=f'dnd: on\nmailbox: {{cleared: "{cleared.isoformat()}"}}')
        await until(lambda: any("voice_mails" in path for path in inn.reads()))
        inn.clock.advance(minutes=16)
        await until(lambda: inn.mailbox(1001) == [])
        await settled(running)
    assert [call for call in inn.cloud.calls if call.status == 429] == []


async def test_a_check_out_overtakes_a_queue_of_repairs(inn: Inn) -> None:
    inn.configure(rooms=["1001-1012", "2001-2200"], zoom={"plan": "pro", "share": 0.1})
    inn.guest("1001", "Ana", "Souza")
    for number in range(2001, 2201):
        inn.cloud.add_user(number)
        inn.vacant(number)
    async with inn.controller() as running:
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        await settled(running)
        for number in range(2001, 2201):
            inn.user(number).display_name = "Typed by hand"
        inn.forget_calls()
        await swept(inn)
        await until(lambda: len(inn.writes()) > 2)

        inn.vacant(1001)

        await until(lambda: inn.shown(1001) == ["Room 1001"])
        repaired = sum(name != "Typed by hand" for name in inn.shown(*range(2001, 2201)))
        assert repaired < 150


async def test_a_wish_that_changes_while_its_call_waits_is_written_once_and_newest(inn: Inn) -> None:
    inn.vacant(1001)
    async with inn.controller() as running:
        await settled(running)
        inn.forget_calls()
        gate = running.room.gate
        gate.budget.throttled(
            ("core", "LIGHT"), inn.clock.monotonic(), 30.0
        )  # a second and a half on the wall
        for name in ("Ana", "Kwame", "Yuki"):
            inn.guest("1001", name, "Souza")
            await until(partial(wished, running, Field.GUESTS, name))
        assert inn.writes() == []
        await until(lambda: inn.shown(1001) == ["Yuki Souza 1001"])
    assert len(inn.writes()) == 1


async def test_a_paused_room_waits_but_a_check_out_still_takes_the_name_down(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    inn.vacant(1002)
    async with inn.controller() as running:
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        hotel = running.room.shop.hotel
        hotel.paused = {"1001": Paused("painters", None), "1002": Paused("painters", None)}
        inn.forget_calls()
        inn.guest("1002", "Yuki", "Farnham")
        await until(lambda: hotel.wish("1002").get(Field.GUESTS))
        inn.remove("1001")
        await until(lambda: "1001" not in hotel.rooms())
        checked_out(running, inn, "1001")
        await until(lambda: inn.shown(1001) == ["Room 1001"])
        assert inn.shown(1002) == ["Room 1002"]
        hotel.paused = {}
        running.controller.poke(["1002"])
        await until(lambda: inn.shown(1002) == ["Yuki Farnham 1002"])


async def test_a_pause_ends_by_itself_at_its_time(inn: Inn) -> None:
    inn.vacant(1001)
    async with inn.controller() as running:
        await settled(running)
        end = inn.clock.now() + timedelta(hours=1)
        running.room.shop.hotel.paused = {"1001": Paused("painters", end)}
        inn.forget_calls()
        inn.guest("1001", "Yuki", "Farnham")
        await until(lambda: running.room.shop.hotel.wish("1001").get(Field.GUESTS))
        assert inn.writes() == []
        inn.clock.advance(hours=1)
        await until(lambda: inn.shown(1001) == ["Yuki Farnham 1001"])


async def test_do_not_disturb_is_renewed_at_about_twenty_hours_and_not_before(inn: Inn) -> None:
    inn.document("1001", "dnd: on")
    async with inn.controller() as running:
        await until(lambda: inn.user(1001).dnd_until)
        first = inn.user(1001).dnd_until
        assert first is not None
        await settled(running)
        inn.forget_calls()
        inn.clock.advance(hours=19, minutes=30)
        await until(lambda: inn.reads().get("/users"))
        await settled(running)
        assert inn.user(1001).dnd_until == first
        inn.clock.advance(minutes=45)
        await until(lambda: inn.user(1001).dnd_until != first)
        renewed = inn.user(1001).dnd_until
        assert renewed is not None
        assert renewed - inn.clock.now() > timedelta(hours=23)
    puts = [call for call in inn.writes() if call.method == "PUT"]
    assert len(puts) == 1


async def test_a_guest_who_plays_with_do_not_disturb_costs_one_write_a_minute(inn: Inn) -> None:
    inn.document("1001", "dnd: off")
    async with inn.controller() as running:
        await settled(running)
        for switch in ("on", "off", "on", "off"):
            inn.document("1001", f"dnd: {switch}")
            await until(partial(wished, running, Field.DND, switch))
        await until(lambda: len(inn.writes()) == 1)
        assert inn.user(1001).dnd_until is not None
        inn.clock.advance(minutes=1)
        await until(lambda: inn.user(1001).dnd_until is None)
    assert [(call.method, call.status) for call in inn.writes()] == [("PUT", 204)] * 2


async def test_calls_that_fail_back_off_and_are_never_given_up(inn: Inn) -> None:
    inn.configure(zoom={"interval": 60, "retries": 3})
    inn.cloud.faults.add(Fault("answer", path=USER, method="PATCH", status=500, times=None))
    inn.guest("1001", "Ana", "Souza")
    random.seed(1)
    async with inn.controller() as running:
        shop = running.room.shop
        await until(lambda: shop.hotel.setbacks.failures)
        waits = []
        for tries in range(1, 7):
            await until(partial(tried, running, tries))
            failure = next(iter(shop.hotel.setbacks.failures.values()))
            assert failure.next_at is not None
            waits.append((failure.next_at - inn.clock.now()).total_seconds())
            inn.clock.advance(seconds=waits[-1] + 6)
        assert waits[0] == pytest.approx(60, abs=15)
        assert waits[2] == pytest.approx(60, abs=15)
        assert waits[5] > 300
        assert running.controller.health.failed > 0
        inn.cloud.faults.clear()
        inn.clock.advance(hours=2)
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        await until(lambda: not shop.hotel.setbacks.failures)
    assert len(inn.writes()) <= 12  # on a slow machine an answer may come too late and be asked for again


async def test_what_failed_before_a_restart_keeps_its_place_in_the_back_off(inn: Inn) -> None:
    inn.configure(zoom={"interval": 600})
    fault = inn.cloud.faults.add(Fault("answer", path=USER, method="PATCH", status=500, times=None))
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        await until(lambda: running.room.shop.hotel.setbacks.failures)
    tried = fault.seen
    async with inn.controller() as running:
        await until(lambda: running.controller.health.zoom_read_at)
        inn.clock.advance(minutes=2)
        await until(lambda: running.controller.health.pending)
        assert fault.seen == tried
        inn.clock.advance(minutes=10)
        await until(lambda: fault.seen > tried)


async def test_a_lease_survives_a_restart(inn: Inn) -> None:
    inn.document("1001", "dnd: on")
    async with inn.controller():
        await until(lambda: inn.user(1001).dnd_until)
    inn.forget_calls()
    async with inn.controller() as running:
        lease = running.room.shop.hotel.leases[inn.user(1001).id]
        await settled(running)
    assert isinstance(lease, Lease)
    assert inn.writes() == []


async def test_the_day_and_the_last_second_are_counted_on_after_a_restart(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        await settled(running)
        spent = running.room.gate.budget.spent()
    async with inn.open() as room:
        assert room.gate.budget.spent() == spent
        state = room.gate.budget.state(inn.clock.monotonic(), inn.clock.now())
    assert spent["core", "LIGHT"] == 1
    assert all(at <= inn.clock.now() for _, _, at in state.recent)


async def test_what_a_rule_holds_back_is_told_once_and_stands_while_other_guests_come(inn: Inn) -> None:
    for room in range(1001, 1006):
        inn.guest(str(room), "Ana", "Souza")
    await inn.sync()
    inn.vacant(*range(1001, 1006))
    with capture_logs() as logs:
        async with inn.controller() as running:
            health = running.controller.health
            await until(lambda: health.refusals)
            for room in range(1006, 1009):
                inn.guest(str(room), "Luca", "Hallberg")
                await until(lambda room=room: inn.shown(room) == [f"Luca Hallberg {room}"])  # type: ignore[misc]
                assert [refusal.rule for refusal in health.refusals] == ["max-blanked"]
            inn.guest("1001", "Ana", "Souza")
            for room in range(1002, 1006):
                inn.guest(str(room), "Ana", "Souza")
            await until(lambda: not health.refusals)
    told = [line["reason"] for line in logs if line["event"] == "refused"]
    assert any(reason.startswith("5 rooms would lose their guest") for reason in told)
    assert len(told) == len(set(told)), "nothing is told twice"


async def test_a_shadow_does_everything_but_write(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza", "dnd: on")
    async with inn.controller(shadow=True) as running:
        await until(lambda: running.controller.health.pending)
        running.controller.poke(["1001"])
        await swept(inn)
        assert running.controller.health.pending == 4
    assert inn.writes() == []


async def test_calls_on_their_way_finish_and_the_rest_waits_when_it_stops(inn: Inn) -> None:
    inn.configure(rooms=["2001-2100"], zoom={"plan": "pro", "share": 0.1})
    for number in range(2001, 2101):
        inn.cloud.add_user(number)
        inn.guest(str(number), "Ana", "Souza")
    async with inn.controller() as running:
        await until(lambda: len(inn.writes()) > 3)
        before = len(inn.writes())
        inn.cloud.latency = 0.1
        running.stop.set()
    assert len(inn.writes()) - before <= 3
    assert all(call.status == 204 for call in inn.writes())
    inn.cloud.latency = 0.0
    written = len(inn.writes())
    report = await inn.sync()
    assert report.exit_code() == 0
    assert len(inn.writes()) == 100
    assert written < 100


async def test_a_zoom_that_is_away_is_waited_for(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    inn.cloud.faults.add(Fault("answer", path="/users", status=503, times=8))
    async with inn.controller() as running:
        await until(lambda: running.controller.health.zoom_error)
        assert running.controller.health.legs()["zoom"] is not None
        inn.clock.advance(seconds=30)
        await until(lambda: inn.reads().get("/users", 0) >= 8)
        inn.clock.advance(seconds=30)
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        assert set(running.controller.health.legs().values()) == {None}


async def test_a_scope_that_is_taken_away_stops_no_controller(inn: Inn) -> None:
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
        await settled(running)
        inn.cloud.scopes.discard("user:update:user:admin")
        inn.forget_calls()
        for number in range(1001, 1009):
            inn.guest(str(number), "Yuki", "Farnham")
        await until(lambda: running.controller.health.zoom_error)
        assert "user:update:user:admin" in str(running.controller.health.legs()["zoom"])
        inn.clock.advance(minutes=3)
        assert len(inn.writes()) <= 8
        inn.cloud.scopes.add("user:update:user:admin")
        await swept(inn)
        await until(
            lambda: set(inn.shown(*range(1001, 1009))) == {f"Yuki Farnham {n}" for n in range(1001, 1009)}
        )
        assert running.controller.health.legs()["zoom"] is None


async def test_a_zoom_that_answers_nothing_is_seen_long_before_the_next_sweep(inn: Inn) -> None:
    inn.configure(zoom={"drift_check": 600})
    inn.guest("1001", "Ana", "Souza")
    async with inn.controller() as running:
        await settled(running)
        legs = running.controller.health.legs
        inn.cloud.faults.add(Fault("drop", times=None))
        inn.guest("1001", "Petra", "Dworkin")
        await until(lambda: legs()["zoom"] is not None)
        inn.cloud.faults.clear()
        await until(lambda: legs()["zoom"] is None)
        await until(lambda: inn.shown(1001) == ["Petra Dworkin 1001"])


async def test_a_guest_who_leaves_while_his_name_is_on_its_way_is_taken_down_at_once(
    inn: Inn, monkeypatch: pytest.MonkeyPatch
) -> None:
    inn.guest("1002", "Luca", "Grimaldi")
    async with inn.controller() as running:
        await until(lambda: inn.shown(1002) == ["Luca Grimaldi 1002"])
        looked, look, write = anyio.Event(), Hotel.look, running.room.driver.write

        def seen(hotel: Hotel, room: str, now: datetime) -> RoomPlan:
            if room == "1001" and hotel.wish(room).get(Field.OCCUPIED) is False:
                looked.set()
            return look(hotel, room, now)

        async def he_leaves_meanwhile(*call: Any) -> Any:
            done = await write(*call)
            if inn.shown(1001) == ["Ana Souza 1001"] and not looked.is_set():
                inn.vacant("1001")
                await looked.wait()
            return done

        monkeypatch.setattr(Hotel, "look", seen)
        monkeypatch.setattr(running.room.driver, "write", he_leaves_meanwhile)
        inn.guest("1001", "Ana", "Souza")
        with anyio.fail_after(20):
            await looked.wait()
        await until(lambda: inn.shown(1001) == ["Room 1001"])
