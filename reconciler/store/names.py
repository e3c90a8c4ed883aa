"""Every name that a SQLite store holds, whosever it is: for who must give none away and has no settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from reconciler.store.codec import from_text
from reconciler.store.reading import connect
from reconciler.traces import NAME_FIELDS


def names_in(database: Path) -> list[str]:
    """Names of guests and telephones, of now and of the history. Raises sqlite3.Error."""
    marks = ", ".join("?" * len(NAME_FIELDS))
    changes = f'SELECT "before", "after" FROM history WHERE field IN ({marks})'  # noqa: S608 - question marks
    with closing(connect(database)) as connection:
        rows = [row for both in connection.execute(changes, sorted(NAME_FIELDS)) for row in both]
        for query in (
            "SELECT value FROM said WHERE field = 'guests' OR field LIKE 'name.%'",
            "SELECT body FROM extensions",
        ):
            rows += [value for (value,) in connection.execute(query)]
    return [text for row in rows for text in _texts(from_text(row))]


def _texts(value: Any) -> Iterator[str]:
    """Texts that are a name, or stand in an entry of one."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in _NAMING:
                yield from _texts(inner)


_NAMING = NAME_FIELDS | {"first", "last", "device"}
