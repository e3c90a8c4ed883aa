"""A store for each test, on SQLite or PostgreSQL; on both everywhere with HOUSEPHONE_TEST_POSTGRES=1."""

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reconciler.store.store import Store
from reconciler.store.version import FILE_NAME
from tests.postgres import Server

ON_POSTGRESQL = os.environ.get("HOUSEPHONE_TEST_POSTGRES", "") == "1"
POSTGRESQL = pytest.param("postgresql", marks=pytest.mark.integration)

OpenStore = Callable[..., Store]


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 22, 19, 3, 11, 123456, tzinfo=UTC)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / FILE_NAME


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test on SQLite; where its file says ``ON_POSTGRESQL``, or all do, on PostgreSQL, too."""
    if "database" not in metafunc.fixturenames or any(
        "database" in mark.args for mark in metafunc.definition.iter_markers("parametrize")
    ):
        return
    both = ON_POSTGRESQL or getattr(metafunc.module, "ON_POSTGRESQL", False)
    metafunc.parametrize("database", ["sqlite", *([POSTGRESQL] if both else [])], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest, file: Path) -> Path | str:
    """A database in which nothing is stored."""
    if request.param == "sqlite":
        return file
    server: Server = request.getfixturevalue("postgres")
    return server.emptied()


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
