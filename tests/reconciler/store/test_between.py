"""What stands between a property and its centre: each row has one writer; nothing is taken twice."""

from datetime import timedelta

import pytest

from reconciler.store.between import PutBack, Superseded
from reconciler.store.branchrows import FileRow, Waiting
from reconciler.store.store import Store
from tests.reconciler.store.conftest import OpenStore

ON_POSTGRESQL = True
SOON = timedelta(minutes=1)


def test_whoever_asks_for_later_numbers_gets_every_room_in_its_last_words(store: Store) -> None:
    life = store.claim()
    assert store.put(life, [("1001", "a", {"said": 1}), ("1002", "b", {"said": 1})]) == 1
    assert store.put(life, [("1001", "c", {"said": 2})], {"by": "us"}) == 2
    assert [(row.room, row.sequence, row.body) for row in store.told()] == [
        ("1002", 1, {"said": 1}),
        ("1001", 2, {"said": 2}),
    ]
    assert [row.room for row in store.told(since=1)] == ["1001"]
    assert store.digests_told() == {"1001": "c", "1002": "b"}
    head = store.heads()["Harbour View"]
    assert (head.life, head.sequence) == (life, 2)
    assert head.age < 60


def test_a_property_hears_nothing_of_another(open_store: OpenStore) -> None:
    ours, theirs = open_store(), open_store("Hill House")
    ours.put(ours.claim(), [("1001", "a", None)])
    theirs.put_files([FileRow("1001.yaml", "x", b"\xff\x00")], [])
    theirs.ask({"verb": "checkout"}, "desk", SOON)
    assert theirs.told() == []
    assert ours.what_waits() == Waiting(None, errands=False)
    assert ours.file_digests() == {}


def test_of_two_processes_the_one_that_began_last_tells(store: Store) -> None:
    first = store.claim()
    second = store.claim()
    with pytest.raises(Superseded):
        store.put(first, [("1001", "a", None)])
    with pytest.raises(Superseded):
        store.take_errands(first)
    store.put(second, [])


def test_a_database_that_was_put_back_is_noticed(open_store: OpenStore) -> None:
    life = open_store().claim()
    with pytest.raises(PutBack):
        open_store("Hill House").put(life, [("1001", "a", None)])
    with pytest.raises(PutBack):
        open_store().put(life + 1, [])


def test_an_order_is_taken_once_and_answered(store: Store) -> None:
    life = store.claim()
    number = store.ask({"verb": "checkout", "room": "1001"}, "desk, ana", SOON)
    assert store.what_waits().errands
    taken = store.take_errands(life)
    assert [(each.number, each.body, each.place) for each in taken] == [
        (number, {"verb": "checkout", "room": "1001"}, "desk, ana")
    ]
    assert store.take_errands(life) == []
    assert not store.withdraw(number)
    assert [each.number for each in store.errands_broken_off()] == [number]
    store.answer(number, {"said": "done"})
    assert store.errands_broken_off() == []
    found = store.errand(number)
    assert found is not None
    assert found.answer == {"said": "done"}
    store.drop_errand(number)
    assert store.errand(number) is None


def test_an_order_that_was_taken_back_or_is_too_late_is_nobodys(store: Store) -> None:
    life = store.claim()
    number = store.ask({"verb": "checkout"}, "desk", SOON)
    assert store.withdraw(number)
    late = store.ask({"verb": "checkout"}, "desk", -SOON)
    assert store.take_errands(life) == []
    assert store.withdraw(late)


def test_what_nobody_reads_any_more_goes_with_the_next_order(store: Store) -> None:
    old = store.ask({"guest": {"last": "Souza"}}, "desk", -timedelta(hours=2))
    store.ask({"verb": "checkout"}, "desk", SOON)
    left = store.errand(old)  # a file may give its number to the next one
    assert left is None or left.body == {"verb": "checkout"}


def test_files_arrive_byte_by_byte_and_each_edition_has_a_number(store: Store) -> None:
    assert store.put_files([FileRow("a.yaml", "1", b"room: \xff"), FileRow("b/c.yaml", "2", b"")], []) == 1
    assert store.put_files([FileRow("a.yaml", "3", b"new")], ["b/c.yaml"]) == 2
    assert store.file_digests() == {"a.yaml": "3"}
    assert store.file("a.yaml") == FileRow("a.yaml", "3", b"new")
    assert store.file("b/c.yaml") is None
    assert store.what_waits() == Waiting(2, errands=False)
