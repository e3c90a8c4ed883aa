"""A hotel's night that nobody on the way can overhear: TLS, SRTP required, and telephones that insist on it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.conformance.telephones.debian_baresip import EncryptedTelephone
from tests.conformance.telephones.night import LIMA, OPERATOR, SOUZA, Night, a_night
from tests.conformance.telephones.peers import HOST, Pbx, write_certificates

pytestmark = pytest.mark.integration

ROOM = "9107"
STRANGER = "9199"
WAYS: str = f"""    # Nobody may hand a call over here.
    if (is_method("REFER")) {{ sl_send_reply("603", "Decline"); exit; }}
    # The room's telephone is not there: its calls are forwarded to the pilot.
    if (is_method("INVITE") && !has_totag() && $rU == "{ROOM}" && $fU == "{STRANGER}") {{
        append_hf("Diversion: <sip:{ROOM}@pbx.example>;reason=no-answer\\r\\n");
        $rU = "9001";
    }}
"""
GREETED_WITHIN = 12.0
"""Seconds from the answer until the greeting and its tone are surely over."""


@pytest.fixture(scope="module")
def pbx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pbx]:
    """A PBX with a certificate of our own authority. It forwards the room's calls, and takes no REFER."""
    folder = tmp_path_factory.mktemp("pbx")
    write_certificates(folder, addresses=[HOST])
    pbx = Pbx(folder, script=WAYS)
    pbx.start()
    yield pbx
    pbx.stop()


@pytest.fixture
def night(tmp_path: Path, pbx: Pbx) -> Iterator[Night]:
    with a_night(tmp_path, pbx, ROOM, encrypted=True) as night:
        yield night


@contextmanager
def telephone(night: Night, user: str = ROOM, *, waits: bool = False) -> Iterator[EncryptedTelephone]:
    """A telephone that is plugged in, and takes and makes no call without encryption."""
    telephone = EncryptedTelephone(night.folder, night.pbx, user, waits)
    with ExitStack() as plugged:
        plugged.callback(telephone.stop)
        telephone.start()
        yield telephone


def test_a_guest_is_woken_by_the_pms_presses_a_key_and_the_pms_gets_exactly_one_ok(night: Night) -> None:
    night.pms.check_in("1001", SOUZA)
    with night.at_work(), telephone(night) as room:
        night.wakes()
        room.wait_for("CALL_ESTABLISHED")
        room.press("1")
        night.pms.wait(night.results, 20)
        room.wait_for("CALL_CLOSED")
    (told,) = night.results()
    assert "AS" in told
    assert list(night.pms.wake_up_results().values()) == ["OK"]
    assert [event.get("type") for event in room.events].count("CALL_ESTABLISHED") == 1
    assert room.was_encrypted()


def test_a_busy_room_is_reported_as_busy(night: Night) -> None:
    night.pms.check_in("1001", SOUZA)
    with night.at_work(), telephone(night, waits=True) as room:
        night.wakes()
        room.wait_for("CALL_INCOMING")
        room.decline()
        night.pms.wait(night.results, 20)
    assert list(night.pms.wake_up_results().values()) == ["BY"]


def test_a_maids_code_arrives_at_the_pms_with_the_half_that_the_room_has(night: Night) -> None:
    night.pms.check_in("1001", SOUZA)
    with night.at_work(), telephone(night) as room:
        night.knows(SOUZA)
        room.dial("9001")
        room.wait_for("CALL_ESTABLISHED")
        room.press("633471#")
        night.pms.wait(lambda: night.pms.room_states, 25)
    assert night.pms.room_states == {"1001": "4"}


def test_a_forwarded_call_becomes_a_message_that_is_gone_for_the_next_guest(night: Night) -> None:
    night.pms.check_in("1001", SOUZA)
    with night.at_work():
        night.knows(SOUZA)
        with telephone(night, STRANGER) as caller:
            caller.dial(ROOM)
            caller.wait_for("CALL_ESTABLISHED")
            caller.speaks(GREETED_WITHIN)
            caller.press("#")
            night.pms.wait(lambda: night.pms.messages.get("1001") == "Y", 40)
            assert caller.was_encrypted()
        night.pms.check_out("1001")
        night.pms.check_in("1001", LIMA)
        night.pms.wait(lambda: night.pms.messages.get("1001") == "N", 40)
        assert len(night.recordings()) == 1


def test_a_guest_who_is_not_handed_over_talks_to_the_operator_by_way_of_us(night: Night) -> None:
    night.pms.check_in("1001", SOUZA)
    with night.at_work(), telephone(night) as room, telephone(night, OPERATOR) as operator:
        room.dial("9001")
        room.wait_for("CALL_ESTABLISHED")
        room.press("0")
        operator.wait_for("CALL_ESTABLISHED")
        operator.speaks(3)
        for each in (room, operator):
            each.hang_up()
            each.wait_for("CALL_CLOSED")
            assert each.heard_a_hum()
