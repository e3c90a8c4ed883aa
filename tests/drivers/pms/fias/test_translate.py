"""What records mean for a hotel (FIAS, sections 6 to 10)."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from desired.events import (
    Changed,
    CheckedIn,
    CheckedOut,
    Event,
    Moved,
    ResyncBegan,
    ResyncBroken,
    ResyncEnded,
    StatusTold,
    WakeupAsked,
    WakeupCancelled,
)
from desired.said import Field, Source
from drivers.pms.fias.records import Record, parse
from drivers.pms.fias.translate import PrivateFlag, Translator, Voice, print_of
from reconciler.ports import Heard

NEW_YORK = ZoneInfo("America/New_York")
RECEIVED = datetime(2026, 11, 22, 19, 5, tzinfo=UTC)


def heard(
    text: str,
    *,
    label: str = "pms",
    strip_zeros: bool = False,
    private: PrivateFlag | None = None,
) -> Heard:
    record = parse(text)
    assert record is not None
    voice = Voice("pms", NEW_YORK, label, strip_zeros, private)
    return Translator(voice).heard(record, RECEIVED)


def event(text: str) -> Event | None:
    """The event of a record that has at most one, and nothing odd about it."""
    found = heard(text)
    assert found.anomalies == ()
    return found.events[0] if found.events else None


# Who told, and when


def test_a_record_counts_by_its_own_time_and_by_its_receipt() -> None:
    told = heard("GI|RN1207|G#84311|DA261122|TI140311|").told
    assert (told.source, told.link, told.where) == (Source.PMS, "pms", "pms GI 2026-11-22T14:03:11-05:00")
    assert (told.at, told.of) == (RECEIVED, datetime(2026, 11, 22, 19, 3, 11, tzinfo=UTC))
    assert not told.snapshot


def test_without_a_time_of_its_own_the_receipt_is_named() -> None:
    told = heard("RE|RN1207|MLY|").told
    assert (told.of, told.where) == (None, "pms RE 2026-11-22T14:05:00-05:00")


def test_where_a_hotel_has_several_links_each_is_named() -> None:
    assert heard("GO|RN1207|", label="pms tower").told.where == "pms tower GO 2026-11-22T14:05:00-05:00"


def test_the_time_of_a_wakeup_is_not_when_it_was_asked_for() -> None:
    assert heard("WR|RN1207|DA261123|TI063000|").told.of is None


@pytest.mark.parametrize(
    "time", ["DA269922|TI140311|", "DA261122|TI250000|", "DA2611|TI140311|", "DA261122|TIaabbcc|"]
)
def test_a_time_that_cannot_be_is_counted_and_the_guest_checked_in_all_the_same(time: str) -> None:
    found = heard(f"GI|RN1207|G#84311|{time}")
    assert found.told.of is None
    assert found.anomalies == ("bad_datetime",)
    assert found.events == (CheckedIn("1207", "84311"),)


@pytest.mark.parametrize(
    ("time", "utc"),
    [
        ("DA270314|TI023000|", datetime(2027, 3, 14, 7, 30, tzinfo=UTC)),  # left out: 03:30 summer time
        ("DA261101|TI013000|", datetime(2026, 11, 1, 5, 30, tzinfo=UTC)),  # shown twice: the first
    ],
)
def test_times_on_the_nights_when_clocks_are_turned(time: str, utc: datetime) -> None:
    assert heard(f"GI|RN1207|G#1|{time}").told.of == utc


# Check-in


def test_a_check_in_tells_all_that_is_known_of_the_guest() -> None:
    assert event(
        "GI|RN1207|G#84311|GSN|GNSouza|GFAna|GTMs|GLPO|GV2|GG55|GA261122|GD261125|CS2|DA261122|TI140311|"
    ) == CheckedIn(
        "1207",
        "84311",
        {
            "title": "Ms", "first": "Ana", "last": "Souza", "language": "pt", "vip": "2",
            "arrival": date(2026, 11, 22), "departure": date(2026, 11, 25),
        },
        {Field.CALLING: "national"},
        alone=True,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("gs", "alone"), [("GSN|", True), ("GSY|", False), ("", None), ("GS|", None), ("GSX|", None)]
)
def test_gs_of_a_check_in_says_who_else_is_there(gs: str, alone: bool | None) -> None:
    assert event(f"GI|RN1207|G#84311|{gs}") == CheckedIn("1207", "84311", alone=alone)


@pytest.mark.parametrize("gs", ["GSN|", "GSY|"])
def test_gs_of_a_resync_says_nothing(gs: str) -> None:
    found = heard(f"GI|RN1207|G#84311|{gs}SF|")
    assert found.told.snapshot
    assert found.events == (CheckedIn("1207", "84311"),)


def test_what_is_empty_at_a_check_in_gets_its_default() -> None:
    assert event("GI|RN1207|G#84311|GN|GF|GT|GL|GV|GA|GD|CS|") == CheckedIn(
        "1207",
        "84311",
        dict.fromkeys(("last", "first", "title", "language", "vip", "arrival", "departure")),
        {Field.CALLING: None},
    )


@pytest.mark.parametrize("text", ["GI|RN1207|G#84311|SF|GN|GF|GL|CS|DN|", "GC|RN1207|G#84311|GN|GF|GL|CS|"])
def test_what_is_empty_in_a_resync_or_a_change_stays(text: str) -> None:
    (only,) = heard(text).events
    assert isinstance(only, CheckedIn | Changed)
    assert (only.details, only.statuses) == ({}, {})


@pytest.mark.parametrize(
    ("cs", "calling"), [("0", "internal"), ("1", "local"), ("2", "national"), ("3", "international")]
)
def test_classes_of_service(cs: str, calling: str) -> None:
    assert event(f"RE|RN1207|CS{cs}|") == StatusTold("1207", {Field.CALLING: calling})


def test_a_hotel_without_reservation_numbers_has_guests_all_the_same() -> None:
    assert event("GI|RN1207|GNSouza|") == CheckedIn("1207", None, {"last": "Souza"})
    assert event("GI|RN1207|G#0|GNSouza|") == CheckedIn("1207", None, {"last": "Souza"})


def test_an_unknown_language_is_the_hotels() -> None:
    assert event("GC|RN1207|G#84311|GLXX|") == Changed("1207", "84311", {"language": None})


def test_a_date_that_is_open_is_no_date() -> None:
    assert event("GC|RN1207|G#84311|GD000000|") == Changed("1207", "84311", {"departure": None})


def test_a_departure_that_cannot_be_is_left_out_and_counted() -> None:
    found = heard("GI|RN1207|G#84311|GD261332|GNSouza|")
    assert found.events == (CheckedIn("1207", "84311", {"last": "Souza"}),)
    assert found.anomalies == ("bad_datetime",)


def test_a_wish_for_no_posts_never_bars_the_telephone() -> None:
    assert event("GI|RN1207|G#84311|NPY|") == CheckedIn("1207", "84311")


@pytest.mark.parametrize(("value", "hidden"), [("Y", True), ("N", False), ("", None)])
def test_a_hotels_own_flag_hides_its_guests(value: str, hidden: bool | None) -> None:
    (only,) = heard(f"GI|RN1207|G#84311|A3{value}|", private=PrivateFlag("A3", "Y")).events
    assert isinstance(only, CheckedIn)
    assert only.statuses == {Field.PRIVATE: hidden}


def test_the_flag_may_be_a_field_that_nobody_else_knows() -> None:
    found = heard("GI|RN1207|G#84311|X#1|", private=PrivateFlag("X#", "1"))
    assert found.anomalies == ()


# Change, move, check-out


@pytest.mark.parametrize("old", ["", "RO|", "RO1207|", "RO1207|GSN|"])
def test_a_change_in_the_same_room_is_no_move(old: str) -> None:
    assert event(f"GC|RN1207|G#84311|{old}GNSilva|") == Changed("1207", "84311", {"last": "Silva"})


@pytest.mark.parametrize("flags", [("GSN|", "GSY|"), ("GSY|", "GSN|"), ("", "")])
def test_a_move_is_told_by_the_old_room_and_gs_says_nothing(flags: tuple[str, str]) -> None:
    new, old = flags
    assert event(f"GC|RN1305|{new}RO1207|{old}G#84311|CS1|") == Moved(
        "1305", "1207", "84311", {}, {Field.CALLING: "local"}
    )


def test_without_a_reservation_everybody_moves() -> None:
    assert event("GC|RN1305|RO1207|") == Moved("1305", "1207", None)


def test_a_telephone_number_for_good_is_no_stay() -> None:
    assert event("GC|RN1207|G#0|EN4711|ES1|") is None


def test_a_check_out_names_the_guest_or_empties_the_room() -> None:
    assert event("GO|RN1207|G#84311|GSN|") == CheckedOut("1207", "84311")
    assert event("GO|RN1207|") == CheckedOut("1207")
    assert heard("GO|RN1207|SF|").told.snapshot


# Rooms


def test_rooms_are_text_to_the_letter() -> None:
    assert event("GO|RN0101|") == CheckedOut("0101")
    assert event("GO|RN 101|") == CheckedOut(" 101")


def test_a_hotel_may_want_no_leading_zeros_and_the_pms_hears_its_own_name_again() -> None:
    found = heard("GC|RN0305|RO0101|G#84311|", strip_zeros=True)
    assert found.events == (Moved("305", "101", "84311"),)
    assert found.named == (("305", "0305"), ("101", "0101"))
    assert heard("GO|RN305|", strip_zeros=True).named == ()
    assert heard("GO|RN000|", strip_zeros=True).events == (CheckedOut("0"),)


@pytest.mark.parametrize(
    "text",
    [
        "GI|G#84311|GNSouza|",
        "GI|RN|G#84311|",
        "GO|G#84311|",
        "GO|RN12\x0007|",
        "RE|CS2|",
        "WR|DA261123|TI063000|",
        "GI|RN" + "1" * 33 + "|G#1|",
        "GO|RN1207|G#" + "9" * 65 + "|",
        "GO|RN1207|G#84\x00311|",
    ],
)
def test_a_record_without_a_proper_room_or_with_a_broken_reservation_does_nothing(text: str) -> None:
    found = heard(text)
    assert found.events == ()
    assert found.anomalies == ("malformed_frame",)


# Room equipment


def test_statuses_of_a_room() -> None:
    assert event("RE|RN1207|CS3|DNY|MLN|") == StatusTold(
        "1207", {Field.CALLING: "international", Field.DND: "on", Field.MESSAGE_LIGHT: "off"}
    )


def test_the_lamp_of_one_guests_messages_is_the_lamp_of_the_room() -> None:
    assert event("RE|RN1207|G#84311|MLY|") == StatusTold("1207", {Field.MESSAGE_LIGHT: "on"})


@pytest.mark.parametrize("text", ["RE|RN1207|RS3|", "RE|RN1207|", "RE|RN1207|DN|ML|", "RE|RN1207|MRML|TVTN|"])
def test_what_is_not_the_telephones_changes_nothing(text: str) -> None:
    assert event(text) is None


def test_a_status_that_nobody_knows_is_counted() -> None:
    found = heard("RE|RN1207|CS9|DNY|")
    assert found.events == (StatusTold("1207", {Field.DND: "on"}),)
    assert found.anomalies == ("unknown_field",)


# Wake-up calls


def test_a_wakeup_is_asked_for_to_the_second() -> None:
    assert event("WR|RN1207|DA261123|TI063017|") == WakeupAsked(
        "1207", datetime.fromisoformat("2026-11-23T06:30:17")
    )


def test_a_wakeup_is_cancelled_or_all_of_the_room_are() -> None:
    assert event("WC|RN1207|DA261123|TI063000|") == WakeupCancelled(
        "1207", datetime.fromisoformat("2026-11-23T06:30")
    )
    assert event("WC|RN1207|DA|TI|") == WakeupCancelled("1207", None)
    assert event("WC|RN1207|") == WakeupCancelled("1207", None)


@pytest.mark.parametrize(
    "text",
    [
        "WR|RN1207|DA|TI|",
        "WR|RN1207|DA261323|TI063000|",
        "WR|RN1207|DA261123|TI0630|",
        "WC|RN1207|DA261123|TI|",
    ],
)
def test_a_wakeup_without_a_proper_time_is_dropped(text: str) -> None:
    found = heard(text)
    assert found.events == ()
    assert found.anomalies == ("bad_datetime",)


# The rest


def test_a_resync_has_a_beginning_and_an_end_and_may_break() -> None:
    assert event("DS|DA261122|TI140000|") == ResyncBegan()
    assert event("DE|DA261122|TI140100|") == ResyncEnded()
    broken = Translator(Voice("pms", NEW_YORK)).broken(RECEIVED)
    assert (broken.events, broken.print) == ((ResyncBroken(),), "")
    assert broken.told.where == "pms link 2026-11-22T14:05:00-05:00"


@pytest.mark.parametrize("name", ["XL", "XT", "XM", "XD", "PA", "PL", "NS", "NE", "RA", "KA", "WA"])
def test_what_is_none_of_a_telephones_business_is_ignored_politely(name: str) -> None:
    assert event(f"{name}|RN1207|G#84311|MI12|MTHello|") is None


def test_unknown_records_and_fields_are_counted() -> None:
    assert heard("ZZ|RN1207|").anomalies == ("unknown_record",)
    found = heard("GI|RN1207|G#84311|ZZtop|ZZagain|Z9|")
    assert found.anomalies == ("unknown_field", "unknown_field")
    assert found.events == (CheckedIn("1207", "84311"),)


def test_a_field_that_the_pms_always_sends_is_one_unknown_field_of_each_type_of_record() -> None:
    translator = Translator(Voice("pms", NEW_YORK))

    def odd(text: str) -> tuple[str, ...]:
        record = parse(text)
        assert record is not None
        return translator.heard(record, RECEIVED).anomalies

    assert odd("GI|RN1207|ZZtop|") == ("unknown_field",)
    assert odd("GI|RN1208|ZZtop|") == ()
    assert odd("GI|RN1208|ZZtop|Z9|") == ("unknown_field",)
    assert odd("GC|RN1208|ZZtop|") == ("unknown_field",)
    assert odd("RE|RN1207|CS9|") == ("unknown_field",)
    assert odd("RE|RN1208|CS9|") == ()


def test_a_replaced_byte_is_counted() -> None:
    record = Record("GI", (("RN", "1207"), ("GN", "Sou\ufffda")), undecodable=True)
    found = Translator(Voice("pms", NEW_YORK)).heard(record, RECEIVED)
    assert found.anomalies == ("undecodable",)
    assert found.events == (CheckedIn("1207", None, {"last": "Sou\ufffda"}),)


def test_a_record_is_known_again_whatever_the_order_of_its_fields() -> None:
    def mark(text: str) -> str:
        record = parse(text)
        assert record is not None
        return print_of(record)

    assert mark("GI|RN1207|G#84311|GNSouza|") == mark("GI|GNSouza|RN1207|G#84311|")
    assert mark("GI|RN1207|G#84311|GNSouza|") != mark("GI|RN1207|G#84312|GNSouza|")
    assert mark("GI|RN1207|") != mark("GO|RN1207|")
