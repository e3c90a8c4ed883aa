"""What can go wrong with the store. Messages name the file and the way out, never what a row holds."""

from __future__ import annotations

from typing import Final

from reconciler.errors import Fatal, HousephoneError

LOOK_AT_THE_STORE: Final = (
    "look at free space and permissions, at other programs that hold the file, or at the PostgreSQL server"
)
"""What helps where the store cannot be used."""


class StoreDamaged(Fatal):
    """The database file is not one, or its pages contradict each other. Only who stays replaces it on its own."""

    def __init__(self, place: str, detail: str) -> None:
        super().__init__(
            f"the store {place} is damaged ({detail})",
            "start `reconcile run`, which builds it anew from the PMS, the files and its second book of wake-up "
            "calls, or put a backup in its place with `reconcile restore FILE` (the damaged file is kept beside it), "
            "or move the file away by hand to start without what it remembers",
        )
        self.detail = detail


class SchemaNewer(Fatal):
    """A newer housephone has written this store; an older one would misread it."""

    def __init__(self, place: str, found: str, known: str) -> None:
        super().__init__(
            f"the store {place} was written by a newer housephone (schema {found}, this one knows {known})",
            "install the newer housephone again, or restore a backup made before the upgrade",
        )


class SchemaOlder(Fatal):
    """An older housephone has written this store, and this way of reading it may not bring it up to date."""

    def __init__(self, place: str, found: str, known: str) -> None:
        super().__init__(
            f"the store {place} was written by an older housephone (schema {found}, this one has {known})",
            "start a pass or the controller once: it brings the store up to date",
        )


class StoreUnavailable(Fatal):
    """The database cannot be read or written now: disk full, read-only, locked for long, connection lost."""

    def __init__(self, place: str, detail: str) -> None:
        super().__init__(
            f"the store {place} cannot be used ({detail})",
            LOOK_AT_THE_STORE,
        )


class StaleEpoch(HousephoneError):
    """Another process has taken over what this one owned; nothing of the refused transaction was written."""

    remedy = "leave the work to that one; if two machines do it by mistake, stop housephone on one of them"

    def __init__(self, name: str, ours: int, theirs: int) -> None:
        super().__init__(
            f"another process has taken over {name} (turn {theirs}, ours was {ours}), so this one stops"
        )
        self.name = name


class StoreSilent(StoreUnavailable):
    """The database takes what it is asked, and does not answer."""

    def __init__(self) -> None:
        Fatal.__init__(self, "the store does not answer", LOOK_AT_THE_STORE)


class Lapsed(StoreUnavailable):
    """What this process owned could not be renewed in time: it writes nothing more, as another may have it."""

    def __init__(self) -> None:
        Fatal.__init__(
            self,
            "what this process owned could not be renewed in time, so another may have it by now",
            LOOK_AT_THE_STORE,
        )
