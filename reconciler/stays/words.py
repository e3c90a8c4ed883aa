"""The words of the sources as rows of the store, and back.

A row holds what a source says of one field. Every wake-up call in it carries who asked for it and when, because a
later call does not refresh an earlier one; rows from before there was a PMS hold only times, which are then the
row's own word.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC
from typing import Any

from desired.kept import origin_to_json, value_from_json, value_to_json
from desired.said import Field, Origin, Said, Source
from reconciler.store.rows import SaidRow


def rows_of(room: str, words: Iterable[Said]) -> list[SaidRow]:
    """The words of a room as the store keeps them; a file speaks for itself and has no row."""
    rows: list[SaidRow] = []
    told: Origin | None = None
    for field, value, origin, _implied in words:
        if origin is not told:  # the words of one record share it
            told, source, where = origin, str(origin.source), origin.where
            at = origin.moment.astimezone(UTC)
        rows.append(SaidRow(room, source, str(field), value_to_json(field, value), where, at))
    return rows


def said_of(row: SaidRow) -> Said:
    """One stored word as the merge takes it."""
    field, origin = Field(row.field), Origin(Source(row.source), row.where, row.at)
    value: Any = row.value
    if field is Field.WAKEUPS and value is not None:
        value = [{"origins": [origin_to_json(origin)], **call} for call in value]
    return Said(field, value_from_json(field, value), origin)


def words_in(rows: Iterable[SaidRow]) -> dict[str, tuple[Said, ...]]:
    """The words of each room."""
    words: dict[str, list[Said]] = {}
    for row in rows:
        words.setdefault(row.room, []).append(said_of(row))
    return {room: tuple(each) for room, each in words.items()}
