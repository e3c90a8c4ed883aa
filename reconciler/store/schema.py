"""Bringing a database to the schema of this housephone, or refusing one that a newer housephone wrote.

A new database gets today's tables at once. Alembic takes 0.4 s to import, so it is asked only when the version table
says that an older housephone made them; a test makes sure that both ways lead to the same.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    insert,
    inspect,
    text,
)

from reconciler.store.engine import WRITING, place_of
from reconciler.store.errors import SchemaNewer, SchemaOlder, StoreDamaged
from reconciler.store.tables import metadata
from reconciler.store.version import SCHEMA

MIGRATIONS = Path(__file__).with_name("migrations")

_STAMP = Table(
    "alembic_version",
    MetaData(),
    Column("version_num", String(32), nullable=False),
    PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)
"""Where Alembic looks for the version."""

BRANCHES = "0009"
"""The first revision with tables for what stands between a property and its centre."""

_MIGRATION_LOCK = 4_661_001
"""PostgreSQL's locks of its users go by number; any fixed one does."""


def prepare(engine: Engine, *, sealed: bool = False, others_work: bool = False, guest: bool = False) -> None:
    """Check the pages of a SQLite file, then upgrade the schema if it is behind and the file is not ``sealed``.

    Where ``others_work`` with it, tables that are there stay as they know them. A ``guest`` makes none either, and
    takes those of a newer housephone as long as what he uses is among them. Raises StoreDamaged, SchemaNewer,
    SchemaOlder, or the driver's errors.
    """
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            check_pages(connection, place_of(engine))
        found = _version(connection)
    if guest:
        if found is None or found < BRANCHES:
            raise SchemaOlder(place_of(engine), found or "none", SCHEMA)
        return
    if found is not None and found > SCHEMA:
        raise SchemaNewer(place_of(engine), found, SCHEMA)
    if found != SCHEMA and sealed:
        raise SchemaOlder(place_of(engine), found or "none", SCHEMA)
    if found is None or (found != SCHEMA and not others_work):
        upgrade(engine)


def upgrade(engine: Engine) -> None:
    """Make or alter the tables in one transaction; a process that comes second finds it done."""
    with engine.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATION_LOCK})
        found = _version(connection)
        if found is None:
            _make(connection)
        elif found != SCHEMA:
            migrate(connection)


def migrate(connection: Connection, revision: str = "head") -> None:
    """Run the migrations up to a revision, in the transaction of this connection."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _make(connection: Connection) -> None:
    metadata.create_all(connection, checkfirst=False)
    _STAMP.create(connection)
    connection.execute(insert(_STAMP).values(version_num=SCHEMA))


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def check_pages(connection: Connection, place: str) -> None:
    """Read every page of a SQLite file; StoreDamaged where one cannot be right."""
    result = connection.scalar(text("PRAGMA quick_check(1)"))
    if result != "ok":
        raise StoreDamaged(place, str(result).splitlines()[-1])
