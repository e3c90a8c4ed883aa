"""The one store of housephone: opened once, used by every part, through worker threads."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from reconciler.errors import Fatal
from reconciler.store import rescue, schema
from reconciler.store.acts import Acts
from reconciler.store.between import Between
from reconciler.store.cache import Cache
from reconciler.store.engine import let_go, open_engine, place_of, plain_errors
from reconciler.store.erasure import Erasure
from reconciler.store.happenings import Happenings
from reconciler.store.journal import Journal
from reconciler.store.links import Links
from reconciler.store.messages import Messages
from reconciler.store.moving import Moving
from reconciler.store.ownership import Owners
from reconciler.store.reading import is_sealed
from reconciler.store.spending import Spending
from reconciler.store.wakeups import Wakeups
from reconciler.store.wishes import Wishes


class Store(
    Wishes, Links, Wakeups, Messages, Cache, Acts, Journal, Happenings, Spending, Owners, Erasure, Moving, Between
):  # fmt: skip
    """All that survives a restart, of one property and one Zoom account.

    Every method blocks: call it from a worker thread (``anyio.to_thread``). Each is one transaction of its
    own unless it runs within ``together()``. All raise StoreUnavailable and StoreDamaged; writes of a process
    that took an ownership raise StaleEpoch once another has it.
    """

    @classmethod
    def open(
        cls,
        database: Path | str,
        *,
        property_name: str,
        account: str,
        only_look: bool = False,
        stands_by: bool = False,
        guest: bool = False,
    ) -> Self:
        """Open a SQLite file (made if missing) or a PostgreSQL address, and bring its schema up to date.

        Who will ``only_look`` may also open a file in a folder that cannot be written to. Who ``stands_by`` leaves
        the tables to whoever is at work, and calls ``bring_up_to_date`` when he has taken over. A ``guest`` only uses
        what stands between a property and its centre, whose versions may differ. Raises StoreDamaged,
        SchemaNewer, StoreUnavailable, and of such a file SchemaOlder.
        """
        sealed = only_look and isinstance(database, Path) and is_sealed(database)
        engine = open_engine(database, sealed=sealed)
        try:
            with plain_errors(engine):
                schema.prepare(engine, sealed=sealed, others_work=stands_by, guest=guest)
            store = cls(engine, property_name=property_name, account=account)
            store._file = store._stands_there()
        except BaseException:
            let_go(engine)
            raise
        return store

    def bring_up_to_date(self) -> None:
        """Bring the schema up to date, which an older housephone may have left. Raises SchemaNewer."""
        with self._plain_errors():
            schema.prepare(self._engine)

    def close(self) -> None:
        """Let go of the database; nothing waits to be written."""
        let_go(self._engine)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def is_in_place(self) -> bool:
        """True while the SQLite file that was opened stands at its place; false once it was removed or replaced."""
        return self._stands_there() == self._file

    def _stands_there(self) -> tuple[int, int] | None:
        if self._engine.dialect.name != "sqlite":
            return None
        try:
            there = Path(place_of(self._engine)).stat()
        except OSError:
            return None
        return there.st_dev, there.st_ino

    def look_through(self) -> None:
        """Read every page of a SQLite file from the disk; PostgreSQL looks after its own. May take seconds.

        What SQLite still has in hand would hide a damage, so this has a connection of its own.
        """
        if self._engine.dialect.name != "sqlite":
            return
        place = place_of(self._engine)
        engine = open_engine(Path(place), sealed=True)
        try:
            with self._plain_errors(), plain_errors(engine), engine.connect() as connection:
                schema.check_pages(connection, place)
        finally:
            engine.dispose()

    def backup(self, target: Path) -> None:
        """Write a consistent copy into one private file while work goes on; PostgreSQL has its own tools."""
        if self._engine.dialect.name != "sqlite":
            raise Fatal("the store is on PostgreSQL", "back it up with pg_dump")
        database = self._engine.url.database
        assert database is not None
        with plain_errors(self._engine):
            rescue.copy(Path(database), target)
