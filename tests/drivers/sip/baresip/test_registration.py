"""Registrations are begun one by one, renewed before anybody forgets them, and begun again when they are lost."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.sip.baresip.registration import (
    ANSWERED_WITHIN,
    CONNECTION_EVERY,
    FIRST_PAUSE,
    JITTER,
    LONGEST_PAUSE,
    LOOK,
    SPREAD,
    STAGGER,
    Registrations,
)
from drivers.sip.wire import Message, Registered

START = 1000.0
TWO_MINUTES = 120


class Registrar:
    """What a registrar sees of us, on a clock that is turned by hand."""

    def __init__(self, *users: str, seed: int = 1) -> None:
        self.now = START
        self.asked: list[tuple[float, str, str]] = []
        self.told: list[Registered] = []
        self.connected = True
        self.ours = Registrations(
            self,
            first=lambda user: self.asked.append((self.now, user, "first")),
            again=lambda user: self.asked.append((self.now, user, "again")),
            connected=lambda: self.connected,
            chance=random.Random(seed),  # noqa: S311 - repeatable
        )
        self.ours.add(users, self.now)

    def tell(self, message: Message) -> None:
        assert isinstance(message, Registered)
        self.told.append(message)

    def heard(self, call: int, pcm: bytes) -> None:
        """No call here."""

    def passes(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now < end:
            self.now += 0.25
            self.ours.look(self.now)

    def passes_until_asked(self) -> float:
        begun, known = self.now, len(self.asked)
        while len(self.asked) == known:
            self.passes(0.25)
            assert self.now - begun < 1000
        return self.now - begun


def test_accounts_register_one_after_the_other() -> None:
    registrar = Registrar(*map(str, range(9001, 9051)))
    while registrar.now < START + 2:
        registrar.ours.look(registrar.now)
        registrar.now += STAGGER
    assert [user for _, user, _ in registrar.asked] == [str(user) for user in range(9001, 9051)]
    times = [at for at, _, _ in registrar.asked]
    assert min(later - earlier for earlier, later in itertools.pairwise(times)) > 0
    assert times[-1] - START < 2


@given(st.integers(0, 1000))
def test_a_registration_that_holds_is_renewed_within_two_minutes_and_not_all_the_time(seed: int) -> None:
    registrar = Registrar("9001", seed=seed)
    registrar.passes_until_asked()
    registrar.ours.accepted("9001", registrar.now)
    assert LOOK - JITTER <= registrar.passes_until_asked() <= LOOK + JITTER + 0.5 < TWO_MINUTES
    assert registrar.asked[-1][2] == "again"
    assert registrar.told == [Registered("9001", ok=True, why="")]


@given(st.integers(0, 1000), st.integers(1, 20))
def test_an_account_that_is_refused_is_tried_again_ever_more_slowly(seed: int, times: int) -> None:
    registrar = Registrar("9001", seed=seed)
    registrar.passes_until_asked()
    for failures in range(times):
        registrar.ours.refused("9001", "503 Service Unavailable", registrar.now)
        pause = registrar.passes_until_asked()
        expected = min(LONGEST_PAUSE, FIRST_PAUSE * 2**failures)
        assert expected * (1 - SPREAD) <= pause <= expected * (1 + SPREAD) + 0.5 < TWO_MINUTES
    assert registrar.told == [Registered("9001", ok=False, why="503 Service Unavailable")]


def test_a_registrar_that_says_nothing_is_a_refusal() -> None:
    registrar = Registrar("9001")
    registrar.passes_until_asked()
    registrar.passes(ANSWERED_WITHIN + 1)
    assert registrar.told == [Registered("9001", ok=False, why="no answer")]


def test_a_lost_connection_is_told_and_mended_at_once() -> None:
    registrar = Registrar("9001", "9002")
    registrar.passes(1)
    for user in ("9001", "9002"):
        registrar.ours.accepted(user, registrar.now)
    registrar.connected = False
    registrar.passes(CONNECTION_EVERY + 0.5)
    assert registrar.told[2:] == [
        Registered(user, ok=False, why="the connection is lost") for user in ("9001", "9002")
    ]
    assert [user for _, user, how in registrar.asked if how == "again"] == ["9001", "9002"]
    assert registrar.now - START < 5


@pytest.mark.parametrize("why", ["Protocol error [71]", "403 Forbidden"])
def test_a_certificate_is_blamed_only_for_a_failed_handshake(why: str) -> None:
    registrar = Registrar("9001")
    registrar.passes_until_asked()
    registrar.ours.refusal = "IP address mismatch"
    registrar.ours.refused("9001", why, registrar.now)
    blamed = "the certificate is refused: IP address mismatch"
    assert registrar.told[0].why == (blamed if why.startswith("Protocol") else why)


def test_when_a_call_hears_nothing_the_registrar_is_asked_at_once_and_once() -> None:
    registrar = Registrar("9001", "9002")
    registrar.passes(1)
    for user in ("9001", "9002"):
        registrar.ours.accepted(user, registrar.now)
    registrar.asked.clear()
    registrar.ours.suspect(registrar.now)
    registrar.passes(1)
    registrar.ours.suspect(registrar.now)
    registrar.passes(1)
    assert [user for _, user, _ in registrar.asked] == ["9001", "9002"]
    registrar.ours.refused("9001", "no answer", registrar.now)
    registrar.ours.suspect(registrar.now)
    assert registrar.passes_until_asked() >= FIRST_PAUSE * (1 - SPREAD), "one that is down has its own time"
