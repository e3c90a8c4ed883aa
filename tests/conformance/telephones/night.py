"""The whole hotel: the real `reconcile run` between a PMS, Zoom and a real PBX. Telephones are the tests' own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from subprocess import DEVNULL, Popen
from typing import Any

from fixtures.hotel_pms import Guest, HotelPms, Options
from fixtures.zoom_cloud import ZoomCloud
from tests.conformance.telephones.peers import HOST, PASSWORD, Pbx, free_port, free_range
from tests.reconciler.house import COMMAND, ROOT, Service, ended, free_address, started

SOUZA = Guest("Souza", "Ana", reservation="84311")
LIMA = Guest("Lima", "Rui", reservation="84400")
OPERATOR = "9150"
CHANNELS = ("9001", "9002")
LOG = "run.log"


@dataclass
class Night:
    """A hotel with two channels, room 1001 with a telephone of this extension, and its PMS."""

    folder: Path
    pbx: Pbx
    pms: HotelPms
    service: Service
    cloud: ZoomCloud
    extension: str

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """The controller runs, its link is up and its channels are registered."""
        before = self.registrations()
        said = self.folder / LOG
        with said.open("wb") as log:
            process = Popen(
                [*COMMAND, *self.service.words("run")], cwd=ROOT, stdin=DEVNULL, stdout=DEVNULL, stderr=log
            )

        def works() -> bool:
            assert process.poll() is None, said.read_text(encoding="utf-8")
            registered = zip(self.registrations(), before, strict=True)
            return self.pms.alive and all(now > then for now, then in registered)

        try:
            self.pms.wait(works, 60)
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)

    def log(self) -> str:
        """What the controller has said."""
        return (self.folder / LOG).read_text(encoding="utf-8")

    def registrations(self) -> list[int]:
        """How often each channel has registered, or given its registration back."""
        return [len(self.pbx.registrations(user)) for user in CHANNELS]

    def knows(self, guest: Guest) -> None:
        """Wait until the guest is in: the telephone shows the name."""
        telephone = self.cloud.extension(int(self.extension))
        self.pms.wait(lambda: guest.last in telephone.display_name, 20)

    def wakes(self, within: float = 3) -> None:
        """The PMS asks for a wake-up call in the room."""
        self.pms.wake_up("1001", self.pms.local().replace(microsecond=0) + timedelta(seconds=within))

    def results(self) -> list[str]:
        """What the PMS was told of wake-up calls."""
        return self.pms.heard("WA")

    def recordings(self) -> list[Path]:
        """The messages that are kept, heard or not."""
        return list((self.folder / "state" / "mail").glob("*.wav"))


@contextmanager
def a_night(folder: Path, pbx: Pbx, extension: str, *, encrypted: bool = False) -> Iterator[Night]:
    """Such a hotel; with ``encrypted`` its lines are TLS, and no call is made or taken without SRTP."""
    cloud = ZoomCloud("business")
    cloud.add_user(int(extension), "Room", extension, f"Room {extension}")
    pms = HotelPms(["1001"], Options(), zone="America/New_York")
    (folder / "rooms").mkdir()
    with cloud.serve_in_thread() as url, pms.serve_in_thread() as port:
        desk = free_address()
        usual = {
            "rooms": [{"room": "1001", "extensions": [extension]}],
            "zoom": {"share": 1.0},
            "desk": {"listen": desk},
            "pms": [{"kind": "fias", "host": HOST, "port": port}],
            "sip": _lines(folder, pbx, encrypted=encrypted),
            "voice": {"operator": OPERATOR, "wakeup": {"ring": 5, "attempts": 1, "alert_repeat": 60}},
        }
        service = Service(folder, cloud, url, lambda words: ended(started(words)), usual, desk)
        service.configure()
        yield Night(folder, pbx, pms, service, cloud, extension)
        assert pms.mistakes == []
        assert cloud.violations == []


def _lines(folder: Path, pbx: Pbx, *, encrypted: bool) -> dict[str, Any]:
    password = folder / "password"
    password.write_text(PASSWORD)
    low, high = free_range(40)
    lines: dict[str, Any] = {
        "pbx": {"address": HOST, "port": pbx.tls_port if encrypted else pbx.port},
        "local": {"address": HOST, "port": free_port(), "media_ports": f"{low}-{high}"},
        "accounts": [{"user": user, "password_file": str(password)} for user in CHANNELS],
    }
    if encrypted:
        lines |= {"tls": {"ca_file": str(pbx.folder / "ca.pem")}, "srtp": "required"}
        lines["local"]["transport"] = "tls"
    return lines
