"""Cards say what this hotel's telephones do, in every language alike."""

import re
import tomllib
from importlib.resources import files

import pytest

from drivers.voice.housekeeping import Codes
from reconciler.cards import words
from reconciler.cards.facts import Card, Facts
from reconciler.cards.guest import guest_card
from reconciler.cards.housekeeping import housekeeping_card
from reconciler.cards.paper import paper
from reconciler.cards.words import languages, words_of
from reconciler.errors import Fatal

FIAS = Facts("Harbour View", "9000", Codes.of())


def phrases(language: str) -> dict[str, set[str]]:
    """Each phrase by its name, with the values that it speaks of."""
    parts = tomllib.loads(files(words).joinpath(f"{language}.toml").read_text("utf-8"))
    return {
        f"{part}.{name}": set(re.findall(r"\$\w+", text))
        for part, said in parts.items()
        for name, text in said.items()
    }


def keys(card: Card) -> list[tuple[str, str]]:
    return [(row.key, row.says) for row in card.rows]


def test_there_are_cards_in_the_languages_of_most_guests() -> None:
    assert languages() == ["de", "en", "es", "fr", "it", "pt"]


@pytest.mark.parametrize("language", languages())
def test_every_language_says_all_that_english_says(language: str) -> None:
    assert phrases(language) == phrases("en")


def test_the_keys_of_housekeeping_are_the_hotels_own() -> None:
    codes = Codes.of("71", "73", "plain", {"7": "clean", "3": None})
    card = housekeeping_card(Facts("Harbour View", "9000", codes), words_of("en"))
    assert keys(card) == [
        ("0", "dirty"), ("1", "clean"), ("2", "in progress"), ("4", "out of service"), ("5", "inspected"),
        ("7", "clean"),
    ]  # fmt: skip
    assert card.how == "From the telephone in the room dial 9000, then 71 and the key:"
    assert card.lines[:2] == (
        "Example: 9000, then 717",
        "With your own number: 9000, then 73, the key, your number and #",
    )


def test_the_keys_of_a_fias_hotel_name_the_half() -> None:
    assert keys(housekeeping_card(FIAS, words_of("es")))[:2] == [
        ("1", "sucia, libre"),
        ("2", "sucia, ocupada"),
    ]


def test_a_guest_reads_the_keys_of_the_room_menu() -> None:
    card = guest_card(FIAS, words_of("en"))
    assert [key for key, _ in keys(card)] == ["1", "2", "3", "4", "0"]
    assert card.how == "Dial 9000 on this telephone, then press:"
    assert "Press 2 to be called again in 5 minutes." in card.lines


def test_a_card_promises_nothing_that_the_hotel_has_not() -> None:
    bare = Facts("Harbour View", "9000", Codes.of(), messages=False, clock=12, snooze=None)
    card = guest_card(bare, words_of("en"))
    assert [key for key, _ in keys(card)] == ["3", "4", "0"]
    assert "then 1 for a.m. or 2 for p.m." in keys(card)[0][1]
    assert card.lines == ("When you are woken, press any key. Otherwise we will call you again.",)


def test_a_language_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(Fatal) as caught:
        words_of("xx")
    assert caught.value.remedy == "choose of de, en, es, fr, it, pt"


def test_the_page_says_its_languages_and_takes_no_name_for_markup() -> None:
    page = paper("<b>Inn & Out</b>", [guest_card(FIAS, words_of("de")), guest_card(FIAS, words_of("fr"))])
    assert re.findall('<section lang="(..)">', page) == ["de", "fr"]
    assert "&lt;b&gt;Inn &amp; Out&lt;/b&gt;" in page
    assert "<b>" not in page
