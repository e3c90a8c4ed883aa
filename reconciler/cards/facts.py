"""What the cards of one hotel speak of: numbers to dial, keys, and what is switched on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from drivers.voice.housekeeping import Codes, Meaning


@dataclass(frozen=True, slots=True)
class Facts:
    """How this hotel's telephones are set up.

    ``messages``: guests have a mailbox of ours. ``clock`` is how times are keyed, ``snooze`` the minutes that its key
    grants, None where it grants none.
    """

    hotel: str
    pilot: str
    codes: Codes
    messages: bool = True
    clock: Literal[24, 12] = 24
    snooze: float | None = 5


class KeyRow(NamedTuple):
    """One key, and what it does or says."""

    key: str
    says: str


@dataclass(frozen=True, slots=True)
class Card:
    """One card in one language: a title, a first line, a table of keys, and lines below it."""

    language: str
    title: str
    how: str
    rows: Sequence[KeyRow]
    lines: Sequence[str]
    heads: tuple[str, str] | None = None
    to_fill_in: str = ""
    """What the hotel writes beside by hand; "" for nothing."""


def in_order(codes: Codes) -> list[tuple[str, Meaning]]:
    """The keys of housekeeping as they stand on a telephone."""
    return sorted(codes.meanings.items())
