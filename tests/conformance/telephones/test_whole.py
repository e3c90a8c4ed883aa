"""The whole hotel: the real `reconcile run` between a PMS, Zoom, a real PBX and real telephones."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest

from fixtures.hotel_pms import Guest, HotelPms, Options
from fixtures.zoom_cloud import ZoomCloud
from tests.conformance.telephones import sipp
from tests.conformance.telephones.peers import HOST, PASSWORD, Pbx, free_port, free_range
from tests.conformance.telephones.sipp import Telephone
from tests.reconciler.house import COMMAND, ROOT, Service, ended, free_address, started

pytestmark = pytest.mark.integration

SOUZA = Guest("Souza", "Ana", reservation="84311")
LIMA = Guest("Lima", "Rui", reservation="84400")
SPEECH = "/usr/share/sip-tester/g711a.pcap"


class Night:
    """A hotel with two channels, room 1001 with a telephone, and its PMS."""

    def __init__(self, folder: Path, pbx: Pbx, pms: HotelPms, service: Service) -> None:
        self.folder = folder
        self.pbx = pbx
        self.pms = pms
        self.service = service
        self.extension = ""
        self.plugged: list[Telephone] = []

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """The controller runs, its link is up and its channels are registered."""
        before = {user: len(self.pbx.registrations(user)) for user in ("9001", "9002")}
        with (self.folder / "run.log").open("wb") as log:
            process = Popen(
                [*COMMAND, *self.service.words("run")], cwd=ROOT, stdin=DEVNULL, stdout=DEVNULL, stderr=log
            )
        try:
            self.pms.wait(lambda: self.pms.alive, 40)
            self.pms.wait(lambda: all(len(self.pbx.registrations(u)) > n for u, n in before.items()), 20)
            yield
        finally:
            process.terminate()
            process.wait(timeout=20)

    def telephone(self, scenario: str, *arguments: str) -> Telephone:
        """A telephone; without arguments that of the room."""
        port = free_port() if arguments else int(self.extension)
        telephone = Telephone(self.folder, scenario, port, arguments=("-rtp_echo", *arguments))
        telephone.start()
        self.plugged.append(telephone)
        return telephone

    def room_dials(self, keys: str) -> Telephone:
        """Somebody in the room calls us and presses keys."""
        then = sipp.pause(1.0) + "".join(map(sipp.press, keys))
        scenario = sipp.calls("9001", caller=self.extension, then=then)
        return self.telephone(scenario, f"{HOST}:{self.pbx.port}", "-m", "1")

    def results(self) -> list[str]:
        return self.pms.heard("WA")

    def wakes(self, within: float = 3) -> None:
        """The PMS asks for a wake-up call in the room."""
        self.pms.wake_up("1001", self.pms.local().replace(microsecond=0) + timedelta(seconds=within))


@pytest.fixture
def night(tmp_path: Path, pbx: Pbx) -> Iterator[Night]:
    room = free_port()
    cloud = ZoomCloud("business")
    cloud.add_user(room, "Room", str(room), f"Room {room}")
    pms = HotelPms(["1001"], Options(), zone="America/New_York")
    (tmp_path / "rooms").mkdir()
    password = tmp_path / "password"
    password.write_text(PASSWORD)
    low, high = free_range(40)
    with cloud.serve_in_thread() as url, pms.serve_in_thread() as port:
        desk = free_address()
        usual = {
            "rooms": [{"room": "1001", "extensions": [str(room)]}],
            "zoom": {"share": 1.0},
            "desk": {"listen": desk},
            "pms": [{"kind": "fias", "host": HOST, "port": port}],
            "sip": {
                "pbx": {"address": HOST, "port": pbx.port},
                "local": {"address": HOST, "port": free_port(), "media_ports": f"{low}-{high}"},
                "accounts": [{"user": user, "password_file": str(password)} for user in ("9001", "9002")],
            },
            "voice": {"operator": "7000", "wakeup": {"ring": 5, "attempts": 1, "alert_repeat": 60}},
        }
        service = Service(tmp_path, cloud, url, lambda words: ended(started(words)), usual, desk)
        service.configure()
        night = Night(tmp_path, pbx, pms, service)
        night.extension = str(room)
        try:
            yield night
        finally:
            for telephone in night.plugged:
                telephone.stop()
        assert pms.mistakes == []
        assert cloud.violations == []


def test_a_guest_is_woken_by_the_pms_presses_a_key_and_the_pms_gets_exactly_one_ok(night: Night) -> None:
    night.pms.check_in("1001", SOUZA)
    then = sipp.pause(0.5) + sipp.press("1")
    night.telephone(sipp.picks_up(then=then))
    with night.at_work():
        night.wakes()
        night.pms.wait(night.results, 20)
    (told,) = night.results()
    assert "AS" in told
    assert list(night.pms.wake_up_results().values()) == ["OK"]
    assert night.plugged[0].passed().count("INVITE sip:") == 1


def test_a_busy_room_is_reported_as_busy(night: Night) -> None:
    night.pms.check_in("1001", SOUZA)
    night.telephone(sipp.refuses("486 Busy Here"))
    with night.at_work():
        night.wakes()
        night.pms.wait(night.results, 20)
    assert list(night.pms.wake_up_results().values()) == ["BY"]


def test_a_maids_code_arrives_at_the_pms_with_the_half_that_the_room_has(night: Night) -> None:
    night.pms.check_in("1001", SOUZA)
    with night.at_work():
        night.room_dials("633471#")
        night.pms.wait(lambda: night.pms.room_states, 25)
    assert night.pms.room_states == {"1001": "4"}


def test_a_forwarded_call_becomes_a_message_that_is_gone_for_the_next_guest(night: Night) -> None:
    night.pms.check_in("1001", SOUZA)
    diversion = f"Diversion: <sip:{night.extension}@pbx.example>;reason=no-answer\n"
    speech = f'<nop><action><exec play_pcap_audio="{SPEECH}"/></action></nop>\n'
    with night.at_work():
        then = sipp.pause(9) + speech + sipp.pause(4) + sipp.press("#")
        scenario = sipp.calls("9001", diversion, caller="15550101234", then=then)
        night.telephone(scenario, f"{HOST}:{night.pbx.port}", "-m", "1")
        night.pms.wait(lambda: night.pms.messages.get("1001") == "Y", 40)
        night.pms.check_out("1001")
        night.pms.check_in("1001", LIMA)
        night.pms.wait(lambda: night.pms.messages.get("1001") == "N", 40)
        assert len(list((night.folder / "state" / "mail").glob("*.wav"))) == 1


def test_the_running_controller_makes_a_test_call_and_tells_how_its_channels_are(night: Night) -> None:
    night.telephone(sipp.picks_up(then=sipp.pause(0.5) + sipp.press("7")))
    with night.at_work():
        tried = night.service("testcall", "1001")
        assert tried.code == 0, tried.err
        assert "keys      7" in tried.out.splitlines()
        assert tried.out.startswith(f"dialled   {night.extension} over channel 900")
        checked = night.service("check").out.splitlines()
        assert {"ok   channel 9001: is registered", "ok   channel 9002: is registered"} <= set(checked)
        _, answer = night.service.get("/readyz")
        assert [each["registered"] for each in json.loads(answer)["channels"]] == [True, True]
        _, metrics = night.service.get("/metrics")
        assert 'housephone_calls_total{direction="out"' in metrics
    assert night.service("show").code == 0


def test_without_a_controller_a_test_call_opens_lines_of_its_own(night: Night) -> None:
    night.telephone(sipp.refuses("486 Busy Here"))
    tried = night.service("testcall", "1001")
    assert tried.code == 1
    assert tried.out.splitlines()[-1] == "ended     busy (SIP 486)"
