"""One owner per Zoom account: who works on it, until when, and who may take over.

Limits are shared by all of an account's apps, and two spenders would not see each other's calls. The row is
in the store, so that it works for processes of one machine (SQLite) and of several (PostgreSQL).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, func, select, tuple_, update

from reconciler.store import tables
from reconciler.store.errors import StaleEpoch
from reconciler.store.rows import Claimant, Held, Ownership
from reconciler.store.session import Session, columns_of, insert_missing

WAITS_FOR: Final = 2000
"""Milliseconds for which a take-over waits for a transaction of the one before; it is tried again after that."""


def time_of(connection: Connection, now: datetime) -> datetime:
    """The time by which ownerships run: PostgreSQL's own where it keeps them, else this host's ``now``."""
    if connection.dialect.name != "postgresql":
        return now
    told = connection.execute(select(func.clock_timestamp())).scalar_one()
    assert isinstance(told, datetime)
    return told.astimezone(UTC)


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
    """Taking, renewing and giving back ownerships. Once taken, every write is checked against them.

    ``now`` is this host's time, by which those in a file run; PostgreSQL goes by its own clock, since several hosts
    never agree.
    """

    def acquire(
        self,
        name: str,
        claimant: Claimant,
        *,
        now: datetime,
        ttl: timedelta,
        alive: Callable[[int], bool] = process_runs,
    ) -> Ownership | Held:
        """Take an ownership that is free, run out, or whose holder died on this host; else say who has it."""
        got = self.acquire_all((name,), claimant, now=now, ttl=ttl, alive=alive)
        return got if isinstance(got, Held) else got[0]

    def acquire_all(
        self,
        names: Collection[str],
        claimant: Claimant,
        *,
        now: datetime,
        ttl: timedelta,
        alive: Callable[[int], bool] = process_runs,
    ) -> list[Ownership] | Held:
        """Take all of these, or none of them: then who has the first that is not to be had."""
        with self._writing(fenced=False) as connection:
            if self.shared:
                connection.execute(select(func.set_config("lock_timeout", str(WAITS_FOR), True)))  # noqa: FBT003
            epochs = {name: self._lock(connection, name, claimant) for name in sorted(names)}
            at = time_of(connection, now)
            ours = {name for name, epoch in epochs.items() if self._epochs.get(name) == epoch}
            for name in names:
                present = self._row(connection, name)
                if present is None or name in ours or present.until <= at:
                    continue
                if not self._died_here(present.by, claimant, alive):
                    return Held(present)
            taken = [Ownership(name, claimant, epochs[name] + (name not in ours), at + ttl) for name in names]
            for each in taken:
                connection.execute(
                    update(tables.owners)
                    .where(tables.owners.c.name == each.name)
                    .values(**columns_of(claimant), epoch=each.epoch, until=each.until)
                )
        self._epochs |= {each.name: each.epoch for each in taken}
        return taken

    def renew(self, name: str, *, now: datetime, ttl: timedelta) -> None:
        """Keep an ownership of ours for another while; StaleEpoch if somebody has taken over."""
        ours = self.epoch(name)
        theirs = self.renew_all({name: ours}, now=now, ttl=ttl)
        if name in theirs:
            raise StaleEpoch(name, ours, theirs[name])

    def renew_all(self, epochs: Mapping[str, int], *, now: datetime, ttl: timedelta) -> dict[str, int]:
        """The same for several by their epochs, also of other stores of this process: the epochs of those taken over.

        Waits for nothing else that this process writes to PostgreSQL. What was given back meanwhile stays so.
        """
        owners = tables.owners.c
        ours = tuple_(owners.name, owners.epoch).in_(list(epochs.items())) & owners.until.is_not(None)
        with self._beside() as connection:
            until = time_of(connection, now) + ttl
            renew = update(tables.owners).where(ours).values(until=until).returning(owners.name)
            renewed = set(connection.scalars(renew))
            lost = [name for name in epochs if name not in renewed]
            if not lost:
                return {}
            theirs = connection.execute(select(owners.name, owners.epoch).where(owners.name.in_(lost))).all()
            return dict.fromkeys(lost, 0) | {row.name: row.epoch for row in theirs}

    def epoch(self, name: str) -> int:
        """The turn in which this process has taken an ownership; 0 if it never has."""
        return self._epochs.get(name, 0)

    def adopt(self, held: Ownership) -> None:
        """Write under an ownership that this process has taken and keeps through another store of this database."""
        self._epochs[held.name] = held.epoch

    def release(self, name: str) -> None:
        """Give an ownership of ours back; what still comes in may be written until somebody else takes it."""
        self.release_all((name,))

    def release_all(self, names: Collection[str]) -> None:
        """The same for several, together."""
        with self._writing() as connection:
            for name in names:
                self._set_end(connection, name, self._epochs.get(name, 0), None)

    def owner(self, name: str, *, now: datetime) -> Ownership | None:
        """Who has it now, if anybody."""
        with self._reading() as connection:
            present = self._row(connection, name)
            return present if present is not None and present.until > time_of(connection, now) else None

    def first_owner(self, names: Collection[str], *, now: datetime) -> Ownership | None:
        """Who has the first of these that somebody has now."""
        found = (self.owner(name, now=now) for name in names)
        return next((each for each in found if each is not None), None)

    def holder(self, name: str, asker: Claimant, *, now: datetime) -> Claimant | None:
        """Who works with it now; nobody where a process of the asker's host has died without giving it back."""
        present = self.owner(name, now=now)
        return None if present is None or self._died_here(present.by, asker) else present.by

    def last_owner(self, name: str) -> Ownership | None:
        """Who took it last and has never given it back, however long ago; he may be dead."""
        with self._reading() as connection:
            return self._row(connection, name)

    def _died_here(
        self, holder: Claimant, asker: Claimant, alive: Callable[[int], bool] = process_runs
    ) -> bool:
        """Whether a holder has surely died, on the asker's host. One on another is never presumed dead.

        One with our own process number is a predecessor: a container starts each time with the same. Who uses
        PostgreSQL may be in another container that has our host's name and numbers of its own, so nothing is sure.
        """
        if self.shared or holder.host != asker.host:
            return False
        return holder.pid == asker.pid or not alive(holder.pid)

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
