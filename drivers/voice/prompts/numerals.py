"""What is said alike in every language: characters one by one, and the figures that clocks turn on."""

from __future__ import annotations

import unicodedata
from typing import Final

NOON: Final = 12
FULL_DAY: Final = 24
"""Hours on the clock that counts them all."""
TEN: Final = 10
HUNDRED: Final = 100

SIGNS: Final = {"*": "key-star", "#": "key-pound"}


def spelt(text: str) -> list[str]:
    """The parts that say a text character by character; accents fall away, other signs are not said."""
    said = []
    for character in unicodedata.normalize("NFKD", text).lower():
        if not character.isascii():
            continue
        if character.isdigit():
            said.append(f"number-{character}")
        elif character.isalpha():
            said.append(f"letter-{character}")
        elif character in SIGNS:
            said.append(SIGNS[character])
    return said
