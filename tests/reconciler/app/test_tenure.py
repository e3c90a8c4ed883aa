"""Who owns a hotel in PostgreSQL works only for as long as nobody else can; who reloads keeps it."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import anyio
import pytest
from anyio import to_thread
from sqlalchemy import QueuePool

from reconciler.app import renewal, tenure
from reconciler.app.online import ourselves
from reconciler.app.presence import SHADOW, Occupied
from reconciler.app.renewal import uptime
from reconciler.app.standby import Standby
from reconciler.configuration.file import load
from reconciler.configuration.settings import Settings
from reconciler.store.errors import Lapsed, StaleEpoch
from reconciler.store.rows import Claimant, Ownership, SaidRow, account_ownership, office_ownership
from reconciler.store.store import Store
from tests.postgres import Server

pytestmark = [pytest.mark.integration, pytest.mark.anyio]

ACCOUNT = account_ownership("account-1")
OFFICE = office_ownership("Harbour View")
OTHER = Claimant("reconcile run", "back-office", 200)
QUICK = timedelta(seconds=1.5)


@pytest.fixture
def database(postgres: Server) -> str:
    return postgres.emptied()


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    with Store.open(database, property_name="Harbour View", account="account-1") as store:
        yield store


@pytest.fixture
def other(database: str) -> Iterator[Store]:
    with Store.open(database, property_name="Harbour View", account="account-1") as store:
        yield store


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Everything lasts a quarter of what it does; when the process would have ended."""
    ends: list[float] = []
    for name, value in {
        "SHARED_TTL": QUICK,
        "RENEW_EVERY": 0.25,
        "STOPS_AFTER": 1.0,
        "GONE_AFTER": 1.4,
    }.items():
        monkeypatch.setattr(renewal, name, value)
    monkeypatch.setattr(renewal, "A_MOMENT", 0.1)
    monkeypatch.setattr(renewal, "_end", lambda: ends.append(uptime()))
    return ends


def taken(store: Store) -> float:
    asked = uptime()
    got = store.acquire(ACCOUNT, ourselves("reconcile run"), now=datetime.now(UTC), ttl=QUICK)
    assert isinstance(got, Ownership)
    return asked


async def test_work_ends_before_anybody_else_can_have_it(
    store: Store, other: Store, postgres: Server, ends: list[float]
) -> None:
    asked = taken(store)
    ended: list[datetime] = []

    async def works_on() -> None:
        async with tenure.tenure(store, [ACCOUNT], asked):
            postgres.stop()  # nothing is renewed meanwhile: this thread waits for it
            try:
                await anyio.sleep(60)
            finally:
                ended.append(datetime.now(UTC))

    until = _until(other)
    try:
        with pytest.raises(Lapsed):
            await works_on()
    finally:
        postgres.start()

    assert ended[0] < until
    assert store.lapsed
    assert ends == []


def _until(store: Store) -> datetime:
    owner = store.last_owner(ACCOUNT)
    assert owner is not None
    return owner.until


async def test_where_the_database_hangs_the_process_ends(
    store: Store, postgres: Server, ends: list[float]
) -> None:
    asked = taken(store)

    async def works_on() -> None:
        async with tenure.tenure(store, [ACCOUNT], asked), anyio.create_task_group() as tasks:
            tasks.start_soon(partial(to_thread.run_sync, store.said))  # hangs
            await to_thread.run_sync(_thaws_when, ends, postgres)

    postgres.freeze()
    try:
        with pytest.raises(Lapsed):
            await works_on()
    finally:
        postgres.thaw()
        _nobody_uses(store)

    assert len(ends) == 1


def _nobody_uses(store: Store) -> None:
    """Wait for the threads that nobody waits for any more: they close what they have opened."""
    pool = store._engine.pool
    assert isinstance(pool, QueuePool)
    end = time.monotonic() + 30
    while pool.checkedout() and time.monotonic() < end:
        time.sleep(0.01)


def _thaws_when(ends: list[float], server: Server) -> None:
    _hangs_until(lambda: bool(ends))
    server.thaw()


async def test_a_short_restart_of_the_database_ends_nothing(
    store: Store, other: Store, postgres: Server
) -> None:
    asked = taken(store)
    async with tenure.tenure(store, [ACCOUNT], asked):
        before = _until(other)
        postgres.stop()
        postgres.start()
        with anyio.fail_after(30):
            while await to_thread.run_sync(_until, other) <= before:  # noqa: ASYNC110 - a server rings no bell
                await anyio.sleep(0.05)
        await to_thread.run_sync(store.say, [SaidRow("1207", "desk", "dnd", "on", "desk", datetime.now(UTC))])

    assert other.owner(ACCOUNT, now=datetime.now(UTC)) is None


async def test_who_is_replaced_hears_of_it_and_writes_nothing_more(
    store: Store, other: Store, postgres: Server
) -> None:
    asked = taken(store)

    async def works_on() -> None:
        async with tenure.tenure(store, [ACCOUNT], asked):
            postgres.sql("UPDATE owners SET until = NULL")  # as if this machine had slept for an hour
            other.acquire(ACCOUNT, OTHER, now=datetime.now(UTC), ttl=timedelta(minutes=1))
            await anyio.sleep(60)

    with pytest.raises(StaleEpoch):
        await works_on()

    holder = other.owner(ACCOUNT, now=datetime.now(UTC))
    assert holder is not None
    assert holder.by == OTHER
    assert store.said() == []


async def test_hotels_of_one_process_are_renewed_together_and_only_the_one_that_is_replaced_stops(
    store: Store, other: Store, database: str, postgres: Server, ends: list[float]
) -> None:
    asked = taken(store)
    with Store.open(database, property_name="Hill House", account="account-1") as hill:
        name = office_ownership("Hill House")
        hill.acquire(name, ourselves("reconcile run"), now=datetime.now(UTC), ttl=QUICK)
        async with tenure.tenure(store, [ACCOUNT], asked):

            async def looks_after_the_hill() -> None:
                async with tenure.tenure(hill, [name], asked):
                    postgres.sql("UPDATE owners SET until = NULL WHERE name = %s", name)
                    other.acquire(name, OTHER, now=datetime.now(UTC), ttl=timedelta(minutes=1))
                    await anyio.sleep(60)

            with pytest.raises(StaleEpoch):
                await looks_after_the_hill()
            await anyio.sleep(2 * QUICK.total_seconds())
            words = [SaidRow("1207", "desk", "dnd", "on", "desk", datetime.now(UTC))]
            await to_thread.run_sync(store.say, words)
        assert hill.lapsed
        assert not store.lapsed
        assert ends == []


async def test_a_process_that_is_busy_for_seconds_loses_nothing_and_one_that_hangs_does(
    store: Store, other: Store, ends: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "HANGS_AFTER", 4.0)
    asked = taken(store)

    async def works_on() -> None:
        async with tenure.tenure(store, [ACCOUNT], asked):
            time.sleep(2 * QUICK.total_seconds())  # noqa: ASYNC251 - that is what is tried
            await anyio.lowlevel.checkpoint()
            assert other.owner(ACCOUNT, now=datetime.now(UTC)) is not None
            _hangs_until(lambda: bool(ends))
            await anyio.sleep(60)

    with pytest.raises(Lapsed):
        await works_on()
    assert len(ends) == 1


def _hangs_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true() and time.monotonic() < end:
        time.sleep(0.01)


# Standing by


@pytest.fixture
def config(tmp_path: Path, database: str) -> Path:
    return configured(tmp_path / "housephone.yaml", database)


def configured(path: Path, database: str, name: str = "Harbour View") -> Path:
    path.write_text(
        f"property: {{name: {name}, timezone: America/New_York}}\ndatabase: {database}\n"
        "zoom: {account_id: account-1}\n"
    )
    return path


def settings_of(path: Path) -> Settings:
    return load(path, {})


async def test_who_reloads_lets_nobody_in_meanwhile(config: Path, other: Store) -> None:
    reloads = [True, True, False, False]
    standby, now = Standby(lambda: reloads.pop(0)), datetime.now(UTC)
    async with standby.turn(settings_of(config), anyio.Event()) as store:
        assert store is not None
    between = other.owner(OFFICE, now=now)
    async with standby.turn(settings_of(config), anyio.Event()) as again:
        assert again is store

    assert between is not None
    assert between.epoch == 1


async def test_who_reloads_into_another_hotel_lets_the_first_go(
    config: Path, database: str, other: Store
) -> None:
    reloads = [True, True, False, False]
    standby, now = Standby(lambda: reloads.pop(0)), datetime.now(UTC)
    async with standby.turn(settings_of(config), anyio.Event()):
        pass
    async with standby.turn(settings_of(configured(config, database, "Sea View")), anyio.Event()):
        assert other.owner(OFFICE, now=now) is None
        assert other.owner(office_ownership("Sea View"), now=now) is not None


async def test_who_is_told_to_stop_while_he_stands_by_stops(config: Path, other: Store) -> None:
    other.acquire(ACCOUNT, OTHER, now=datetime.now(UTC), ttl=timedelta(minutes=1))
    stop = anyio.Event()
    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:

            async def stands_by() -> None:
                async with Standby(lambda: False).turn(settings_of(config), stop) as store:
                    assert store is None

            tasks.start_soon(stands_by)
            await anyio.sleep(0.2)
            stop.set()


async def test_nobody_stands_by_for_a_shadow(config: Path, other: Store) -> None:
    shadow = Claimant(SHADOW, "front-office", 100)
    other.acquire(OFFICE, shadow, now=datetime.now(UTC), ttl=timedelta(minutes=1))

    with pytest.raises(Occupied, match="a shadow"):
        async with Standby(lambda: False).turn(settings_of(config), anyio.Event()):
            pass
