"""Commands that only look, at the store and the folder of documents: `show`, `explain` and `history`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from reconciler.cli.common import AsShape, Invocation, OneRoom, Shape, WrongUse, invocation, say

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from desired.document import RoomDocument
    from reconciler.app.stored import Remembered


class ShowShape(StrEnum):
    """How rooms are printed; YAML is itself a valid drop-in file."""

    TEXT = "text"
    JSON = "json"
    YAML = "yaml"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(show)
    app.command()(explain)
    app.command()(history)


def show(
    context: typer.Context,
    rooms: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ROOM]...", help="Only these rooms.", show_default=False),
    ] = None,
    *,
    fleet: Annotated[
        bool, typer.Option("--fleet", help="Instead, all properties of a group, the red ones first.")
    ] = False,
    shape: Annotated[ShowShape, typer.Option("--format", help="How to print it.")] = ShowShape.TEXT,
) -> None:
    """Show what rooms should be, and what Zoom showed last.

    All of them with a line each, or the named ones in full: the wish, what Zoom shows → what it should show, and
    what holds it up. As yaml it is a valid document. Zoom is not asked again.

    Example: reconcile show 1207 --format yaml
    """
    from reconciler.app.stored import known, remembered

    if fleet:
        _show_fleet(invocation(context), rooms, shape)
        return
    settings = invocation(context).settings()
    seen = remembered(settings)
    chosen = known(seen.hotel, rooms or ())
    if shape is ShowShape.YAML:
        say(_documents(seen, chosen))
        return
    from reconciler.audit import judged
    from reconciler.views.room import rooms_view
    from reconciler.views.text import room_block, rooms_table, what_else

    now = datetime.now(UTC)
    found = judged(seen.hotel, chosen, settings.grounds.limits, now)
    view = rooms_view(seen.hotel, found, seen.register, seen.around, seen.conditions, now)
    if shape is ShowShape.JSON:
        _say_json(view)
    elif rooms:
        zone = settings.property.zone
        blocks = (line for room in view["rooms"] for line in room_block(room, zone))
        _say_lines([*blocks, *what_else(view)])
    else:
        _say_lines([*rooms_table(view["rooms"]), *what_else(view)])


def _show_fleet(asked: Invocation, rooms: list[str] | None, shape: ShowShape) -> None:
    from reconciler.app.fleet import fleet, fleet_of_one
    from reconciler.configuration.group import Group
    from reconciler.views.fleet import fleet_lines

    if rooms or shape is ShowShape.YAML:
        raise WrongUse("--fleet shows whole properties, as text or json")
    found = asked.configured()
    view = fleet(found) if isinstance(found, Group) else fleet_of_one(found)
    if shape is ShowShape.JSON:
        _say_json(view)
    else:
        _say_lines(fleet_lines(view))


def explain(context: typer.Context, room: OneRoom, shape: AsShape = Shape.TEXT) -> None:
    """Explain a room: each value, its source, what is next.

    For each field: what it should be and who said so (file and line, the PMS's record and its time, desk), what
    Zoom showed, the planned call, Zoom's last answer and the next try. For each wake-up call: who asked for it, and
    what became of it.

    Example: reconcile explain 1207
    """
    from reconciler.app.stored import known, remembered
    from reconciler.audit import judged
    from reconciler.views.explanation import explanation
    from reconciler.views.text import explanation_text

    settings = invocation(context).settings()
    seen, now = remembered(settings), datetime.now(UTC)
    (chosen,) = known(seen.hotel, (room,))
    found = judged(seen.hotel, (chosen,), settings.grounds.limits, now)
    view = explanation(seen.hotel, found, seen.register, seen.acts, seen.conditions, now)
    if shape is Shape.JSON:
        _say_json(view)
    else:
        _say_lines(explanation_text(view, settings.property.zone))


def history(
    context: typer.Context,
    room: Annotated[
        str | None, typer.Argument(metavar="ROOM", help="Only this room.", show_default=False)
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            metavar="WHEN", help="From when on: 2026-11-22, 2026-11-22T14:00, 2h, 3d.", show_default=False
        ),
    ] = None,
    shape: AsShape = Shape.TEXT,
) -> None:
    """List the changes: when, what, why, and the result.

    The newest comes last. Times are the hotel's own.

    Example: reconcile history 1207 --since 3d
    """
    from reconciler.app.online import open_store
    from reconciler.app.stored import known, remembered
    from reconciler.views.history import history_view, moment
    from reconciler.views.text import history_lines

    settings = invocation(context).settings()
    zone = settings.property.zone
    try:
        start = None if since is None else moment(since, datetime.now(UTC), zone)
    except ValueError as error:
        raise WrongUse(f"--since {error}") from None
    with open_store(settings, only_look=True) as store:
        view = history_view(reversed(store.history(room, start)))
    if room is not None and not view["history"]:
        known(remembered(settings).hotel, (room,))  # a room that is gone still has its past
    if shape is Shape.JSON:
        _say_json(view)
    elif view["history"]:
        _say_lines(history_lines(view["history"], zone))
    else:
        say("no changes")


def _documents(seen: Remembered, rooms: Iterable[str]) -> str:
    from desired.sources import document_of
    from desired.writing import dump

    zone, now = seen.hotel.house.zone, datetime.now(UTC)
    return dump([_in_zone(document_of(seen.hotel.wish(room, now)), zone) for room in rooms])


def _in_zone(document: RoomDocument, zone: ZoneInfo) -> RoomDocument:
    """The same document with its moments in the hotel's time."""
    from reconciler.moments import in_zone

    if document.mailbox is None or document.mailbox.cleared is None:
        return document
    cleared = in_zone(document.mailbox.cleared, zone)
    return document.model_copy(update={"mailbox": document.mailbox.model_copy(update={"cleared": cleared})})


def _say_json(view: Any) -> None:
    say(json.dumps(view, indent=2, ensure_ascii=False))


def _say_lines(lines: Iterable[str]) -> None:
    say("\n".join(lines))
