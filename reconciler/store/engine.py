"""Opening the database: one private SQLite file that survives a power cut, or PostgreSQL for several hosts."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError, NoSuchModuleError
from sqlalchemy.exc import TimeoutError as NoneFree

from reconciler.errors import Fatal
from reconciler.store.errors import StoreDamaged, StoreUnavailable
from reconciler.store.reading import connect

BUSY_SECONDS = 5.0
"""How long one process waits for another that is writing to the same file."""

WRITING = "housephone_writing"
"""Execution option of a connection whose transactions will write."""

_DAMAGED = ("SQLITE_CORRUPT", "SQLITE_NOTADB")

_SOON: Final = {
    "connect_timeout": 3,
    "tcp_user_timeout": 3000,
    "keepalives_idle": 3,
    "keepalives_interval": 1,
    "keepalives_count": 3,
    "application_name": "housephone",
    "prepare_threshold": None,
}
"""How we connect to PostgreSQL where the address says nothing else (libpq, connection parameters).

A server that has gone without a word is noticed within seconds (``tcp_user_timeout`` counts milliseconds): the
system's own patience is a quarter of an hour. Nothing is prepared, because a pooler may give each transaction another
server.
"""


def open_engine(database: Path | str, *, sealed: bool = False) -> Engine:
    """An engine on a SQLite file (a path) or on PostgreSQL (a URL). Connects to nothing yet.

    A ``sealed`` file is only read.

    Statements' parameters are hidden from every error, because they hold guests' names.
    """
    if isinstance(database, Path):
        return _sealed(database) if sealed else _sqlite(database)
    url = make_url(database)
    if url.get_backend_name() != "postgresql":
        raise Fatal(
            f"database: {url.drivername} is not known", "give a postgresql:// address, or leave it out"
        )
    return _TOGETHER.engine(url) or _postgres(url)


def let_go(engine: Engine) -> None:
    """Close the connections of an engine, unless other stores of this process use it as well."""
    if not _TOGETHER.still_used_without(engine):
        engine.dispose()


def _postgres(url: URL, **pool: int) -> Engine:
    try:
        return create_engine(
            url.set(drivername="postgresql+psycopg"),
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={name: value for name, value in _SOON.items() if name not in url.query},
            **pool,
        )
    except (ModuleNotFoundError, NoSuchModuleError):
        raise Fatal(
            "database: the PostgreSQL driver is not installed", "install housephone[postgres]"
        ) from None


class _Together:
    """One engine for each PostgreSQL database while a process looks after many hotels: each keeps connections."""

    def __init__(self) -> None:
        self._asked = 0
        self._lock = threading.Lock()
        self._users: dict[URL, tuple[Engine, int]] = {}

    @contextmanager
    def asked(self) -> Iterator[None]:
        """Stores that are opened meanwhile, at a time or one after the other, share their connections."""
        self._asked += 1
        try:
            yield
        finally:
            self._asked -= 1
            for url, (engine, users) in list(self._users.items()):
                if not self._asked and not users:
                    del self._users[url]
                    engine.dispose()

    def engine(self, url: URL) -> Engine | None:
        """The one of this database, for one store more; None where nobody asked for that."""
        if not self._asked:
            return None
        with self._lock:
            engine, users = self._users.get(url) or (_postgres(url, pool_size=10, max_overflow=20), 0)
            self._users[url] = engine, users + 1
            return engine

    def still_used_without(self, engine: Engine) -> bool:
        """A store lets go of its engine; whether others use it, or may yet."""
        with self._lock:
            for url, (each, users) in list(self._users.items()):
                if each is engine:
                    self._users[url] = engine, users - 1
                    if users == 1 and not self._asked:
                        del self._users[url]
                    return url in self._users
        return False


_TOGETHER: Final = _Together()
together: Final = _TOGETHER.asked
"""Inside, all stores of a PostgreSQL database share their connections."""


def place_of(engine: Engine) -> str:
    """The database as people know it: the file, or the address without the password."""
    url = engine.url
    if url.get_backend_name() == "sqlite":
        return url.database or ""
    return url.set(drivername=url.get_backend_name()).render_as_string()


@contextmanager
def plain_errors(engine: Engine) -> Iterator[None]:
    """Turn the driver's errors into ours: only their first line, since PostgreSQL's second quotes the row."""
    try:
        yield
    except DBAPIError as error:
        raise plain(error.orig, place_of(engine)) from None
    except NoneFree:
        raise StoreUnavailable(place_of(engine), "all connections to it are taken") from None


def plain(cause: BaseException | None, place: str) -> Fatal:
    """A driver's error as one of ours: its first line, with the place that people know."""
    first_line = (str(cause).splitlines() or [type(cause).__name__])[0]
    if isinstance(cause, sqlite3.Error) and getattr(cause, "sqlite_errorname", "").startswith(_DAMAGED):
        return StoreDamaged(place, first_line)
    return StoreUnavailable(place, first_line)


def _sqlite(path: Path) -> Engine:
    _make_private(path)
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        hide_parameters=True,
        max_overflow=-1,
        pool_use_lifo=True,  # what SQLite has read stays good only for the connection that wrote last
        connect_args={"timeout": BUSY_SECONDS},
    )
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _sealed(path: Path) -> Engine:
    opener = partial(connect, path, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None)
    engine = create_engine(
        URL.create("sqlite", database=str(path)), creator=opener, hide_parameters=True, max_overflow=-1
    )
    event.listen(engine, "begin", _begin)
    return engine


def _make_private(path: Path) -> None:
    """Folder 0700 where it is ours to make, file 0600; SQLite gives its side files the same mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A file that is there is never opened here: to close it would end all locks that this process has on it by
        # SQLite (https://www.sqlite.org/howtocorrupt.html, 2.2), and its log be taken away under whoever writes.
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise StoreUnavailable(str(path), error.strerror or type(error).__name__) from None


def _set_up(connection: Any, _record: Any) -> None:
    # The driver's own idea of when a transaction begins is switched off: _begin says it.
    connection.isolation_level = None
    _use_write_ahead_log(connection)
    for pragma in ("synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _use_write_ahead_log(connection: Any) -> None:
    # The one statement for which SQLite does not wait while another process opens the same new file.
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.01)
        else:
            return


def _begin(connection: Connection) -> None:
    # A writer takes the lock first: one that began by reading could not wait for its turn any more.
    writing = connection.get_execution_options().get(WRITING, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
