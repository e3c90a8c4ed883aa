"""The folder that the demo plays in: a configuration, and files for what the PMS does not know."""

from __future__ import annotations

import json
import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from fixtures.hotel import House
from fixtures.zoom_cloud import ZoomCloud
from reconciler.app.schemas import schema_text
from reconciler.app.starter import local_zone
from reconciler.demo.tempo import Tempo
from reconciler.desk.serve import bind
from reconciler.errors import Fatal

LOOPBACK = "127.0.0.1"

CHANNELS = ("9001", "9002", "9003", "9004")
"""Our accounts at the telephone exchange."""

OPERATOR = "7001"
"""The front desk's telephone."""

VIP = {"1": "VIP"}
"""What the PMS's codes for important guests become on a telephone."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A folder with ``housephone.yaml`` and ``rooms/``.

    ``desk`` is where the controller answers, ``telephones`` the port at which its telephones are simulated.
    """

    folder: Path
    desk: str
    telephones: int

    @property
    def config(self) -> Path:
        """The configuration file."""
        return self.folder / "housephone.yaml"

    @property
    def log(self) -> Path:
        """Where the controller's log goes."""
        return self.folder / "controller.log"

    def path(self, room: str) -> Path:
        """A room's file."""
        return self.folder / "rooms" / f"{room}.yaml"

    def shown(self, room: str) -> str:
        """A room's file as messages name it."""
        return f"rooms/{room}.yaml"

    def read(self, room: str) -> str:
        """What a room's file says now."""
        return self.path(room).read_text(encoding="utf-8")

    def write(self, room: str, text: str) -> None:
        """Replace a room's file in one step, as good tools do, so that nobody reads half of it."""
        path = self.path(room)
        unfinished = path.with_name(f".{path.name}.tmp")
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)


@dataclass(frozen=True, slots=True)
class Peers:
    """Where the simulated Zoom, PMS and telephones are."""

    zoom: str
    pms: int
    telephones: int


@contextmanager
def staged(cloud: ZoomCloud, peers: Peers, hotel: House, tempo: Tempo) -> Iterator[Stage]:
    """Lay the folder out in a temporary place; it is gone when the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="housephone-demo-")).resolve()
    try:
        port = _free_port()
        stage = Stage(folder, f"http://{LOOPBACK}:{port}", peers.telephones)
        (folder / "rooms" / ".schema").mkdir(parents=True)
        (folder / "secrets").mkdir(mode=0o700)
        _write_private(folder / "secrets" / "zoom", cloud.client_secret)
        (folder / "rooms" / ".schema" / "room.json").write_text(schema_text("room"), encoding="utf-8")
        values = {
            "TIMEZONE": local_zone(),
            "ROOMS": json.dumps([floor.rooms for floor in hotel.rooms]),
            "ZOOM": peers.zoom,
            "ACCOUNT": cloud.account_id,
            "CLIENT": cloud.client_id,
            "PMS": str(peers.pms),
            "TELEPHONES": str(peers.telephones),
            "ACCOUNTS": json.dumps([{"user": channel} for channel in CHANNELS]),
            "OPERATOR": json.dumps(OPERATOR),
            "VIP": json.dumps(VIP),
            "INTERVAL": str(tempo.interval),
            "DRIFT_CHECK": str(tempo.sweep / 60),
            "PORT": str(port),
        }
        stage.config.write_text(_filled(values), encoding="utf-8")
        yield stage
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    """A port for the desk that stays free while the controller is down: systems lend out none below 32768."""
    for port in random.sample(range(20_000, 32_000), 100):
        try:
            bind(LOOPBACK, port).close()
        except Fatal:
            continue
        return port
    raise Fatal("no port of 100 is free on 127.0.0.1", "see what listens on all of them")


def _filled(values: dict[str, str]) -> str:
    text = files(__package__).joinpath("housephone.yaml").read_text(encoding="utf-8")
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    return text


def _write_private(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
