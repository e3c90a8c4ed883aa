"""What the driver reads from Zoom, and with how few calls."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from drivers.zoom.driver import ZoomDriver
from fixtures.zoom_cloud import ZoomCloud
from fixtures.zoom_cloud.faults import Fault
from observed.extension import UNKNOWN, Device
from reconciler.account.capability import Feature
from reconciler.errors import Later

Hotel = Any
Answering = Callable[..., ZoomDriver]
pytestmark = pytest.mark.anyio


async def test_a_room_shows_the_names_and_department_of_its_user(hotel: Hotel) -> None:
    room = (await hotel.read(1202))[1202]
    assert (room.kind, room.first_name, room.last_name) == ("user", "Ana", "Souza 1202")
    assert (room.display_name, room.department) == ("Ana Souza 1202", "In 2026-11-20")
    assert room.id == hotel.cloud.extension(1202).id
    assert room.read_at == hotel.clock.now()


async def test_staff_are_read_too_so_that_ambiguity_can_be_seen(hotel: Hotel) -> None:
    assert 7001 in await hotel.read(1202)


async def test_500_rooms_cost_two_lists_of_users_and_five_of_phone_users(hotel: Hotel) -> None:
    for number in range(2001, 2497):
        hotel.cloud.add_user(number, "Room", str(number), f"Room {number}")
    found = await hotel.read(*range(2001, 2497))
    assert len(found) == 500
    assert hotel.calls("GET", "/users") == 2
    assert hotel.calls("GET", "/phone/users") == 5
    assert hotel.calls() == 7


async def test_common_areas_are_listed_only_if_a_room_is_one(hotel: Hotel) -> None:
    await hotel.read(1201)
    assert hotel.calls("GET", "/phone/common_areas") == 0
    area = (await hotel.read(1201, 1300))[1300]
    assert hotel.calls("GET", "/phone/common_areas") == 1
    assert (area.kind, area.display_name, area.department) == ("common_area", "Room 1300", UNKNOWN)
    assert (area.first_name, area.last_name) == (None, None)


async def test_a_telephone_of_its_own_and_a_shared_gateway_are_told_apart(hotel: Hotel) -> None:
    found = await hotel.read(1201, 1300, devices=True)
    assert found[1201].device.extensions == (1201,)
    assert found[1202].device == found[1203].device
    assert found[1202].device.extensions == (1202, 1203)
    assert isinstance(found[1300].device, Device)
    assert found[7001].device is None


async def test_a_telephone_of_its_own_comes_before_one_that_is_shared(hotel: Hotel) -> None:
    hotel.cloud.add_device("Room 1202", [1202])
    assert (await hotel.read(1202, devices=True))[1202].device.display_name == "Room 1202"


async def test_a_room_whose_user_has_not_accepted_the_invitation_is_pending(hotel: Hotel) -> None:
    hotel.cloud.add_user(1204, "Room", "1204", "Room 1204", pending=True)
    room = (await hotel.read(1204))[1204]
    assert room.pending
    assert room.display_name is UNKNOWN


async def test_a_number_that_nobody_has_is_simply_not_there(hotel: Hotel) -> None:
    assert 1999 not in await hotel.read(1999)


async def test_a_name_with_fields_of_next_year_is_read_all_the_same(hotel: Hotel) -> None:
    hotel.cloud.extra_fields = True
    assert (await hotel.read(1202, 1300, devices=True))[1202].first_name == "Ana"


async def test_neither_mail_addresses_nor_telephone_numbers_are_kept(hotel: Hotel) -> None:
    assert "@" not in repr(await hotel.read(1201, 1300, devices=True))


async def test_a_listing_starts_again_when_its_page_token_has_expired(hotel: Hotel) -> None:
    for number in range(2001, 2151):
        hotel.cloud.add_user(number, "Room", str(number), f"Room {number}")
    hotel.cloud.faults.add(Fault("page_token_expired", path="/phone/users", nth=2))
    assert len(await hotel.read(2001)) == 154
    assert hotel.calls("GET", "/phone/users") == 4


async def test_a_listing_that_never_comes_to_its_end_is_an_error_and_not_half_a_hotel(hotel: Hotel) -> None:
    for number in range(2001, 2151):
        hotel.cloud.add_user(number, "Room", str(number), f"Room {number}")
    hotel.cloud.faults.add(Fault("page_token_expired", path="/phone/users", nth=2, times=None))
    with pytest.raises(Later):
        await hotel.read(2001)
    assert hotel.calls("GET", "/phone/users") <= 6


async def test_an_account_without_the_common_area_scope_still_shows_its_users(hotel: Hotel) -> None:
    hotel.cloud.scopes.discard("phone:read:common_area:admin")
    found = await hotel.read(1201, 1300)
    assert 1201 in found
    assert 1300 not in found
    state = hotel.driver.capabilities().features[Feature.COMMON_AREAS]
    assert not state.on
    assert "phone:read:common_area:admin" in state.remedy


async def test_a_scope_lost_while_reading_turns_the_feature_off_with_its_reason(hotel: Hotel) -> None:
    await hotel.driver.connect()
    hotel.cloud.faults.add(
        Fault("scope_lost", path="/phone/common_areas", scope="phone:read:common_area:admin")
    )
    assert 1300 not in await hotel.read(1300)
    assert "phone:read:common_area:admin" in hotel.driver.capabilities().reason(Feature.COMMON_AREAS)
    await hotel.read(1300)
    assert hotel.calls("GET", "/phone/common_areas") == 1


async def test_a_common_area_shows_its_department_in_the_details(hotel: Hotel) -> None:
    area = (await hotel.read(1300))[1300]
    (area,) = await hotel.driver.details([area], frozenset({"names"}))
    assert area.department == "Garden wing"


async def test_details_show_presence_and_the_ring_switch_as_do_not_disturb(hotel: Hotel) -> None:
    await hotel.write(1201, dnd=hotel.clock.now().replace(hour=20))
    await hotel.write(1300, dnd=hotel.clock.now().replace(hour=20))
    found = await hotel.read(1300)
    details = await hotel.driver.details([found[1201], found[1202], found[1300]], frozenset({"dnd"}))
    assert [each.dnd for each in details] == [True, False, True]


async def test_details_of_a_user_who_is_gone_are_left_out(hotel: Hotel) -> None:
    found = await hotel.read(1201)
    hotel.cloud.remove(hotel.cloud.extension(1201))
    details = await hotel.driver.details([found[1201], found[1202]], frozenset({"names"}))
    assert [each.number for each in details] == [1202]


async def test_details_with_a_lapsed_invitation_are_pending(hotel: Hotel) -> None:
    found = await hotel.read(1201)
    hotel.cloud.extension(1201).invitation_lapsed = True
    (room,) = await hotel.driver.details([found[1201]], frozenset({"names"}))
    assert room.pending
    assert room.first_name is UNKNOWN


async def test_what_could_not_be_read_is_unknown_and_a_failing_zoom_is_left_in_peace(hotel: Hotel) -> None:
    for number in range(2001, 2101):
        hotel.cloud.add_user(number, "Room", str(number), f"Room {number}")
    found = await hotel.read(2001)
    hotel.cloud.faults.add(Fault("bad_gateway", path="/users/{userId}", times=None))
    details = await hotel.driver.details(list(found.values()), frozenset({"names"}))
    assert len(details) == len(found)
    assert all(each.display_name is UNKNOWN for each in details)
    assert hotel.calls("GET", "/users/{userId}") < 70


async def test_a_class_of_service_is_read_back_as_it_was_written(hotel: Hotel) -> None:
    found = await hotel.read(1201, 1300)
    for name in ("internal", "local", "national", "international"):
        await hotel.write(1201, calling=name)
        await hotel.write(1300, calling=name)
        details = await hotel.driver.details([found[1201], found[1300]], frozenset({"calling"}))
        assert [each.calling for each in details] == [name, name]


async def test_two_extensions_with_one_number_are_both_shown(answering: Answering) -> None:
    users = [{"id": each, "first_name": "Room", "last_name": each} for each in ("a", "b")]
    phones = [{"id": each["id"], "extension_number": 1207} for each in users]

    def zoom(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t"})
        return httpx.Response(200, json={"users": users if request.url.path == "/v2/users" else phones})

    async with answering(zoom) as driver:
        found = await driver.extensions(wanted=frozenset({1207}), devices=False)
    assert [(each.number, each.display_name) for each in found] == [(1207, "Room a"), (1207, "Room b")]


async def test_a_user_on_two_pages_of_a_growing_list_is_one_extension(answering: Answering) -> None:
    def zoom(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/oauth/token":
            return httpx.Response(200, json={"access_token": "t"})
        token = "" if "next_page_token" in request.url.params else "more"
        return httpx.Response(
            200, json={"users": [{"id": "a", "extension_number": 1207}], "next_page_token": token}
        )

    async with answering(zoom) as driver:
        assert len(await driver.extensions(wanted=frozenset({1207}), devices=False)) == 1


async def test_an_empty_account_is_an_empty_listing(hotel: Hotel, cloud: ZoomCloud) -> None:
    for user in list(cloud.users.values()):
        cloud.remove(user)
    for area in list(cloud.common_areas.values()):
        cloud.remove(area)
    assert await hotel.read(1201, 1300) == {}
