"""What no ordinary day tells of a hotel and its PMS: outages, broken resyncs, odd rooms, two PMS, a shadow."""

import random
from datetime import timedelta
from functools import partial

import pytest

from fixtures.hotel_pms import Guest, HotelPms
from reconciler.account.past import Paused
from reconciler.desk.orders import CancelWakeup, CheckOut, Move, SetRoomState, SetWakeup
from reconciler.wakeups.entries import WakeupStatus
from tests.reconciler.conftest import Inn, until
from tests.reconciler.front import ROOMS, ZONE, Front, front, fronts
from tests.reconciler.guestlist import guests

pytestmark = pytest.mark.anyio

SOUZA = Guest("Souza", "Ana")
MORI = Guest("Mori", "Haruki")
BERG = Guest("Berg", "Ilse")


async def open_for_business(hotel: Front) -> None:
    """Let the first resync end, so that everything from now on is an act."""
    await hotel.in_step()
    hotel.inn.clock.advance(minutes=16)


# Names and rooms


async def test_without_reservation_numbers_a_room_has_one_guest_at_a_time(inn: Inn) -> None:
    async with front(inn, reservations=False) as hotel:
        await open_for_business(hotel)
        hotel.pms.check_in("1001", SOUZA)
        hotel.pms.check_in("1002", BERG)
        await hotel.in_step()
        hotel.pms.change("1001", last="Silva")
        await hotel.in_step()
        hotel.pms.check_out("1001")
        hotel.pms.check_in("1001", MORI)
        hotel.pms.check_out("1002")
        await hotel.in_step()
        await hotel.nobody_lingers()


async def test_no_former_guest_is_shown_in_a_paused_room_however_the_next_one_came_in(inn: Inn) -> None:
    rooms = ("1001", "1002", "1003", "1004")
    async with front(inn) as hotel:
        await open_for_business(hotel)
        first = {room: hotel.pms.check_in(room, SOUZA) for room in rooms}
        await hotel.in_step()
        for room in rooms:
            hotel.running.room.shop.hotel.paused[room] = Paused("painters", None)
        hotel.pms.check_out("1001")
        hotel.pms.check_in("1001", MORI)
        hotel.pms.tell_verbatim("GI|RN1002|G#9001|GSN|GNMori|GFHaruki|")
        hotel.pms.share("1003", MORI)
        hotel.pms.check_out("1003", first["1003"])
        hotel.pms.share("1004", BERG)
        await until(
            lambda: (
                [inn.shown(n) for n in (1001, 1002, 1003)]
                == [["Haruki Mori 1001"], ["Haruki Mori 1002"], ["Haruki Mori 1003"]]
            )
        )
        assert inn.shown(1004) == ["Ana Souza 1004"]


async def test_names_in_chinese_are_shown(inn: Inn) -> None:
    async with front(inn, encoding="big5") as hotel:
        hotel.pms.check_in("1001", Guest("育陳", "大文"))
        await hotel.in_step()
        assert inn.shown(1001) == ["大文 育陳 1001"]


async def test_a_pms_with_leading_zeros_hears_of_its_rooms_under_its_own_names(inn: Inn) -> None:
    theirs = [f"0{room}" for room in ROOMS]
    async with front(inn, rooms=theirs, link={"strip_zeros": True}) as hotel:
        hotel.ours = dict(zip(theirs, ROOMS, strict=True))
        hotel.pms.check_in("01001", SOUZA)
        await hotel.in_step()
        hotel.pms.wake_up("01001", hotel.pms.local().replace(microsecond=0) + timedelta(seconds=30))
        await hotel.running.office.take(SetRoomState(room="1001", state="clean"), "desk")
        await until(lambda: hotel.pms.room_states == {"01001": "4"})
        inn.clock.advance(seconds=60)
        await hotel.calls_have_ended()
        await hotel.in_step()


async def test_an_incognito_guest_is_shown_as_a_vacant_room_and_nowhere_else_as_one(inn: Inn) -> None:
    async with front(inn, link={"private": {"field": "A3", "value": "Y"}}) as hotel:
        await open_for_business(hotel)
        hotel.pms.check_in("1001", Guest("Souza", "Ana", private=(("A3", "Y"),)))
        hotel.pms.check_in("1002", Guest("Berg", "Ilse", private=(("A3", "N"),)))
        await until(lambda: inn.shown(1001, 1002) == ["Room 1001", "Ilse Berg 1002"])
        assert hotel.noted() == hotel.truth()
        hotel.pms.change("1001", private=(("A3", "N"),))
        await hotel.in_step()


# The line


async def test_what_happens_on_both_sides_during_an_outage_is_told_afterwards_once(inn: Inn) -> None:
    async with front(inn) as hotel:
        await open_for_business(hotel)
        pms, office = hotel.pms, hotel.running.office
        pms.check_in("1001", SOUZA)
        pms.check_in("1002", BERG)
        await hotel.in_step()
        tomorrow = pms.local().replace(hour=7, minute=0, second=0, microsecond=0) + timedelta(days=1)
        with pms.outage():
            pms.check_out("1001")
            pms.check_in("1001", MORI)
            await office.take(SetWakeup(room="1002", at=tomorrow), "desk")
            await office.take(SetWakeup(room="1002", at=tomorrow + timedelta(hours=1)), "desk")
            await office.take(CancelWakeup(room="1002", at=tomorrow), "desk")
            await office.take(SetRoomState(room="1003", state="inspected"), "desk")
        await until(lambda: pms.room_states == {"1003": "5"}, within=40)
        assert [text[:2] for text in pms.heard("W")] == ["WR", "WR", "WC"]
        assert pms.wake_ups("1002") == [tomorrow + timedelta(hours=1)]
        await hotel.in_step()
        await hotel.nobody_lingers()


async def test_a_deaf_interface_program_is_given_up_and_found_again(inn: Inn) -> None:
    async with front(inn) as hotel:
        await open_for_business(hotel)
        hotel.pms.options.deaf = True
        hotel.pms.drop()
        await until(lambda: not hotel.pms.alive)
        hotel.pms.check_in("1001", SOUZA)
        inn.clock.advance(seconds=40)
        hotel.pms.options.deaf = False
        await until(lambda: hotel.pms.alive, within=30)
        await hotel.in_step()


async def test_a_pms_that_pauses_while_it_repeats_its_records_leaves_no_vacant_room_private(inn: Inn) -> None:
    async with front(inn, repeat_last=64) as hotel:
        await open_for_business(hotel)
        pms, note = hotel.pms, hotel.pms.watch
        pms.check_in("1001", SOUZA)
        pms.do_not_disturb("1001", on=True)
        await hotel.in_step()
        await hotel.pass_time(30)
        pms.check_out("1001")
        await hotel.settled()

        def pause_behind_it(way: str, text: str) -> None:
            note(way, text)
            if text.startswith("RE|RN1001|"):
                pms.pause()

        pms.watch = pause_behind_it
        pms.drop()
        await until(lambda: pms.paused)
        await hotel.pass_time(15)
        pms.go_on()
        pms.check_in("1002", MORI)
        await hotel.in_step()


async def test_a_change_that_is_told_twice_in_one_second_leaves_no_vacant_room_private(inn: Inn) -> None:
    async with front(inn, repeat_last=64) as hotel:
        await open_for_business(hotel)
        pms = hotel.pms
        pms.check_in("1001", SOUZA)
        await hotel.in_step()
        pms.change("1001", first="Eva")
        pms.do_not_disturb("1001", on=True)
        pms.change("1001", first="Eva")
        await hotel.pass_time(30)
        pms.move("1001", "1005")
        pms.check_out("1005")
        await hotel.settled()
        pms.drop()
        pms.check_in("1002", MORI)
        await hotel.in_step()


async def test_a_status_that_is_told_amid_a_resync_comes_to_life_no_more_when_it_is_repeated(
    inn: Inn,
) -> None:
    async with front(inn, repeat_last=64) as hotel:
        await open_for_business(hotel)
        pms = hotel.pms
        pms.check_in("1001", SOUZA)
        pms.in_resync[5] = partial(pms.do_not_disturb, "1001", on=True)
        pms.resync()
        await hotel.in_step()
        await hotel.pass_time(30)
        pms.check_out("1001")
        await hotel.settled()
        pms.drop()
        pms.check_in("1002", MORI)
        await hotel.in_step()


async def test_a_wrong_key_is_tried_once(inn: Inn) -> None:
    key, other = "FidCrypt0S|GVDpVnl6qYlTQXQJZxXdbw==", "FidCrypt0S|AAAAAAAAAAAAAAAAAAAAAA=="
    async with front(inn, auth_key=key, link={"auth_key": other}) as hotel:
        await until(lambda: hotel.pms.stopped)
        hotel.pms.restart()
        for _ in range(5):
            inn.clock.advance(minutes=2)
            await inn.clock.sleep(1)
        assert len(hotel.pms.heard("LD")) == 1
        assert [mistake.code for mistake in hotel.pms.mistakes] == ["authentication"]


# Resyncs


@pytest.mark.parametrize("end", ["drop", "describe_again", "say_goodbye", "restart"])
async def test_a_resync_that_breaks_off_removes_nobody(inn: Inn, end: str) -> None:
    async with front(inn) as hotel:
        await open_for_business(hotel)
        who = guests(random.Random(3))  # noqa: S311 - the same guests every time
        for room in ROOMS:
            hotel.pms.check_in(room, next(who))
        await hotel.in_step()
        hotel.pms.in_resync[9] = getattr(hotel.pms, end)
        hotel.pms.house.rooms["1003"].guests.clear()  # he has left, and only the resync says so
        connections = hotel.pms.connections
        hotel.pms.resync()
        await until(lambda: hotel.running.office.anomalies().get("swap_abandoned"))
        hotel.pms.in_resync.clear()
        await until(lambda: hotel.pms.alive and hotel.pms.connections > connections)
        assert hotel.noted()["1003"]["guests"]

        hotel.pms.resync()
        await hotel.in_step()
        await hotel.nobody_lingers()


async def test_guests_who_come_and_go_in_the_midst_of_a_resync_are_where_the_last_record_put_them(
    inn: Inn,
) -> None:
    async with front(inn) as hotel:
        await open_for_business(hotel)
        who = guests(random.Random(3))  # noqa: S311 - the same guests every time
        for room in ROOMS[:8]:
            hotel.pms.check_in(room, next(who))
        await hotel.in_step()
        hotel.pms.in_resync = {
            2: partial(hotel.pms.message_lamp, "1003", on=True),
            4: partial(hotel.pms.move, "1001", "1011"),
            6: partial(hotel.pms.check_out, "1008"),
            8: partial(hotel.pms.swap, "1002", "1007"),
        }
        hotel.pms.resync()
        await hotel.in_step()
        await hotel.nobody_lingers()


async def test_a_pms_that_has_lost_its_guests_empties_no_house_before_somebody_says_so(inn: Inn) -> None:
    async with front(inn) as hotel:
        await open_for_business(hotel)
        who = guests(random.Random(3))  # noqa: S311 - the same guests every time
        for room in ROOMS[:8]:
            hotel.pms.check_in(room, next(who))
        await hotel.in_step()
        shown, office = hotel.shown(), hotel.running.office
        for place in hotel.pms.house.rooms.values():
            place.guests.clear()
        hotel.pms.resync()
        await until(lambda: office.links()[0].held == 8)
        inn.clock.advance(minutes=5)
        await until(lambda: hotel.running.controller.health.pending == 0)
        assert hotel.shown() == shown

        assert await office.resync([], "desk", release=True) == "8 rooms are checked out"
        await hotel.in_step()
        await hotel.nobody_lingers()


# Wake-up calls


async def test_every_wake_up_call_ends_once_wherever_its_guest_has_gone(inn: Inn) -> None:
    async with front(inn) as hotel:
        await open_for_business(hotel)
        pms, who = hotel.pms, guests(random.Random(3))  # noqa: S311 - the same guests every time
        for room in ROOMS[:6]:
            pms.check_in(room, next(who))
        soon = pms.local().replace(microsecond=0) + timedelta(minutes=5, seconds=7)
        for room in ROOMS[:6]:
            pms.wake_up(room, soon)
        pms.wake_up("1012", soon)
        await hotel.in_step()
        pms.move("1001", "1011")
        pms.swap("1002", "1003")
        pms.cancel_wake_up("1004", soon)
        pms.check_out("1005")
        await hotel.in_step()
        await hotel.running.office.take(CheckOut(room="1006"), "desk")
        await until(lambda: pms.wake_ups("1006") == [])
        pms.check_out("1006")
        await hotel.settled()
        inn.clock.advance(minutes=6)
        await until(lambda: len(pms.wake_up_results()) == 4)
        await hotel.calls_have_ended()
        assert {room for room, _ in pms.wake_up_results()} == {"1011", "1002", "1003", "1012"}
        assert len(pms.heard("WA")) == 4


# Several links, and none of our business


async def test_two_pms_feed_their_own_rooms_and_do_not_disturb_each_other(inn: Inn) -> None:
    tower = HotelPms(ROOMS[:6], zone=ZONE, clock=inn.clock)
    garden = HotelPms(ROOMS[6:], zone=ZONE, clock=inn.clock)
    links = {"tower": (tower, {"rooms": ["1001-1006"]}), "garden": (garden, {"rooms": ["1007-1012"]})}
    async with fronts(inn, links) as hotel:
        await open_for_business(hotel)
        tower.check_in("1001", Guest("Souza", "Ana", reservation="7"))
        garden.check_in("1007", Guest("Berg", "Ilse", reservation="7"))
        await hotel.in_step()
        with garden.outage():
            garden.check_out("1007")
            tower.move("1001", "1002")
            await until(
                lambda: inn.shown(1001, 1002, 1007) == ["Room 1001", "Ana Souza 1002", "Ilse Berg 1007"]
            )
        await hotel.in_step()
        await hotel.nobody_lingers()


async def test_a_shadow_knows_who_is_where_and_touches_nothing(inn: Inn) -> None:
    async with front(inn, shadow=True) as hotel:
        pms = hotel.pms
        pms.check_in("1001", SOUZA)
        pms.wake_up("1001", pms.local().replace(microsecond=0) + timedelta(minutes=1))
        await until(lambda: pms.silent and hotel.noted() == hotel.truth())
        inn.clock.advance(minutes=20)
        ledger = hotel.running.office.reception.ledger
        await until(lambda: [e.status for e in ledger.of_room("1001")] == [WakeupStatus.CANCELLED])
        assert (pms.heard("WA"), inn.writes()) == ([], [])
        assert inn.shown(1001) == ["Room 1001"]
        memory = hotel.running.room.shop.memory
        assert await memory.run(memory.store.waiting) == {}


async def test_hotel_and_pms_list_the_same_calls_whoever_moves_guests_and_checks_them_out(inn: Inn) -> None:
    async with front(inn) as hotel:
        await open_for_business(hotel)
        pms, office = hotel.pms, hotel.running.office
        asked = {"1001": SOUZA, "1002": MORI, "1003": BERG}
        for room, guest in asked.items():
            pms.check_in(room, guest)
        await hotel.in_step()
        at = pms.local().replace(hour=7, minute=0, second=0, microsecond=0) + timedelta(days=1)
        for room in asked:
            await office.take(SetWakeup(room=room, at=at), "desk")
        await until(lambda: all(pms.wake_ups(room) for room in asked))
        pms.move("1001", "1011")
        pms.check_out("1002")
        await office.take(Move(room="1003", to="1012"), "desk")
        await until(lambda: pms.wake_ups("1012") == [at])
        pms.move("1003", "1012")
        await hotel.settled()
        listed = {room: pms.wake_ups(room) for room in ("1001", "1002", "1003", "1011", "1012")}
        assert listed == {"1001": [], "1002": [], "1003": [], "1011": [at], "1012": [at]}
        assert [text[:2] for text in pms.heard("W")] == ["WR", "WR", "WR", "WC", "WR", "WC"]
