"""What a property remembers of its rooms: what was said of them, who is in, and small named notes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from reconciler.store import tables
from reconciler.store.rows import Json, Occupancy, RoomRow, SaidRow, room_row
from reconciler.store.session import Session, delete, upsert


class Wishes(Session):
    """The part of the store that belongs to the property."""

    def said(self, room: str | None = None) -> list[SaidRow]:
        """What desk, PMS, telephone and adopt presently say of one room or of all."""
        only = () if room is None else (tables.said.c.room == room,)
        return self._all(tables.said, SaidRow, *only)

    def say(self, rows: Iterable[SaidRow]) -> None:
        """Keep what was said; a source has one word on each field of a room, the latest."""
        self._put(tables.said, rows)

    def unsay(self, room: str, *, source: str | None = None, field: str | None = None) -> None:
        """Take back what was said of a room: all of it, or only a source's, a field's, or both."""
        said = tables.said
        only = [said.c.room == room]
        if source is not None:
            only.append(said.c.source == source)
        if field is not None:
            only.append(said.c.field == field)
        self._drop(said, *only)

    def take_back(self, words: Iterable[tuple[str, str, str]]) -> None:
        """Take back single words, each named by room, source and field."""
        gone = list(words)
        if gone:
            rooms, sources, fields = zip(*gone, strict=True)
            ours = (self._property,) * len(gone)
            with self._writing() as connection:
                delete(
                    connection,
                    tables.said,
                    {"property": ours, "room": rooms, "source": sources, "field": fields},
                )

    def occupancy(self) -> dict[str, RoomRow]:
        """Rooms that were seen occupied or vacant, or that somebody paused."""
        rooms = tables.rooms
        query = select(
            rooms.c.room,
            rooms.c.occupied,
            rooms.c.since,
            rooms.c.pause_reason,
            rooms.c.pause_until,
            rooms.c.pause_by,
        ).where(rooms.c.property == self._property)
        with self._reading() as connection:
            return {row[0]: room_row(*row) for row in connection.execute(query)}

    def note_occupancy(self, rows: Iterable[Occupancy]) -> None:
        """Keep who is in; ``since`` moves only where occupancy changes (or is seen for the first time)."""
        self._put(tables.rooms, rows, stays=("since", "occupied"))

    def pause(self, room: str, *, reason: str, until: datetime | None, by: str) -> None:
        """Leave a room alone; its occupancy stays as noted."""
        self._put_pause(room, {"pause_reason": reason, "pause_until": until, "pause_by": by})

    def resume(self, room: str) -> None:
        """Look after a room again."""
        self._put_pause(room, {"pause_reason": None, "pause_until": None, "pause_by": None})

    def _put_pause(self, room: str, pause: dict[str, Any]) -> None:
        with self._writing() as connection:
            upsert(connection, tables.rooms, [{"property": self._property, "room": room, **pause}])

    def notes(self) -> dict[str, Json]:
        """Every small named value of the property."""
        notes = tables.notes
        query = select(notes.c.name, notes.c.value).where(notes.c.property == self._property)
        with self._reading() as connection:
            return dict(connection.execute(query).all())

    def note(self, name: str) -> Json:
        """One named value; None where nothing was noted."""
        notes = tables.notes
        query = select(notes.c.value).where(notes.c.property == self._property, notes.c.name == name)
        with self._reading() as connection:
            value: Json = connection.scalar(query)
            return value

    def put_note(self, name: str, value: Json) -> None:
        """Keep a named value in place of the one before."""
        with self._writing() as connection:
            row = {"property": self._property, "name": name, "value": value}
            upsert(connection, tables.notes, [row])
