"""Behind a pooler each transaction may meet another process of the server: nothing may be left in one of them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from reconciler.store.errors import StaleEpoch
from reconciler.store.rows import Claimant, Held, Ownership, SaidRow, account_ownership
from reconciler.store.store import Store
from tests.postgres import HOST, Server, pooled

pytestmark = pytest.mark.integration

ACCOUNT = account_ownership("account-1")
FRONT = Claimant("reconcile run", "front-office", 100)
BACK = Claimant("reconcile run", "back-office", 200)
NOW = datetime(2026, 11, 22, 19, 3, tzinfo=UTC)
LONG = timedelta(minutes=5)


@pytest.fixture
def behind(postgres: Server) -> Iterator[str]:
    """The address of an empty database behind a pooler."""
    postgres.emptied()
    try:
        with pooled(postgres) as port:
            yield f"postgresql://housephone@{HOST}:{port}/postgres"
    except FileNotFoundError:
        pytest.skip("no pgbouncer here")


def test_ownerships_and_words_are_as_good_behind_a_pooler(behind: str) -> None:
    def hotel() -> Store:
        return Store.open(behind, property_name="Harbour View", account="account-1")

    def says(number: int) -> None:
        front.say([SaidRow(f"{number}", "desk", "dnd", "on", "desk", NOW)])
        front.renew(ACCOUNT, now=NOW, ttl=LONG)

    with hotel() as front, hotel() as back:
        first = front.acquire(ACCOUNT, FRONT, now=NOW, ttl=LONG)
        assert isinstance(first, Ownership)
        with ThreadPoolExecutor(6) as clerks:
            list(clerks.map(says, range(60)))
        assert len(back.said()) == 60
        assert isinstance(back.acquire(ACCOUNT, BACK, now=NOW, ttl=LONG), Held)

        front.release(ACCOUNT)
        assert isinstance(back.acquire(ACCOUNT, BACK, now=NOW, ttl=LONG), Ownership)
        with pytest.raises(StaleEpoch):
            says(61)
        assert len(back.said()) == 60
