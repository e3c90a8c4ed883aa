"""What a property keeps of PMS links and stays: rooms named, what is remembered, and what the PMS is owed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from reconciler.stays.owed import (
    DoNotDisturbOwed,
    MessagesOwed,
    Owed,
    RoomStateOwed,
    WakeupClearedOwed,
    WakeupResultOwed,
    WakeupSetOwed,
)
from reconciler.store import tables
from reconciler.store.rows import Json, LinkRow, PmsRoomRow
from reconciler.store.session import Session, columns_of, delete, upsert

_KINDS: dict[str, type[Owed]] = {
    "room_state": RoomStateOwed,
    "wakeup_result": WakeupResultOwed,
    "wakeup_set": WakeupSetOwed,
    "wakeup_cleared": WakeupClearedOwed,
    "messages": MessagesOwed,
    "do_not_disturb": DoNotDisturbOwed,
}
_WORDS = {kind: word for word, kind in _KINDS.items()}


@dataclass(frozen=True, slots=True)
class OwedRow:
    """One thing in the outbox; smaller numbers leave first."""

    number: int
    link: str
    owed: Owed
    created_at: datetime


class Links(Session):
    """The part of the store on which the PMS links stand. By property.

    What a newer version owes and this one has no word for waits in the outbox until that version is back; of what it
    says more about, the rest is sent.
    """

    def pms_rooms(self) -> dict[str, PmsRoomRow]:
        """The rooms that a PMS has named."""
        return {row.room: row for row in self._all(tables.pms_rooms, PmsRoomRow)}

    def name_rooms(self, rows: Iterable[PmsRoomRow]) -> None:
        """Keep which link named a room last, and how its PMS calls it."""
        self._put(tables.pms_rooms, rows)

    def pms_links(self) -> dict[str, LinkRow]:
        """What is remembered of each link."""
        return {row.link: row for row in self._all(tables.pms_links, LinkRow)}

    def remember_link(self, row: LinkRow) -> None:
        """Keep a link's memory in place of the one before."""
        self._put(tables.pms_links, [row])

    def stays(self) -> dict[str, Json]:
        """What must be remembered of stays beside the words of the rooms, such as guests who have just left."""
        memory = tables.stays
        query = select(memory.c.name, memory.c.value).where(self._ours(memory))
        with self._reading() as connection:
            return dict(connection.execute(query).all())

    def remember_stays(self, news: Mapping[str, Json]) -> None:
        """Keep these entries in place of those before; None forgets one."""
        memory = tables.stays
        kept = [
            {"property": self._property, "name": name, "value": value}
            for name, value in news.items()
            if value is not None
        ]
        gone = [name for name, value in news.items() if value is None]
        with self._writing() as connection:
            if kept:
                upsert(connection, memory, kept)
            if gone:
                delete(connection, memory, {"property": (self._property,) * len(gone), "name": gone})

    def owe(self, link: str, owed: Iterable[Owed], at: datetime) -> None:
        """Put things into the outbox, behind all that wait there."""
        values = [
            {
                "property": self._property,
                "link": link,
                "body": _to_json(each),
                "created_at": at,
                "sent_at": None,
            }
            for each in owed
        ]
        if values:
            with self._writing() as connection:
                connection.execute(tables.pms_outbox.insert(), values)

    def oldest_owed(self, link: str) -> OwedRow | None:
        """What a link must send next; None if nothing waits."""
        box = tables.pms_outbox
        query = (
            select(box.c.number, box.c.link, box.c.body, box.c.created_at)
            .where(self._ours(box), box.c.link == link, box.c.sent_at.is_(None))
            .order_by(box.c.number)
            .limit(1)
        )
        passed = 0
        with self._reading() as connection:
            while (row := connection.execute(query.where(box.c.number > passed)).first()) is not None:
                if _is_known(row.body):
                    return _owed_row(row)
                passed = row.number
        return None

    def all_owed(self) -> list[OwedRow]:
        """Everything that waits, in its order."""
        box = tables.pms_outbox
        query = select(box.c.number, box.c.link, box.c.body, box.c.created_at)
        waiting = query.where(self._ours(box), box.c.sent_at.is_(None)).order_by(box.c.number)
        with self._reading() as connection:
            rows = connection.execute(waiting).all()
        return [_owed_row(row) for row in rows if _is_known(row.body)]

    def has_owed(self, row: OwedRow) -> bool:
        """True if this very row was put into the outbox of this store, whether or not it was sent since."""
        box = tables.pms_outbox
        same = (box.c.number == row.number) & (box.c.link == row.link) & (box.c.created_at == row.created_at)
        with self._reading() as connection:
            found = connection.execute(select(box.c.body).where(self._ours(box), same)).first()
        return found is not None and _is_known(found.body) and _from_json(found.body) == row.owed

    def forget_owed(self, numbers: Iterable[int]) -> None:
        """These are not to be sent any more."""
        self._drop(tables.pms_outbox, tables.pms_outbox.c.number.in_(list(numbers)))

    def mark_sent(self, number: int, at: datetime) -> None:
        """It was written to the link's socket."""
        box = tables.pms_outbox
        with self._writing() as connection:
            connection.execute(update(box).where(box.c.number == number).values(sent_at=at))

    def waiting(self) -> dict[str, int]:
        """How many things wait in the outbox, by link."""
        box = tables.pms_outbox
        query = select(box.c.link, func.count()).where(self._ours(box), box.c.sent_at.is_(None))
        with self._reading() as connection:
            return dict(connection.execute(query.group_by(box.c.link)).all())


def _to_json(owed: Owed) -> Json:
    plain = {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in columns_of(owed).items()
    }
    return {"kind": _WORDS[type(owed)], **plain}


def _is_known(body: Any) -> bool:
    return body["kind"] in _KINDS


def _owed_row(row: Any) -> OwedRow:
    return OwedRow(row.number, row.link, _from_json(row.body), row.created_at)


def _from_json(body: Any) -> Owed:
    kind = _KINDS[body["kind"]]
    known = {each.name: body[each.name] for each in fields(kind) if each.name in body}
    if "time" in known:
        known["time"] = datetime.fromisoformat(known["time"])
    return kind(**known)
