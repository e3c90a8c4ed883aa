"""`reconcile forget` while a controller runs: nothing of the guest is left in any file, open or not."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.zoom_cloud import ZoomCloud
from tests.reconciler.house import Service, free_address, in_this_process, wait_for


@pytest.fixture
def house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Service]:
    cloud = ZoomCloud("business")
    for number in range(1001, 1011):
        cloud.add_user(number)
    desk = free_address()
    usual = {
        "rooms": ["1001-1010"],
        "desk": {"listen": desk},
        "zoom": {"share": 1.0, "plan": "business"},
        "safety": {"max_blanked": "100%"},
    }
    with cloud.serve_in_thread() as url:
        house = Service(tmp_path, cloud, url, in_this_process(monkeypatch, capsys), usual, desk)
        house.configure()
        yield house


def files_with(house: Service, word: str) -> list[str]:
    """The files of the state folder in which the word can be read."""
    files = [path for path in house.state.rglob("*") if path.is_file()]
    return [path.name for path in files if word.encode() in path.read_bytes()]


def test_a_guest_is_forgotten_by_the_running_controller(house: Service) -> None:
    for room in range(1001, 1011):
        house.guest(room, "Marisol", "Quisquilla")
    with house.running() as process:
        wait_for(
            lambda: house.shown(1001, 1010) == [f"Marisol Quisquilla {n}" for n in (1001, 1010)], process
        )
        for room in range(1001, 1011):
            house.document(room, "occupied: false")
        wait_for(lambda: house.shown(1001, 1010) == ["Room 1001", "Room 1010"], process)
        wait_for(lambda: len(house("history", "--format", "json").json["history"]) == 60, process)
        assert "housephone.sqlite-wal" in files_with(house, "Quisquilla")

        ran = house("forget", "--name", "Quisquilla", "--yes")

        assert (ran.code, ran.err) == (0, "")
        assert "changes in the history lose the name" in ran.out
        assert files_with(house, "Quisquilla") == []
        house.guest(1002, "Kwame", "Mensah")
        wait_for(lambda: house.shown(1002) == ["Kwame Mensah 1002"], process)
    assert files_with(house, "Quisquilla") == []
    assert json.dumps(house("history", "--format", "json").json).count("(erased)") == 60
