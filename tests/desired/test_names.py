"""Names by template: what the telephone shows of a guest, and what it never shows."""

from datetime import date

import pytest

from desired.document import Guest
from desired.names import VARIABLES, Names, NameTemplates, Place, apply_overrides

OCCUPIED = ("${vip} ${first}", "${last} ${extension}", "${vip} ${first} ${last} ${extension}")
VACANT = ("Room", "${extension}", "Room ${extension}")
ROOM = Place("1207", "1207", "1207")
TEMPLATES = NameTemplates(OCCUPIED, VACANT, vip={"1": "VIP 1", "GOLD": "Gold"})


def shown(guest: Guest | None, place: Place = ROOM) -> Names:
    return TEMPLATES.render(place, guest, occupied=True)[0]


def notes(guest: Guest) -> set[str]:
    return set(TEMPLATES.render(ROOM, guest, occupied=True)[1])


def display(template: str, guest: Guest | None = None, place: Place = ROOM) -> str:
    return NameTemplates(("", "", template), VACANT).render(place, guest, occupied=True)[0].display


def test_a_guest_is_shown_by_name_and_extension() -> None:
    assert shown(Guest(first="Ana", last="Souza")) == Names("Ana", "Souza 1207", "Ana Souza 1207")
    assert notes(Guest(first="Ana", last="Souza")) == set()


def test_a_vacant_room_is_shown_by_its_number() -> None:
    names, changed = TEMPLATES.render(ROOM, Guest(first="Ana"), occupied=False)
    assert names == Names("Room", "1207", "Room 1207")
    assert changed == frozenset()


def test_an_incognito_guest_is_shown_as_a_vacant_room() -> None:
    assert TEMPLATES.render(ROOM, Guest(first="Ana"), occupied=True, private=True)[0] == Names(
        "Room", "1207", "Room 1207"
    )


def test_the_word_filters_fallback_is_the_vacant_name() -> None:
    assert TEMPLATES.fallback(ROOM) == Names("Room", "1207", "Room 1207")


@pytest.mark.parametrize(
    "nobody", [None, Guest(), Guest(first="", last=" "), Guest(first="\u200e", last="\ufe0f\u0301")]
)
def test_a_guest_without_a_name_is_shown_as_a_room_and_not_as_a_bare_number(nobody: Guest | None) -> None:
    assert shown(nobody) == Names("Room", "1207", "Room 1207")


@pytest.mark.parametrize(("first", "last"), [(",", ",,,"), ("-", "."), ("", "???"), ("...", "7")])
def test_a_name_of_punctuation_alone_is_none(first: str, last: str) -> None:
    assert shown(Guest(first=first, last=last)) == Names("Room", "1207", "Room 1207")


def test_a_guest_of_whom_something_is_known_is_shown_by_that() -> None:
    assert shown(Guest(vip="GOLD")) == Names("Gold", "1207", "Gold 1207")
    assert shown(Guest(last="Souza")) == Names("", "Souza 1207", "Souza 1207")


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Guest ${last} ${extension}", "Guest 1207"),
        ("${last} ${extension} ${departure}", "Room 1207"),
        ("${extension}", "1207"),
        ("${description} ${last}", "Ocean wing"),
        ("(${first} ${last}) ${room}", "Room 1207"),
    ],
)
def test_a_template_that_reads_well_without_a_name_is_taken_at_its_word(template: str, expected: str) -> None:
    wing = ROOM._replace(description="Ocean wing")
    assert display(template, Guest(departure=date(2026, 11, 25)), wing) == expected


@pytest.mark.parametrize("digits", ["007", "7\ufe0f\u20e3"])
def test_a_name_of_digits_alone_is_none(digits: str) -> None:
    names, changed = TEMPLATES.render(ROOM, Guest(last=digits), occupied=True)
    assert names == Names("Room", "1207", "Room 1207")
    assert changed == {"digits_removed"}


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        ("Ana", "Van Dyke", "Ana Van Dyke 1207"),
        ("Seán", "O'Brien", "Seán O'Brien 1207"),
        ("  Ana \t Maria ", " Souza\u00a0Lima ", "Ana Maria Souza Lima 1207"),
        ("Ana\r\nMaria", "Souza\u2028Lima", "Ana Maria Souza Lima 1207"),
        ("${extension}", "$last %(first)s {0}", "${extension} $last %(first)s {} 1207"),
        ("100% Ana", "$$", "% Ana $$ 1207"),
        ("Jose\u0301", "Nu\u0303n\u0303ez", "José Nũñez 1207"),
        ("小明", "王", "小明 王 1207"),
        ("محمد", "علي", "محمد علي 1207"),
        ("דוד", "כהן", "דוד כהן 1207"),
        ("می\u200cخواهم", "رضا", "می\u200cخواهم رضا 1207"),
        ("👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1207"),
        ("\u202eAna\u202c", "\u2066Sou\u00adza\u2069\ufeff", "Ana Souza 1207"),
        ("A\x00n\x1b\x7fa", "Sou\x9fza\ud800", "Ana Souza 1207"),
        ("\u3164", "\u2800Souza", "Souza 1207"),
        ("\u0301Ana", "\u20e3 Souza", "Ana Souza 1207"),
    ],
)
def test_names_come_through_as_they_are_written(first: str, last: str, expected: str) -> None:
    assert shown(Guest.model_construct(first=first, last=last)).display == expected


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        ("Louis 14", "Louis 1207"),
        ("Louis14", "Louis 1207"),
        ("١٤ لويس", "لويس 1207"),
        ("\uff11\uff14 Louis", "Louis 1207"),
        ("\U0001d7d7 Louis", "Louis 1207"),
        ("a1\u0301", "á 1207"),
        ("Louis XIV", "Louis XIV 1207"),
    ],
)
def test_the_extension_stays_the_only_number(last: str, expected: str) -> None:
    guest = Guest(last=last)
    names = shown(guest)
    assert (names.last, names.display) == (expected, expected)
    assert notes(guest) == ({"digits_removed"} if last != "Louis XIV" else set())


def test_digits_leave_all_names_and_the_titles_and_vip_texts_too() -> None:
    templates = NameTemplates(
        ("${title} ${first}", "${vip} ${last}", OCCUPIED[2]), VACANT, vip={"1": "VIP 1"}
    )
    guest = Guest(first="Ana 2", last="Souza 3", title="Dr4", vip="1")
    names, changed = templates.render(ROOM, guest, occupied=True)
    assert names == Names("Dr Ana", "VIP Souza", "VIP Ana Souza 1207")
    assert changed == {"digits_removed"}


def test_digits_stay_where_the_display_name_does_not_hold_the_extension() -> None:
    assert display("${first} ${last}", Guest(first="Louis", last="14")) == "Louis 14"


def test_numbers_that_the_hotel_writes_itself_stay() -> None:
    place = Place("1207", "A12", "1200", description="Wing 4", tenant="T5", site="S6")
    template = "${room} ${mailbox} ${description} ${tenant} ${site} ${extension} No. 9"
    assert display(template, Guest(), place) == "A12 1200 Wing 4 T5 S6 1207 No. 9"


@pytest.mark.parametrize(
    ("vip", "expected"),
    [
        ("1", "VIP"), ("GOLD", "Gold"), ("2", "VIP"), ("07", "VIP"), ("0", ""), ("00", ""), ("", ""), (None, ""),
        (" 2 ", "VIP"), ("Diamond", "Diamond"), ("V2", "V"), ("٣", "VIP"), ("²", "²"),
    ],
)  # fmt: skip
def test_vip_codes_become_text(vip: str | None, expected: str) -> None:
    assert shown(Guest(first="Ana", vip=vip)).first == f"{expected} Ana".strip()


def test_a_vip_code_of_nought_means_what_the_hotel_says() -> None:
    templates = NameTemplates(("${vip}", "", "${vip} ${extension}"), VACANT, vip={"0": "Staff"})
    assert templates.render(ROOM, Guest(vip="0"), occupied=True)[0].first == "Staff"


def test_every_variable_says_what_it_is_called() -> None:
    guest = Guest(
        vip="Gold", title="Ms", first="Ana", last="Souza", language="pt",
        arrival=date(2026, 11, 22), departure=date(2026, 11, 25),
    )  # fmt: skip
    place = Place("1208", "1207", "1207", description="Ocean wing", tenant="Harbour", site="Main")
    template = "|".join(f"${{{name}}}" for name in VARIABLES)
    assert display(template, guest, place).split("|") == [
        "Gold", "Ms", "Ana", "Souza", "1208", "1207", "Ocean wing", "1207", "pt", "2026-11-22", "2026-11-25",
        "Harbour", "Main",
    ]  # fmt: skip


def test_what_is_not_known_of_a_guest_shows_nothing() -> None:
    assert display("${title} ${language} ${arrival} ${departure} ${last}", Guest(last="Souza")) == "Souza"


# Templates.


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("$last, $first", "Souza, Ana"),
        ("${last}x${first}", "SouzaxAna"),
        ("$$5 ${last} 100%", "$5 Souza 100%"),
        ("  Guest\t${last}  ", "Guest Souza"),
        ("${last}${last}", "SouzaSouza"),
        ("房间 ${last}", "房间 Souza"),
        ("\u202eGast\n${last}", "Gast Souza"),
    ],
)
def test_templates_are_those_of_pythons_string_template(template: str, expected: str) -> None:
    assert display(template, Guest(first="Ana", last="Souza")) == expected


@pytest.mark.parametrize("template", ["${lst}", "$lst ${extension}", "${First}", "${vip} ${lst} ${first}"])
def test_an_unknown_variable_is_named_with_its_template_and_the_known_ones(template: str) -> None:
    with pytest.raises(ValueError, match="unknown variable") as refused:
        NameTemplates(("", template, "${extension}"), VACANT)
    for part in ("names.occupied.last", template, "${First}" if "F" in template else "${lst}", *VARIABLES):
        assert part in str(refused.value)


@pytest.mark.parametrize("template", ["${last", "100$", "$ {last}", "${}", "${a-b}", "$1"])
def test_a_template_with_a_slip_of_the_pen_is_refused(template: str) -> None:
    with pytest.raises(ValueError, match="no template") as refused:
        NameTemplates(OCCUPIED, ("Room", "1", template))
    assert "names.vacant.display" in str(refused.value)
    assert template in str(refused.value)


@pytest.mark.parametrize(
    "occupied", [("x" * 65, "", "a"), ("", "x" * 65, "a"), ("", "", "x" * 129), ("", "酒店客房房间", "a")]
)
def test_a_template_that_no_guest_could_fit_is_refused(occupied: tuple[str, str, str]) -> None:
    with pytest.raises(ValueError, match="longer than Zoom takes"):
        NameTemplates(occupied, VACANT)


def test_device_templates_rename_the_telephone() -> None:
    templates = NameTemplates(OCCUPIED, VACANT, device=("${last} ${extension}", "Phone ${extension}"))
    assert templates.render(ROOM, Guest(last="Souza 5"), occupied=True)[0].device == "Souza 1207"
    assert templates.fallback(ROOM).device == "Phone 1207"
    with pytest.raises(ValueError, match=r"names\.device\.vacant"):
        NameTemplates(OCCUPIED, VACANT, device=("a", "${lst}"))


def test_a_guest_of_whom_nothing_shows_gets_the_vacant_name() -> None:
    templates = NameTemplates(("${first}", "${last}", "${first} ${last}"), VACANT)
    assert templates.render(ROOM, Guest(first="\u200b\u200d"), occupied=True)[0] == Names(
        "Room", "1207", "Room 1207"
    )


def test_a_vacant_name_is_never_blank() -> None:
    templates = NameTemplates(OCCUPIED, ("", "", "${description}"))
    assert templates.fallback(ROOM) == Names("", "", "1207")


# Limits.


def test_long_names_are_cut_and_the_extension_stays_whole() -> None:
    guest = Guest(first="A" * 200, last="B" * 200)
    names = shown(guest)
    assert names == Names("A" * 64, "B" * 59 + " 1207", f"{'A' * 61} {'B' * 61} 1207")
    assert notes(guest) == {"truncated"}


def test_names_at_the_limit_are_not_cut() -> None:
    guest = Guest(first="A" * 64, last="B" * 58)
    assert shown(guest).display == f"{'A' * 64} {'B' * 58} 1207"
    assert notes(guest) == set()


def test_long_names_are_cut_at_a_word() -> None:
    guest = Guest(first="Ana", last="von der " * 24)
    names = shown(guest)
    assert names.last == "von der von der von der von der von der von der von der von 1207"
    assert set(names.display.split()) == {"Ana", "von", "der", "1207"}
    assert 119 < len(names.display) <= 128


def test_a_short_first_name_survives_a_long_last_name_and_the_other_way_round() -> None:
    assert shown(Guest(first="Ana", last="B" * 200)).display == f"Ana {'B' * 119} 1207"
    assert shown(Guest(first="A" * 200, last="Souza")).display == f"{'A' * 117} Souza 1207"


def test_the_hotels_own_words_and_numbers_are_not_cut() -> None:
    place = Place("1207", "Penthouse 1", "1200")
    text = display(
        "Guest of ${room} (${mailbox}): ${last} at ${extension} please", Guest(last="B" * 200), place
    )
    assert text.startswith("Guest of Penthouse 1 (1200): BBB")
    assert text.endswith("BBB at 1207 please")
    assert len(text) == 128


def test_where_nothing_but_the_extension_fits_it_stays_alone() -> None:
    place = Place("123456789012345678", "R" * 32, "1" * 18)
    templates = NameTemplates(("", "${room} ${mailbox} ${extension}", "x"), VACANT)
    names, changed = templates.render(place, None, occupied=True)
    assert names == Names("", "123456789012345678", "x")
    assert changed == {"truncated"}


def test_a_long_description_without_an_extension_is_cut_too() -> None:
    place = Place("1207", "R" * 32, "1" * 18, description="Ocean wing " * 20)
    assert NameTemplates(("${description}", "", "x"), VACANT).render(place, None, occupied=True)[0].first == (
        "Ocean wing Ocean wing Ocean wing Ocean wing Ocean wing Ocean"
    )
    twice = NameTemplates(("${room}${room}${room}", "", "x"), VACANT).render(place, None, occupied=True)[0]
    assert twice.first == "R" * 64


def test_chinese_names_are_cut_to_five_and_ten_characters() -> None:
    guest = Guest(first="王小明李大张", last="张三李四王五")
    assert shown(guest) == Names("王小明李大", "张三李四王 1207", "王小明李大 张三李四王 1207")
    assert notes(guest) == {"truncated"}
    assert notes(Guest(first="王小明李大", last="张三李四王")) == set()


def test_chinese_characters_count_among_others_and_rare_ones_too() -> None:
    assert shown(Guest(first="Ana 王小明李大")).first == "Ana 王小明李大"
    assert shown(Guest(first="Ana 王小明 李大张")).first == "Ana 王小明"
    assert shown(Guest(first="𠮷" * 6)).first == "𠮷" * 5
    assert (
        shown(Guest(first="たかはしさくら", last="김철수박영희")).display
        == "たかはしさくら 김철수박영희 1207"
    )


def test_a_chinese_room_number_does_not_break_the_limit() -> None:
    place = Place("1207", "海景房套间甲乙", "1207")
    names = NameTemplates(("${room}", "${room} ${extension}", "x"), VACANT).render(
        place, None, occupied=True
    )[0]
    assert (names.first, names.last) == ("海景房套间", "1207")


@pytest.mark.parametrize(
    "character",
    ["👩‍👩‍👧‍👦", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🇧🇷", "👍🏽", "x\u0323\u0307", "ก็", "न्ति", "ᄀ\u1161\u11a8\u0301"],
)
def test_what_readers_take_for_one_character_is_never_cut(character: str) -> None:
    first = shown(Guest(first=character * 25)).first
    assert first
    assert len(first) <= 64
    assert set(first.split(shown(Guest(first=character)).first)) == {""}


def test_one_endless_character_shows_nothing_rather_than_a_part() -> None:
    assert shown(Guest(first="x" + "\u0323" * 180, last="Souza")) == Names("", "Souza 1207", "Souza 1207")


# Overrides.


def test_a_documents_own_name_replaces_the_templates() -> None:
    names = Names("Ana", "Souza 1207", "Ana Souza 1207", "Phone 1207")
    assert apply_overrides(names, "1207", display="Concierge 2 \n 1207") == (
        Names("Ana", "Souza 1207", "Concierge 2 1207", "Phone 1207"), frozenset(),
    )  # fmt: skip
    assert apply_overrides(names, "1207", first="", last="Bar")[0] == Names(
        "", "Bar", "Ana Souza 1207", "Phone 1207"
    )
    assert apply_overrides(names, "1207")[0] == names


@pytest.mark.parametrize("nothing", [None, "", "  ", "\u200b"])
def test_a_display_name_is_never_overridden_by_nothing(nothing: str | None) -> None:
    names = Names("Ana", "Souza 1207", "Ana Souza 1207")
    assert apply_overrides(names, "1207", display=nothing)[0] == names


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Concierge desk " * 20 + "1207", "Concierge desk " * 8 + "1207"),
        ("1207 " + "Concierge desk " * 20, "1207 " + "Concierge desk " * 8),
        ("A" * 300 + " 1207 " + "B" * 300, "A" * 61 + " 1207 " + "B" * 61),
        ("A" * 300, "A" * 128),
        ("91207 " * 50, "91207 " * 21),
        ("A " * 100 + "91207", "A " * 64),
    ],
)
def test_a_documents_own_name_is_cut_around_the_extension(text: str, expected: str) -> None:
    names, changed = apply_overrides(Names("", "", "x"), "1207", display=text)
    assert names.display == expected.strip()
    assert changed == {"truncated"}
