"""The PMS at the command line while a controller holds its link: orders, resyncs, check, readiness."""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from fixtures.hotel_pms import Guest, HotelPms, Options
from fixtures.hotel_pms.clock import SystemClock
from fixtures.zoom_cloud import ZoomCloud
from tests.reconciler.house import Ran, Service, ended, free_address, in_this_process, wait_for

ROOMS = [str(number) for number in range(1001, 1007)]


class LateClock(SystemClock):
    """A clock that is ten minutes slow."""

    def now(self) -> datetime:
        return super().now() - timedelta(minutes=10)


@dataclass
class Hotel:
    """A controller at work with Zoom and its PMS."""

    house: Service
    pms: HotelPms
    process: Any

    def __call__(self, *words: object) -> Ran:
        return self.house(*words)

    def wait(self, true: Any) -> None:
        wait_for(true, self.process)

    def readyz(self) -> tuple[int, Any]:
        status, body = self.house.get("/readyz")
        return status, json.loads(body)

    def problems(self) -> dict[str, str]:
        return {problem["code"]: problem["message"] for problem in self.readyz()[1]["problems"]}


class Opening:
    """Opens hotels and closes them all at the end."""

    def __init__(self, folder: Path, cloud: ZoomCloud, run: Any, open_: ExitStack) -> None:
        self._folder, self._cloud, self._run, self._open = folder, cloud, run, open_

    def __call__(self, pms: HotelPms | None = None, **link: Any) -> Hotel:
        house, pms = self._build(pms, link)
        hotel = Hotel(house, pms, self._open.enter_context(house.running()))
        hotel.wait(lambda: house.shown(1001, 1002) == ["Ana Souza 1001", "Kwame Brandvold 1002"])
        return hotel

    def watched(self) -> Hotel:
        """A hotel in front of which only a shadow is."""
        house, pms = self._build(None, {})
        hotel = Hotel(house, pms, self._open.enter_context(house.running("--dry-run")))
        hotel.wait(lambda: "Souza" in house("show", 1001).out and "Brandvold" in house("show", 1002).out)
        hotel.wait(lambda: "pms_down" not in house("show").out)
        return hotel

    def refused(self) -> Hotel:
        """A hotel whose PMS was given another key."""
        pms = HotelPms(
            ROOMS, Options(auth_key="FidCrypt0S|GVDpVnl6qYlTQXQJZxXdbw=="), zone="America/New_York"
        )
        house, pms = self._build(pms, {"auth_key": "FidCrypt0S|AAAAVnl6qYlTQXQJZxXdbw=="})
        hotel = Hotel(house, pms, house.start("run"))
        self._open.callback(ended, hotel.process)
        self._open.callback(hotel.process.terminate)
        hotel.wait(lambda: house.get("/readyz")[0] == 503)
        hotel.wait(lambda: hotel.readyz()[1]["links"][0]["state"] == "refused")
        return hotel

    def _build(self, pms: HotelPms | None, link: dict[str, Any]) -> tuple[Service, HotelPms]:
        pms = pms or HotelPms(ROOMS, zone="America/New_York")
        pms.settle("1001", Guest("Souza", "Ana", language="pt"))
        pms.settle("1002", Guest("Brandvold", "Kwame"))
        port = self._open.enter_context(pms.serve_in_thread())
        url, desk = self._open.enter_context(self._cloud.serve_in_thread()), free_address()
        links = [{"kind": "fias", "host": "127.0.0.1", "port": port, **link}]
        usual = {"rooms": ["1001-1006"], "desk": {"listen": desk}, "pms": links}
        house = Service(self._folder, self._cloud, url, self._run, usual, desk)
        house.configure()
        return house, pms


@pytest.fixture
def opened(
    tmp_path: Path, cloud: ZoomCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Opening]:
    with ExitStack() as open_:
        yield Opening(tmp_path, cloud, in_this_process(monkeypatch, capsys), open_)


def link_lines(hotel: Hotel) -> list[str]:
    return [line for line in hotel("check").out.splitlines() if " PMS link " in line]


def test_what_the_desk_asks_for_is_done_and_the_pms_hears_its_part(opened: Opening) -> None:
    hotel = opened()
    said = hotel("checkin", 1003, "--first", "Noor", "--last", "Farnham", "--reservation", "90001")
    assert said.out == "room 1003: checked in; the running controller knows\n"
    hotel.wait(lambda: hotel.house.shown(1003) == ["Noor Farnham 1003"])
    tomorrow = (hotel.pms.local() + timedelta(days=1)).replace(hour=7, minute=0, second=0, microsecond=0)
    time = f"{tomorrow:%Y-%m-%dT%H:%M}"
    assert hotel("wakeup", "add", 1003, time).code == 0
    assert hotel("roomstatus", 1003, "clean", "--id", "M17").code == 0
    assert hotel("move", 1003, 1004).code == 0
    hotel.wait(lambda: hotel.house.shown(1003, 1004) == ["Room 1003", "Noor Farnham 1004"])
    (call,) = hotel("show", 1004, "--format", "json").json["rooms"][0]["wakeups"]
    assert call["status"] == "pending"
    assert hotel("swap", 1001, 1002).code == 0
    hotel.wait(lambda: hotel.house.shown(1001, 1002) == ["Kwame Brandvold 1001", "Ana Souza 1002"])
    assert hotel("checkout", 1004, "--reservation", "90001").code == 0
    hotel.wait(lambda: hotel.house.shown(1004) == ["Room 1004"])

    declined = hotel("checkout", 1004)
    assert (declined.code, declined.out) == (1, "")
    assert declined.err == (
        "reconcile: room 1004: nobody is checked in there\n  remedy: see `reconcile show 1004`\n"
    )
    assert hotel("roomstatus", 1003, "shiny").code == 64
    hotel.wait(lambda: len(hotel.pms.heard("RE")) == 1 and hotel.pms.heard("WR"))
    assert hotel.pms.heard("RE") == ["RE|RN1003|RS4|IDM17|"]
    assert hotel.pms.heard("WR")[0] == f"WR|RN1003|DA{tomorrow:%y%m%d}|TI070000|"


def test_a_link_that_lives_is_reported_by_the_controller_and_not_tried(opened: Opening) -> None:
    hotel = opened()
    connections = hotel.pms.connections
    lines = link_lines(hotel)
    assert [line[:5] for line in lines] == ["ok   "] * 4
    assert lines[1].startswith("ok   PMS link pms: alive since ")
    assert lines[2] == "ok   PMS link pms, clock: agrees with ours"
    assert lines[3] == "ok   PMS link pms: it has named all 6 rooms"
    assert hotel.pms.connections == connections
    status, body = hotel.readyz()
    assert status == 200
    assert body["links"][0]["state"] == "alive"


def test_a_clock_of_the_pms_that_goes_wrong_is_found(opened: Opening) -> None:
    hotel = opened(HotelPms(ROOMS, zone="America/New_York", clock=LateClock()))
    (line,) = [line for line in link_lines(hotel) if "clock" in line]
    assert line.startswith("warn PMS link pms, clock: the PMS's clock is 60")
    assert "s behind ours → " in line


def test_a_wrong_time_zone_looks_like_one(opened: Opening) -> None:
    hotel = opened(HotelPms(ROOMS, zone="America/Chicago"))
    (line,) = [line for line in link_lines(hotel) if "clock" in line]
    assert "the PMS's clock is 1.0 h behind ours" in line
    assert "is property.timezone America/New_York the PMS's, too?" in line


def test_a_link_that_is_down_is_told_with_the_reason(opened: Opening) -> None:
    hotel = opened()
    hotel.pms.go_down()
    hotel.wait(lambda: hotel.readyz()[0] == 503)
    _, body = hotel.readyz()
    assert not body["legs"]["pms"]["ok"]
    assert body["legs"]["zoom"]["ok"]
    (line,) = [line for line in link_lines(hotel) if line.startswith("bad ")]
    assert "PMS link pms: down since " in line
    assert " → the controller tries again by itself" in line
    assert hotel("wakeup", "add", 1001, "0630").code == 0, "what the PMS is owed waits in the store"
    asked = hotel("pms", "resync").out
    assert asked.startswith("pms: the PMS will be asked for every room when the link is up; now 127.0.0.1:")
    hotel.pms.come_up()
    hotel.wait(lambda: hotel.pms.heard("WR"))
    assert hotel.readyz()[0] == 200


def test_of_a_key_that_the_pms_refused_nobody_says_that_it_is_tried_again(opened: Opening) -> None:
    hotel = opened.refused()
    assert "again and again" not in hotel.problems()["pms_down"]
    (line,) = [line for line in link_lines(hotel) if line.startswith("bad ")]
    assert "the PMS does not take our key" in line
    assert line.endswith(
        " → put the key right, then `reconcile pms resync`: before that it is not tried again"
    )


def test_whoever_looks_hears_that_the_pms_is_gone_and_since_when(opened: Opening) -> None:
    hotel = opened()
    hotel.wait(lambda: "pms_down" not in hotel("show").out)
    hotel.pms.go_down()
    hotel.wait(lambda: "pms_down" in hotel.problems())
    hotel.wait(lambda: "pms_down" in hotel("show").out)
    for words in (("show",), ("show", 1001), ("--dry-run",)):
        said = hotel(*words).out
        assert "PMS link pms is down since " in said, words
        assert "so guests may have come and gone since" in said
        assert last_record(said)
    last = last_record(hotel("show").out)

    hotel.process.kill()
    hotel.process.wait()
    said = hotel("show").out
    assert "PMS link pms: no controller runs, so nothing is heard of the PMS" in said
    assert last_record(said) == last
    again = hotel.house.start("run")
    try:
        wait_for(lambda: "pms_down" in hotel.house.get("/readyz")[1], again)
        assert last_record(hotel.problems()["pms_down"]) == last, "a restart does not forget it"
        hotel.pms.come_up()
        wait_for(lambda: not hotel.problems(), again)
        wait_for(lambda: "pms_down" not in hotel("show").out, again)
    finally:
        again.terminate()
        assert ended(again).code == 0


def last_record(said: str) -> str:
    return said.partition("(its last record came ")[2].partition(")")[0]


def test_a_resync_that_would_empty_the_house_waits_for_somebodys_word(opened: Opening) -> None:
    hotel = opened()
    resyncs = len(hotel.pms.heard("DR"))
    assert hotel("pms", "resync").out == "pms: the PMS is asked for every room\n"
    hotel.wait(lambda: len(hotel.pms.heard("DR")) == resyncs + 1)
    hotel.wait(lambda: hotel.readyz()[1]["links"][0]["state"] == "alive")
    hotel.pms.tell_verbatim(f"DS|DA{hotel.pms.local():%y%m%d}|TI{hotel.pms.local():%H%M%S}|")
    for room in ROOMS:
        hotel.pms.tell_verbatim(f"GO|RN{room}|SF|")
    hotel.pms.tell_verbatim(f"DE|DA{hotel.pms.local():%y%m%d}|TI{hotel.pms.local():%H%M%S}|")
    hotel.wait(lambda: "resync_held" in hotel.problems())
    assert "would empty 2 rooms at once" in hotel.problems()["resync_held"]
    assert "resync_held" in hotel("show").out
    assert "resync_held (1)" in hotel("--dry-run").out
    assert hotel.house.shown(1001) == ["Ana Souza 1001"]

    assert hotel("pms", "resync", "--release").out == "2 rooms are checked out\n"
    hotel.wait(lambda: hotel.house.shown(1001, 1002) == ["Room 1001", "Room 1002"])
    assert hotel.problems() == {}
    assert hotel("pms", "resync", "--release").out == "no resync is held\n"
    declined = hotel("pms", "resync", "--link", "tower")
    assert declined.code == 1
    assert "there is no PMS link tower" in declined.err
    assert "the links are: pms" in declined.err


ORDERS = (
    ("checkin", 1003, "--last", "Farnham"), ("checkout", 1001), ("move", 1001, 1003), ("swap", 1001, 1002),
    ("dnd", 1001, "on"), ("roomstatus", 1003, "clean"), ("wakeup", "add", 1001, "0630"),
    ("wakeup", "cancel", 1001, "0630"),
)  # fmt: skip


def test_a_shadow_takes_no_word_of_the_desk_and_says_that_it_is_there(opened: Opening) -> None:
    hotel = opened.watched()
    connections, before = hotel.pms.connections, hotel("show", "--format", "json").json
    for order in ORDERS:
        refused = hotel(*order)
        assert (refused.code, refused.out) == (1, ""), order
        assert f"a shadow (`reconcile run --dry-run`, process {hotel.process.pid} since " in refused.err
        assert "tell it to the system that looks after the guests now" in refused.err
    assert hotel("show", "--format", "json").json == before

    lines = hotel("check").out.splitlines()
    assert any(line.startswith("ok   controller: a shadow is running") for line in lines)
    assert any(line.startswith("ok   PMS link pms: alive since ") for line in lines)
    assert not any("`reconcile run` connects" in line for line in lines)
    assert hotel("pms", "resync").out == "pms: the PMS is asked for every room\n"
    hotel.wait(lambda: len(hotel.pms.heard("DR")) == 2)
    assert hotel("--dry-run").code == 2
    assert hotel.house.patches() == 0
    assert hotel.pms.connections == connections


def test_a_word_of_the_desk_reaches_no_store_behind_a_shadow_that_does_not_answer(opened: Opening) -> None:
    hotel = opened.watched()
    (hotel.house.state / "controller.json").unlink()  # as on another machine of the same store
    refused = hotel("checkin", 1003, "--last", "Farnham")
    assert (refused.code, refused.out) == (1, "")
    assert f"a shadow (`reconcile run --dry-run`, process {hotel.process.pid} on " in refused.err
    asked = hotel("pms", "resync")
    assert asked.code == 1
    assert f"`reconcile run --dry-run` holds the PMS links: process {hotel.process.pid} on " in asked.err
    assert "start it with `reconcile run`" not in asked.err
    (held,) = [line for line in link_lines(hotel) if "holds it" in line]
    assert held.startswith("off  PMS link pms: `reconcile run --dry-run` holds it: process ")


def test_where_a_shadow_was_killed_no_word_waits_for_the_cut_over(opened: Opening) -> None:
    hotel = opened.watched()
    hotel.process.kill()
    hotel.process.wait()
    for order in ORDERS:
        refused = hotel(*order)
        assert (refused.code, refused.out) == (1, ""), order
        assert f"was a shadow (`reconcile run --dry-run`, process {hotel.process.pid} on " in refused.err
        assert "start the shadow again and stop it with Ctrl-C" in refused.err
    with hotel.house.running("--dry-run"):
        pass
    assert hotel("roomstatus", 1003, "clean").code == 0, "whoever ends it in good order may speak again"


def test_beside_a_shadow_rooms_are_set_aside_for_the_cut_over(opened: Opening) -> None:
    hotel = opened.watched()
    paused = hotel("pause", 1001, "--reason", "engineer at work")
    assert paused.out == (
        "room 1001 is paused until it is resumed; the shadow knows, and `reconcile run` will after the cut-over\n"
    )
    hotel.wait(lambda: "engineer at work" in hotel("show", 1001).out)
    assert "the shadow knows" in hotel("resume", 1001).out


def test_the_log_of_records_is_kept_when_it_is_asked_for(opened: Opening) -> None:
    hotel = opened(log={"enabled": False})
    folder = hotel.house.state / "pms"
    assert not list(folder.glob("*"))
    assert hotel("debug", "on", "pms").code == 0
    hotel.pms.check_in("1003", Guest("Farnham", "Noor"))
    hotel.wait(lambda: list(folder.glob("*.jsonl")))
    hotel.wait(lambda: "GI|RN1003|" in (text := next(folder.glob("*.jsonl")).read_text()) and text)
    assert "Farnham" not in next(folder.glob("*.jsonl")).read_text()
    assert "still logged" not in hotel("debug", "off", "pms").out
    size = next(folder.glob("*.jsonl")).stat().st_size
    hotel.pms.check_out("1003")
    hotel.wait(lambda: hotel.house.shown(1003) == ["Room 1003"])
    assert next(folder.glob("*.jsonl")).stat().st_size == size
