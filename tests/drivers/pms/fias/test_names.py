"""Guests' names from what a PMS makes of them."""

import unicodedata

import pytest

from drivers.pms.fias.languages import language_of
from drivers.pms.fias.names import names_of


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Souza", {"last": "Souza"}),
        ("Souza, Ana", {"last": "Souza", "first": "Ana"}),
        ("Souza,Ana", {"last": "Souza", "first": "Ana"}),
        ("Van Dyke", {"last": "Van Dyke"}),
        ("de la Cruz, Maria José", {"last": "de la Cruz", "first": "Maria José"}),
        ("Smith, John, Jr.", {"last": "Smith", "first": "John, Jr."}),
        ("Souza, Ana, Ms", {"last": "Souza", "first": "Ana", "title": "Ms"}),
        ("Souza, Ms. Ana", {"last": "Souza", "first": "Ana", "title": "Ms."}),
        ("Smith, John Mr.", {"last": "Smith", "first": "John", "title": "Mr."}),
        ("Souza, Ms", {"last": "Souza", "title": "Ms"}),
        ("Mr. Last", {"last": "Last", "title": "Mr."}),
        ("Frau Dr. Weber", {"last": "Weber", "title": "Frau Dr."}),
        ("Mr. & Mrs. Van Dyke", {"last": "Van Dyke", "title": "Mr. & Mrs."}),
        ("Herr", {"last": "Herr"}),
        ("Herr, Eva", {"last": "Herr", "first": "Eva"}),
        (" ,Ana", {"last": None, "first": "Ana"}),
        ("", {"last": None}),
    ],
)
def test_a_name_in_one_field_is_split_at_the_first_comma(name: str, told: dict[str, str | None]) -> None:
    assert names_of({"GN": name}) == told


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"GN": "Souza", "GF": "Ana", "GT": "Ms"}, ("Ms", "Ana", "Souza")),
        ({"GN": "Souza, Ana", "GF": "Ana", "GT": "Ms"}, ("Ms", "Ana", "Souza")),
        ({"GN": "Souza, Ms. Ana", "GF": "Ana", "GT": "Ms"}, ("Ms", "Ana", "Souza")),
        ({"GN": "Ms Souza", "GF": "Ana", "GT": "Ms"}, ("Ms", "Ana", "Souza")),
        ({"GN": "Souza, Jr.", "GF": "Ana", "GT": ""}, (None, "Ana", "Souza, Jr.")),
        ({"GN": "Van Dyke", "GF": "Dick", "GT": ""}, (None, "Dick", "Van Dyke")),
        ({"GN": "Souza, Ana", "GF": "", "GT": ""}, (None, "Ana", "Souza")),
        ({"GN": "Souza", "GF": "", "GT": "Dr"}, ("Dr", None, "Souza")),
    ],
)
def test_fields_of_their_own_are_preferred(given: dict[str, str], told: tuple[str | None, ...]) -> None:
    names = names_of(given)
    assert (names["title"], names["first"], names["last"]) == told


def test_what_is_not_told_is_not_touched() -> None:
    assert names_of({}) == {}
    assert names_of({"GF": "Ana"}) == {"first": "Ana"}
    assert names_of({"GN": "Silva"}) == {"last": "Silva"}


def test_names_are_composed_and_hold_nothing_that_a_telephone_cannot_show() -> None:
    decomposed = unicodedata.normalize("NFD", "Müller")
    assert names_of({"GN": f"  {decomposed}\x07 \x1b Lü\u202e ", "GF": "A\r\nna"}) == {
        "last": "Müller Lü",
        "first": "A na",
    }


def test_a_name_of_two_hundred_letters_stays_whole_and_a_longer_one_is_cut() -> None:
    assert names_of({"GN": "A" * 200}) == {"last": "A" * 200}
    assert names_of({"GN": "A" * 300, "GF": "B" * 300, "GT": "C" * 300}) == {
        "last": "A" * 200,
        "first": "B" * 200,
        "title": "C" * 64,
    }


@pytest.mark.parametrize(
    ("code", "language"),
    [
        ("EA", "en"), ("GE", "de"), ("SP", "es"), ("FR", "fr"), ("IT", "it"), ("JA", "ja"),
        ("CT", "ca"), ("CR", "hr"), ("CZ", "cs"), ("DK", "da"), ("NR", "no"), ("FN", "fi"), ("GR", "el"),
        ("PO", "pt"), ("RL", "ru"), ("RS", "ru"), ("SC", "sk"), ("SW", "sv"), ("RI", "id"),
        ("NL", "nl"), ("pl", "pl"), ("zh", "zh"), ("EN", "en"), ("DE", "de"), ("pt-BR", "pt"), ("zh_TW", "zh"),
        ("XX", None), ("E", None), ("ENG", None), ("", None), ("1", None), ("éa", None),
    ],
)  # fmt: skip
def test_a_language_becomes_two_letters_that_the_world_knows(code: str, language: str | None) -> None:
    assert language_of(code) == language
