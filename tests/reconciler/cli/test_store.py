"""`reconcile store migrate`: a hotel moves from its file to PostgreSQL, and back, and remembers everything."""

import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from reconciler.stays.owed import MessagesOwed
from reconciler.store.rows import (
    Claimant,
    HappeningRow,
    HistoryRow,
    LinkRow,
    SaidRow,
    WriteRow,
    WriteStatus,
    account_ownership,
)
from reconciler.store.store import Store
from reconciler.store.version import FILE_NAME
from tests.postgres import Server, binary
from tests.reconciler.house import House

pytestmark = pytest.mark.integration

NOW = datetime(2026, 11, 22, 19, 3, 11, 123456, tzinfo=UTC)
ACCOUNT = "account-1"


def opened(place: Path | str, name: str = "Harbour View") -> Store:
    return Store.open(place, property_name=name, account=ACCOUNT)


def lived_in(store: Store, room: str) -> None:
    """A day of a hotel, as far as the store goes."""
    with store.together():
        store.say([SaidRow(room, "pms", "guests", [{"last": "O\u0308zdemir \U0001f3e8"}], "pms GI", NOW)])
        store.put_note("kept house", "2026-11-22")
        store.settle([WriteRow(f"zoom-{room}", "display_name", "A", "B", WriteStatus.APPLIED, NOW, NOW)])
        store.append(
            HistoryRow(NOW + timedelta(seconds=n), room, None, "dnd", None, n, "drift", "", "", "applied")
            for n in range(3)
        )
        store.note_happenings([HappeningRow(NOW, "reported", "night")])
        store.remember_link(LinkRow("pms", {"last": 7}, {"unknown_field": 2}))


def remembered(store: Store) -> list[object]:
    history = [row.after for row in store.history(limit=10)]
    return [store.said(), store.notes(), store.writes(), history, len(store.happenings()), store.pms_links()]


@pytest.fixture
def file(house: House) -> Path:
    return house.state / FILE_NAME


@pytest.fixture
def database(postgres: Server) -> Iterator[str]:
    with postgres.database() as address:
        yield address


@pytest.fixture
def moving(house: House, file: Path) -> House:
    house.configure(zoom={"account_id": ACCOUNT})
    with opened(file) as store:
        lived_in(store, "1207")
    return house


def test_a_hotel_moves_to_a_database_in_which_another_one_of_its_account_lives(
    moving: House, file: Path, database: str
) -> None:
    with opened(database, "Sea View") as other:
        lived_in(other, "901")
        before = remembered(other)

    ran = moving("store", "migrate", "--to", database)

    assert (ran.code, ran.err) == (0, "")
    with opened(database) as there, opened(file) as here, opened(database, "Sea View") as other:
        assert there.said() == here.said()
        assert there.notes() == here.notes()
        assert [row.after for row in there.history(limit=10)] == [2, 1, 0]
        assert set(there.writes()) == {("zoom-1207", "display_name")}
        assert remembered(other)[0] == before[0]
        assert other.history(limit=10) != there.history(limit=10)
        assert there.owner(account_ownership(ACCOUNT), now=NOW) is None


def test_and_back_again_it_is_the_same(moving: House, file: Path, database: str, tmp_path: Path) -> None:
    assert moving("store", "migrate", "--to", database).code == 0
    moving.configure(zoom={"account_id": ACCOUNT}, database=database)
    back = tmp_path / "back" / FILE_NAME

    assert moving("store", "migrate", "--to", back).code == 0

    with opened(back) as there, opened(file) as here:
        assert remembered(there) == remembered(here)
        assert there.size() == here.size()


def test_a_hotel_that_the_target_knows_is_not_copied_again(moving: House, database: str) -> None:
    assert moving("store", "migrate", "--to", database).code == 0

    again = moving("store", "migrate", "--to", database)

    assert again.code == 1
    assert "Harbour View is in the target already" in again.err
    with opened(database) as there:
        assert len(there.history(limit=10)) == 3


def test_a_hotel_at_work_is_not_moved(moving: House, file: Path, database: str) -> None:
    with opened(file) as store:
        at_work = Claimant("reconcile run", "front-office", 100)
        store.acquire(account_ownership(ACCOUNT), at_work, now=datetime.now(UTC), ttl=timedelta(minutes=5))

    refused = moving("store", "migrate", "--to", database)

    assert refused.code == 3
    assert "reconcile run" in refused.err
    with opened(database) as there:
        assert not any(there.size().values())


def test_a_hotel_does_not_move_to_where_it_is(moving: House, file: Path) -> None:
    stays = moving("store", "migrate", "--to", file)

    assert stays.code == 1
    assert "is where this hotel's store is" in stays.err


def owed(room: str) -> MessagesOwed:
    return MessagesOwed(room, 1, 0)


def test_what_was_restored_tells_the_pms_only_what_still_waits_in_the_store_before(
    house: House, postgres: Server, database: str
) -> None:
    house.configure(zoom={"account_id": ACCOUNT}, database=database)
    with postgres.database() as broken, opened(broken) as before, opened(database) as restored:
        for store in (before, restored):
            store.owe("pms", [owed("1001"), owed("1002")], NOW)
        before.forget_owed([before.all_owed()[0].number])  # the PMS has heard it since

        settled = house("store", "settle", "--before", broken)

        assert (settled.code, settled.err) == (0, "")
        assert [row.owed for row in restored.all_owed()] == [owed("1002")]


def test_a_dump_of_the_database_is_put_back_and_settled(
    house: House, postgres: Server, database: str, tmp_path: Path
) -> None:
    """As docs/groups.md tells it, with PostgreSQL's own programs."""
    dump, restore = binary("pg_dump"), binary("pg_restore")
    assert dump is not None
    assert restore is not None
    saved = tmp_path / "housephone.dump"
    with opened(database) as store:
        lived_in(store, "1207")
        store.owe("pms", [owed("1001"), owed("1002")], NOW)
        before = remembered(store)
        subprocess.run([dump, "--format=custom", f"--file={saved}", database], check=True)
        store.forget_owed([store.all_owed()[0].number])  # the PMS has heard it since
    with postgres.database() as again:
        subprocess.run([restore, "--exit-on-error", "--no-owner", f"--dbname={again}", saved], check=True)
        house.configure(zoom={"account_id": ACCOUNT}, database=again)

        settled = house("store", "settle", "--before", database)

        assert (settled.code, settled.err) == (0, "")
        with opened(again) as restored:
            assert remembered(restored)[0] == before[0]
            assert [row.after for row in restored.history(limit=10)] == [2, 1, 0]
            assert [row.owed for row in restored.all_owed()] == [owed("1002")]


def test_without_the_store_before_nothing_is_said_twice_and_people_hear_what_it_was(
    house: House, database: str
) -> None:
    house.configure(zoom={"account_id": ACCOUNT}, database=database)
    with opened(database) as restored:
        restored.owe("pms", [owed("1001")], NOW)

        settled = house("store", "settle")

        assert restored.all_owed() == []
    assert "not sent" in settled.out
    assert "1001" in settled.out
