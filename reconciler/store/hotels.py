"""Whose a SQLite store is: it belongs to one hotel, and keeps it under the name that it had at first.

So a hotel may change its name, as it does in reports, without becoming another one that knows nothing of its guests.
On PostgreSQL several hotels may share a database: there the name says which one is meant.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from reconciler.store.reading import connect

_OF_A_HOTEL: Final = (
    "said", "rooms", "notes", "pms_rooms", "pms_links", "stays", "pms_outbox", "wakeups", "messages", "happenings",
)  # fmt: skip


def kept_as(database: Path, name: str) -> str:
    """The name under which this store keeps the hotel that is called ``name`` now.

    It is another where the store knows just one hotel, and none of this name. What is wrong with the file is for
    whoever opens it to say.
    """
    if not database.exists():
        return name
    try:
        with closing(connect(database)) as connection:
            known = _names(connection)
    except sqlite3.Error:
        return name
    return next(iter(known)) if len(known) == 1 else name


def _names(connection: sqlite3.Connection) -> set[str]:
    present = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    found = set[str]()
    for table in present.intersection(_OF_A_HOTEL):
        # Each step jumps to the next name by the key's index: a year of wake-up calls need not be walked through.
        name = connection.execute(f"SELECT min(property) FROM {table}").fetchone()[0]  # noqa: S608 - ours
        while name is not None:
            found.add(name)
            query = f"SELECT min(property) FROM {table} WHERE property > ?"  # noqa: S608 - ours
            name = connection.execute(query, (name,)).fetchone()[0]
    return found
