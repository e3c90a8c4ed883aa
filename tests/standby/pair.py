"""One hotel with two controllers on two hosts: each could do all of it, and one of them does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.standby.hosts import Hosts, Wiring, opened


@contextmanager
def pair(folder: Path, database: str) -> Iterator[Hosts]:
    """The hotel with both hosts, whose controllers nobody has started yet. What still runs at the end is stopped."""
    with opened(folder, database, Hosts, _alike, settled=4) as hotel:
        yield hotel


def _alike(wiring: Wiring) -> dict[str, dict[str, Any]]:
    settings = {"database": wiring.database, **wiring.front_office()}
    return {"front-office": settings, "back-office": settings}
