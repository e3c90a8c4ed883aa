"""What Zoom showed, kept over restarts."""

from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any, cast

import pytest

from observed.extension import UNKNOWN, Device, Extension, Lease
from reconciler.store import codec
from reconciler.store.store import Store

Open = Any


@pytest.fixture
def whole(now: datetime) -> Extension:
    """An extension of which everything is known."""
    return Extension(
        kind="user",
        id="zoom-1",
        number=1207,
        display_name="Ana Souza 1207",
        first_name="Ana",
        last_name="Souza 1207",
        department="Suites",
        dnd=True,
        calling="national",
        device=Device("device-1", "Room 1207", (1207, 1208)),
        pending=True,
        site="Main",
        read_at=now,
        always_open=now,
    )


def test_all_that_was_read_of_an_extension_survives_a_restart(open_store: Open, whole: Extension) -> None:
    before = open_store()
    before.remember([whole])
    before.close()

    assert open_store().observed() == [whole]


def test_no_field_of_an_extension_is_forgotten_when_it_is_written_down(whole: Extension) -> None:
    written = codec.extension_to_json(whole).keys() | {"kind", "id", "read_at"}

    assert written == {field.name for field in fields(Extension)}


def test_what_zoom_did_not_show_stays_unknown_and_what_does_not_exist_stays_none(store: Store) -> None:
    unread = Extension("user", "zoom-1", 1207, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
    lobby = Extension("common_area", "zoom-2", 1300, "Lobby", None, None, department="", dnd=False)
    store.remember([unread, lobby])

    assert set(store.observed()) == {unread, lobby}


def test_a_user_and_a_common_area_with_one_id_are_two_extensions(store: Store, whole: Extension) -> None:
    area = replace(whole, kind="common_area")
    store.remember([whole, area])

    assert set(store.observed()) == {whole, area}


def test_reading_one_extension_again_leaves_the_others_alone(store: Store, whole: Extension) -> None:
    other = replace(whole, id="zoom-2", number=1208)
    store.remember([whole, other])
    renamed = replace(whole, display_name="Room 1207")
    store.remember([renamed])

    assert set(store.observed()) == {renamed, other}


def test_a_complete_listing_replaces_what_was_known_with_the_times_of_its_lists(
    store: Store, whole: Extension, now: datetime
) -> None:
    store.remember([whole])
    store.note_read("devices", now)
    newcomer = replace(whole, id="zoom-2")
    later = now + timedelta(hours=8)
    store.replace_observed([newcomer], {"users": later, "common_areas": later})

    assert store.observed() == [newcomer]
    assert store.read_times() == {"devices": now, "users": later, "common_areas": later}


def test_an_account_without_extensions_is_a_complete_listing_too(store: Store, whole: Extension) -> None:
    store.remember([whole])
    store.replace_observed([])

    assert store.observed() == []


def test_a_listing_that_cannot_be_kept_whole_leaves_the_old_one(
    store: Store, whole: Extension, now: datetime
) -> None:
    store.replace_observed([whole], {"users": now})
    other, nameless = replace(whole, id="zoom-2"), replace(whole, id=cast("str", None))
    with pytest.raises(Exception, match=r"(?i)not.null"):
        store.replace_observed([other, nameless], {"users": now + timedelta(hours=1)})

    assert store.observed() == [whole]
    assert store.read_times() == {"users": now}


def test_hotels_of_one_account_in_one_database_keep_each_its_own_rooms(
    open_store: Open, whole: Extension, now: datetime
) -> None:
    hill, quay = open_store(property_name="Hill House"), open_store(property_name="Quay")
    staff = replace(whole, id="zoom-staff")
    hill.replace_observed([whole, staff], {"lists": now})
    quay.replace_observed([replace(whole, id="zoom-2"), staff])
    quay.hold_lease("zoom-2", Lease(None, now))

    hill.replace_observed([whole, staff])

    assert {each.id for each in hill.observed()} == {whole.id, "zoom-staff"}
    assert {each.id for each in quay.observed()} == {"zoom-2"}
    assert hill.leases() == {}
    assert quay.read_times() == {}


def test_two_zoom_accounts_in_one_database_are_apart(
    open_store: Open, whole: Extension, now: datetime
) -> None:
    one, two = open_store(account="account-1"), open_store(account="account-2")
    one.replace_observed([whole], {"users": now})
    two.replace_observed([])

    assert one.observed() == [whole]
    assert (two.observed(), two.read_times()) == ([], {})


def test_a_do_not_disturb_that_we_hold_is_known_after_a_restart(open_store: Open, now: datetime) -> None:
    held, open_ended = Lease(now + timedelta(minutes=1440), now), Lease(None, now)
    before = open_store()
    before.hold_lease("ana", held)
    before.hold_lease("bruno", held)
    before.hold_lease("bruno", open_ended)
    before.close()
    store = open_store()
    assert store.leases() == {"ana": held, "bruno": open_ended}
