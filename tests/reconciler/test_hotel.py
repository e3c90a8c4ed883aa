"""One hotel as a whole: which rooms are ours, what each needs now, and what waits for a person."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from desired.document import RoomDocument
from desired.names import Names, NameTemplates
from desired.placed import Loaded, Placed
from desired.said import Origin, Source, of_document
from desired.target import DepartmentRule, House
from observed.cache import Observed
from observed.extension import Device, Extension, Kind, Lease, Voicemail
from reconciler.account.capability import Capabilities, Feature, FeatureState
from reconciler.account.operation import Operation
from reconciler.account.past import Failure, Occupied, Paused, failure_key, name_key
from reconciler.change import Change, OwnWrite
from reconciler.hotel import BLANKING_MEMORY, Hotel
from reconciler.plan import Write
from reconciler.rooms import Entry, RoomTable
from reconciler.roster import Roster

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANA = [{"first": "Ana", "last": "Souza"}]
CHECK_OUT = Origin(Source.PMS, "pms GO 2026-11-22T06:59:00-05:00", NOON)
CHECK_IN = Origin(Source.PMS, "pms GI 2026-11-22T06:59:30-05:00", NOON)
HOUSE = House(
    templates=NameTemplates(
        occupied=("${first}", "${last} ${extension}", "${first} ${last} ${extension}"),
        vacant=("Room", "${extension}", "Room ${extension}"),
    ),
    zone=ZoneInfo("America/New_York"),
)


def price(kind: Kind, field: str) -> Operation:
    return Operation(
        f"{kind} {field if field in {'dnd', 'voicemail'} else 'names'}", "PATCH", "/", "core", "LIGHT"
    )


def user(number: int, display: str | None = None, **facts: Any) -> Extension:
    facts = {"first_name": "Room", "last_name": str(number), "department": "", "calling": "internal"} | facts
    return Extension("user", f"u{number}", number, display or f"Room {number}", read_at=NOON, **facts)


def hotel(
    *documents: dict[str, Any], rooms: Iterable[Entry] | None = ("1201-1210",), house: House = HOUSE
) -> Hotel:
    table = None if rooms is None else RoomTable.of(rooms)
    made = Hotel(house, Roster(table), price, Observed([user(n) for n in range(1201, 1211)]))
    made.roster.take_documents(loaded(*documents))
    return made


def loaded(*documents: dict[str, Any]) -> Loaded:
    placed = (
        Placed(RoomDocument.model_validate(each), f"rooms/{each['room']}.yaml", {"": (1, 1), "room": (1, 1)})
        for each in documents
    )
    return Loaded(tuple(placed), ())


def say(made: Hotel, room: str, origin: Origin, **fields: Any) -> None:
    document = RoomDocument.model_validate({"room": room, **fields})
    made.said[room] = (*made.said.get(room, ()), *of_document(document, origin))


def fields(changes: Iterable[Change]) -> dict[str, str]:
    return {change.field: change.status for change in changes}


def all_writes(made: Hotel) -> list[Write]:
    plans = [made.look(room, NOON) for room in made.rooms()]
    return [write for plan in plans for write in made.writes(plan, plan.changes, NOON)]


def shown(write: Write) -> Names:
    values = write.values
    return Names(str(values["first_name"]), str(values["last_name"]), str(values["display_name"]))


def codes(made: Hotel, room: str) -> list[str]:
    return [problem.code for problem in made.look(room, NOON).problems]


# What a room needs


def test_a_guest_in_a_document_is_shown_with_one_call() -> None:
    made = hotel({"room": "1207", "guests": ANA})
    (write,) = all_writes(made)
    assert (write.room, write.extension, write.id) == ("1207", "1207", "u1207")
    assert write.values == {"first_name": "Ana", "last_name": "Souza 1207", "display_name": "Ana Souza 1207"}


def test_a_room_of_which_nobody_speaks_is_left_alone() -> None:
    made = hotel({"room": "1207", "guests": ANA})
    made.observed.put(user(1208, "Somebody"))
    assert made.rooms() == ["1207"]
    assert {write.room for write in all_writes(made)} == {"1207"}


def test_what_the_desk_says_makes_a_room_ours_as_well() -> None:
    made = hotel()
    say(made, "1203", Origin(Source.DESK, "desk", NOON), guests=ANA)
    assert made.rooms() == ["1203"]
    assert [write.id for write in all_writes(made)] == ["u1203"]


def test_in_a_room_of_the_pms_a_file_has_no_say_about_guests() -> None:
    made = hotel({"room": "1207", "guests": ANA})
    made.pms_rooms = frozenset({"1207"})
    say(made, "1207", CHECK_OUT, guests=[], occupied=False)
    assert all_writes(made) == []
    assert "pms_room" in codes(made, "1207")


def test_every_room_of_the_list_and_of_the_files_is_known() -> None:
    made = hotel({"room": "1500"}, rooms=["1201-1202"])
    assert made.roster.known_rooms() == ["1201", "1202", "1500"]


# The fence


def test_a_document_of_a_room_outside_the_list_writes_nothing() -> None:
    made = hotel({"room": "7001", "guests": ANA})
    made.observed.put(user(7001, "Reception"))
    assert made.rooms() == []
    assert made.ids() == frozenset()
    (problem,) = made.roster.outside()
    assert (problem.code, problem.room, problem.where) == ("not_listed", "7001", "rooms/7001.yaml:1:1")


def test_a_document_cannot_reach_a_staff_extension() -> None:
    made = hotel({"room": "1207", "guests": ANA, "extensions": ["1207", "7001"]})
    made.observed.put(user(7001, "Reception"))
    assert [write.id for write in all_writes(made)] == ["u1207"]
    assert made.roster.numbers(made.rooms()) == {1207}
    assert made.ids() == {"u1207"}
    assert codes(made, "1207") == ["not_listed"]


def test_a_document_cannot_reach_the_telephone_of_another_room() -> None:
    made = hotel({"room": "1207", "guests": ANA, "extensions": ["1208"]})
    assert all_writes(made) == []
    assert made.ids() == frozenset()
    assert codes(made, "1207") == ["not_listed"]


def test_an_excluded_room_is_outside() -> None:
    made = hotel({"room": "1203", "guests": ANA}, rooms=["1201-1210", "!1203"])
    assert made.rooms() == []


def test_the_pms_cannot_name_a_room_into_the_fence() -> None:
    made = hotel(rooms=None)
    made.observed.put(user(7001, "Reception"))
    say(made, "7001", Origin(Source.PMS, "pms GI", NOON), guests=ANA)
    made.pms_rooms = frozenset({"7001"})
    assert made.rooms() == []
    assert made.roster.numbers(made.rooms()) == frozenset()


def test_without_a_list_the_files_declare_the_rooms() -> None:
    made = hotel(
        {"room": "1207", "guests": ANA}, {"room": "PH", "extensions": ["1209"], "guests": ANA}, rooms=None
    )
    assert {write.id for write in all_writes(made)} == {"u1207", "u1209"}


def test_a_penthouse_answers_on_all_its_extensions() -> None:
    made = hotel({"room": "PH1", "guests": ANA}, rooms=[("PH1", ["1205", "1206"], "Penthouse", None)])
    assert [write.id for write in all_writes(made)] == ["u1205", "u1206"]
    assert [each.id for each in made.extensions_of("PH1")] == ["u1205", "u1206"]


def test_only_a_telephone_of_one_room_alone_may_be_renamed() -> None:
    made = hotel({"room": "1201", "guests": ANA}, {"room": "1202", "guests": ANA})
    made.observed.put(user(1201, device=Device("d1", "Telephone", (1201,))))
    made.observed.put(user(1202, device=Device("gateway", "Gateway", (1202, 7001))))
    assert made.ids() == {"u1201", "u1202", "d1"}


@pytest.mark.parametrize("room", ["Spa", "١٢٠٧"])
def test_a_room_without_an_extension_is_told(room: str) -> None:
    assert codes(hotel({"room": room, "guests": ANA}, rooms=None), room) == ["no_extension"]


def test_an_extension_that_zoom_does_not_have_is_told() -> None:
    made = hotel({"room": "1301", "guests": ANA}, rooms=["1301"])
    assert codes(made, "1301") == ["no_extension"]
    assert all_writes(made) == []


def test_an_extension_that_zoom_has_twice_is_not_guessed() -> None:
    made = hotel({"room": "1207", "guests": ANA})
    made.observed.put(Extension("common_area", "a1", 1207, "Lobby"))
    assert codes(made, "1207") == ["ambiguous_extension"]
    assert all_writes(made) == []
    assert made.ids() == frozenset()


def test_a_user_who_has_not_accepted_the_invitation_is_told() -> None:
    made = hotel({"room": "1207", "guests": ANA})
    made.observed.put(user(1207, pending=True))
    assert codes(made, "1207") == ["pending_user"]
    assert all_writes(made) == []


# Documents


def test_only_rooms_whose_documents_changed_are_looked_at_again() -> None:
    made = hotel({"room": "1201", "guests": ANA}, {"room": "1202", "guests": ANA})
    changed = made.roster.take_documents(
        loaded({"room": "1201", "guests": ANA}, {"room": "1203", "dnd": "on"})
    )
    assert changed == {"1202", "1203"}


def test_a_removed_file_leaves_the_room_as_it_is() -> None:
    made = hotel({"room": "1207", "guests": ANA})
    made.observed.put(user(1207, "Ana Souza 1207"))
    made.roster.take_documents(loaded())
    assert made.rooms() == []
    assert all_writes(made) == []


# State since


def test_the_department_shows_the_date_of_the_change_by_the_hotels_clock() -> None:
    made = hotel(
        {"room": "1207", "occupied": False}, house=replace(HOUSE, department=DepartmentRule("state"))
    )
    late = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    made.occupancy["1207"] = Occupied(occupied=False, since=late)
    (change,) = made.look("1207", NOON).changes
    assert change.desired == "Out 2026-11-21"


def test_a_check_in_starts_a_new_date() -> None:
    made = hotel({"room": "1207", "guests": ANA}, house=replace(HOUSE, department=DepartmentRule("state")))
    made.occupancy["1207"] = Occupied(occupied=False, since=NOON - 72 * HOUR)
    wanted = {change.field: change.desired for change in made.look("1207", NOON).changes}
    assert wanted["department"] == "In 2026-11-22"


# Paused rooms


def paused(made: Hotel, until: datetime | None = None) -> Hotel:
    made.paused["1207"] = Paused("painters", until, "R. Moss")
    return made


def test_a_paused_room_waits_with_its_reason() -> None:
    made = paused(hotel({"room": "1207", "guests": ANA, "dnd": "on"}))
    plan = made.look("1207", NOON)
    assert set(fields(plan.changes).values()) == {"skipped"}
    assert {change.reason for change in plan.changes} == {"paused: painters"}
    assert all_writes(made) == []


def test_a_pause_ends_by_itself() -> None:
    assert all_writes(paused(hotel({"room": "1207", "guests": ANA}), until=NOON))
    assert not all_writes(paused(hotel({"room": "1207", "guests": ANA}), until=NOON + HOUR))


def checked_out() -> Hotel:
    made = hotel(house=replace(HOUSE, clear_mailboxes=True, calling=("international", "internal")))
    made.pms_rooms = frozenset({"1207"})
    made.observed.put(
        user(1207, "Ana Souza 1207", first_name="Ana", last_name="Souza 1207", calling="international")
    )
    made.messages = {1207: [Voicemail("m1", 1207, NOON - HOUR), Voicemail("m2", 1207, NOON + HOUR)]}
    made.leases["u1207"] = Lease(NOON + 5 * HOUR, NOON - HOUR)
    say(
        made, "1207", CHECK_OUT, guests=[], occupied=False, dnd="off",
        mailbox={"cleared": "2026-11-22T11:30:00Z"},
    )  # fmt: skip
    return made


def test_a_check_out_takes_the_guest_out_of_a_paused_room() -> None:
    assert fields(paused(checked_out()).look("1207", NOON).changes) == {
        "first_name": "planned",
        "last_name": "planned",
        "display_name": "planned",
        "voicemail": "planned",
        "dnd": "skipped",
        "calling": "skipped",
    }


def test_a_name_given_by_hand_to_a_vacant_paused_room_stays() -> None:
    made = paused(checked_out())
    made.observed.put(user(1207, "Painters"))
    made.own = {("u1207", "display_name"): OwnWrite("Room 1207")}
    changes = {change.field: change.status for change in made.look("1207", NOON).changes}
    assert changes["display_name"] == "skipped"


def test_a_file_that_empties_a_paused_room_is_no_check_out() -> None:
    made = paused(hotel({"room": "1207", "occupied": False}))
    made.observed.put(user(1207, "Ana Souza 1207"))
    assert set(fields(made.look("1207", NOON).changes).values()) == {"skipped"}


def shows_ana(guests: list[dict[str, str]], origin: Origin = CHECK_IN) -> Hotel:
    """A paused room on whose telephone we wrote Ana Souza, and of which this is said now."""
    made = paused(hotel())
    made.pms_rooms = frozenset({"1207"} if origin.source is Source.PMS else ())
    ana = {"first_name": "Ana", "last_name": "Souza 1207", "display_name": "Ana Souza 1207"}
    made.observed.put(user(1207, ana["display_name"], first_name="Ana", last_name="Souza 1207"))
    made.own = {("u1207", field): OwnWrite(value) for field, value in ana.items()}
    say(made, "1207", origin, guests=guests, occupied=True, dnd="on")
    return made


YUKI = [{"first": "Yuki", "last": "Farnham"}]
GONE = {"first_name": "planned", "last_name": "planned", "display_name": "planned", "dnd": "skipped"}


@pytest.mark.parametrize("source", [Source.PMS, Source.DESK])
def test_the_next_guests_name_takes_the_former_ones_off_the_telephone_of_a_paused_room(
    source: Source,
) -> None:
    made = shows_ana(YUKI, Origin(source, "check-in", NOON))
    assert fields(made.look("1207", NOON).changes) == GONE


@pytest.mark.parametrize("guests", [[], [{"language": "en"}]], ids=["nobody named", "no name"])
def test_a_guest_of_whom_no_name_is_known_takes_it_off_as_well(guests: list[dict[str, str]]) -> None:
    assert fields(shows_ana(guests).look("1207", NOON).changes) == GONE


def test_a_guest_who_is_in_a_paused_room_keeps_the_name_and_a_drift_of_it_stays() -> None:
    made = shows_ana([*ANA, *YUKI])
    assert fields(made.look("1207", NOON).changes) == {"dnd": "skipped"}
    made.observed.put(user(1207, "Painters", first_name="Ana", last_name="Souza 1207"))
    assert fields(made.look("1207", NOON).changes) == {"display_name": "skipped", "dnd": "skipped"}


def test_a_name_given_by_hand_to_a_paused_room_stays_when_the_next_guest_comes() -> None:
    made = shows_ana(YUKI)
    made.observed.put(user(1207, "Painters", first_name="Ana", last_name="Souza 1207"))
    assert fields(made.look("1207", NOON).changes) == GONE | {"display_name": "skipped"}


def test_a_guest_who_comes_into_a_vacant_paused_room_is_not_shown() -> None:
    made = shows_ana(YUKI)
    made.observed.put(user(1207))
    made.own = {("u1207", "display_name"): OwnWrite("Room 1207")}
    assert set(fields(made.look("1207", NOON).changes).values()) == {"skipped"}


def test_a_file_that_names_nobody_leaves_the_guest_of_a_paused_room_where_he_is() -> None:
    made = shows_ana([], Origin(Source.FILE, "rooms/1207.yaml", NOON))
    assert set(fields(made.look("1207", NOON).changes).values()) == {"skipped"}


def test_messages_left_before_a_check_out_go_from_a_paused_room_that_is_let_again() -> None:
    made = shows_ana(YUKI)
    say(made, "1207", CHECK_OUT, mailbox={"cleared": "2026-11-22T11:30:00Z"})
    made.house = replace(HOUSE, clear_mailboxes=True)
    made.messages = {1207: [Voicemail("m1", 1207, NOON - HOUR), Voicemail("m2", 1207, NOON + HOUR)]}
    gone = [change.id for change in made.look("1207", NOON).changes if change.field == "voicemail"]
    assert gone == ["m1"]
    assert fields(made.look("1207", NOON).changes)["voicemail"] == "planned"


# What Zoom has refused


def failed(made: Hotel, failure: Failure) -> dict[str, str]:
    changes = made.look("1207", NOON).changes
    made.setbacks.failures = {(change.id, failure_key(change)): failure for change in changes}
    return fields(made.look("1207", NOON).changes)


PERMANENT = Failure(1, NOON + HOUR, "404/1001", "the user does not exist", permanent=True)


def test_what_zoom_refuses_for_good_waits_for_a_person() -> None:
    made = hotel({"room": "1207", "guests": ANA})
    assert set(failed(made, PERMANENT).values()) == {"failed"}
    assert made.look("1207", NOON).changes[0].reason == "404/1001: the user does not exist"
    assert all_writes(made) == []


def test_another_wish_is_tried_at_once() -> None:
    made = hotel({"room": "1207", "guests": ANA})
    failed(made, PERMANENT)
    made.roster.take_documents(loaded({"room": "1207", "guests": [{"first": "Mia", "last": "Berg"}]}))
    assert set(fields(made.look("1207", NOON).changes).values()) == {"planned"}


def test_what_was_refused_long_ago_is_tried_again() -> None:
    made = hotel({"room": "1207", "guests": ANA})
    assert set(failed(made, replace(PERMANENT, next_at=NOON)).values()) == {"planned"}


def test_what_failed_while_the_clock_was_hours_ahead_is_tried_again_when_the_clock_is_right() -> None:
    made = hotel({"room": "1207", "guests": ANA})
    ahead = replace(PERMANENT, at=NOON + 3 * HOUR, next_at=NOON + 9 * HOUR)
    assert set(failed(made, ahead).values()) == {"planned"}
    assert set(failed(made, replace(ahead, at=NOON)).values()) == {"failed"}


def test_a_passing_failure_holds_nothing_back() -> None:
    made = hotel({"room": "1207", "guests": ANA})
    assert set(failed(made, replace(PERMANENT, permanent=False)).values()) == {"planned"}


def test_do_not_disturb_of_a_user_who_is_not_signed_in_is_unsupported_and_no_failure() -> None:
    made = hotel({"room": "1207", "dnd": "on"})
    assert failed(made, Failure(0, NOON + HOUR, "400/5301", "nobody is signed in", permanent=True)) == {
        "dnd": "unsupported"
    }


def test_a_refused_name_gives_way_to_the_vacant_one_and_is_not_kept_in_clear() -> None:
    made = hotel({"room": "1207", "guests": ANA})
    made.observed.put(user(1207, "Mia Berg 1207"))
    (write,) = all_writes(made)
    made.setbacks.names = {("u1207", name_key(shown(write)))}
    (write,) = all_writes(made)
    assert write.values["display_name"] == "Room 1207"
    assert "name_refused" in codes(made, "1207")
    assert "Ana" not in str(made.setbacks.names)


# Guests lost without a check-out


def losing(made: Hotel, *, occupied: bool | None = True) -> bool:
    if occupied is not None:
        made.occupancy["1207"] = Occupied(occupied, NOON - 24 * HOUR)
    made.observed.put(user(1207, "Ana Souza 1207"))
    return made.look("1207", NOON).losing_guest


def test_a_file_that_empties_an_occupied_room_loses_its_guest() -> None:
    assert losing(hotel({"room": "1207", "occupied": False}))
    assert losing(hotel({"room": "1207", "guests": []}))
    assert losing(hotel({"room": "1207", "occupied": None}))


@pytest.mark.parametrize("nobody", [{"guests": []}, {"guests": None}, {}])
def test_a_file_that_names_nobody_in_an_occupied_room_loses_its_guest_as_well(nobody: dict[str, Any]) -> None:
    assert losing(hotel({"room": "1207", "occupied": True, **nobody}))


def test_another_guest_or_a_private_one_is_no_loss() -> None:
    assert not losing(hotel({"room": "1207", "occupied": True, "guests": [{"first": "Mia", "last": "Berg"}]}))
    assert not losing(hotel({"room": "1207", "guests": ANA, "private": True}))


def test_a_name_that_drifted_in_an_occupied_room_without_guests_is_no_loss() -> None:
    made = hotel({"room": "1207", "occupied": True, "guests": []})
    made.own["u1207", "display_name"] = OwnWrite("Room 1207")
    assert not losing(made)


def test_a_person_at_the_desk_who_takes_the_name_away_means_it() -> None:
    made = hotel()
    say(made, "1207", Origin(Source.DESK, "desk", NOON), occupied=True, guests=[])
    assert not losing(made)


def test_a_check_out_loses_no_guest() -> None:
    assert not losing(checked_out())


def test_a_room_seen_for_the_first_time_or_vacant_already_loses_no_guest() -> None:
    assert not losing(hotel({"room": "1207", "occupied": False}), occupied=None)
    assert not losing(hotel({"room": "1207", "occupied": False}), occupied=False)


def test_a_room_that_shows_no_guest_any_more_has_none_to_lose() -> None:
    made = hotel({"room": "1207", "occupied": False})
    made.occupancy["1207"] = Occupied(occupied=True, since=NOON - HOUR)
    assert not made.look("1207", NOON).losing_guest


def test_lost_guests_are_remembered_for_ten_minutes() -> None:
    made = hotel()
    made.blanked = {"1201": NOON - BLANKING_MEMORY, "1202": NOON - timedelta(minutes=9)}
    assert made.blanked_lately(NOON) == {"1202"}


# Capabilities


def test_only_telephones_from_which_an_emergency_call_was_tried_are_restricted() -> None:
    made = hotel(
        {"room": "1207", "calling": "national"}, {"room": "1208", "calling": "national"},
        house=replace(HOUSE, calling=("international", "internal")),
    )  # fmt: skip
    made.observed.replace(
        [user(1207), Extension("common_area", "a1208", 1208, "Room 1208", calling="internal", read_at=NOON)]
    )
    made.withheld = {
        Feature.COMMON_AREA_CALLING: FeatureState(on=False, reason="no emergency call was tried")
    }
    assert [(write.id, write.values) for write in all_writes(made)] == [("u1207", {"calling": "national"})]
    (change,) = made.look("1208", NOON).changes
    assert (change.status, change.reason) == ("unsupported", "no emergency call was tried")


def test_what_the_account_cannot_do_is_shown_and_not_called() -> None:
    made = hotel({"room": "1207", "dnd": "on"})
    made.capabilities = Capabilities({Feature.DND: FeatureState(on=False, reason="scope missing")})
    (change,) = made.look("1207", NOON).changes
    assert (change.status, change.reason) == ("unsupported", "scope missing")
    assert all_writes(made) == []
