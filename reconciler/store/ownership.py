"""One owner per Zoom account: who works on it, until when, and who may take over.

Limits are shared by all of an account's apps, and two spenders would not see each other's calls. The row is
in the store, so that it works for processes of one machine (SQLite) and of several (PostgreSQL).
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from reconciler.store import tables
from reconciler.store.errors import StaleEpoch
from reconciler.store.rows import Claimant, Held, Ownership
from reconciler.store.session import Session, columns_of, insert_missing


def process_runs(pid: int) -> bool:
    """True if a process of this machine has that number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Owners(Session):
    """Taking, renewing and giving back an ownership. Once taken, every write is checked against it."""

    def acquire(
        self,
        name: str,
        claimant: Claimant,
        *,
        now: datetime,
        ttl: timedelta,
        alive: Callable[[int], bool] = process_runs,
    ) -> Ownership | Held:
        """Take an ownership that is free, run out, or whose holder died on this host; else say who has it.

        A holder on another host is never presumed dead before its time. One with our own process number on
        this host is a predecessor (a container starts each time with the same number).
        """
        with self._writing(fenced=False) as connection:
            epoch = self._lock(connection, name, claimant)
            present = self._row(connection, name)
            ours = present is not None and self._epochs.get(name) == epoch
            if present is not None and not ours and not is_free(present, claimant, now, alive):
                return Held(present)
            taken = Ownership(name, claimant, epoch if ours else epoch + 1, now + ttl)
            connection.execute(
                update(tables.owners)
                .where(tables.owners.c.name == name)
                .values(**columns_of(claimant), epoch=taken.epoch, until=taken.until)
            )
        self._epochs[name] = taken.epoch
        return taken

    def renew(self, name: str, *, now: datetime, ttl: timedelta) -> Ownership:
        """Keep an ownership of ours for another while; StaleEpoch if somebody has taken over."""
        ours = self._epochs.get(name, 0)
        with self._writing() as connection:
            self._set_end(connection, name, ours, now + ttl)
            renewed = self._row(connection, name)
        if renewed is None or renewed.epoch != ours:
            raise StaleEpoch(name, ours, 0 if renewed is None else renewed.epoch)
        return renewed

    def release(self, name: str) -> None:
        """Give an ownership of ours back; what still comes in may be written until somebody else takes it."""
        with self._writing() as connection:
            self._set_end(connection, name, self._epochs.get(name, 0), None)

    def owner(self, name: str, *, now: datetime) -> Ownership | None:
        """Who has it now, if anybody."""
        present = self.last_owner(name)
        return present if present is not None and present.until > now else None

    def last_owner(self, name: str) -> Ownership | None:
        """Who took it last and has never given it back, however long ago; he may be dead."""
        with self._reading() as connection:
            return self._row(connection, name)

    def _lock(self, connection: Connection, name: str, claimant: Claimant) -> int:
        """Lock the row, which is made where nobody ever asked, and answer its epoch."""
        owners = tables.owners
        blank = {"property": self._property, "account": self._account, "epoch": 0, "until": None}
        insert_missing(connection, owners, {"name": name, **blank, **columns_of(claimant)})
        query = select(owners.c.epoch).where(owners.c.name == name).with_for_update()
        epoch: int = connection.execute(query).scalar_one()
        return epoch

    def _set_end(self, connection: Connection, name: str, epoch: int, until: datetime | None) -> None:
        owners = tables.owners
        mine = (owners.c.name == name) & (owners.c.epoch == epoch)
        connection.execute(update(owners).where(mine).values(until=until))

    def _row(self, connection: Connection, name: str) -> Ownership | None:
        owners = tables.owners
        query = select(owners).where(owners.c.name == name, owners.c.until.is_not(None))
        row = connection.execute(query).mappings().first()
        if row is None:
            return None
        by = Claimant(row["holder"], row["host"], row["pid"], row["address"])
        return Ownership(name, by, row["epoch"], row["until"])


def is_free(
    present: Ownership, claimant: Claimant, now: datetime, alive: Callable[[int], bool] = process_runs
) -> bool:
    """True if an ownership has run out, or its holder died on the claimant's host."""
    holder = present.by
    if present.until <= now:
        return True
    return holder.host == claimant.host and (holder.pid == claimant.pid or not alive(holder.pid))
