"""What happened beside changes, as the night report and the page tell it later. By property."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select

from reconciler.store import tables
from reconciler.store.rows import HappeningRow
from reconciler.store.session import Session, columns_of


class Happenings(Session):
    """Links and channels lost and back, alerts, sign-ins, what people did; pruned with the history."""

    def note_happenings(self, rows: Iterable[HappeningRow]) -> None:
        """Write down what happened; ids are given here."""
        values = [columns_of(row) | {"property": self._property} for row in rows]
        for value in values:
            del value["id"]
        if values:
            with self._writing() as connection:
                connection.execute(tables.happenings.insert(), values)

    def happenings(
        self, since: datetime | None = None, kinds: Collection[str] | None = None, limit: int = 1000
    ) -> list[HappeningRow]:
        """The latest, newest first; of these kinds only where any are named."""
        table = tables.happenings
        names = [table.c[name] for name in HappeningRow.__match_args__]
        query = select(*names).where(self._ours(table))
        if since is not None:
            query = query.where(table.c.at >= since)
        if kinds is not None:
            query = query.where(table.c.kind.in_([str(kind) for kind in kinds]))
        query = query.order_by(table.c.at.desc(), table.c.id.desc()).limit(limit)
        with self._reading() as connection:
            return [HappeningRow(*row) for row in connection.execute(query)]
