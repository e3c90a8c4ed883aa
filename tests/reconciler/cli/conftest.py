"""A hotel at the command line: its folder, a simulated Zoom, and `reconcile` run in this process."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fixtures.zoom_cloud import ZoomCloud
from reconciler.cli import main


@dataclass(frozen=True)
class Ran:
    """What one command printed and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class House:
    """One hotel's folder, and the command line in front of it."""

    folder: Path
    cloud: ZoomCloud
    url: str
    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]
    settings: dict[str, Any] = field(default_factory=dict)

    def configure(self, **settings: Any) -> None:
        """Write the configuration, with these settings beside what every hotel needs."""
        zoom = {
            "url": self.url, "account_id": self.cloud.account_id, "client_id": self.cloud.client_id,
            "client_secret": self.cloud.client_secret, "share": 0.9,
        }  # fmt: skip
        needed = {
            "property": {"name": "Harbour View", "timezone": "America/New_York"},
            "rooms": ["1001-1006"],
        }
        self.settings = {**needed, "zoom": zoom | settings.pop("zoom", {}), **settings}
        self.config.write_text(json.dumps({k: v for k, v in self.settings.items() if v is not None}))

    @property
    def config(self) -> Path:
        return self.folder / "housephone.yaml"

    @property
    def state(self) -> Path:
        return self.folder / "state"

    def document(self, room: str, text: str) -> Path:
        path = self.folder / "rooms" / f"{room}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f'room: "{room}"\n{text}\n', encoding="utf-8")
        return path

    def __call__(self, *words: object) -> Ran:
        """Run `reconcile --config … WORDS` and wait for its end."""
        arguments = ["reconcile", "--config", str(self.config), *map(str, words)]
        self.capsys.readouterr()
        self.monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as ended:
            main()
        printed = self.capsys.readouterr()
        assert isinstance(ended.value.code, int)
        return Ran(ended.value.code, printed.out, printed.err)


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
    with cloud.serve_in_thread() as url:
        house = House(tmp_path, cloud, url, monkeypatch, capsys)
        house.configure()
        yield house
