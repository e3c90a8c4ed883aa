"""What stands in the group's database between a process at a property and its centre.

Each row has one writer: rooms and summary the property, files the centre, an order first the centre and, once it is
taken, the property. Nobody waits for the other in a transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from reconciler.errors import HousephoneError
from reconciler.store import tables
from reconciler.store.branchrows import ErrandRow, FileRow, Head, ToldRow, Waiting
from reconciler.store.ownership import time_of
from reconciler.store.rows import Json
from reconciler.store.session import SILENT_FOR, Session, insert_missing, upsert

_B, _T, _F, _E = tables.branches, tables.told, tables.files, tables.errands


class Superseded(HousephoneError):
    """Another process publishes for this property since."""

    remedy = "leave PMS and telephones to that one, or stop it and start this one again"

    def __init__(self) -> None:
        super().__init__("another process tells the centre of this property by now")


class PutBack(HousephoneError):
    """The database knows less than it did: it was put back from a backup, so it must be told anew."""


class Between(Session):
    """Both sides of it. Times are the database's own."""

    # The property

    def claim(self) -> int:
        """Be the process that tells of this property, whoever did before; the number of this life."""
        with self._writing() as connection:
            self._be_brief(connection)
            at = _now(connection)
            blank = {"life": 0, "sequence": 0, "at": at, "summary": None}
            insert_missing(connection, _B, {"property": self._property, **blank})
            mine = update(_B).where(self._ours(_B)).values(life=_B.c.life + 1, at=at)
            life: int = connection.execute(mine.returning(_B.c.life)).scalar_one()
            return life

    def put(self, life: int, rooms: Iterable[tuple[str, str, Json]], summary: Json = None) -> int:
        """Tell of these rooms (name, digest, body), and of the whole if there is news; under which number it stands.

        Superseded where another process tells of this property by now, PutBack where the database knows of none.
        """
        with self._writing() as connection:
            self._be_brief(connection)
            new: dict[str, Any] = {"sequence": _B.c.sequence + 1, "at": _now(connection)}
            if summary is not None:
                new["summary"] = summary
            mine = update(_B).where(self._ours(_B), _B.c.life == life).values(**new)
            sequence: int | None = connection.execute(mine.returning(_B.c.sequence)).scalar()
            if sequence is None:
                self._make_sure_of_life(connection, life)
                raise PutBack
            rows = [
                {
                    "property": self._property,
                    "room": room,
                    "sequence": sequence,
                    "digest": digest,
                    "body": body,
                }
                for room, digest, body in rooms
            ]
            if rows:
                upsert(connection, _T, rows)
            return sequence

    def _make_sure_of_life(self, connection: Connection, life: int) -> None:
        """Superseded where the property has a newer life than this, PutBack where it has an older one or none."""
        found: int | None = connection.execute(select(_B.c.life).where(self._ours(_B))).scalar()
        if found is not None and found > life:
            raise Superseded
        if found != life:
            raise PutBack

    def _be_brief(self, connection: Connection) -> None:
        """Let nobody wait long for a transaction of ours whose machine has died, nor us for another's."""
        if self.shared:
            silence = func.set_config("idle_in_transaction_session_timeout", str(SILENT_FOR), True)  # noqa: FBT003
            waits = func.set_config("lock_timeout", str(SILENT_FOR), True)  # noqa: FBT003
            connection.execute(select(silence, waits))

    def digests_told(self) -> dict[str, str]:
        """Which words of each room stand there."""
        with self._reading() as connection:
            return dict(connection.execute(select(_T.c.room, _T.c.digest).where(self._ours(_T))).all())

    def what_waits(self) -> Waiting:
        """What the centre has for this property."""
        filed = tables.filed
        generation = select(filed.c.generation).where(self._ours(filed)).scalar_subquery()
        new = select(_E.c.number).where(self._ours(_E), _E.c.life.is_(None)).exists()
        with self._reading() as connection:
            row = connection.execute(select(generation, new)).one()
            return Waiting(row[0], bool(row[1]))

    def take_errands(self, life: int) -> list[ErrandRow]:
        """Take the orders whose time has not run out, oldest first; nobody else gets them then.

        Superseded where another process looks after this property.
        """
        with self._writing() as connection:
            self._be_brief(connection)
            self._make_sure_of_life(connection, life)
            at = _now(connection)
            open_ = (self._ours(_E), _E.c.life.is_(None), _E.c.deadline > at)
            mine = update(_E).where(*open_).values(life=life).returning(*_columns(ErrandRow))
            return sorted(_errands(connection.execute(mine)), key=lambda row: row.number)

    def errands_broken_off(self) -> list[ErrandRow]:
        """Orders that an earlier life has taken and did not answer."""
        query = select(*_columns(ErrandRow)).where(
            self._ours(_E), _E.c.life.is_not(None), _E.c.answer.is_(None)
        )
        with self._reading() as connection:
            return _errands(connection.execute(query.order_by(_E.c.number)))

    def answer(self, number: int, answer: Json) -> None:
        """Tell what became of an order."""
        with self._writing() as connection:
            one = (self._ours(_E), _E.c.number == number)
            connection.execute(update(_E).where(*one).values(answer=answer))

    def file_digests(self) -> dict[str, str]:
        """The drop-in files of this property, by path."""
        with self._reading() as connection:
            return dict(connection.execute(select(_F.c.path, _F.c.digest).where(self._ours(_F))).all())

    def file(self, path: str) -> FileRow | None:
        """One of them; None if it is gone."""
        query = select(_F.c.path, _F.c.digest, _F.c.content)
        with self._reading() as connection:
            row = connection.execute(query.where(self._ours(_F), _F.c.path == path)).first()
            return None if row is None else FileRow(row.path, row.digest, bytes(row.content))

    # The centre

    def heads(self) -> dict[str, Head]:
        """How far each property of this database has told."""
        query = select(_B.c.property, _B.c.life, _B.c.sequence, _B.c.at)
        with self._reading() as connection:
            now = _now(connection)
            rows = connection.execute(query)
            return {name: Head(life, sequence, at, _age(at, now)) for name, life, sequence, at in rows}

    def branch(self) -> tuple[Head, Mapping[str, Any]] | None:
        """How far this property has told, and what of itself; None where nobody at the property ever told."""
        if not self.shared:
            return None
        query = select(_B.c.life, _B.c.sequence, _B.c.at, _B.c.summary).where(self._ours(_B))
        with self._reading() as connection:
            row = connection.execute(query).first()
            if row is None:
                return None
            age = _age(row.at, _now(connection))
            return Head(row.life, row.sequence, row.at, age), row.summary or {}

    def told(self, since: int = 0) -> list[ToldRow]:
        """The rooms of which something was told under a later number, in that order."""
        query = select(_T.c.room, _T.c.sequence, _T.c.digest, _T.c.body)
        with self._reading() as connection:
            rows = connection.execute(
                query.where(self._ours(_T), _T.c.sequence > since).order_by(_T.c.sequence, _T.c.room)
            )
            return [ToldRow(*row) for row in rows]

    def put_files(self, rows: Sequence[FileRow], gone: Sequence[str]) -> int:
        """Put these files there, and take those away; the number of this edition."""
        filed = tables.filed
        with self._writing() as connection:
            at = _now(connection)
            if gone:
                connection.execute(delete(_F).where(self._ours(_F), _F.c.path.in_(gone)))
            for row in rows:
                values = {"path": row.path, "digest": row.digest, "content": row.content}
                upsert(connection, _F, [{"property": self._property, **values}])
            insert_missing(connection, filed, {"property": self._property, "generation": 0, "at": at})
            new = update(filed).where(self._ours(filed)).values(generation=filed.c.generation + 1, at=at)
            generation: int = connection.execute(new.returning(filed.c.generation)).scalar_one()
            return generation

    def ask(self, body: Json, place: str, within: timedelta) -> int:
        """Put an order there, for so long; its number. Those of which nobody reads the answer any more go."""
        with self._writing() as connection:
            at = _now(connection)
            connection.execute(delete(_E).where(self._ours(_E), _E.c.deadline < at - timedelta(hours=1)))
            row = {"property": self._property, "body": body, "place": place, "deadline": at + within}
            number: int = connection.execute(insert(_E).values(**row).returning(_E.c.number)).scalar_one()
            return number

    def errand(self, number: int) -> ErrandRow | None:
        """How an order stands."""
        with self._reading() as connection:
            query = select(*_columns(ErrandRow)).where(self._ours(_E), _E.c.number == number)
            return next(iter(_errands(connection.execute(query))), None)

    def errands_taken(self) -> list[ErrandRow]:
        """The orders that the property has taken, and whose answers nobody has read, oldest first."""
        query = select(*_columns(ErrandRow)).where(self._ours(_E), _E.c.life.is_not(None))
        with self._reading() as connection:
            return _errands(connection.execute(query.order_by(_E.c.number)))

    def withdraw(self, number: int) -> bool:
        """Take an order back; False if the property has taken it before."""
        with self._writing() as connection:
            nobodys = (self._ours(_E), _E.c.number == number, _E.c.life.is_(None))
            return bool(connection.execute(delete(_E).where(*nobodys)).rowcount)

    def drop_errand(self, number: int) -> None:
        """The answer was read: nothing of it stays, because an order may name a guest."""
        with self._writing() as connection:
            connection.execute(delete(_E).where(self._ours(_E), _E.c.number == number))


def _now(connection: Connection) -> datetime:
    return time_of(connection, datetime.now(UTC))


def _age(at: datetime, now: datetime) -> float:
    return max(0.0, (now - at).total_seconds())


def _columns(row: type[ErrandRow]) -> list[Any]:
    return [_E.c[name] for name in row.__match_args__]


def _errands(rows: Iterable[Any]) -> list[ErrandRow]:
    return [ErrandRow(*row) for row in rows]
