"""What holds for the names of any guest in any script."""

import unicodedata
from itertools import pairwise

import regex
from hypothesis import example, given
from hypothesis import strategies as st

from desired.document import Guest
from desired.lettering import chinese_count, clean
from desired.names import VARIABLES, Names, NameTemplates, Place, apply_overrides

VACANT = ("Room", "${extension}", "Room ${extension}")
TEMPLATES = NameTemplates(
    ("${vip} ${first}", "${last} ${extension}", "${vip} ${title} ${first} ${last} ${extension}"), VACANT
)

SCRIPTS = ["王", "小", "𠮷", "ア", "é", "e\u0301", "\u0958", "ﬃ", "👩‍👩‍👧", "👍🏽", "🇧"]
UNSEEN = ["\u0323", "\u200d", "\u202e", "\ufe0f", " ", "\u3000", "\n", "\x00", "\ud800"]
TRAPS = ["7", "٣", "1207", "$", "${extension}", "%s", "{0}", "'"]
AWKWARD = st.sampled_from(SCRIPTS + UNSEEN + TRAPS)
TEXT = st.one_of(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=40),
    st.lists(AWKWARD, max_size=60).map("".join),
    st.lists(st.sampled_from(["Maria", "de", "los", "Angeles", "X" * 70]), max_size=30).map(" ".join),
).map(lambda text: text[:200])
GUESTS = st.builds(
    Guest.model_construct,
    first=st.none() | TEXT,
    last=st.none() | TEXT,
    title=st.none() | TEXT.map(lambda text: text[:64]),
    vip=st.none() | TEXT.map(lambda text: text[:32]),
)
EXTENSIONS = st.from_regex(r"[0-9]{1,18}", fullmatch=True)
PLACES = st.builds(
    Place, extension=EXTENSIONS, room=TEXT.map(lambda text: text[:32]), mailbox=EXTENSIONS, description=TEXT,
    tenant=TEXT, site=TEXT,
)  # fmt: skip
PIECES = st.lists(
    st.sampled_from([f"${{{name}}}" for name in VARIABLES])
    | st.sampled_from([" ", "-", "Room", "(", ")", "房", "$$"]),
    max_size=8,
).map("".join)


def within_limits(names: Names) -> bool:
    return (
        max(len(names.first), len(names.last)) <= 64
        and len(names.display) <= 128
        and max(chinese_count(names.first), chinese_count(names.last)) <= 5
        and chinese_count(names.display) <= 10
    )


def render(guest: Guest, place: Place, templates: NameTemplates = TEMPLATES) -> Names:
    return templates.render(place, guest, occupied=True)[0]


@given(guest=GUESTS, place=PLACES)
def test_names_are_within_zooms_limits_and_hold_the_extension_and_no_other_number(
    guest: Guest, place: Place
) -> None:
    names = render(guest, place)
    assert within_limits(names)
    for text in (names.last, names.display):
        assert text.endswith(place.extension)
    assert "".join(char for char in names.display if char.isdecimal()) == place.extension
    assert not any(char.isdecimal() for char in names.first)


@given(guest=GUESTS, place=PLACES, first=PIECES, last=PIECES, display=PIECES)
def test_any_template_gives_a_display_name_within_the_limits(
    guest: Guest, place: Place, first: str, last: str, display: str
) -> None:
    try:
        templates = NameTemplates((first, last, display), (first, last, display))
    except ValueError:
        return  # too many Chinese characters of its own
    for names in (render(guest, place, templates), templates.fallback(place)):
        assert within_limits(names)
        assert names.display
        if "${extension}" in display:
            assert place.extension in names.display


@given(guest=GUESTS, place=PLACES)
def test_names_are_one_clean_line(guest: Guest, place: Place) -> None:
    for text in render(guest, place)[:3]:
        assert text == " ".join(text.split())
        assert unicodedata.is_normalized("NFC", text)
        assert not {unicodedata.category(char) for char in text} & {"Cc", "Cs", "Zl", "Zp"}
        assert not set(text) & set("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")
        text.encode()


@given(guest=GUESTS, place=PLACES)
def test_a_guest_is_named_the_same_every_time(guest: Guest, place: Place) -> None:
    assert render(guest, place) == render(guest, place)


@given(text=TEXT)
def test_a_clean_text_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(guest=GUESTS)
@example(guest=Guest.model_construct(first="\U00016130"))  # a digit that Python 3.11 does not know
def test_a_cut_never_goes_through_what_a_reader_takes_for_one_character(guest: Guest) -> None:
    whole = clean(regex.sub(r"\d", "", clean(guest.first)))
    shown = render(Guest.model_construct(first=guest.first, last="Souza"), Place("1", "1", "1")).first
    assert whole.startswith(shown)
    ends = {0, *(character.end() for character in regex.finditer(r"\X", whole))}
    assert len(shown) in ends


@given(place=PLACES, first=TEXT, last=TEXT, display=TEXT)
def test_a_documents_own_names_are_within_the_limits_too(
    place: Place, first: str, last: str, display: str
) -> None:
    names = TEMPLATES.fallback(place)
    overridden, notes = apply_overrides(names, place.extension, first=first, last=last, display=display)
    assert within_limits(overridden)
    assert overridden.display
    assert bool(notes) == any(
        shown != clean(given)
        for shown, given in zip(overridden[:3], (first, last, display), strict=True)
        if clean(given)
    )


@given(lengths=st.lists(st.integers(1, 200), min_size=2, max_size=6))
def test_a_longer_name_never_shows_less(lengths: list[int]) -> None:
    shown = [len(render(Guest(last="X" * length), Place("1", "1", "1")).last) for length in sorted(lengths)]
    assert all(shorter <= longer for shorter, longer in pairwise(shown))
