"""`forget`: what is kept of a guest of the past, shown, saved in a file for him, or erased."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from reconciler.cli.common import WHERE, WrongUse, agreed, fail, invocation, say

if TYPE_CHECKING:
    from reconciler.configuration.settings import Settings
    from reconciler.sought import Sought

PARTLY = 4

KINDS: Final = {
    "history": "changes in the history lose the name; that there was a change stays",
    "last_writes": "last writes and last values of fields",
    "adopted": "names of the day of adoption",
    "refused_names": "extensions lose the digests of names that Zoom refused",
    "messages": "messages of past stays, with their recordings",
    "pms_records": "lines in the logs of the PMS links",
    "packets": "lines in the logs of packets",
}
"""What goes, by kind (``reconciler.app.forgetting``), in the order of the list."""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(forget)


def forget(  # noqa: PLR0913 - these are the options of the command line, one parameter each
    context: typer.Context,
    *,
    reservation: Annotated[
        str | None, typer.Option(metavar="NUMBER", help="The guest of this one.", show_default=False)
    ] = None,
    room: Annotated[
        str | None, typer.Option(metavar="ROOM", help="All its past guests.", show_default=False)
    ] = None,
    before: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="With --room: before 2026-11-22, or 30d ago.", show_default=False),
    ] = None,
    name: Annotated[
        str | None, typer.Option(metavar="NAME", help="All of this name.", show_default=False)
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show how much there is.")] = False,
    export: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Save what is kept of him; erase nothing.", show_default=False),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a guest who has left, or save what is kept of him.

    A guest in the house must be checked out first. Backups made before still hold him. See docs/privacy.md.

    Example: reconcile forget --reservation 84311 --dry-run
    """
    settings = invocation(context).settings()
    sought = _sought(settings, reservation, room, name, before)
    if export is not None:
        known = _ask(settings, sought, dry_run=True, export=True)["known"]
        _save(export, known)
        count = sum(len(each) for each in known.values() if isinstance(each, list)) - len(known["stays"])
        say(f"{count} entries saved in {export} (it holds guests' data: keep it private); nothing was erased")
        return
    found = _ask(settings, sought, dry_run=True)
    _show(found, sought)
    if dry_run or not found["counts"]:
        return
    if not yes and not agreed("Erase this for good?"):
        raise typer.Exit(fail("nothing was erased: say --yes, or answer y at a terminal"))
    found = _ask(settings, sought, dry_run=False)
    say("erased for good; backups, snapshots and reports that were made before may hold it still")
    if found["stays"]:
        raise typer.Exit(PARTLY)


def _sought(
    settings: Settings, reservation: str | None, room: str | None, name: str | None, before: str | None
) -> Sought:
    from reconciler.sought import Sought
    from reconciler.views.history import moment

    if sum(1 for each in (reservation, room, name) if each is not None and each.strip()) != 1:
        raise WrongUse("say whom: --reservation, --room or --name, one of them")
    if before is not None and room is None:
        raise WrongUse("--before goes with --room")
    now = datetime.now(UTC)
    try:
        until = None if before is None else min(now, moment(before, now, settings.property.zone))
    except ValueError as error:
        raise WrongUse(f"--before {error}") from None
    return Sought(reservation, room, name, until)


def _ask(settings: Settings, sought: Sought, *, dry_run: bool, export: bool = False) -> dict[str, Any]:
    """What the running controller answers, or else the store itself."""
    from functools import partial

    from reconciler.app import entry
    from reconciler.app.forgetting import forget_here
    from reconciler.control import forget as by_the_controller

    how = {"dry_run": dry_run, "export": export}
    answer = entry.run(partial(by_the_controller, settings, sought, WHERE, **how))
    return answer if answer is not None else forget_here(settings, sought, WHERE, **how)


def _show(found: dict[str, Any], sought: Sought) -> None:
    counts = found["counts"]
    for kind, what in KINDS.items():
        if kind in counts:
            say(f"{counts[kind]:>7}  {what}")
    if not counts:
        say("nothing is kept that could be erased")
        if sought.reservation:
            say(
                "a number is only known as long as the logs of the PMS links are kept; by --room and --before, or "
                "by --name, more may be found"
            )
    for each in found["stays"]:
        say(f"  stays  {each}")


def _save(file: Path, known: dict[str, Any]) -> None:
    """Write it into a private file that was not there. Fatal where that cannot be done."""
    from reconciler.errors import Fatal

    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Fatal(
            f"{file}: {error.strerror}", "name a file that you may write and that is not there yet"
        ) from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as writing:
        json.dump(known, writing, indent=2, ensure_ascii=False)
        writing.write("\n")
