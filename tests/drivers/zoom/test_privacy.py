"""No secret and no guest's name in any log, at any level, with the packet log on."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.zoom.packets import LOGGER, masked
from fixtures.zoom_cloud.faults import Fault
from reconciler.errors import HousephoneError
from tests.drivers.zoom.conftest import NOON

Hotel = Any

SECRET_WORDS = ("Ximena", "Quiroga", "harbour-view-demo-secret", "HarbourViewClient", "Marta", "@", "+1212")
GUEST = {"first_name": "Ximena", "last_name": "Quiroga 1201", "display_name": "Ximena Quiroga 1201"}


@pytest.fixture
def every_log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.NOTSET), caplog.at_level(logging.DEBUG, logger=LOGGER.name):
        for name in ("httpx", "httpcore"):
            assert logging.getLogger(name).level == logging.WARNING
        yield caplog


async def a_busy_day(hotel: Hotel) -> list[HousephoneError]:
    """Everything that the driver does, with every fault."""
    errors: list[HousephoneError] = []

    async def attempt(coroutine: Any) -> Any:
        try:
            return await coroutine
        except HousephoneError as error:
            errors.append(error)
            return None

    await attempt(hotel.driver.connect())
    await attempt(hotel.write(1201, **GUEST))
    await attempt(hotel.write(1300, display_name="Ximena Quiroga 1300"))
    await attempt(hotel.write(1201, device_name="Ximena Quiroga"))
    await attempt(hotel.write(1201, dnd=NOON + timedelta(hours=8)))
    await attempt(hotel.write(1201, calling="national"))
    hotel.cloud.add_voicemail(1201, NOON - timedelta(days=1))
    found = await hotel.read(1201, 1300, devices=True)
    await attempt(hotel.driver.details(list(found.values()), frozenset({"names", "dnd", "calling"})))
    await attempt(hotel.driver.voicemails({1201: NOON}, [found[1201]]))
    hotel.cloud.word_filter.add("quiroga")
    await attempt(hotel.write(1202, **GUEST))
    hotel.cloud.word_filter.clear()
    for kind in ("drop", "apply_then_drop", "drop_mid_body", "malformed", "wrong_types", "token_revoked",
                 "bad_gateway", "user_removed"):  # fmt: skip
        hotel.cloud.faults.add(Fault(kind, path="/users/{userId}"))
        await attempt(hotel.driver.details([found[1201]], frozenset({"names"})))
    for status in (400, 403, 404, 429, 500):
        body = {"code": 300, "message": "Ximena Quiroga is refused", "errors": [{"field": "Ximena"}]}
        hotel.cloud.faults.add(Fault("answer", path="/users/{userId}", status=status, body=body))
        await attempt(hotel.write(1202, **GUEST))
    return errors


@pytest.mark.anyio
@pytest.mark.parametrize("on", [True, False])
async def test_no_guest_and_no_secret_is_in_any_log_of_a_busy_day(
    hotel: Hotel, every_log: pytest.LogCaptureFixture, *, on: bool
) -> None:
    hotel.driver.packets.on = on
    errors = await a_busy_day(hotel)
    lines = [record.getMessage() for record in every_log.records]
    tokens = [each.value for each in hotel.cloud.access_tokens._tokens.values()]
    for words in (lines, [repr(error) + str(error.__cause__) for error in errors]):
        for line in words:
            assert not [word for word in (*SECRET_WORDS, *tokens) if word in line]
    packets = [record for record in every_log.records if record.name == LOGGER.name]
    assert bool(packets) is on
    assert len(errors) >= 5


@pytest.mark.anyio
async def test_the_packet_log_shows_what_support_needs(
    hotel: Hotel, every_log: pytest.LogCaptureFixture
) -> None:
    hotel.driver.packets.on = True
    await hotel.read(1202)
    hotel.driver.packets.on = False
    await hotel.read(1202)
    lines = [record.getMessage() for record in every_log.records if record.name == LOGGER.name]
    assert len(lines) == 2
    assert '"call": "GET /phone/users"' in lines[1]
    assert '"extension_number": 1202' in lines[1]
    assert '"status": 200' in lines[1]


JSON = st.recursive(
    st.text() | st.integers() | st.floats() | st.booleans() | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_whatever_comes_is_masked(value: Any) -> None:
    assert "Ximena" not in repr(
        masked({"name": "Ximena", "Ximena Q": value, "users": [value, {"x": "Ximena"}]})
    )


def test_a_number_in_the_place_of_a_harmless_field_is_seen_and_a_name_elsewhere_is_not() -> None:
    assert masked({"status": "activate", "name": "Ana", "users": [{"id": "x"}] * 5}) == {
        "status": "activate", "name": "*", "users": [{"id": "*"}] * 3 + ["and 2 more"],
    }  # fmt: skip
