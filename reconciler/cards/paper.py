"""Cards as one page to print: A5, a card a sheet, large enough to be read beside a bed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from reconciler.cards.facts import Card

_STYLE: Final = """\
@page { size: A5; margin: 12mm; }
body { font: 13pt/1.4 system-ui, sans-serif; color: #000; background: #fff; margin: 0 auto; max-width: 130mm; }
section { break-after: page; padding: 4mm 0; }
section:last-child { break-after: auto; }
h1 { font-size: 20pt; margin: 0 0 1mm; }
.hotel { margin: 0 0 6mm; color: #444; }
table { border-collapse: collapse; width: 100%; margin: 4mm 0; }
th, td { text-align: left; vertical-align: top; padding: 1.5mm 2mm; border-bottom: .3mm solid #999; }
td:first-child { width: 12mm; font-size: 16pt; font-weight: 700; }
.blank { margin-top: 8mm; font-weight: 700; }
.blank::after { content: ""; display: inline-block; width: 60mm; margin-left: 3mm; border-bottom: .3mm solid #000; }
"""


def paper(hotel: str, cards: Sequence[Card]) -> str:
    """The cards as one HTML document: no script, no picture, no address of another file."""
    return "\n".join(_page(hotel, cards)) + "\n"


def _page(hotel: str, cards: Sequence[Card]) -> Iterator[str]:
    yield f'<!doctype html>\n<html lang="{cards[0].language}">\n<head>\n<meta charset="utf-8">'
    yield f"<title>{escape(hotel)}</title>\n<style>\n{_STYLE}</style>\n</head>\n<body>"
    for card in cards:
        yield from _card(hotel, card)
    yield "</body>\n</html>"


def _card(hotel: str, card: Card) -> Iterator[str]:
    yield f'<section lang="{card.language}">\n<h1>{escape(card.title)}</h1>'
    yield f'<p class="hotel">{escape(hotel)}</p>\n<p>{escape(card.how)}</p>\n<table>'
    if card.heads is not None:
        yield "<thead><tr>" + "".join(f"<th>{escape(head)}</th>" for head in card.heads) + "</tr></thead>"
    yield from (f"<tr><td>{escape(row.key)}</td><td>{escape(row.says)}</td></tr>" for row in card.rows)
    yield "</table>"
    yield from (f"<p>{escape(line)}</p>" for line in card.lines)
    if card.to_fill_in:
        yield f'<p class="blank">{escape(card.to_fill_in)}</p>'
    yield "</section>"
