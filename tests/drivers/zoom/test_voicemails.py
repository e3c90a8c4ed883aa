"""Messages left for a guest: all up to the check-out are found, none after it, none of others."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.zoom.voicemails import windows
from fixtures.zoom_cloud.faults import Fault
from reconciler.account.capability import Feature
from reconciler.errors import Later, Permanent
from tests.drivers.zoom.conftest import NOON, planned, put

Hotel = Any


async def messages(hotel: Hotel, *numbers: int, at: datetime = NOON) -> list[str]:
    found = await hotel.read(*numbers)
    hotel.driver.allow(frozenset(each.id for each in found.values()))
    voicemails = await hotel.driver.voicemails(dict.fromkeys(numbers, at), [found[each] for each in numbers])
    return [each.id for each in voicemails]


@pytest.mark.anyio
@pytest.mark.parametrize("number", [1202, 1300])
async def test_a_long_stay_is_walked_month_by_month_and_later_messages_are_left(
    hotel: Hotel, number: int
) -> None:
    left = [hotel.cloud.add_voicemail(number, NOON - timedelta(days=days)) for days in (0, 29, 31, 95, 179)]
    hotel.cloud.add_voicemail(number, NOON + timedelta(seconds=1))
    hotel.clock.advance(3600)
    assert set(await messages(hotel, number)) == {each.id for each in left}


@pytest.mark.anyio
async def test_one_sweep_of_the_account_serves_all_common_areas(hotel: Hotel) -> None:
    hotel.cloud.add_common_area(1301, "Room 1301")
    mine = [hotel.cloud.add_voicemail(number, NOON - timedelta(days=1)).id for number in (1300, 1301)]
    hotel.cloud.add_common_area(1399, "Kitchen")
    hotel.cloud.add_voicemail(1399, NOON - timedelta(days=1))
    assert sorted(await messages(hotel, 1300, 1301)) == sorted(mine)
    assert hotel.calls("GET", "/phone/voice_mails") == 6


@pytest.mark.anyio
async def test_a_message_is_deleted_once_and_again_without_harm(hotel: Hotel) -> None:
    message = hotel.cloud.add_voicemail(1202, NOON - timedelta(days=1))
    await messages(hotel, 1202)
    write = planned("user", message.id, 1202, {"voicemail": None})
    await put(hotel.driver, write)
    assert hotel.cloud.extension(1202).voicemails == []
    await messages(hotel, 1202)
    with pytest.raises(Permanent):
        await put(hotel.driver, write)


@pytest.mark.anyio
async def test_a_message_that_somebody_else_deleted_is_done(hotel: Hotel) -> None:
    message = hotel.cloud.add_voicemail(1202, NOON - timedelta(days=1))
    await messages(hotel, 1202)
    message.deleted = NOON
    await put(hotel.driver, planned("user", message.id, 1202, {"voicemail": None}))


@pytest.mark.anyio
async def test_a_message_of_the_staff_cannot_be_deleted(hotel: Hotel) -> None:
    message = hotel.cloud.add_voicemail(7001, NOON - timedelta(days=1))
    await messages(hotel, 1202)
    with pytest.raises(Permanent):
        await put(hotel.driver, planned("user", message.id, 1202, {"voicemail": None}))
    assert hotel.calls("DELETE") == 0


@pytest.mark.anyio
async def test_a_plan_that_lists_no_voicemail_is_a_gap_and_no_fault(hotel: Hotel) -> None:
    hotel.cloud.limits.plan = "pro"
    hotel.cloud.plan_gaps = True
    hotel.cloud.add_voicemail(1202, NOON - timedelta(days=1))
    assert await messages(hotel, 1202, 1300) == []
    assert "plan" in hotel.driver.capabilities().reason(Feature.USER_VOICEMAIL)
    lists = hotel.calls("GET", "/phone/users/{userId}/voice_mails")
    await messages(hotel, 1202)
    assert hotel.calls("GET", "/phone/users/{userId}/voice_mails") == lists == 1


@pytest.mark.anyio
async def test_a_listing_that_fails_is_no_empty_mailbox(hotel: Hotel) -> None:
    hotel.cloud.faults.add(Fault("bad_gateway", path="/phone/users/{userId}/voice_mails", times=None))
    with pytest.raises(Later):
        await messages(hotel, 1202)


@pytest.mark.anyio
async def test_users_whose_mail_cannot_be_listed_do_not_hide_the_common_areas(hotel: Hotel) -> None:
    hotel.cloud.faults.add(
        Fault("answer", path="/phone/users/{userId}/voice_mails", status=403, code=403, times=None)
    )
    message = hotel.cloud.add_voicemail(1300, NOON - timedelta(days=1))
    assert await messages(hotel, 1202, 1300) == [message.id]


@pytest.mark.anyio
async def test_a_question_that_zoom_refuses_is_no_empty_mailbox(hotel: Hotel) -> None:
    hotel.cloud.faults.add(
        Fault("answer", path="/phone/users/{userId}/voice_mails", status=400, code=300, times=None)
    )
    with pytest.raises(Permanent):
        await messages(hotel, 1202)


@pytest.mark.anyio
async def test_a_room_that_is_gone_has_no_messages(hotel: Hotel) -> None:
    found = await hotel.read(1202)
    hotel.cloud.remove(hotel.cloud.extension(1202))
    assert await hotel.driver.voicemails({1202: NOON}, [found[1202]]) == ()


@given(
    now=st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2030, 1, 1)),  # noqa: DTZ001
    age=st.timedeltas(min_value=timedelta(), max_value=timedelta(days=400)),
)
def test_the_windows_cover_everything_zoom_answers_without_a_gap(now: datetime, age: timedelta) -> None:
    ranges = [(datetime.fromisoformat(w["from"]), datetime.fromisoformat(w["to"])) for w in
              windows(now.astimezone() - age, now.astimezone())]  # fmt: skip
    assert len(ranges) <= 7
    assert all(start < end and end - start <= timedelta(days=30) for start, end in ranges)
    assert all(earlier[1] == later[0] for earlier, later in pairwise(ranges))
