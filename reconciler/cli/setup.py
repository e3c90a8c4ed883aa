"""Commands for the start: `init`, `schema`, `check` and `adopt`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.common import say


class Subject(StrEnum):
    """What a schema describes."""

    ROOM = "room"
    CONFIGURATION = "configuration"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(init)
    app.command()(schema)


def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write; made if missing.")] = Path(),
) -> None:
    """Write a commented configuration, an example of a room document and the JSON Schema; never overwrites.

    Example: reconcile init /etc/housephone
    """
    from reconciler.app.starter import lay_out

    laid = lay_out(folder)
    for path in laid.written:
        say(f"written  {path}")
    for path in laid.kept:
        say(f"kept     {path} (it was there before)")
    say(
        f"Next: fill in {folder / 'housephone.yaml'}, put the app's secret into {folder / 'secrets' / 'zoom'}, "
        "and try it with `reconcile check`."
    )


def schema(
    subject: Annotated[Subject, typer.Argument(help="What to describe.")] = Subject.ROOM,
) -> None:
    """Print the JSON Schema of the room document, or of the configuration.

    Example: reconcile schema configuration > housephone.schema.json
    """
    from reconciler.app.schemas import schema_text

    say(schema_text(subject.value))
