"""What we did to Zoom and how it went: writes, confirmed values, failed tries, mailboxes, refused names."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from reconciler.store import tables
from reconciler.store.rows import (
    AttemptRow,
    ConditionRow,
    ConfirmedRow,
    ContestRow,
    FieldKey,
    MailboxRow,
    RefusedNameRow,
    WriteRow,
    WriteStatus,
)
from reconciler.store.session import Session


class Acts(Session):
    """The part of the store that tells lag from drift, and a new try from a lost cause. By Zoom account."""

    def writes(self) -> dict[FieldKey, WriteRow]:
        """The last write of ours to each field; one still ``intent`` after a crash has an unknown outcome."""
        return {(row.extension, row.field): row for row in self._all(tables.writes, WriteRow)}

    def unanswered(self) -> dict[FieldKey, WriteRow]:
        """Those whose answer was never seen: on their way at present, or lost."""
        table = tables.writes
        rows = self._all(table, WriteRow, table.c.status.in_([WriteStatus.INTENT, WriteStatus.UNKNOWN]))
        return {(row.extension, row.field): row for row in rows}

    def intend(self, rows: Iterable[WriteRow]) -> None:
        """Keep what a call is about to write, all of its fields in one transaction, before it leaves."""
        self._put(tables.writes, rows)

    def settle(self, rows: Iterable[WriteRow]) -> None:
        """Keep how a call ended."""
        self._put(tables.writes, rows)

    def confirmed(self) -> dict[FieldKey, ConfirmedRow]:
        """The last value of each field that was seen as desired."""
        return {(row.extension, row.field): row for row in self._all(tables.confirmed, ConfirmedRow)}

    def confirm(self, rows: Iterable[ConfirmedRow]) -> None:
        """Keep values that were seen as desired."""
        self._put(tables.confirmed, rows)

    def attempts(self) -> dict[FieldKey, AttemptRow]:
        """Failed tries by extension and operation."""
        return {(row.extension, row.operation): row for row in self._all(tables.attempts, AttemptRow)}

    def record_attempt(self, row: AttemptRow) -> None:
        """Keep how often an operation has failed by now, and when it is tried again."""
        self._put(tables.attempts, [row])

    def forget_attempts(self, extension: str, operation: str | None = None) -> None:
        """An operation went through, or its wish, target or capability changed: count from the start."""
        table = tables.attempts
        only = [] if operation is None else [table.c.operation == operation]
        self._drop(table, table.c.extension == extension, *only)

    def contests(self) -> dict[FieldKey, ContestRow]:
        """Fields that were put right lately, by extension and field."""
        return {(row.extension, row.field): row for row in self._all(tables.contests, ContestRow)}

    def note_contests(self, rows: Iterable[ContestRow]) -> None:
        """Fields were put right."""
        self._put(tables.contests, rows)

    def end_contests(self, keys: Iterable[FieldKey]) -> None:
        """These fields have another wish now, or a person wants them to be put right all the same."""
        table = tables.contests
        for extension, field in keys:
            self._drop(table, table.c.extension == extension, table.c.field == field)

    def mailboxes(self) -> dict[str, MailboxRow]:
        """Up to when each extension's mailbox is known to hold no message."""
        return {row.extension: row for row in self._all(tables.mailboxes, MailboxRow)}

    def note_mailboxes(self, rows: Iterable[MailboxRow]) -> None:
        """Mailboxes were looked through."""
        self._put(tables.mailboxes, rows)

    def refused_names(self) -> dict[FieldKey, datetime]:
        """When Zoom's word filter refused a name, by extension and the name's digest."""
        rows = self._all(tables.refused_names, RefusedNameRow)
        return {(row.extension, row.digest): row.at for row in rows}

    def refuse_names(self, rows: Iterable[RefusedNameRow]) -> None:
        """Zoom's word filter refused names: they are not tried again."""
        self._put(tables.refused_names, rows)

    def conditions(self) -> dict[FieldKey, ConditionRow]:
        """The conditions by extension and type."""
        return {(row.extension, row.type): row for row in self._all(tables.conditions, ConditionRow)}

    def note_conditions(self, rows: Iterable[ConditionRow]) -> None:
        """Keep conditions; ``since`` moves only where the status changes."""
        self._put(tables.conditions, rows, stays=("since", "status"))
