"""What a pass or a dry run found and did, in the shape that the contract fixes (contract 5)."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from desired.problem import Problem
from observed.extension import Kind
from reconciler.account.operation import Label, Operation
from reconciler.change import Change, Status
from reconciler.errors import HousephoneError
from reconciler.moments import utc
from reconciler.safety import Refusal

_UTC = ZoneInfo("UTC")

VERSION = 1
"""Rises when a reader of the JSON would break."""

IN_SYNC, FAILED, PENDING, REFUSED, PARTLY = 0, 1, 2, 3, 4
"""Exit codes (contract 2)."""

BROKEN_FILE_CODES = frozenset({
    "unknown_field", "duplicate_key", "bad_value", "missing_field", "leading_zero", "bad_yaml",
    "bad_encoding", "empty_file", "too_large", "unreadable", "two_sources", "extension_claimed_twice",
})  # fmt: skip
"""Problems of documents themselves: an apply is then 4 at best."""

MAILBOXES_NOT_READ = "mailboxes_not_read"
"""Problem of a pass that went on without looking for messages."""

ROOMS_NOT_READ = "rooms_not_read"
"""Problem of a pass that does not know what some rooms show, because Zoom did not answer for them."""

DECLINED = "nothing was applied: the answer was no"
"""What ends a pass whose plan a person did not want."""

UNREACHED_CODES = frozenset({"no_extension", "ambiguous_extension", "pending_user", "not_listed"})
"""Problems of rooms that nothing can be written to as they are."""


@dataclass(frozen=True, slots=True)
class Report:
    """One pass; times are aware.

    ``calls`` is the number of HTTP writes that the changes need which are let through: not those that a rule, Zoom or
    a person holds back, and not those of an expected plan that has become stale. ``zone`` is the property's, for
    people; a pass that failed before the configuration was read knows none.
    """

    property: str
    dry_run: bool
    digest: str
    started: datetime
    finished: datetime
    rooms: int
    in_sync: int
    calls: int
    eta_seconds: float
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    price: Callable[[Change], Operation | None] = lambda _change: None
    """What a change costs; None where that is not known."""
    fatal: str | None = None
    remedy: str = ""
    """What to do about ``fatal``, where that is known."""
    anomalies: Mapping[str, int] = field(default_factory=dict)
    """How often what was odd in the records of the PMS, so far."""
    zone: ZoneInfo = _UTC
    replayed: bool = False
    """True if it tells what a log of the past would lead to: nobody can apply that."""

    def count(self, status: Status) -> int:
        """How many changes have this status."""
        return sum(1 for change in self.changes if change.status == status)

    @builtins.property  # the hotel's name is called property in this class
    def broken(self) -> bool:
        """True if a document could not be used as it stands."""
        return any(problem.code in BROKEN_FILE_CODES for problem in self.problems)

    @builtins.property
    def unread(self) -> bool:
        """True if a part of Zoom could not be read, so that nobody knows whether it is as wished."""
        return any(problem.code in {MAILBOXES_NOT_READ, ROOMS_NOT_READ} for problem in self.problems)

    def exit_code(self) -> int:
        """The exit code that these results mean (contract 2)."""
        if self.fatal is not None:
            return FAILED
        return self._dry_run_code() if self.dry_run else self._apply_code()

    def _dry_run_code(self) -> int:
        pending = len(self.changes) - self.count("unsupported")
        if self.refusals and self.count("refused") == pending:
            return REFUSED  # the rules hold back the whole pass
        if pending:
            return PENDING
        return PARTLY if self.broken or self.unread else IN_SYNC

    def _apply_code(self) -> int:
        applied, failed, refused = self.count("applied"), self.count("failed"), self.count("refused")
        planned, stale = self.count("planned"), self.count("stale")
        if self.refusals and not applied + failed + planned + stale:
            return REFUSED  # the rules left nothing to apply
        if failed + stale and not applied + refused + planned:
            return FAILED
        return PARTLY if failed + refused + planned + stale or self.broken or self.unread else IN_SYNC

    def to_json(self) -> dict[str, Any]:
        """The JSON of contract 5."""
        return {
            "version": VERSION,
            "property": self.property,
            "timezone": self.zone.key,
            "dry_run": self.dry_run,
            "digest": self.digest,
            "started": utc(self.started),
            "finished": utc(self.finished),
            "summary": self.summary(),
            "changes": [self._row(change) for change in self.changes],
            "problems": [
                {"room": p.room, "where": p.where, "code": p.code, "message": p.message}
                for p in self.problems
            ],
            "refusals": [{"rule": r.rule, "message": r.message} for r in self.refusals],
            "anomalies": dict(sorted(self.anomalies.items())),
            "error": self.fatal,
            "remedy": self.remedy or None,
        }

    def summary(self) -> dict[str, float]:
        """The counts at the top of every report."""
        return {
            "rooms": self.rooms,
            "in_sync": self.in_sync,
            "changes": len(self.changes),
            "calls": self.calls,
            "eta_seconds": self.eta_seconds,
            "applied": self.count("applied"),
            "failed": self.count("failed"),
            "refused": self.count("refused"),
            "unsupported": self.count("unsupported"),
        }

    def _row(self, change: Change) -> dict[str, Any]:
        operation = self.price(change)
        return {
            "room": change.room,
            "extension": change.extension,
            "kind": "device" if change.field == "device_name" else change.kind,
            "field": change.field,
            "observed": change.observed,
            "desired": change.desired,
            "cause": change.cause,
            "source": change.source,
            "call": str(operation) if operation else None,
            "label": operation.label if operation else None,
            "status": change.status,
            "reason": change.reason,
        }

    def with_results(self, changes: tuple[Change, ...], finished: datetime) -> Report:
        """The same report after applying."""
        return replace(self, changes=changes, finished=finished)

    def with_notices(self, problems: Iterable[Problem], anomalies: Mapping[str, int]) -> Report:
        """The same report with what people must see to beside documents and Zoom."""
        return replace(self, problems=(*self.problems, *problems), anomalies=anomalies)


def failure(error: HousephoneError, started: datetime, finished: datetime, *, dry_run: bool) -> Report:
    """The report of a pass that could not even plan: written all the same."""
    fatal, remedy = str(error), error.remedy
    return Report("", dry_run, "", started, finished, 0, 0, 0, 0.0, (), fatal=fatal, remedy=remedy)


def report_of(data: Mapping[str, Any]) -> Report:
    """A report from its JSON, as the running controller sends it to the command line."""
    changes = tuple(_change(row) for row in data["changes"])
    prices = {
        (change.kind, change.field): _operation(row["call"], row["label"])
        for change, row in zip(changes, data["changes"], strict=True)
        if row["call"]
    }
    summary = data["summary"]
    return Report(
        property=data["property"], dry_run=data["dry_run"], digest=data["digest"],
        started=datetime.fromisoformat(data["started"]), finished=datetime.fromisoformat(data["finished"]),
        rooms=summary["rooms"], in_sync=summary["in_sync"], calls=summary["calls"],
        eta_seconds=summary["eta_seconds"], changes=changes,
        problems=tuple(Problem(p["code"], p["message"], p["where"], p["room"]) for p in data["problems"]),
        refusals=tuple(Refusal(r["rule"], r["message"]) for r in data["refusals"]),
        price=lambda change: prices.get((change.kind, change.field)),
        fatal=data["error"], remedy=data["remedy"] or "", zone=ZoneInfo(data["timezone"]),
        anomalies=data["anomalies"],
    )  # fmt: skip


def _operation(call: str, label: Label) -> Operation:
    """The call as reports show it; its name and family matter only to whoever makes it."""
    method, path = call.split(" ", 1)
    return Operation("", method, path, "phone" if path.startswith("/phone") else "core", label)


def _change(row: Mapping[str, Any]) -> Change:
    # A telephone's own row does not say whose telephone it is, and no report asks.
    kind: Kind = "user" if row["kind"] == "device" else row["kind"]
    return Change(
        row["room"], row["extension"], kind, row["field"], row["observed"], row["desired"], row["cause"],
        row["source"], "", row["status"], row["reason"],
    )  # fmt: skip
