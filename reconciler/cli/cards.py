"""`cards`: what guests and housekeeping can do on a room's telephone, to print."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from reconciler.cli.common import invocation, say

if TYPE_CHECKING:
    from reconciler.cards.facts import Facts
    from reconciler.configuration.settings import Settings


class Reader(StrEnum):
    """Who reads the card."""

    GUEST = "guest"
    HOUSEKEEPING = "housekeeping"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(cards)


def cards(
    context: typer.Context,
    reader: Annotated[Reader, typer.Argument(metavar="guest|housekeeping", help="Who reads it.")],
    *,
    language: Annotated[
        list[str] | None,
        typer.Option(
            metavar="XX", help="A card in this language; repeatable. All without.", show_default=False
        ),
    ] = None,
) -> None:
    """Print cards for the rooms or for the linen room.

    One HTML page with a card (A5) for each language: numbers, keys and codes are those of this configuration. Open it
    in a browser and print it.

    Example: reconcile cards guest --language en --language es > guest.html
    """
    from reconciler.cards.guest import guest_card
    from reconciler.cards.housekeeping import housekeeping_card
    from reconciler.cards.paper import paper
    from reconciler.cards.words import languages, words_of

    settings = invocation(context).settings()
    facts = _facts(settings)
    make = guest_card if reader is Reader.GUEST else housekeeping_card
    say(paper(facts.hotel, [make(facts, words_of(each)) for each in language or languages()]))


def _facts(settings: Settings) -> Facts:
    from reconciler.app.telephony import codes_of
    from reconciler.cards.facts import Facts
    from reconciler.configuration.manners import Voice
    from reconciler.errors import Fatal

    voice = settings.voice or Voice()
    if voice.pilot is None:
        raise Fatal(
            "the cards need the number that rooms dial",
            "set voice.pilot in housephone.yaml (docs/zoom-setup.md, channels)",
        )
    return Facts(
        settings.property.name,
        voice.pilot,
        codes_of(voice),
        messages=voice.mailbox.enabled and not settings.message_management,
        clock=voice.clock,
        snooze=voice.wakeup.snooze_minutes if voice.wakeup.snooze_limit else None,
    )
