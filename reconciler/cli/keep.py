"""Commands that keep things: `snapshot`, `backup`, `restore`, and the packet log by `debug`."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.common import Invocation, Switch, invocation, say

if TYPE_CHECKING:
    from reconciler.app.restored import Settled


class Part(StrEnum):
    """A peer whose packets are logged."""

    ZOOM = "zoom"
    PMS = "pms"
    SIP = "sip"


ToFile = Annotated[Path, typer.Argument(metavar="FILE", help="The file to write.")]
FromFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="The file that `reconcile backup` has written.")
]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (snapshot, debug, backup, restore):
        app.command()(command)


def snapshot(context: typer.Context, file: ToFile) -> None:
    """Save what Zoom shows now, for audits without it.

    `reconcile --dry-run --snapshot FILE` needs no credentials and no network. The file holds guests' names.

    Example: reconcile snapshot zoom.json
    """
    from functools import partial

    from reconciler.app import entry
    from reconciler.app.photograph import photograph

    settings = invocation(context).settings()
    taken = entry.ask_zoom(partial(photograph, settings, file), settings.property.zone)
    say(f"{len(taken.extensions)} extensions saved in {file} (it holds guests' names: keep it private)")


def debug(
    context: typer.Context,
    switch: Annotated[Switch, typer.Argument(metavar="on|off", help="Whether to log.")],
    part: Annotated[
        Part | None,
        typer.Argument(
            metavar="[zoom|pms|sip]", help="Only what goes to this peer and back.", show_default=False
        ),
    ] = None,
) -> None:
    """Log all that goes to Zoom, PMS and PBX, for 24 hours.

    A running controller follows at once. Calls to Zoom and SIP messages (baresip only) go to packets.log in the state
    folder, without secrets and names, and limited in size. Records of the PMS go to the folder pms there, with masks
    for names unless pms.log says otherwise; they are logged anyway where pms.log.enabled is on, as it is by default.

    Example: reconcile debug on zoom
    """
    from functools import partial

    from reconciler.app import entry
    from reconciler.app.online import open_store
    from reconciler.control import poke
    from reconciler.logs import PACKETS_ASKED, PACKETS_FOR, asking_packets
    from reconciler.moments import local

    settings = invocation(context).settings()
    parts = [part.value] if part else [each.value for each in Part]
    until = datetime.now(UTC) + PACKETS_FOR if switch is Switch.ON else None
    with open_store(settings) as store, store.together():
        store.put_note(PACKETS_ASKED, asking_packets(store.note(PACKETS_ASKED), parts, until))
    told = entry.run(partial(poke, settings))
    when = "" if until is None else f" until {local(until, settings.property.zone)}"
    who = "the running controller knows" if told else "the next controller that starts acts on it"
    say(f"log of the calls to and from {', '.join(parts)}: {switch.value}{when}; {who}")
    if switch is Switch.OFF and Part.PMS.value in parts and any(link.log.enabled for link in settings.pms):
        say("the records of the PMS links are still logged, because pms.log.enabled is on")


def backup(context: typer.Context, file: ToFile) -> None:
    """Save state, configuration and documents in one file.

    Work goes on meanwhile. Secrets that have files of their own are not taken along, nor what links in the folder of
    documents lead to outside of it. A file that is there already is left as it is.

    Example: reconcile backup housephone-2026-11-22.tar.gz
    """
    from reconciler.app.archive import backup as write

    asked = invocation(context)
    settings, path = asked.settings(), asked.file()
    assert path is not None
    saved = write(settings, path, file)
    say(
        f"{saved.files} files saved in {file}; secrets that have files of their own are not among them, nor are logs"
    )
    for link in saved.left_out:
        say(
            f"left out  {link}: a link that leads out of the folder of documents; save its file where that belongs"
        )


def restore(context: typer.Context, file: FromFile) -> None:
    """Put a backup back; what is there is moved aside.

    Stop the controller first, and look with `reconcile --dry-run` afterwards: guests have come and gone. What the PMS
    may have heard since is not sent again, and wake-up calls of the past do not ring; they are listed.
    Calls that were set or cancelled since stay so, as far as the store that is moved aside can be read.

    Example: reconcile restore housephone.tar.gz
    """
    from reconciler.app.archive import missing, restore_configuration
    from reconciler.app.archive import restore as put_back
    from reconciler.configuration.environment import FILE_NAME

    asked = invocation(context)
    path = asked.path() or Path(FILE_NAME)
    fresh = not path.exists()
    if fresh:
        restore_configuration(file, path)
        say(f"restored  {path}")
        asked = Invocation(path)
    done = put_back(asked.settings(), None if fresh else asked.file(), file)
    for place, aside in done.places:
        say(f"restored  {place}" + (f" (before: {aside})" if aside else ""))
    say_settled(done.settled)
    settings = asked.settings()
    for place in missing(settings):
        say(f"missing   {place}: the configuration names it, and backups do not hold it; copy it here")
    if settings.pms:
        say(
            "guests have come and gone since: once `reconcile run` is on, let `reconcile pms resync` ask the PMS"
        )


def say_settled(settled: Settled) -> None:
    """Print what becomes of debts and wake-up calls after a backup was put back."""
    from reconciler.views.owed import owed_text

    for row in settled.unsaid:
        say(
            f"not sent  {owed_text(row.owed)}: the PMS may have heard it since the backup, so compare it there"
        )
    for call in settled.unrung:
        say(f"not rung  room {call.room}, {call.at:%Y-%m-%d %H:%M}: {call.by}")
    for word, calls, what in (("kept", settled.kept, "set"), ("cancelled", settled.cancelled, "cancelled")):
        for call in calls:
            say(
                f"{word:<9} room {call.room}, {call.at:%Y-%m-%d %H:%M}: a wake-up call {what} since the backup"
            )
