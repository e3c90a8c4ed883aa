"""What `reconcile check` says of PMS links: without a connection of its own, ever."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest

from desired.events import CheckedIn, CheckedOut, ResyncBegan, ResyncEnded
from tests.reconciler.hearsay import PMS, tell
from tests.reconciler.house import House

ROOMS = [str(number) for number in range(1001, 1007)]


@pytest.fixture
def pms() -> Iterator[socket.socket]:
    """Somebody listens at the PMS's address, and would notice a second connection."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(0.05)
        yield listener


@pytest.fixture(autouse=True)
def folders(house: House) -> None:
    """What a hotel has after its first pass."""
    (house.folder / "rooms").mkdir()
    house.state.mkdir(mode=0o700)


def said(house: House, **link: Any) -> list[str]:
    """What is said of the only link."""
    house.configure(pms=[PMS | link])
    return [line for line in house("check").out.splitlines() if " PMS link " in line]


def test_a_hotel_without_a_pms_reads_nothing_of_one(house: House) -> None:
    assert "PMS" not in house("check").out


def test_nobody_knocks_at_the_pms_who_might_throw_another_off(house: House, pms: socket.socket) -> None:
    first, second, third = said(house, port=pms.getsockname()[1])
    assert first == f"ok   PMS link pms: FIAS at 127.0.0.1:{pms.getsockname()[1]}, cp1252"
    assert second.startswith("off  PMS link pms: not tried, because a second connection would throw off")
    assert "`reconcile run` connects" in second
    assert third == "off  PMS link pms: it has named no room yet"
    with pytest.raises(TimeoutError):
        pms.accept()


def test_a_host_that_nobody_knows_is_found(house: House) -> None:
    first, *_ = said(house, host="pms.invalid")
    assert first.startswith("bad  PMS link pms: nobody knows a host called pms.invalid → correct pms.host")
    assert house("check").code == 1


@pytest.mark.parametrize(
    ("content", "wrong"), [(None, "No such file or directory"), ("FidCrypt0S|short", "FidCrypt0S")]
)
def test_a_key_that_cannot_be_used_is_found_before_the_pms_stops_for_it(
    house: House, content: str | None, wrong: str
) -> None:
    if content is not None:
        (house.folder / "key").write_text(content)
    first, *_ = said(house, auth_key_file="key")
    assert first.startswith("bad  PMS link pms: ")
    assert wrong in first
    assert "→ copy the key" in first


def test_a_key_that_others_can_read_is_found(house: House) -> None:
    (house.folder / "key").write_text("FidCrypt0S|GVDpVnl6qYlTQXQJZxXdbw==")
    (house.folder / "key").chmod(0o644)
    house.configure(pms=[PMS | {"auth_key_file": "key"}])
    assert any(
        line.startswith("warn secret: ") and line.endswith("key") for line in house("check").out.splitlines()
    )


def test_what_the_link_has_told_makes_one_think(house: House) -> None:
    house.configure(pms=[PMS])
    guests = (CheckedIn(room, room, {"last": "Souza"}) for room in ROOMS[:4])
    tell(house, ResyncBegan(), *guests, ResyncEnded(), anomalies=("undecodable",))
    tell(house, CheckedIn("01005", "84399", {"last": "Souza"}))
    found = [line.partition(" → ") for line in said(house) if line.startswith("warn ")]
    assert [what.removeprefix("warn PMS link pms: ") for what, _, _ in found] == [
        "6 records so far were not cp1252: names are shown with � in them",
        "it has named rooms that we do not look after: 01005",
        "it has named 4 of 6 rooms, but not 1005, 1006",
    ]
    fixes = [fix for _, _, fix in found]
    assert ["encoding" in fixes[0], "strip_zeros" in fixes[1], "pms resync" in fixes[2]] == [True] * 3


def test_a_held_resync_is_found(house: House) -> None:
    house.configure(pms=[PMS])
    tell(house, ResyncBegan(), *(CheckedIn(r, r, {"last": "Souza"}) for r in ROOMS), ResyncEnded())
    assert said(house)[-1] == "ok   PMS link pms: it has named all 6 rooms"
    tell(house, ResyncBegan(), *(CheckedOut(room) for room in ROOMS), ResyncEnded(), snapshot=True)
    (line,) = [line for line in said(house) if line.startswith("warn ")]
    assert "the last resync is held: it would empty 6 rooms at once → " in line
    assert "reconcile pms resync --release" in line


def test_where_no_list_says_which_rooms_there_are_the_pms_is_not_heard_of_most(house: House) -> None:
    house.configure(pms=[PMS], rooms=None)
    house.document(1001, "dnd: off")
    assert (
        "warn rooms: no list: what the PMS says is only heard of rooms that have a document (1 now)"
        in house("check").out
    )
