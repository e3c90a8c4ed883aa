"""New documents beside those that are there: never in the place of another, never a second one for a room."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from desired.document import RoomDocument
from desired.writing import dump
from reconciler.app.offline import hotel_of, read_documents
from reconciler.audit import Scope
from reconciler.configuration.settings import Settings

_SCHEMA: Final = Path(".schema") / "room.json"


def rooms_spoken_of(settings: Settings) -> frozenset[str]:
    """The rooms of which documents speak, those of broken ones included."""
    hotel = hotel_of(settings.grounds)
    read_documents(settings.grounds, hotel, Scope())
    broken = {problem.room for problem in hotel.roster.loaded.problems if problem.room is not None}
    return frozenset({placed.room for placed in hotel.roster.loaded.documents} | broken)


def write_new(path: Path, document: RoomDocument) -> bool:
    """Write a document that appears whole or not at all; False if there is such a file. OSError if it cannot be."""
    part = path.with_name(f".{path.name}.tmp")
    part.write_text(dump([document], schema=f"./{_SCHEMA}"), encoding="utf-8")
    try:
        os.link(part, path)
    except FileExistsError:
        return False
    finally:
        part.unlink()
    return True
