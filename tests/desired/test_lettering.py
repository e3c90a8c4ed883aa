"""Cleaning, counting and cutting of names, seen from close by."""

import pytest

from desired.lettering import (
    Limit,
    Piece,
    chinese_count,
    clean,
    cut,
    fit,
    has_digit,
    without_digits,
)


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("Ana Souza Lima", 14, "Ana Souza Lima"),
        ("Ana Souza Lima", 13, "Ana Souza"),
        ("Ana Souza Lima", 10, "Ana Souza"),
        ("Ana Souza Lima", 9, "Ana Souza"),
        ("Ana Souza Lima", 8, "Ana"),
        ("Ana Souza Lima", 2, "An"),
        ("Ana Souza Lima", 0, ""),
        ("e\u0323\u0302a", 2, ""),
        ("", 0, ""),
    ],
)
def test_a_text_is_cut_at_a_word_or_else_between_characters(text: str, limit: int, expected: str) -> None:
    assert cut(text, limit, len) == expected


@pytest.mark.parametrize(
    "nothing", [None, "", " ", "\u200d", "\u200c\u200d", "\ufe0f", "\x07", "\u00ad", "\u3164 \u2800"]
)
def test_what_shows_nothing_is_nothing(nothing: str | None) -> None:
    assert clean(nothing) == ""


@pytest.mark.parametrize("digit", ["7", "\u0663", "\U00011f59", "\U00016130"])
def test_a_digit_is_one_in_any_script_and_with_any_python(digit: str) -> None:
    assert has_digit(f"Ana {digit} 王")
    assert without_digits(f"Ana{digit}王👩{digit}") == "Ana王👩"
    assert not has_digit("Ana 王👩")


def test_chinese_characters_are_counted_in_all_their_blocks() -> None:
    assert chinese_count("王々〇𠮷 ab é") == 4
    assert chinese_count("たカ김Ω👩") == 0
    assert chinese_count("") == 0


def test_a_text_fits_where_both_its_characters_and_its_chinese_ones_do() -> None:
    assert Limit(5, chinese=2).allows("王小abc")
    assert not Limit(5, chinese=2).allows("王小明")
    assert not Limit(5, chinese=2).allows("王小abcd")
    assert Limit(5).allows("王小明李大")


def test_of_several_pieces_the_longest_is_cut_first() -> None:
    pieces = [Piece("Ana", may_shrink=True), Piece(" ", may_shrink=False), Piece("B" * 20, may_shrink=True)]
    assert fit(pieces, Limit(10), "1207") == "Ana BBBBBB"


def test_the_last_resort_stands_in_for_pieces_that_must_not_shrink() -> None:
    assert fit([Piece("Harbour View", may_shrink=False)], Limit(6), "1207") == "1207"
