"""Bringing a database to the schema of this housephone, or refusing one that a newer housephone wrote.

Alembic takes 0.4 s to import, so it is asked only when the version table says that there is something to do.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from reconciler.store.engine import WRITING, place_of
from reconciler.store.errors import SchemaNewer, SchemaOlder, StoreDamaged
from reconciler.store.version import SCHEMA

MIGRATIONS = Path(__file__).with_name("migrations")

_MIGRATION_LOCK = 4_661_001
"""PostgreSQL's locks of its users go by number; any fixed one does."""


def prepare(engine: Engine, *, sealed: bool = False) -> None:
    """Check the pages of a SQLite file, then upgrade the schema if it is behind and the file is not ``sealed``.

    Raises StoreDamaged, SchemaNewer, SchemaOlder, or the driver's errors.
    """
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            _check_pages(connection, place_of(engine))
        found = _version(connection)
    if found is not None and found > SCHEMA:
        raise SchemaNewer(place_of(engine), found, SCHEMA)
    if found != SCHEMA and sealed:
        raise SchemaOlder(place_of(engine), found or "none", SCHEMA)
    if found != SCHEMA:
        upgrade(engine)


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Run the migrations up to a revision in one transaction; a process that comes second finds it done."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    with engine.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _MIGRATION_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _check_pages(connection: Connection, place: str) -> None:
    result = connection.scalar(text("PRAGMA quick_check(1)"))
    if result != "ok":
        raise StoreDamaged(place, str(result).splitlines()[-1])
