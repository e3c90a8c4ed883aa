"""The index of the guest mailboxes as the store keeps it; the sound is in files. By property."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from reconciler.store import tables
from reconciler.store.rows import MessageRow
from reconciler.store.session import Session


class Messages(Session):
    """Every message that is kept, of guests in the house and of those who have left."""

    def messages(self) -> list[MessageRow]:
        """All of them, oldest first."""
        return sorted(self._all(tables.messages, MessageRow), key=lambda row: (row.at, row.id))

    def enter_messages(self, rows: Iterable[MessageRow]) -> None:
        """Write messages down, each in place of what stood there."""
        self._put(tables.messages, rows)

    def forget_messages(self, ids: Collection[str]) -> None:
        """Drop messages from the index; those that are gone already are fine."""
        if ids:
            self._drop(tables.messages, tables.messages.c.id.in_(ids))
