"""Commands for the start: `init`, `schema`, `check` and `adopt`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.common import FAILED, Invocation, WrongUse, invocation, say

if TYPE_CHECKING:
    from reconciler.app.doctor.finding import Finding
    from reconciler.app.starter import Laid


class Subject(StrEnum):
    """What a schema describes."""

    ROOM = "room"
    CONFIGURATION = "configuration"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    app.command()(schema)
    app.command()(check)
    app.command()(adopt)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write; made if missing.")] = Path(),
    *,
    wizard: Annotated[
        bool, typer.Option("--wizard", help="Ask what is needed, and try each answer at once.")
    ] = False,
) -> None:
    """Start a folder: configuration, example, JSON Schema.

    Every setting is explained in the configuration. What is there already stays as it is. The wizard can be left,
    and taken up again by the same command.

    Example: reconcile init /etc/housephone --wizard
    """
    from reconciler.app.starter import lay_out

    laid = _asked(folder) if wizard else lay_out(folder)
    for path in laid.written:
        say(f"written  {path}")
    for path in laid.kept:
        if not (wizard and path == folder / "housephone.yaml"):
            say(f"kept     {path} (it was there before)")
    there = "" if folder == Path() else f"cd {folder}, "
    if wizard:
        say(f"written  {folder / 'housephone.yaml'}")
        say(
            f"Next: {there}try it all with `reconcile check`, and see what would change with `reconcile --dry-run`."
        )
        return
    say(
        f"Next: {there}fill in housephone.yaml, put the app's secret into secrets/zoom, "
        "and try it with `reconcile check`."
    )


def _asked(folder: Path) -> Laid:
    """Ask at the terminal; answers that come from a file or another program are read line by line."""
    import getpass
    import sys

    from reconciler.app.wizard.interview import interview
    from reconciler.app.wizard.terminal import Terminal

    def read(prompt: str) -> str:
        sys.stdout.write(prompt)
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not sys.stdin.isatty():
            say("")
        if not line:
            raise EOFError
        return line

    hidden = getpass.getpass if sys.stdin.isatty() else read
    return interview(folder, Terminal(say, read, hidden))


def schema(
    subject: Annotated[
        Subject,
        typer.Argument(metavar="[room|configuration]", help="Of the room document or of the configuration."),
    ] = Subject.ROOM,
) -> None:
    """Print the JSON Schema, for editors and other programs.

    Example: reconcile schema configuration > housephone.schema.json
    """
    from reconciler.app.schemas import schema_text

    say(schema_text(subject.value))


def check(
    context: typer.Context,
    *,
    scopes: Annotated[
        bool, typer.Option("--scopes", help="List the scopes for the app in Zoom's marketplace instead.")
    ] = False,
    forwarding: Annotated[
        bool, typer.Option("--forwarding", help="Look only at where each room's calls go on to.")
    ] = False,
    fix: Annotated[bool, typer.Option("--fix", help="With --forwarding: set what is wrong.")] = False,
) -> None:
    """Test all that can be wrong, and name each fix.

    This machine, the PMS links, the telephone lines, and what Zoom says. Writes nothing there without --fix. Exit
    code 1 if something is bad.

    Example: reconcile check --scopes
    """
    from functools import partial

    from reconciler.app import entry
    from reconciler.app.doctor.examine import examine, examine_forwarding

    if fix and not forwarding:
        raise WrongUse("--fix goes with --forwarding")
    if scopes and forwarding:
        raise WrongUse("--scopes and --forwarding each stand alone")
    if scopes:
        _print_scopes(invocation(context))
        return
    settings = invocation(context).settings()
    if forwarding:
        with _telling() as tell:
            entry.ask_zoom(partial(examine_forwarding, settings, tell, fix=fix), settings.property.zone)
        return
    with _telling() as tell:
        _secrets_within(invocation(context).path(), tell)
        entry.run(partial(examine, settings, tell))


@contextmanager
def _telling() -> Iterator[Callable[[Finding], None]]:
    """Print each finding as it comes, and at the end how many are bad; exit code 1 if any is."""
    levels: list[str] = []

    def tell(finding: Finding) -> None:
        levels.append(finding.level)
        say(str(finding))

    yield tell
    say(f"{levels.count('bad')} bad, {levels.count('warn')} to look at")
    if "bad" in levels:
        raise typer.Exit(FAILED)


def _secrets_within(path: Path | None, tell: Callable[[Finding], None]) -> None:
    from reconciler.app.doctor.premises import secrets_within

    assert path is not None  # the settings came from there
    for finding in secrets_within(path):
        tell(finding)


def _print_scopes(invoked: Invocation) -> None:
    """The list is there without a configuration, too: the app comes first."""
    from functools import partial

    from reconciler.app import entry
    from reconciler.app.doctor.examine import granted_scopes
    from reconciler.app.doctor.scopes import all_required, scope_table

    path = invoked.path()
    if invoked.config is None and (path is None or not path.is_file()):
        granted, why = None, "there is no configuration yet, `reconcile init` writes one"
    else:
        granted, why = entry.run(partial(granted_scopes, invoked.settings()))
    for line in scope_table(granted, why):
        say(line)
    if granted is not None and not all_required(granted):
        raise typer.Exit(FAILED)


def adopt(
    context: typer.Context,
    *,
    files: Annotated[
        bool, typer.Option("--files", help="Write it as documents instead, one a room; never overwrites.")
    ] = False,
) -> None:
    """Take over a running hotel as Zoom shows it now.

    What Zoom shows becomes the starting wish of every room in `rooms:`, below every other source. So the first
    plan is empty, and you change one room at a time.

    Example: reconcile adopt --files
    """
    from functools import partial

    from reconciler.app import entry
    from reconciler.app.adopting import adopt as take
    from reconciler.control import poke
    from reconciler.enumerated import some

    settings = invocation(context).settings()
    adopted = entry.ask_zoom(partial(take, settings, files=files), settings.property.zone)
    entry.run(partial(poke, settings))  # no controller runs, but a shadow may
    for path in adopted.kept:
        say(f"kept     {path} (it was there before)")
    if adopted.named:
        say(f"not written, because documents speak of them already: the rooms {some(adopted.named)}")
    for each in adopted.rooms:
        if each.note:
            say(f"room {each.room}: {each.note}")
    if files:
        say(f"{len(adopted.written)} of {len(adopted.rooms)} rooms written to {settings.desired}")
        if settings.pms:
            say(
                "without names and occupancy: a file's would outrank the PMS, and stay after the guest has left"
            )
    else:
        say(f"{adopted.count} of {len(adopted.rooms)} rooms have what Zoom shows as their starting wish")
