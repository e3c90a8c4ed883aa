"""A hotel that changes its name keeps what is known of it; a database of several hotels is asked by name."""

from datetime import datetime
from pathlib import Path

import pytest

from reconciler.store.hotels import kept_as
from reconciler.store.rows import SaidRow
from reconciler.store.store import Store


def checked_in(file: Path, name: str, now: datetime) -> None:
    with Store.open(file, property_name=name, account="account-1") as store:
        store.say([SaidRow("1207", "desk", "guests", [{"last": "Souza"}], "desk", now)])


def test_a_hotel_is_kept_under_the_name_that_it_had_at_first(file: Path, now: datetime) -> None:
    checked_in(file, "Harbour View", now)
    assert kept_as(file, "Harbour View") == "Harbour View"
    assert kept_as(file, "Harbour View Resort") == "Harbour View"


def test_of_several_hotels_each_is_meant_by_its_name(file: Path, now: datetime) -> None:
    for name in ("Harbour View", "Garden View"):
        checked_in(file, name, now)
    assert kept_as(file, "Garden View") == "Garden View"
    assert kept_as(file, "Castle View") == "Castle View"


@pytest.mark.parametrize("content", [None, b"", b"no database at all" * 100])
def test_where_nothing_is_stored_a_hotel_begins_under_the_name_that_it_has(
    file: Path, content: bytes | None
) -> None:
    file.parent.mkdir()
    if content is not None:
        file.write_bytes(content)
    assert kept_as(file, "Harbour View") == "Harbour View"
