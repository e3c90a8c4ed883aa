"""A small hotel at the command line: `reconcile` runs in this process."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fixtures.zoom_cloud import ZoomCloud
from tests.reconciler.house import House, in_this_process


@pytest.fixture
def cloud() -> ZoomCloud:
    """A Zoom account with four rooms that are users, two that are common areas, and one of the staff."""
    cloud = ZoomCloud("business")
    for number in range(1001, 1005):
        cloud.add_user(number, "Room", str(number), f"Room {number}")
    for number in (1005, 1006):
        cloud.add_common_area(number, f"Room {number}")
    cloud.add_user(7001, "Ingrid", "Castellan")
    return cloud


@pytest.fixture
def house(
    tmp_path: Path, cloud: ZoomCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[House]:
    usual = {"rooms": ["1001-1006"], "zoom": {"share": 0.9}}
    with cloud.serve_in_thread() as url:
        house = House(tmp_path, cloud, url, in_this_process(monkeypatch, capsys), usual)
        house.configure()
        yield house
