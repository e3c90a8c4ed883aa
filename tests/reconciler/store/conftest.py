"""A store for each test, on SQLite and (where HOUSEPHONE_TEST_POSTGRES names a server) on PostgreSQL too."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from reconciler.store.store import Store
from reconciler.store.version import FILE_NAME

SERVER = os.environ.get("HOUSEPHONE_TEST_POSTGRES", "")

OpenStore = Callable[..., Store]


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 22, 19, 3, 11, 123456, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / FILE_NAME


@pytest.fixture(params=["sqlite", "postgresql"] if SERVER else ["sqlite"])
def database(request: pytest.FixtureRequest, file: Path) -> Iterator[Path | str]:
    """A database in which nothing was ever stored."""
    if request.param == "sqlite":
        yield file
        return
    name = f"housephone_{uuid4().hex}"
    server = create_engine(
        make_url(SERVER).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
        yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f"DROP DATABASE {name}"))
    server.dispose()


@pytest.fixture
def open_store(database: Path | str) -> Iterator[OpenStore]:
    """Open the same database again and again, as restarts and other processes do."""
    opened: list[Store] = []

    def open_it(property_name: str = "Harbour View", account: str = "account-1") -> Store:
        opened.append(Store.open(database, property_name=property_name, account=account))
        return opened[-1]

    yield open_it
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: OpenStore) -> Store:
    return open_store()
