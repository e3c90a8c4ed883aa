"""Several hosts share a PostgreSQL, and never agree about the time: its own clock says who is too late."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reconciler.store.rows import Claimant, Held, Ownership, account_ownership
from tests.reconciler.store.conftest import POSTGRESQL

Open = Any

ACCOUNT = account_ownership("account-1")
FRONT = Claimant("reconcile run", "front-office", 100)
BACK = Claimant("reconcile run", "back-office", 200)
TOMORROW = datetime.now(UTC) + timedelta(days=1)
pytestmark = pytest.mark.parametrize("database", [POSTGRESQL], indirect=True)


def test_a_host_whose_clock_is_a_day_ahead_takes_nothing_over(open_store: Open) -> None:
    first = open_store().acquire(ACCOUNT, FRONT, now=datetime.now(UTC), ttl=timedelta(minutes=5))
    second = open_store()

    assert second.acquire(ACCOUNT, BACK, now=TOMORROW, ttl=timedelta(minutes=5)) == Held(first)
    assert second.owner(ACCOUNT, now=TOMORROW) == first


def test_a_holder_whose_clock_is_a_day_ahead_is_replaced_when_his_time_has_come(open_store: Open) -> None:
    open_store().acquire(ACCOUNT, FRONT, now=TOMORROW, ttl=timedelta(milliseconds=50))
    second = open_store()
    while second.owner(ACCOUNT, now=datetime.now(UTC)):
        time.sleep(0.01)

    got = second.acquire(ACCOUNT, BACK, now=datetime.now(UTC), ttl=timedelta(minutes=5))
    assert isinstance(got, Ownership)
    assert got.epoch == 2
