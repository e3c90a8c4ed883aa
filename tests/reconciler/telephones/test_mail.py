"""Guests find their messages wherever they are, and nobody else does."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path

import anyio
import pytest

from desired.events import CheckedIn, Moved, Swapped
from desired.said import Source
from drivers.voice.messages import Message
from reconciler.stays.owed import MessagesOwed, Owed
from reconciler.store.rows import Json
from reconciler.store.store import Store
from reconciler.telephones.mail import COUNTS, Mail, counted, counter
from tests.reconciler.conftest import until
from tests.reconciler.lodge import Lodge, leaves, souza

pytestmark = pytest.mark.anyio


class _Killed(Exception):
    """The process dies at this instant."""


class Mailroom:
    """The guest mailboxes of a lodge."""

    def __init__(self, lodge: Lodge) -> None:
        self.lodge = lodge
        self.owed: list[Owed] = []
        self._ids = map(str, count(1))
        self.open()

    def open(self) -> None:
        """Start, or start again: only the store is left of what was before."""
        lodge = self.lodge
        rows, told = lodge.store.messages(), lodge.store.note(COUNTS)
        self.mail = Mail(lodge.hotel, lodge.memory, lodge.clock, self._owe, rows, told)

    async def _owe(self, owed: Sequence[Owed], notes: Mapping[str, Json]) -> None:
        await counted(self.lodge.reception, self.lodge.clock, owed, notes)
        self.owed += owed

    def restart(self) -> None:
        self.lodge.restart()
        self.open()

    async def message(self, room: str, *, at: datetime | None = None) -> Message:
        """Somebody leaves a message for whoever is in this room."""
        message = Message(next(self._ids), at or self.lodge.clock.now(), 7.5, caller="5551234")
        await self.mail.leave(self.mail.stay(room), message)
        return message

    def hears(self, room: str) -> list[str]:
        """What the guests of a room find in their mailbox."""
        return [message.id for message in self.mail.waiting(room)]

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        with anyio.fail_after(30):
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(self.lodge.reception.run)
                tasks.start_soon(self.mail.run)
                yield
                tasks.cancel_scope.cancel()

    async def follow(self) -> None:
        """The house has changed; the mail follows."""
        self.mail.look(self.lodge.hotel.roster.known_rooms())
        async with self.at_work():
            await until(lambda: not self.mail._changed)
            await self.mail.forget(())  # waits for its turn, until all that was found stands in the store


@pytest.fixture
async def mailroom(tmp_path: Path) -> AsyncIterator[Mailroom]:
    lodge = Lodge(tmp_path)
    await lodge.settle()
    await lodge.hear(souza())
    yield Mailroom(lodge)
    lodge.store.close()


def lima(room: str) -> CheckedIn:
    return CheckedIn(room, "84400", {"first": "Rui", "last": "Lima"})


async def test_a_message_waits_for_the_guest_and_the_pms_hears_of_it(mailroom: Mailroom) -> None:
    await mailroom.message("1207")
    assert mailroom.hears("1207") == ["1"]
    assert mailroom.owed == [MessagesOwed("1207", 1, 0)]


async def test_of_messages_it_is_said_whether_the_lamp_changes_with_them(mailroom: Mailroom) -> None:
    first, second = await mailroom.message("1207"), await mailroom.message("1207")
    mailroom.restart()
    await mailroom.message("1207")
    await mailroom.mail.keep(first)
    await mailroom.mail.delete(second)
    await mailroom.mail.delete(Message("3", first.at, first.seconds, first.caller))
    told = [(owed.new, owed.lamp_stays) for owed in mailroom.owed if isinstance(owed, MessagesOwed)]
    assert told == [(1, False), (2, True), (3, True), (2, True), (1, True), (0, False)]


async def test_a_message_is_still_there_after_a_restart_and_not_told_again(mailroom: Mailroom) -> None:
    await mailroom.message("1207")
    mailroom.restart()
    await mailroom.follow()
    assert mailroom.hears("1207") == ["1"]
    assert mailroom.owed == [MessagesOwed("1207", 1, 0)]


async def test_a_crash_amid_the_telling_lets_the_pms_hear_of_a_message_once(
    mailroom: Mailroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_note = Store.put_note

    def dies(store: Store, name: str, value: Json) -> None:
        if name == COUNTS:
            raise _Killed
        put_note(store, name, value)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "put_note", dies)
        with pytest.raises(_Killed):
            await mailroom.message("1207")
    mailroom.restart()
    await mailroom.follow()
    assert await mailroom.lodge.owed() == [MessagesOwed("1207", 1, 0)]


async def test_a_message_that_was_heard_counts_as_saved(mailroom: Mailroom) -> None:
    message = await mailroom.message("1207")
    await mailroom.mail.keep(message)
    assert [each.saved for each in mailroom.mail.waiting("1207")] == [True]
    assert mailroom.owed[-1] == MessagesOwed("1207", 0, 1)


async def test_a_deleted_message_puts_the_lamp_out(mailroom: Mailroom) -> None:
    await mailroom.mail.delete(await mailroom.message("1207"))
    assert mailroom.hears("1207") == []
    assert mailroom.owed[-1] == MessagesOwed("1207", 0, 0)
    assert mailroom.lodge.store.messages() == []


async def test_messages_go_along_when_the_guest_moves(mailroom: Mailroom) -> None:
    await mailroom.message("1207")
    await mailroom.lodge.hear(Moved("1209", "1207", "84311"))
    await mailroom.follow()
    assert (mailroom.hears("1207"), mailroom.hears("1209")) == ([], ["1"])
    assert set(mailroom.owed[-2:]) == {MessagesOwed("1207", 0, 0), MessagesOwed("1209", 1, 0)}
    assert [row.room for row in mailroom.lodge.store.messages()] == ["1209"]


async def test_messages_change_rooms_with_guests_who_swap(mailroom: Mailroom) -> None:
    await mailroom.lodge.hear(lima("1208"))
    await mailroom.message("1207")
    await mailroom.message("1208")
    await mailroom.lodge.hear(Swapped("1207", "1208"))
    await mailroom.follow()
    assert (mailroom.hears("1207"), mailroom.hears("1208")) == (["2"], ["1"])


async def test_the_next_guest_never_hears_what_was_left_for_the_last(mailroom: Mailroom) -> None:
    await mailroom.message("1207")
    await mailroom.lodge.hear(leaves(), lima("1207"))
    assert mailroom.hears("1207") == []
    await mailroom.follow()
    assert [(each.id, each.room) for each in mailroom.mail.archived()] == [("1", "1207")]
    assert mailroom.owed[-1] == MessagesOwed("1207", 0, 0)


async def test_a_message_that_ends_after_its_guest_has_left_is_archived_at_once(mailroom: Mailroom) -> None:
    stay = mailroom.mail.stay("1207")
    await mailroom.lodge.hear(leaves(), lima("1207"))
    mailroom.mail.look(["1207"])
    await mailroom.mail.leave(stay, Message("9", mailroom.lodge.clock.now(), 7.5))
    assert mailroom.hears("1207") == []
    assert [each.id for each in mailroom.mail.archived()] == ["9"]


async def test_a_message_waits_for_each_of_those_who_share_a_room(mailroom: Mailroom) -> None:
    await mailroom.lodge.hear(lima("1207"))
    await mailroom.message("1207")
    await mailroom.lodge.hear(leaves())
    await mailroom.follow()
    assert mailroom.hears("1207") == ["1"]
    await mailroom.lodge.hear(leaves(reservation="84400"))
    await mailroom.follow()
    assert mailroom.mail.stay("1207") == ""
    assert [each.id for each in mailroom.mail.archived()] == ["1"]


async def test_a_guest_who_is_checked_out_by_mistake_has_his_messages_back(mailroom: Mailroom) -> None:
    await mailroom.message("1207")
    await mailroom.lodge.hear(leaves())
    await mailroom.follow()
    await mailroom.lodge.hear(souza())
    await mailroom.follow()
    assert mailroom.hears("1207") == ["1"]
    assert mailroom.mail.archived() == []


async def test_what_is_forgotten_is_gone_for_good(mailroom: Mailroom) -> None:
    await mailroom.message("1207")
    await mailroom.lodge.hear(leaves())
    await mailroom.follow()
    await mailroom.mail.forget(["1"])
    assert mailroom.mail.archived() == []
    assert mailroom.lodge.store.messages() == []


async def test_without_a_reservation_the_stay_ends_with_the_clearing_of_the_mailbox(
    mailroom: Mailroom,
) -> None:
    lodge = mailroom.lodge
    lodge.document("1201", guests=[{"last": "Souza"}])
    await mailroom.message("1201")
    assert mailroom.hears("1201") == ["1"]
    now = lodge.clock.now() + timedelta(minutes=1)
    lodge.document("1201", guests=[{"last": "Lima"}], mailbox={"cleared": now.isoformat()})
    assert mailroom.hears("1201") == []
    await mailroom.follow()
    assert [each.id for each in mailroom.mail.archived()] == ["1"]


@pytest.mark.parametrize("next_guest", [{"guests": [{"last": "Lima"}]}, {"occupied": True}])
async def test_without_a_reservation_the_next_guest_is_known_by_his_name(
    mailroom: Mailroom, next_guest: dict[str, object]
) -> None:
    lodge = mailroom.lodge
    lodge.document("1201", guests=[{"last": "Souza"}])
    await mailroom.message("1201")
    lodge.document("1201", guests=[{"last": "Souza"}], name={"first": "Ana"})
    assert mailroom.hears("1201") == ["1"], "she is still there"
    lodge.document("1201", **next_guest)
    assert mailroom.hears("1201") == []
    await mailroom.follow()
    assert [each.id for each in mailroom.mail.archived()] == ["1"]
    assert "Souza" not in str(lodge.store.messages()), "names are nowhere but in documents and stays"


@pytest.mark.parametrize("guests", [[], [{"last": "Souza"}]])
async def test_the_next_guest_of_a_room_that_was_vacant_hears_nothing_of_the_stay_before(
    mailroom: Mailroom, guests: list[dict[str, str]]
) -> None:
    lodge = mailroom.lodge
    lodge.document("1201", occupied=True, guests=guests)
    await mailroom.message("1201")
    lodge.document("1201", occupied=False)
    await mailroom.follow()
    lodge.document("1201", occupied=True)
    assert mailroom.hears("1201") == []
    await mailroom.follow()
    assert mailroom.hears("1201") == []
    assert counter(lodge.store.messages(), lodge.hotel)("1201") == (0, 0)
    mailroom.restart()
    assert mailroom.hears("1201") == []


async def test_a_file_may_clear_the_mailbox_in_the_midst_of_a_stay(mailroom: Mailroom) -> None:
    lodge = mailroom.lodge
    await mailroom.message("1207", at=lodge.clock.now() + timedelta(seconds=60))
    lodge.clock.advance(seconds=60)
    lodge.document("1207", mailbox={"cleared": lodge.clock.now().isoformat()})
    assert mailroom.hears("1207") == []
    lodge.clock.advance(seconds=60)
    await mailroom.message("1207")
    assert mailroom.hears("1207") == ["2"]


async def test_nobody_lives_in_a_vacant_room(mailroom: Mailroom) -> None:
    assert mailroom.mail.stay("1207") != ""
    await mailroom.lodge.desk(leaves(), source=Source.DESK)
    assert mailroom.mail.stay("1207") == ""


async def test_who_only_looks_at_the_store_counts_what_the_guest_hears(mailroom: Mailroom) -> None:
    lodge = mailroom.lodge
    await lodge.hear(souza("1207"))
    kept = await mailroom.message("1207")
    await mailroom.message("1207")
    await mailroom.mail.keep(kept)
    counts = counter(lodge.store.messages(), lodge.hotel)
    assert counts("1207") == mailroom.mail.counts("1207") == (1, 1)
    assert counts("1208") == (0, 0)
    await lodge.hear(leaves("1207"), souza("1207", "99999"))
    counts = counter(lodge.store.messages(), lodge.hotel)
    assert counts("1207") == (0, 0), "they were for the guest before"
