"""A brief week with a few kills, in which the oracle would notice what goes wrong; `make chaos` has hundreds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.chaos.hotel import Heard, opened
from tests.chaos.run import Ordeal, Outcome, Plan
from tests.chaos.wanted import ZONE, Habit, Ring, Wake
from tests.chaos.week import Spoken

KILLS = 4
SLACK = 8.0
"""Other tests run beside this one."""
NOON = datetime(2026, 11, 22, 12, 0)  # noqa: DTZ001 - the hotel's local time

Lived = tuple[Ordeal, Outcome]


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lived]:
    """A hotel after its week; the product is stopped, and all that it has done can be looked at."""
    folder: Path = tmp_path_factory.mktemp("week")
    with opened(folder, 11, "mailbox", SLACK) as hotel:
        ordeal = Ordeal(Plan("mailbox", 11, KILLS, 60, folder, days=1, brief=True, slack=SLACK), hotel)
        yield ordeal, ordeal.through()


@pytest.mark.timeout(150)
def test_whatever_is_killed_at_random_nothing_is_lost_and_nothing_is_done_twice(lived: Lived) -> None:
    _, outcome = lived
    assert outcome.differences == []
    assert outcome.kills >= KILLS
    assert {"wake-up calls", "orders of the desk", "records to the PMS", "rooms"} <= outcome.compared.keys()


def _forget_a_guest(ordeal: Ordeal) -> None:
    user = ordeal.hotel.cloud.extension(1101)
    user.display_name = "Room 1101"


def _lose_an_order(ordeal: Ordeal) -> None:
    ordeal.week.spoken.append(Spoken("RE|RN1101|RS4|ID1|", datetime.now(UTC), sure=True))


def _repeat_an_order(ordeal: Ordeal) -> None:
    heard = ordeal.hotel.heard
    heard.append(Heard(datetime.now(UTC), heard[0].text, heard[-1].connection))


def _let_a_guest_sleep(ordeal: Ordeal) -> None:
    ordeal.hotel.book.enter(Wake(NOON, ["1101"], Habit.WAKES, "PMS", datetime.now(UTC)))


def _tell_two_results(ordeal: Ordeal) -> None:
    at = datetime.now(ZONE).replace(tzinfo=None, microsecond=0)
    wake = ordeal.hotel.book.enter(Wake(at, ["1102"], Habit.WAKES, "PMS", datetime.now(UTC)))
    wake.told += [(datetime.now(UTC), "OK"), (datetime.now(UTC), "NR")]


def _ring_once_more(ordeal: Ordeal) -> None:
    at = (datetime.now(ZONE) - timedelta(seconds=5)).replace(tzinfo=None, microsecond=0)
    wake = ordeal.hotel.book.enter(Wake(at, ["1103"], Habit.WAKES, "PMS", datetime.now(UTC)))
    told = datetime.now(UTC)
    wake.told.append((told, "OK"))
    wake.rings += [Ring(told - timedelta(seconds=2), "1103"), Ring(told + timedelta(seconds=2), "1103")]


def _leave_a_name(ordeal: Ordeal) -> None:
    ordeal.week.names.add(ordeal.week.hotel.cloud.extension(1104).display_name.split()[1][:6])


def _write_in_vain(ordeal: Ordeal) -> None:
    ordeal.hotel.cloud.redundant.append("PATCH /users/1 display_name")


@pytest.mark.parametrize(
    ("lie", "noticed"),
    [
        (_forget_a_guest, "the telephone of 1101 shows"),
        (_lose_an_order, "the PMS never heard"),
        (_repeat_an_order, "again after other records"),
        (_let_a_guest_sleep, "it never rang"),
        (_tell_two_results, "the PMS heard ['NR', 'OK']"),
        (_ring_once_more, "it rang again after the PMS had heard its result"),
        (_leave_a_name, "has left, and stands in"),
        (_write_in_vain, "a call to Zoom changed nothing"),
    ],
)
def test_the_oracle_notices(lived: Lived, lie: Callable[[Ordeal], None], noticed: str) -> None:
    ordeal, _ = lived
    lie(ordeal)
    assert any(noticed in difference.what for difference in ordeal.oracle.at_the_end())
