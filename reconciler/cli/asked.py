"""What the command line asks of a pass."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reconciler.audit import Scope
from reconciler.cli.common import Format, WrongUse
from reconciler.safety import RULES


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks of a pass."""

    dry_run: bool
    rooms: tuple[str, ...]
    format: Format
    report: Path | None
    snapshot: Path | None
    cached: bool
    expect: str | None
    allow: tuple[str, ...]
    wait: bool
    yes: bool

    def check(self) -> None:
        """Refuse options that contradict each other or name no rule."""
        for rule in self.allow:
            if rule not in RULES:
                raise WrongUse(f"--allow {rule}: no such rule; there are {', '.join(RULES)}")
        if self.snapshot is not None and not self.dry_run:
            raise WrongUse("--snapshot goes with --dry-run: nothing can be written to a file of the past")
        if self.dry_run and self.expect is not None:
            raise WrongUse("--expect applies a plan; a dry run has none to apply")

    @property
    def scope(self) -> Scope:
        """The rooms and the lifted rules."""
        return Scope(self.rooms, frozenset(self.allow))
