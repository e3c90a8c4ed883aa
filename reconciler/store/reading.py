"""A SQLite file for who only reads it, also where nothing can be written: on a read-only disk, in another's folder.

Needs no SQLAlchemy, because the quick look (``reconciler.store.peek``) comes this way, too.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any


def is_sealed(database: Path) -> bool:
    """True for a store whose folder takes no new file."""
    return database.exists() and not os.access(database.parent, os.W_OK)


def connect(database: Path, **how: Any) -> sqlite3.Connection:
    """Open the file without ever writing to it; ``how`` as for ``sqlite3.connect``. Raises sqlite3.Error."""
    # Even a reader needs the log beside the file, unless the folder takes no new file: then nobody writes either.
    alone = is_sealed(database) and not database.with_name(database.name + "-wal").exists()
    mode = "immutable=1" if alone else "mode=ro"
    found: sqlite3.Connection = sqlite3.connect(f"{database.absolute().as_uri()}?{mode}", uri=True, **how)
    return found
