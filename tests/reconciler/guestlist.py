"""Guests for tests that look for their names: none of them is another's, or part of it."""

import random
from collections.abc import Iterator

from fixtures.hotel_pms import Guest

FIRST = ("Ana", "Kwame", "Ifeoma", "Åsa", "Mei", "Tomás", "Noor", "Zoë", "Ilse", "Piet")
LAST = (
    "Ab",
    "Be",
    "Ci",
    "Do",
    "Eg",
    "Fu",
    "Ga",
    "He",
    "Il",
    "Jo",
    "Ku",
    "La",
    "Mi",
    "Nu",
    "Or",
    "Pa",
    "Qu",
    "Ro",
    "Su",
)


def guests(chance: random.Random) -> Iterator[Guest]:
    """Guests none of whose last names is another's, or part of it; no digits, which no telephone shows of them."""
    for one in LAST:
        for two in LAST:
            for three in LAST:
                last = f"{one}{two.lower()}{three.lower()}berg"
                yield Guest(
                    last,
                    chance.choice(FIRST),
                    title=chance.choice(("", "Ms", "Dr")),
                    language=chance.choice(("pt", "de", "en")),
                )
