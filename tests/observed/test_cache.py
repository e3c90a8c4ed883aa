"""The cache of what Zoom last showed: whole listings, details that outlive them, and our own hand in it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from observed.cache import Observed
from observed.extension import UNKNOWN, Device, Extension

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(minutes=15)
USER = Extension("user", "u1", 1207, "Room 1207", "Room", "1207", department="Out", read_at=NOON)
AREA = Extension("common_area", "a1", 1300, "Room 1300", read_at=NOON)


def test_an_extension_is_found_by_its_number() -> None:
    observed = Observed([USER, AREA])
    assert observed.at(1207) == (USER,)
    assert observed.at(9999) == ()
    assert set(observed) == {USER, AREA}
    assert len(observed) == 2


def test_two_telephones_with_one_number_are_both_seen() -> None:
    twin = replace(AREA, number=1207)
    assert Observed([USER, twin]).at(1207) == (USER, twin)


def test_a_user_and_a_common_area_may_have_the_same_id() -> None:
    assert len(Observed([USER, replace(AREA, id="u1")])) == 2


def test_a_listing_replaces_everything() -> None:
    observed = Observed([USER, AREA])
    renamed = replace(USER, display_name="Reception", read_at=LATER)
    observed.replace([renamed])
    assert list(observed) == [renamed]
    assert observed.at(1300) == ()


def test_what_no_list_shows_stays_as_it_was_read() -> None:
    observed = Observed([replace(AREA, department="Suites", dnd=True, calling="internal", always_open=NOON)])
    observed.replace([replace(AREA, read_at=LATER)])
    (area,) = observed.at(1300)
    assert area.always_open == NOON
    assert (area.department, area.dnd, area.calling, area.read_at) == ("Suites", True, "internal", LATER)


def test_what_a_list_does_show_counts_more_than_an_old_detail() -> None:
    observed = Observed([USER])
    observed.replace([replace(USER, department="In 2026-11-22")])
    assert observed.at(1207)[0].department == "In 2026-11-22"


def test_a_users_presence_is_forgotten_with_the_next_listing_because_zoom_ends_it_by_itself() -> None:
    observed = Observed([replace(USER, dnd=True)])
    observed.replace([replace(USER, read_at=LATER)])
    assert observed.at(1207)[0].dnd is UNKNOWN


def test_a_telephone_that_was_carried_away_is_not_remembered() -> None:
    observed = Observed([replace(USER, device=Device("d1", "Telephone 1207", (1207,)))])
    observed.replace([USER])
    assert observed.at(1207)[0].device is None


def test_a_newer_view_of_one_extension_takes_the_place_of_the_old() -> None:
    observed = Observed([USER, AREA])
    observed.put(replace(USER, department="In"))
    assert [each.department for each in observed.at(1207)] == ["In"]
    assert len(observed) == 2


def test_an_extension_that_got_another_number_is_found_there_only() -> None:
    observed = Observed([USER])
    observed.put(replace(USER, number=1208))
    assert observed.at(1207) == ()
    assert observed.at(1208)[0].id == "u1"


def test_a_new_extension_is_added() -> None:
    observed = Observed()
    observed.put(USER)
    assert observed.at(1207) == (USER,)


def test_what_zoom_has_accepted_shows_at_once() -> None:
    observed = Observed([USER])
    written = observed.wrote(USER, {"display_name": "Ana Souza 1207", "voicemail": None}, LATER)
    assert observed.at(1207) == (written,)
    assert (written.display_name, written.first_name, written.read_at) == ("Ana Souza 1207", "Room", LATER)


def test_an_accepted_write_does_not_undo_what_was_read_meanwhile() -> None:
    observed = Observed([USER])
    observed.put(replace(USER, department="In"))
    written = observed.wrote(USER, {"display_name": "Ana Souza 1207"}, LATER)
    assert written.department == "In"


def test_a_write_without_an_answer_leaves_the_field_unknown() -> None:
    observed = Observed([USER])
    lost = observed.lost_track(USER, ["display_name"])
    assert lost.display_name is UNKNOWN
    assert (lost.first_name, lost.read_at) == ("Room", NOON)
    observed.replace([replace(USER, display_name="Ana Souza 1207", read_at=LATER)])
    assert observed.at(1207)[0].display_name == "Ana Souza 1207"


def test_a_lost_detail_stays_unknown_until_it_is_read_again() -> None:
    observed = Observed([replace(AREA, department="Suites")])
    observed.lost_track(AREA, ["department"])
    observed.replace([replace(AREA, read_at=LATER)])
    assert observed.at(1300)[0].department is UNKNOWN


def test_what_zoom_accepted_while_a_listing_was_read_is_newer_than_the_listing() -> None:
    observed = Observed([USER, AREA])
    began = observed.now()
    observed.wrote(USER, {"display_name": "Ana Souza 1207"}, LATER)

    observed.replace([replace(USER, last_name="7"), AREA], began)

    (shown,) = observed.at(1207)
    assert (shown.display_name, shown.last_name) == ("Ana Souza 1207", "7")


def test_details_do_not_bring_back_the_name_that_was_known_when_their_reading_began() -> None:
    observed = Observed([USER, AREA])
    began = observed.now()
    observed.wrote(AREA, {"display_name": "Ana Souza 1300"}, LATER)

    shown = observed.put(replace(AREA, dnd=True, read_at=LATER), began)

    assert (shown.display_name, shown.dnd) == ("Ana Souza 1300", True)
    assert observed.at(1300) == (shown,)


def test_a_guest_who_came_and_went_while_a_listing_was_read_is_not_brought_back_by_it() -> None:
    observed = Observed([USER, AREA])
    began = observed.now()
    observed.wrote(USER, {"display_name": "Ana Souza 1207"}, LATER)
    listed = [*observed]
    observed.wrote(USER, {"display_name": "Room 1207"}, LATER)

    observed.replace(listed, began)

    assert observed.at(1207)[0].display_name == "Room 1207"


def test_a_reading_that_began_after_a_write_counts_more_than_it() -> None:
    observed = Observed([USER, AREA])
    observed.wrote(USER, {"display_name": "Ana Souza 1207"}, LATER)
    began = observed.now()

    observed.replace([replace(USER, display_name="Reception"), AREA], began)

    assert observed.at(1207)[0].display_name == "Reception"


def test_details_of_one_kind_do_not_bring_back_a_name_that_a_listing_has_replaced_meanwhile() -> None:
    observed = Observed([USER])
    began = observed.now()
    observed.replace([replace(USER, display_name="Reception", read_at=LATER)])

    shown = observed.put(replace(USER, calling="internal", read_at=LATER), began)

    assert (shown.display_name, shown.calling) == ("Reception", "internal")


def test_presence_that_was_read_while_a_listing_came_in_between_is_known() -> None:
    observed = Observed([replace(USER, dnd=False)])
    began = observed.now()
    observed.replace([replace(USER, read_at=LATER)])

    assert observed.put(replace(USER, dnd=True, read_at=LATER), began).dnd is True
