"""What the driver writes to Zoom, and what it refuses to write."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import anyio
import pytest

from drivers.zoom.driver import ZoomDriver
from drivers.zoom.operations import SET_USER_HANDLING, UPDATE_USER
from fixtures.zoom_cloud import ZoomCloud
from fixtures.zoom_cloud.clock import SystemClock
from fixtures.zoom_cloud.faults import Fault
from reconciler.account.gate import BudgetGate
from reconciler.budget import Budget
from reconciler.errors import Gone, Later, NameRefused, Permanent, Unsupported
from tests.drivers.zoom.conftest import account_of, planned, put

Hotel = Any
pytestmark = pytest.mark.anyio


class RealClock(SystemClock):
    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)


ANA = {"first_name": "Ana", "last_name": "Souza 1201", "display_name": "Ana Souza 1201"}


async def test_a_check_in_is_one_patch_for_names_and_department(hotel: Hotel) -> None:
    await hotel.write(1201, **ANA, department="In 2026-11-22")
    room = hotel.cloud.extension(1201)
    assert (room.first_name, room.last_name, room.display_name) == tuple(ANA.values())
    assert room.dept == "In 2026-11-22"
    assert hotel.calls() == 1


async def test_a_department_alone_leaves_the_names_alone(hotel: Hotel) -> None:
    await hotel.write(1202, department="")
    room = hotel.cloud.extension(1202)
    assert (room.dept, room.display_name) == ("", "Ana Souza 1202")


async def test_an_emptied_department_is_sent_as_empty(hotel: Hotel) -> None:
    await hotel.write(1202, department=None)
    assert hotel.cloud.extension(1202).dept == ""


async def test_a_common_area_takes_display_name_and_department(hotel: Hotel) -> None:
    await hotel.write(1300, display_name="Ana Souza 1300", department="In")
    area = hotel.cloud.extension(1300)
    assert (area.display_name, area.department) == ("Ana Souza 1300", "In")
    assert hotel.calls() == 1


async def test_a_telephone_takes_its_new_name(hotel: Hotel) -> None:
    await hotel.write(1201, device_name="Ana Souza")
    assert next(iter(hotel.cloud.devices.values())).display_name == "Ana Souza"


@pytest.mark.parametrize(
    "values",
    [
        {"first_name": "Ana"},
        {**ANA, "feature": "zoom_phone"},
        {**ANA, "type": 1},
        {**ANA, "emergency_address_id": "x"},
        {**ANA, "first_name": "A" * 65},
        {**ANA, "display_name": "A" * 129},
        {**ANA, "last_name": 1201},
        {"department": ["In"]},
    ],
)
async def test_whatever_is_not_on_the_list_never_leaves(hotel: Hotel, values: dict[str, Any]) -> None:
    id_ = hotel.cloud.extension(1201).id
    hotel.driver.allow(frozenset({id_}))
    write = planned("user", id_, 1201, {"department": "x"})
    object.__setattr__(write, "values", values)
    with pytest.raises(Permanent) as refusal:
        await put(hotel.driver, write)
    assert refusal.value.code == "not_allowed"
    assert hotel.cloud.calls == []


async def test_a_staff_extension_cannot_be_written_to(hotel: Hotel) -> None:
    hotel.driver.allow(frozenset({hotel.cloud.extension(1201).id}))
    staff = hotel.cloud.extension(7001)
    for values in (ANA, {"dnd": None}, {"calling": "internal"}):
        with pytest.raises(Permanent, match="not among the rooms"):
            await put(hotel.driver, planned("user", staff.id, 7001, values))
    assert hotel.cloud.calls == []


async def test_before_the_rooms_are_known_nothing_can_be_written(hotel: Hotel) -> None:
    with pytest.raises(Permanent):
        await put(hotel.driver, planned("user", hotel.cloud.extension(1201).id, 1201, ANA))
    assert hotel.cloud.calls == []


async def test_a_pending_user_is_outside_the_fence(hotel: Hotel) -> None:
    hotel.cloud.add_user(1204, "Room", "1204", "Room 1204", pending=True)
    room = (await hotel.read(1204))[1204]
    hotel.driver.allow(frozenset({room.id}))
    with pytest.raises(Permanent):
        await put(hotel.driver, planned("user", room.id, 1204, ANA))


@pytest.mark.parametrize("id_", ["..", ".", "x" * 300, "a\nb"])
async def test_an_id_that_would_lead_to_another_path_is_refused(hotel: Hotel, id_: str) -> None:
    hotel.driver.allow(frozenset({id_}))
    with pytest.raises(Permanent):
        await put(hotel.driver, planned("user", id_, 1201, ANA))
    assert hotel.cloud.calls == []


async def test_a_slash_in_an_id_stays_in_its_place(hotel: Hotel) -> None:
    hotel.driver.allow(frozenset({"../phone/users"}))
    with pytest.raises(Gone):
        await put(hotel.driver, planned("user", "../phone/users", 1201, ANA))


async def test_a_name_that_zoom_s_word_filter_refuses_is_told_apart(hotel: Hotel) -> None:
    hotel.cloud.word_filter.add("souza")
    with pytest.raises(NameRefused) as refusal:
        await hotel.write(1201, **ANA)
    assert "Souza" not in str(refusal.value)


async def test_a_refused_department_is_no_refused_name(hotel: Hotel) -> None:
    hotel.cloud.faults.add(Fault("answer", path="/users/{userId}", status=400, code=300))
    with pytest.raises(Permanent) as refusal:
        await hotel.write(1201, department="In")
    assert type(refusal.value) is Permanent


async def test_a_user_who_is_gone_is_told_apart(hotel: Hotel) -> None:
    id_ = hotel.cloud.extension(1201).id
    hotel.cloud.remove(hotel.cloud.extension(1201))
    hotel.driver.allow(frozenset({id_}))
    with pytest.raises(Gone):
        await put(hotel.driver, planned("user", id_, 1201, ANA))


async def test_do_not_disturb_is_set_for_the_whole_minutes_that_are_left(hotel: Hotel) -> None:
    await hotel.write(1201, dnd=hotel.clock.now() + timedelta(hours=8, seconds=59))
    assert hotel.cloud.extension(1201).dnd_until == hotel.clock.now() + timedelta(hours=8)
    assert hotel.calls() == 1


async def test_do_not_disturb_is_never_asked_for_longer_than_a_day(hotel: Hotel) -> None:
    await hotel.write(1201, dnd=hotel.clock.now() + timedelta(days=3))
    assert hotel.cloud.extension(1201).dnd_until == hotel.clock.now() + timedelta(minutes=1440)


async def test_the_last_half_minute_of_do_not_disturb_is_one_minute(hotel: Hotel) -> None:
    await hotel.write(1201, dnd=hotel.clock.now() + timedelta(seconds=30))
    assert hotel.cloud.extension(1201).dnd_until == hotel.clock.now() + timedelta(minutes=1)


async def test_a_do_not_disturb_that_has_ended_meanwhile_is_not_set(hotel: Hotel) -> None:
    with pytest.raises(Later):
        await hotel.write(1201, dnd=hotel.clock.now())
    assert hotel.cloud.calls == []


async def test_do_not_disturb_ends_with_available(hotel: Hotel) -> None:
    await hotel.write(1201, dnd=hotel.clock.now() + timedelta(hours=8))
    hotel.clock.advance(61)
    await hotel.write(1201, dnd=None)
    assert hotel.cloud.extension(1201).presence_at(hotel.clock.now()) == "Available"


async def test_a_user_without_a_client_cannot_be_set_to_do_not_disturb(hotel: Hotel) -> None:
    with pytest.raises(Unsupported) as refusal:
        await hotel.write(1203, dnd=hotel.clock.now() + timedelta(hours=8))
    assert refusal.value.code == "400/5301"


async def test_a_common_area_open_round_the_clock_is_silenced_and_known_to_be_so_from_then_on(
    hotel: Hotel,
) -> None:
    done = await hotel.write(1300, dnd=hotel.clock.now() + timedelta(hours=8))
    assert hotel.cloud.extension(1300).ring_device is False
    assert done.always_open
    assert hotel.calls() == 3


async def test_a_common_area_that_is_known_to_be_always_open_costs_one_call(hotel: Hotel) -> None:
    done = await hotel.write(1300, always_open=True, dnd=hotel.clock.now() + timedelta(hours=8))
    assert hotel.cloud.extension(1300).ring_device is False
    assert hotel.calls() == done.calls + done.reads == 1


async def test_a_common_area_with_closed_hours_is_silent_at_night_too(hotel: Hotel) -> None:
    area = hotel.cloud.extension(1300)
    area.always_open = False
    done = await hotel.write(1300, dnd=hotel.clock.now() + timedelta(hours=8))
    rings = {hours: area.call_handling[hours]["call_distribution_setting"]["ring_device"] for hours in
             ("business_hours", "closed_hours")}  # fmt: skip
    assert rings == {"business_hours": False, "closed_hours": False}
    assert not done.always_open
    assert hotel.calls() == done.calls + done.reads == 3


async def test_a_ring_switch_that_broke_off_half_way_shows_as_not_done(hotel: Hotel) -> None:
    area = hotel.cloud.extension(1300)
    area.always_open = False
    business = f"/phone/common_areas/{area.id}/call_handling/settings/business_hours"
    hotel.cloud.faults.add(Fault("answer", path=business, status=503))
    with pytest.raises(Later):
        await hotel.write(1300, dnd=hotel.clock.now() + timedelta(hours=8))
    found = await hotel.read(1300)
    (shown,) = await hotel.driver.details([found[1300]], frozenset({"dnd"}))
    assert shown.dnd is False
    await hotel.write(1300, dnd=hotel.clock.now() + timedelta(hours=8))
    assert area.ring_device is False


@pytest.mark.parametrize(
    "values",
    [{"business_hours": ""}, {"holiday_hours": "id"}, {"business_hours": "id", "closed_hours": "id"}],
)
async def test_calls_go_on_in_hours_that_there_are_and_to_somebody(
    hotel: Hotel, values: dict[str, str]
) -> None:
    room = hotel.cloud.extension(1201)
    hotel.driver.allow(frozenset({room.id}))
    write = replace(planned("user", room.id, 1201, {"dnd": None}), operation=SET_USER_HANDLING, values=values)
    with pytest.raises(Permanent):
        await put(hotel.driver, write)
    assert hotel.cloud.calls == []


@pytest.mark.parametrize(
    ("name", "home", "abroad"),
    [("internal", 2, 2), ("local", 3, 2), ("national", 1, 2), ("international", 1, 1)],
)
@pytest.mark.parametrize("number", [1201, 1300])
async def test_a_class_of_service_is_a_rule_for_each_country(
    hotel: Hotel, number: int, name: str, home: int, abroad: int
) -> None:
    room = hotel.cloud.extension(number)
    room.outbound_rules = dict.fromkeys(room.outbound_rules, 4)
    await hotel.write(number, calling=name)
    assert room.outbound_rules.pop("US") == home
    assert set(room.outbound_rules.values()) == {abroad}


async def test_a_class_of_service_that_holds_already_is_not_written_again(hotel: Hotel) -> None:
    await hotel.write(1201, calling="international")
    assert hotel.calls("PATCH") == 0


async def test_calling_is_unsupported_where_the_policy_is_off(hotel: Hotel) -> None:
    hotel.cloud.outbound_policy = False
    with pytest.raises(Unsupported):
        await hotel.write(1201, calling="internal")


async def test_calling_takes_the_four_classes_only(hotel: Hotel) -> None:
    with pytest.raises(Permanent):
        await hotel.write(1201, calling="premium")
    assert hotel.cloud.calls == []


async def test_a_wish_that_was_taken_back_while_it_waited_costs_nothing(hotel: Hotel) -> None:
    write = planned("user", hotel.cloud.extension(1201).id, 1201, ANA)

    async def make() -> None:
        return None

    assert await hotel.driver.write(write.operation, write.priority, make) is None
    assert hotel.gate.left == []
    assert hotel.cloud.calls == []


async def test_what_is_refused_before_it_leaves_gives_its_place_back(hotel: Hotel) -> None:
    with pytest.raises(Permanent):
        await hotel.write(1201, first_name="Ana")
    assert hotel.gate.left == []


async def test_many_writes_of_several_calls_do_not_wait_for_each_other_for_ever(cloud: ZoomCloud) -> None:
    clock = RealClock()
    areas = [cloud.add_common_area(number, f"Room {number}") for number in range(1301, 1313)]
    async with (
        cloud.serve() as url,
        BudgetGate(Budget("business", 0.1), clock) as gate,
        ZoomDriver(account_of(cloud, url), gate, clock) as driver,
    ):
        driver.allow(frozenset(area.id for area in areas))
        end = clock.now() + timedelta(hours=8)
        with anyio.fail_after(30):
            async with anyio.create_task_group() as writers:
                for area in areas[:4]:
                    write = planned("common_area", area.id, area.extension_number or 0, {"dnd": end})
                    writers.start_soon(put, driver, write)
    assert not any(area.ring_device for area in areas[:4])


async def test_the_price_of_a_write_is_the_call_that_the_plan_shows() -> None:
    assert str(planned("user", "x", 1, {"first_name": "Ana"}).operation) == "PATCH /users/{userId}"
    assert UPDATE_USER.label == "LIGHT"
