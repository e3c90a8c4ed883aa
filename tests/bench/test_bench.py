"""The bench measures what it says: whole processes, honest tables, hotels that are in sync."""

import socket
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from drivers.pms.fias.records import parse
from drivers.pms.fias.translate import Translator, Voice
from tests.bench import audit, hotels
from tests.bench.measure import Broken, Series, run
from tests.bench.page import line, page
from tests.bench.pms import Guests, bare_pms, everybody, framed
from tests.bench.result import Result


def test_of_a_hundred_drops_one_may_be_slower_than_the_99th_percentile() -> None:
    series = Series((*(50.0,) * 98, 400.0, 900.0))
    assert series.percentile(0.99) == 400
    assert series.median == 50


def test_a_missed_promise_stands_in_the_table() -> None:
    late = Result("check-in", "250 ms", "300 ms", met=False, noisy=True)
    assert "| check-in | 250 ms | 300 ms ~ | **no** |" in page(
        [late], "2 cores", (0.1, 1.0), date(2026, 11, 23)
    )
    assert line(late).startswith("MISSED")


def test_a_busy_machine_is_told() -> None:
    told = page([], "2 cores", (0.1, 3.9), date(2026, 11, 23))
    assert "busy with other work" in told
    assert "busy with other work" not in page([], "2 cores", (0.1, 1.0), date(2026, 11, 23))


def test_a_hotel_of_the_bench_is_in_sync_with_its_snapshot(tmp_path: Path) -> None:
    house = hotels.offline(tmp_path, 20)
    taken = run(*audit.command(house), folder=tmp_path)
    assert 270 <= house.average_size() <= 310
    assert taken.wall >= 0.05
    assert taken.mebibytes >= 10


def test_a_hotel_that_is_not_in_sync_is_not_measured(tmp_path: Path) -> None:
    house = hotels.offline(tmp_path, 20)
    house.put(hotels.FIRST_ROOM + 1, hotels.vacant(hotels.FIRST_ROOM + 1))
    with pytest.raises(Broken, match="exit 2"):
        run(*audit.command(house), folder=tmp_path)


def test_the_guests_of_the_bench_say_what_a_pms_says() -> None:
    records = [parse(text) for text in Guests(range(1001, 1011), Random(1)).records(500)]  # noqa: S311 - repeatable
    translator = Translator(Voice("pms", ZoneInfo("UTC")))
    heard = [translator.heard(record, datetime.now(UTC)) for record in records if record is not None]
    assert len(heard) == 500
    assert not any(each.anomalies for each in heard)
    kinds = {type(event).__name__ for each in heard for event in each.events}
    assert kinds >= {"CheckedIn", "CheckedOut", "Changed", "Moved", "StatusTold", "WakeupAsked"}


def test_a_bare_pms_comes_alive_and_is_heard_to_the_last_record() -> None:
    with bare_pms() as pms, socket.create_connection((pms.host, pms.port)) as vendor:
        vendor.sendall(framed(["LD|IFPB|", "LA|", "DR|"]))
        pms.wait()
        pms.say(everybody([1001, 1002]))
        told = b""
        while not told.endswith(b"|\x03") or told.count(b"\x02DE") < 2:
            told += vendor.recv(4096)
        vendor.sendall(framed(["LE|"]))
    assert told.count(b"\x02GI") == 2
