"""A hotel's night over plain lines: real telephones played by sipp, and what the PMS is told."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conformance.telephones import sipp
from tests.conformance.telephones.night import LIMA, SOUZA, Night, a_night
from tests.conformance.telephones.peers import HOST, Pbx, free_port
from tests.conformance.telephones.sipp import Telephone
from tests.reconciler.house import ended, started, wait_for

pytestmark = pytest.mark.integration

SPEECH = "/usr/share/sip-tester/g711a.pcap"


class Plugs:
    """Where telephones are plugged in. The room's telephone has the room's extension as its port."""

    def __init__(self, night: Night) -> None:
        self._night = night
        self.plugged: list[Telephone] = []

    def in_the_room(self, scenario: str) -> Telephone:
        """The telephone of the room."""
        return self._plug_in(scenario, int(self._night.extension))

    def elsewhere(self, scenario: str) -> Telephone:
        """Somebody who calls once through the PBX."""
        return self._plug_in(scenario, free_port(), f"{HOST}:{self._night.pbx.port}", "-m", "1")

    def _plug_in(self, scenario: str, port: int, *arguments: str) -> Telephone:
        telephone = Telephone(self._night.folder, scenario, port, arguments=("-rtp_echo", *arguments))
        telephone.start()
        self.plugged.append(telephone)
        return telephone


@pytest.fixture
def night(tmp_path: Path, pbx: Pbx) -> Iterator[Night]:
    with a_night(tmp_path, pbx, str(free_port())) as night:
        yield night


@pytest.fixture
def plugs(night: Night) -> Iterator[Plugs]:
    plugs = Plugs(night)
    yield plugs
    for telephone in plugs.plugged:
        telephone.stop()


def test_a_guest_is_woken_by_the_pms_presses_a_key_and_the_pms_gets_exactly_one_ok(
    night: Night, plugs: Plugs
) -> None:
    night.pms.check_in("1001", SOUZA)
    then = sipp.pause(0.5) + sipp.press("1")
    room = plugs.in_the_room(sipp.picks_up(then=then))
    with night.at_work():
        night.wakes()
        night.pms.wait(night.results, 20)
    (told,) = night.results()
    assert "AS" in told
    assert list(night.pms.wake_up_results().values()) == ["OK"]
    assert room.passed().count("INVITE sip:") == 1


def test_a_busy_room_is_reported_as_busy(night: Night, plugs: Plugs) -> None:
    night.pms.check_in("1001", SOUZA)
    plugs.in_the_room(sipp.refuses("486 Busy Here"))
    with night.at_work():
        night.wakes()
        night.pms.wait(night.results, 20)
    assert list(night.pms.wake_up_results().values()) == ["BY"]


def test_a_maids_code_arrives_at_the_pms_with_the_half_that_the_room_has(night: Night, plugs: Plugs) -> None:
    night.pms.check_in("1001", SOUZA)
    with night.at_work():
        night.knows(SOUZA)
        then = sipp.pause(1.0) + "".join(map(sipp.press, "633471#"))
        plugs.elsewhere(sipp.calls("9001", caller=night.extension, then=then))
        night.pms.wait(lambda: night.pms.room_states, 25)
    assert night.pms.room_states == {"1001": "4"}


def test_a_forwarded_call_becomes_a_message_that_is_gone_for_the_next_guest(
    night: Night, plugs: Plugs
) -> None:
    night.pms.check_in("1001", SOUZA)
    diversion = f"Diversion: <sip:{night.extension}@pbx.example>;reason=no-answer\n"
    speech = f'<nop><action><exec play_pcap_audio="{SPEECH}"/></action></nop>\n'
    with night.at_work():
        night.knows(SOUZA)
        then = sipp.pause(9) + speech + sipp.pause(4) + sipp.press("#")
        scenario = sipp.calls("9001", diversion, caller="15550101234", then=then)
        plugs.elsewhere(scenario)
        night.pms.wait(lambda: night.pms.messages.get("1001") == "Y", 40)
        night.pms.check_out("1001")
        night.pms.check_in("1001", LIMA)
        night.pms.wait(lambda: night.pms.messages.get("1001") == "N", 40)
        assert len(night.recordings()) == 1


def test_the_running_controller_makes_a_test_call_and_tells_how_its_channels_are(
    night: Night, plugs: Plugs
) -> None:
    plugs.in_the_room(sipp.picks_up(then=sipp.pause(0.5) + sipp.press("7")))
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


def test_a_changed_setting_cuts_no_call_off_and_neither_pbx_nor_pms_notice_it(
    night: Night, plugs: Plugs
) -> None:
    night.pms.check_in("1001", SOUZA)
    room = plugs.in_the_room(sipp.picks_up(after=2, then=sipp.pause(2) + sipp.press("1")))
    with night.at_work():
        registered = night.registrations()
        night.wakes()
        night.pms.wait(lambda: "INVITE sip:" in room.passed(), 20)
        night.service.configure(retention={"history_days": 30})
        night.pms.wait(night.results, 20)
        night.pms.wait(lambda: "configuration reloaded" in night.log(), 20)
        night.wakes(within=5)
        night.pms.wait(lambda: len(night.results()) > 1, 30)
        assert night.registrations() == registered
    assert [list(night.pms.wake_up_results().values()), room.passed().count("INVITE sip:")] == [
        ["OK", "OK"],
        2,
    ]
    assert (len(night.pms.heard("LD")), len(night.pms.heard("LE"))) == (1, 1)


def test_changed_lines_are_opened_anew_and_ring(night: Night, plugs: Plugs) -> None:
    night.pms.check_in("1001", SOUZA)
    plugs.in_the_room(sipp.picks_up(then=sipp.pause(0.5) + sipp.press("1")))
    with night.at_work():
        registered = night.registrations()
        sip = night.service.usual["sip"]
        night.service.configure(sip=sip | {"local": sip["local"] | {"port": free_port()}})
        night.pms.wait(lambda: night.registrations() > registered, 30)
        night.wakes()
        night.pms.wait(night.results, 20)
    assert list(night.pms.wake_up_results().values()) == ["OK"]
    assert len(night.pms.heard("LD")) == 1


def test_without_a_controller_a_test_call_opens_lines_of_its_own(night: Night, plugs: Plugs) -> None:
    plugs.in_the_room(sipp.refuses("486 Busy Here"))
    tried = night.service("testcall", "1001")
    assert tried.code == 1
    assert tried.out.splitlines()[-1] == "ended     busy (SIP 486)"


def test_without_a_controller_a_call_that_comes_in_meanwhile_is_shown_and_turned_away(
    night: Night, plugs: Plugs
) -> None:
    room = plugs.in_the_room(sipp.picks_up())
    process = started(night.service.words("testcall", "1001"))
    wait_for(lambda: "ACK sip:" in room.passed(), process)
    diversion = f"Diversion: <sip:{night.extension}@pbx.example>;reason=no-answer\n"
    caller = plugs.elsewhere(sipp.is_refused("9002", diversion, status=480))
    assert caller.went_well(), caller.mistakes()
    shown = ended(process).out.splitlines()
    assert "came in   over channel 9002" in shown
    assert f"          Diversion: <sip:{night.extension}@pbx.example>;reason=no-answer" in shown
    assert shown[-1] == "          leads to the mailbox of room 1001, by Diversion 1"
