"""Reading Zoom: as few calls as the wishes need, and never half a picture."""

from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from reconciler.account.memory import Memory
from reconciler.app.offline import read_documents
from reconciler.audit import Scope
from reconciler.change import OwnWrite
from reconciler.stays.keeper import Keeper
from reconciler.store.errors import StoreUnavailable
from reconciler.store.store import Store
from tests.reconciler.conftest import FastClock, Inn

pytestmark = pytest.mark.anyio

LISTS = {"/users": 1, "/phone/users": 1}


async def test_common_areas_are_listed_only_where_a_room_is_one(inn: Inn) -> None:
    inn.configure(rooms=["1001-1008"])
    inn.vacant(1001)
    await inn.audit()
    assert inn.reads() == LISTS

    inn.configure(rooms=["1001-1009"])
    inn.forget_calls()
    await inn.audit()
    assert inn.reads() == LISTS | {"/phone/common_areas": 1}


async def test_telephones_are_listed_only_where_they_are_renamed(inn: Inn) -> None:
    inn.configure(
        rooms=["1001-1008"], names={"device": {"occupied": "${last}", "vacant": "Room ${extension}"}}
    )
    inn.vacant(1001)

    await inn.audit()

    assert inn.reads() == LISTS | {"/phone/devices": 1}


async def test_departments_of_common_areas_are_read_one_by_one_and_only_where_wished(inn: Inn) -> None:
    inn.configure(department="room_id")
    inn.vacant(1001, 1009, 1010)

    await inn.audit()

    assert inn.reads()["/phone/common_areas/{commonAreaId}"] == 2


async def test_a_pass_about_one_room_reads_no_details_of_others(inn: Inn) -> None:
    inn.configure(department="room_id", message_management=True)
    cleared = (inn.clock.now() - timedelta(hours=1)).isoformat()
    inn.vacant(1001, 1009, 1010, more=f'mailbox: {{cleared: "{cleared}"}}')

    await inn.audit("1010")

    assert inn.reads()["/phone/common_areas/{commonAreaId}"] == 1
    assert "/phone/users/{userId}/voice_mails" not in inn.reads()


async def test_all_common_areas_share_one_sweep_of_the_messages(inn: Inn) -> None:
    inn.configure(message_management=True)
    cleared = inn.clock.now() - timedelta(days=170)
    for room in range(1009, 1013):
        inn.document(str(room), f'mailbox: {{cleared: "{cleared.isoformat()}"}}')

    await inn.sync()

    assert inn.reads()["/phone/voice_mails"] == 1


async def test_a_mailbox_that_is_known_to_be_clear_is_not_looked_into_again(inn: Inn) -> None:
    inn.configure(message_management=True)
    cleared = inn.clock.now() - timedelta(hours=1)
    inn.document("1001", f'mailbox: {{cleared: "{cleared.isoformat()}"}}')
    await inn.sync()
    inn.forget_calls()

    await inn.sync()

    assert "/phone/users/{userId}/voice_mails" not in inn.reads()
    later = cleared + timedelta(minutes=10)
    inn.document("1001", f'mailbox: {{cleared: "{later.isoformat()}"}}')
    inn.cloud.add_voicemail(1001, later - timedelta(minutes=1))
    await inn.sync()
    assert inn.mailbox(1001) == []


async def test_a_message_that_zoom_lists_late_is_still_found(inn: Inn) -> None:
    inn.configure(message_management=True)
    cleared = inn.clock.now() - timedelta(minutes=1)
    inn.document("1001", f'mailbox: {{cleared: "{cleared.isoformat()}"}}')
    await inn.sync()
    inn.cloud.add_voicemail(1001, cleared - timedelta(seconds=5))
    inn.clock.advance(minutes=1)

    await inn.sync()

    assert inn.mailbox(1001) == []


async def test_a_message_that_we_delete_while_mailboxes_are_read_is_not_found_again(inn: Inn) -> None:
    inn.configure(message_management=True)
    cleared = inn.clock.now() - timedelta(hours=1)
    inn.document("1001", f'mailbox: {{cleared: "{cleared.isoformat()}"}}')
    message = inn.cloud.add_voicemail(1001, cleared - timedelta(minutes=1))
    async with inn.open() as room:
        hotel, refresher = room.shop.hotel, room.shop.refresher

        class Meanwhile:
            """Zoom, with a deletion of ours that is accepted after the list was made, and before it arrives."""

            def __getattr__(self, name: str) -> Any:
                return getattr(refresher.zoom, name)

            async def voicemails(self, *asked: Any) -> Any:
                found = await refresher.zoom.voicemails(*asked)
                hotel.own[message.id, "voicemail"] = OwnWrite(None, "there", inn.clock.now())
                return found

        read_documents(room.settings.grounds, hotel, Scope())
        await refresher.lists()
        await refresher.messages(["1001"])
        found = hotel.messages[1001]
        assert [each.id for each in found] == [message.id]
        await replace(refresher, zoom=cast("Any", Meanwhile())).messages(["1001"])
        assert hotel.messages[1001] == ()


async def test_who_comes_and_goes_while_lists_are_read_is_not_left_in_the_store(inn: Inn) -> None:
    inn.configure()
    async with inn.open() as room:
        hotel, refresher = room.shop.hotel, room.shop.refresher
        telephone = inn.cloud.extension(1001)

        def rename(name: str) -> None:
            telephone.display_name = name
            hotel.observed.wrote(hotel.observed.at(1001)[0], {"display_name": name}, inn.clock.now())

        class Meanwhile:
            """Zoom, with two writes of ours that are accepted while it makes its lists."""

            def __getattr__(self, name: str) -> Any:
                return getattr(refresher.zoom, name)

            async def extensions(self, **asked: Any) -> Any:
                rename("Ana Souza 1001")
                listed = await refresher.zoom.extensions(**asked)
                rename("Room 1001")
                return listed

        await refresher.lists()
        await replace(refresher, zoom=cast("Any", Meanwhile())).lists()

        kept = {each.number: each.display_name for each in room.store.observed()}
        assert kept[1001] == "Room 1001"


@pytest.mark.parametrize("read", ["lists", "details"])
async def test_what_was_read_does_not_bring_back_a_guest_who_left_while_it_waited_for_a_full_disk(
    inn: Inn, read: str
) -> None:
    inn.configure(department="state")
    inn.guest("1009", "Ana", "Souza")
    await inn.sync()
    async with inn.open() as room:
        hotel, store = room.shop.hotel, room.store

        class Meanwhile(FastClock):
            """While the disk is waited for there is room on it, and the guest leaves."""

            async def sleep(self, seconds: float) -> None:  # noqa: ARG002 - as clocks have it
                disk.full = False
                shown = hotel.observed.at(1009)[0]
                left = hotel.observed.wrote(shown, {"display_name": "Room 1009"}, inn.clock.now())
                await memory.run(store.remember, [left])

        disk = _Disk(store)
        memory = Memory(cast("Any", disk), Keeper(Meanwhile()))
        refresher = replace(room.shop.refresher, memory=memory)
        read_documents(room.settings.grounds, hotel, Scope())
        await refresher.lists()
        disk.full = True
        await (refresher.lists() if read == "lists" else refresher.details(["1009"]))

        kept = {each.number: each.display_name for each in store.observed()}
        assert kept[1009] == "Room 1009"


class _Disk:
    """The store, which takes nothing that Zoom has shown while the disk is full."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.full = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def replace_observed(self, *rows: Any) -> None:
        self._must_have_room()
        self._store.replace_observed(*rows)

    def remember(self, *rows: Any) -> None:
        self._must_have_room()
        self._store.remember(*rows)

    def _must_have_room(self) -> None:
        if self.full:
            raise StoreUnavailable("the store", "database or disk is full")


async def test_a_detail_that_was_read_too_soon_after_our_own_write_never_passes_for_drift(inn: Inn) -> None:
    inn.configure(department="state")
    inn.vacant(1001)
    inn.guest("1009", "Kwame", "Hallberg", "dnd: on")
    await inn.sync()
    inn.cloud.lag = 30.0
    inn.guest("1009", "Kwame", "Hallberg", "dnd: off\ndepartment: Suites")
    await inn.sync()
    await inn.sync()
    inn.forget_calls()

    inn.clock.advance(minutes=15)
    await inn.sync("1001")  # lists are read, and the details of another room
    await inn.sync("1009", cached=True)

    assert inn.writes() == []
