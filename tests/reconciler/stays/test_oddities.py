"""What was odd in the PMS's records is told so that people can see the one line that matters."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desired.events import StatusTold
from desired.said import Field
from reconciler.stays.oddities import MANY_KINDS, TELL_AGAIN, Odd, Oddities
from tests.reconciler.lodge import EVENING, Lodge, leaves, souza

MINUTE = timedelta(minutes=1)


class Told:
    """What people were told."""

    def __init__(self) -> None:
        self.odd: list[Odd] = []
        self._oddities = Oddities(self.odd.append)

    def met(
        self, name: str, where: str = "pms GI 14:03:11", minutes: int = 0, link: str = "pms"
    ) -> list[int]:
        """Something odd is met; how often it has happened, if people are told of it."""
        before = len(self.odd)
        self._oddities.met(link, name, EVENING + minutes * MINUTE, where=where, rooms=["1207"])
        return [odd.times for odd in self.odd[before:]]


def test_rubbish_in_every_record_is_told_once_an_hour_with_its_number() -> None:
    told = Told()
    assert told.met("unknown_record") == [1]
    assert [told.met("unknown_record", minutes=minute) for minute in range(1, 60)] == [[]] * 59
    assert told.met("unknown_record", minutes=60) == [60]
    assert told.met("unknown_record", minutes=60 + 90) == [1]


def test_what_is_odd_otherwise_is_told_beside_it() -> None:
    told = Told()
    told.met("unknown_reservation", "pms GO 14:03:11")
    assert told.met("unknown_reservation", "pms GO 14:03:12") == [], "another time is no other kind"
    assert told.met("unknown_reservation", "pms GC 14:03:12") == [1]
    assert told.met("stale_occupant") == [1]
    assert told.met("stale_occupant", link="tower") == [1]
    assert told.odd[0] == Odd("pms", "unknown_reservation", "pms GO 14:03:11", ("1207",))


def test_a_clock_that_is_set_back_keeps_nobody_from_hearing() -> None:
    told = Told()
    told.met("stale_occupant", minutes=600)
    assert told.met("stale_occupant") == [1]


def test_a_pms_that_makes_up_records_fills_neither_the_log_nor_the_memory() -> None:
    told = Told()
    for number in range(3 * MANY_KINDS):
        told.met("unknown_record", f"pms {number} 14:03:11")
    assert len(told.odd) == MANY_KINDS + 1


@pytest.fixture
def lodge(tmp_path: Path) -> Iterator[Lodge]:
    lodge = Lodge(tmp_path)
    yield lodge
    lodge.store.close()


@pytest.mark.anyio
async def test_a_flood_of_rubbish_is_counted_whole_and_is_a_few_lines_in_the_log(
    lodge: Lodge, capsys: pytest.CaptureFixture[str]
) -> None:
    await lodge.hear(souza())
    for number in range(200):
        await lodge.hear(StatusTold("1208", {Field.DND: "on"}), anomalies=("undecodable",))
        await lodge.hear(leaves("1207", f"9{number}"))
        await lodge.reception.count("pms", "malformed_frame", 2)
        lodge.clock.advance(seconds=TELL_AGAIN.total_seconds() / 150)

    assert lodge.reception.anomalies() == {
        "undecodable": 200, "unknown_reservation": 200, "malformed_frame": 400,
    }  # fmt: skip
    lines = [line for line in capsys.readouterr().out.splitlines() if "anomaly" in line]
    assert len(lines) == 6
    assert any("undecodable" in line and "1208" in line and "times=1" in line for line in lines)
    assert any("malformed_frame" in line and "times=300" in line for line in lines)
