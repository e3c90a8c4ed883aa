"""From nothing to today's tables, and no way back by accident."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, insert, inspect, text

from reconciler.store import schema
from reconciler.store.engine import WRITING, open_engine
from reconciler.store.errors import SchemaNewer
from reconciler.store.rows import SaidRow
from reconciler.store.store import Store
from reconciler.store.tables import metadata
from reconciler.store.version import SCHEMA

Open = Any
ON_POSTGRESQL = True


def power_cut(*_: object) -> None:
    raise KeyboardInterrupt


def migrated(database: Path | str, revision: str = "head") -> Engine:
    """A database whose tables older versions of housephone made, one after the other."""
    engine = open_engine(database)
    with engine.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
        schema.migrate(connection, revision)
    return engine


def shape(engine: Engine) -> dict[str, Any]:
    """Columns in their order, keys and indexes of each table."""
    look = inspect(engine)
    return {
        table: (
            [column | {"type": str(column["type"])} for column in look.get_columns(table)],
            look.get_pk_constraint(table),
            look.get_foreign_keys(table),
            look.get_unique_constraints(table),
            sorted(look.get_indexes(table), key=lambda index: str(index["name"])),
        )
        for table in look.get_table_names()
    }


def test_the_migrations_lead_to_exactly_the_tables_of_today(database: Path | str) -> None:
    engine = migrated(database)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_a_new_store_is_as_one_that_came_all_the_way(tmp_path: Path) -> None:
    old, new = migrated(tmp_path / "old.sqlite"), open_engine(tmp_path / "new.sqlite")
    schema.upgrade(new)
    with old.connect() as one, new.connect() as other:
        stamps = [each.scalar(text("SELECT version_num FROM alembic_version")) for each in (one, other)]
    assert stamps == [SCHEMA, SCHEMA]
    assert len(shape(new)) > 20
    assert shape(new) == shape(old)
    old.dispose()
    new.dispose()


def test_a_store_of_an_older_housephone_is_brought_up_to_date_and_keeps_what_it_knew(
    database: Path | str, open_store: Open
) -> None:
    engine = migrated(database, "0001")
    with engine.connect().execution_options(**{WRITING: True}) as connection, connection.begin():
        connection.execute(
            insert(metadata.tables["notes"]).values(property="Harbour View", name="kept", value="here")
        )
    engine.dispose()

    store = open_store()

    assert store.note("kept") == "here"
    with store._engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == SCHEMA


def test_the_schema_we_know_is_the_last_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(schema.MIGRATIONS))
    config.set_main_option("path_separator", "newline")

    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA


def test_every_table_says_whose_it_is() -> None:
    for table in metadata.tables.values():
        assert "property" in table.c, table.name
        assert ("account" in table.c) == ("epoch" in table.c), table.name


def test_opening_again_changes_nothing_and_does_not_load_the_migrations(file: Path) -> None:
    with Store.open(file, property_name="Harbour View", account="account-1") as store:
        store.put_note("kept", value=True)
    program = (
        "import sys; from pathlib import Path; from reconciler.store.store import Store;"
        f"store = Store.open(Path({str(file)!r}), property_name='Harbour View', account='account-1');"
        "print(store.note('kept'), 'alembic' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert answer.stdout == "True False\n"


def test_two_processes_that_open_a_new_store_together_both_work(
    open_store: Open, database: Path | str
) -> None:
    where = f"Path({str(database)!r})" if isinstance(database, Path) else repr(database)
    program = (
        "from pathlib import Path; from reconciler.store.store import Store; import sys; sys.stdin.readline();"
        f"store = Store.open({where}, property_name='Harbour View', account=sys.argv[1]);"
        "store.put_note(sys.argv[1], 'here')"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, name], stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for name in ("first", "second")
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    complaints = [process.communicate()[1] for process in processes]

    assert complaints == ["", ""]
    assert open_store().notes() == {"first": "here", "second": "here"}


def test_a_store_of_a_newer_housephone_is_refused_and_left_alone(file: Path, now: datetime) -> None:
    with Store.open(file, property_name="Harbour View", account="account-1") as store:
        store.say([SaidRow("1207", "desk", "dnd", "on", "desk", now)])
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(SchemaNewer, match="9999") as refused:
        Store.open(file, property_name="Harbour View", account="account-1")
    assert "newer housephone" in refused.value.remedy
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM said").fetchone() == (1,)


def test_a_first_start_that_is_cut_off_leaves_an_empty_database(file: Path, monkeypatch: Any) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("reconciler.store.schema._STAMP.create", power_cut)
        with pytest.raises(KeyboardInterrupt):
            Store.open(file, property_name="Harbour View", account="account-1")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (0,)

    with Store.open(file, property_name="Harbour View", account="account-1") as store:
        assert store.said() == []


def test_a_migration_that_is_cut_off_leaves_the_store_as_it_was(file: Path, monkeypatch: Any) -> None:
    file.parent.mkdir()
    engine = migrated(file, "0004")
    before = shape(engine)

    with monkeypatch.context() as patched:
        patched.setattr("alembic.op.create_index", power_cut)
        with pytest.raises(KeyboardInterrupt):
            Store.open(file, property_name="Harbour View", account="account-1")

    assert shape(engine) == before
    engine.dispose()
    with Store.open(file, property_name="Harbour View", account="account-1") as store:
        assert store.said() == []
