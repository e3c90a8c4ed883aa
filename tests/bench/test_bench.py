"""The bench measures what it says: whole processes, honest tables, hotels that are in sync."""

import socket
import struct
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from drivers.pms.fias.records import parse
from drivers.pms.fias.translate import Translator, Voice
from tests.bench import __main__ as bench
from tests.bench import audit, hotels
from tests.bench.far_end import HEAD, Packet, far_end, intervals, jitter
from tests.bench.measure import Absent, Broken, Series, run
from tests.bench.page import line, page
from tests.bench.pms import Guests, bare_pms, everybody, framed
from tests.bench.result import Bench, Result


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


def test_a_program_is_measured_with_the_byte_code_that_an_installed_one_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    asked = "import sys; sys.exit(sys.dont_write_bytecode)"
    assert run(sys.executable, "-c", asked, folder=tmp_path).wall > 0


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


def stream(*milliseconds: float) -> list[Packet]:
    """Packets of 20 ms of sound each, sent on time, that arrived then."""
    return [Packet(int(at * 1_000_000), 160 * number, 160) for number, at in enumerate(milliseconds)]


def test_sound_that_comes_on_time_has_no_jitter_and_no_gaps() -> None:
    even = stream(*range(0, 2000, 20))
    assert jitter(even) == 0
    assert set(intervals([even])) == {20}


def test_sound_that_wavers_by_eight_milliseconds_has_a_jitter_near_eight() -> None:
    wavering = stream(*(20 * number + 8 * (number % 2) for number in range(500)))
    assert 7 < jitter(wavering) <= 8
    assert set(intervals([wavering])) == {28, 12}


def test_the_far_end_tells_calls_apart_and_sends_every_packet_back() -> None:
    packets = [struct.pack("!BBHII", 0x80, 0, n, 160 * n, 7) + bytes(160) for n in range(3)]
    with (
        far_end() as end,
        socket.socket(type=socket.SOCK_DGRAM) as one,
        socket.socket(type=socket.SOCK_DGRAM) as other,
    ):
        for caller in (one, other):
            caller.settimeout(5)
            for packet in packets:
                caller.sendto(packet, ("127.0.0.1", end.port))
                assert caller.recv(2048) == packet
        streams = list(end.streams.values())
    assert [[(each.stamp, each.sound) for each in stream] for stream in streams] == [
        [(0, 160), (160, 160), (320, 160)]
    ] * 2
    assert all(0 < between < 5_000 for between in intervals(streams))
    assert len(packets[0]) == HEAD + 160


def test_a_figure_whose_peer_is_not_there_is_skipped_and_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def talk(_bench: Bench) -> Iterator[Result]:
        raise Absent("kamailio is not installed")

    monkeypatch.setitem(bench.FIGURES, "talk", talk)
    (result,) = bench.measured(["talk"], quick=True)
    assert result.met is None
    assert capsys.readouterr().out == "SKIPPED talk: kamailio is not installed\n"
