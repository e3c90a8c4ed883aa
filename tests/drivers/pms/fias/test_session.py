"""The vendor's side of the link, row by row (FIAS, section 3.4)."""

import math
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.pms.fias.records import parse
from drivers.pms.fias.session import (
    ANSWER,
    BETWEEN_CHECKS,
    GREETING,
    MOST_DESCRIPTIONS,
    MOST_REQUESTS,
    SILENCE_IN_RESYNC,
    Keepalive,
    Manners,
    Now,
    Phase,
    Session,
    Turn,
)

TEN = datetime.fromisoformat("2026-01-05T10:15:00")
GREETS = "LS|DA260105|TI101500|"
CONFIRMS = "LA|DA260105|TI101501|"
ENDS = "LE|DA260105|TI101502|"
BEGINS = "DS|DA260105|TI101502|"
IS_DONE = "DE|DA260105|TI101503|"
CHECKS_IN = "GI|RN1207|G#84311|"

DESCRIPTION = [
    "LD|DA260105|TI101500|V#0.1.0|IFPB|",
    "LR|RIGI|FLRNG#GSGNGFGTGLGVGGGAGDCSSFDATI|",
    "LR|RIGC|FLRNG#GSGNGFGTGLGVGGGAGDCSRODATI|",
    "LR|RIGO|FLRNG#GSSFDATI|",
    "LR|RIRE|FLRNG#CSDNMLRSVMID|",
    "LR|RIWR|FLRNDATI|",
    "LR|RIWC|FLRNDATI|",
    "LR|RIWA|FLRNDATIAS|",
    "LR|RINS|FLDATI|",
    "LR|RINE|FLDATI|",
    "LA|DA260105|TI101500|",
]


class Talk:
    """A session, and the time that passes in it."""

    def __init__(
        self, *, keepalive: Keepalive = "ls", further: str = "", sign: bool = False, connect: bool = True
    ) -> None:
        self.seconds = 1000.0
        self.signed: list[str] = []
        manners = Manners("0.1.0", keepalive, further, self._sign if sign else None)
        self.session = Session(manners)
        if connect:
            self.session.connected(self.now)

    def _sign(self, challenge: str) -> str:
        self.signed.append(challenge)
        return f"signed {challenge}"

    @property
    def now(self) -> Now:
        return Now(self.seconds, TEN + timedelta(seconds=int(self.seconds - 1000)))

    def hears(self, *texts: str) -> Turn:
        """Hear records; what follows from the last one."""
        turn = Turn()
        for text in texts:
            record = parse(text)
            assert record is not None
            turn = self.session.received(record, self.now)
        return turn

    def waits(self, seconds: float) -> Turn:
        """Let time pass, and do what is due then."""
        self.seconds += seconds
        return self.session.tick(self.now)


def alive(*, keepalive: Keepalive = "ls") -> Talk:
    talk = Talk(keepalive=keepalive)
    talk.hears(GREETS, CONFIRMS)
    assert talk.session.phase is Phase.ALIVE
    return talk


def sent(turn: Turn) -> list[str]:
    return [record.text for record in turn.send]


# Start


def test_the_greeting_of_the_pms_is_answered_with_our_description() -> None:
    talk = Talk()
    assert sent(talk.hears(GREETS)) == DESCRIPTION
    assert talk.session.phase is Phase.DESCRIBING
    assert not talk.session.may_send


def test_a_pms_that_says_nothing_for_three_seconds_is_asked() -> None:
    talk = Talk()
    assert talk.session.due == talk.seconds + GREETING
    assert talk.waits(GREETING - 0.1) == Turn()
    assert sent(talk.waits(0.1)) == ["LS|DA260105|TI101503|"]
    assert talk.session.phase is Phase.ASKING


@pytest.mark.parametrize("answer", [GREETS, CONFIRMS])
@pytest.mark.parametrize("asked", [True, False])
def test_whatever_it_answers_then_we_describe_ourselves(answer: str, asked: bool) -> None:
    talk = Talk()
    if asked:
        talk.waits(GREETING)
    assert [text[:2] for text in sent(talk.hears(answer))] == [text[:2] for text in DESCRIPTION]
    assert talk.session.phase is Phase.DESCRIBING


@pytest.mark.parametrize("asked", [True, False])
def test_half_a_minute_without_the_awaited_answer_end_the_connection(asked: bool) -> None:
    talk = Talk()
    if asked:
        talk.waits(GREETING)
    else:
        talk.hears(GREETS)
    assert talk.waits(ANSWER - 1) == Turn()
    assert talk.waits(1).close == "the PMS did not answer within 32 s"


def test_while_we_are_held_up_by_a_slow_disk_no_answer_is_overdue() -> None:
    talk = Talk()
    talk.hears(GREETS)
    talk.seconds += 2 * ANSWER
    talk.session.held_up(2 * ANSWER)
    assert talk.session.tick(talk.now) == Turn()
    talk.seconds += ANSWER
    assert "did not answer" in talk.session.tick(talk.now).close


def test_nor_a_resync_that_we_asked_for_or_a_record_of_it() -> None:
    talk = alive()
    talk.session.resync(talk.now)
    talk.seconds += 2 * ANSWER
    talk.session.held_up(2 * ANSWER)
    talk.session.tick(talk.now)
    assert not talk.session.may_send
    talk.hears(BEGINS)
    talk.seconds += 2 * SILENCE_IN_RESYNC
    talk.session.held_up(2 * SILENCE_IN_RESYNC)
    assert not talk.session.tick(talk.now).broken


def test_its_confirmation_makes_the_link_alive() -> None:
    talk = Talk()
    turn = talk.hears(GREETS, "LC|RP1|A15.0|", CONFIRMS)
    assert (turn.begins, turn.alive, turn.send) == (True, True, ())
    assert talk.session.phase is Phase.ALIVE
    assert talk.session.may_send


def test_guests_that_come_before_the_confirmation_are_taken() -> None:
    talk = Talk()
    turn = talk.hears(GREETS, CHECKS_IN)
    assert turn.begins
    assert turn.record == parse(CHECKS_IN)
    assert talk.hears(CHECKS_IN).begins is False
    assert talk.hears(CONFIRMS) == Turn(alive=True)


def test_a_hotels_own_field_is_asked_for_in_guest_records() -> None:
    described = sent(Talk(further="A3").hears(GREETS))
    assert described[1] == "LR|RIGI|FLRNG#GSGNGFGTGLGVGGGAGDCSSFDATIA3|"
    assert described[2] == "LR|RIGC|FLRNG#GSGNGFGTGLGVGGGAGDCSRODATIA3|"
    assert described[3:] == DESCRIPTION[3:]
    assert sent(Talk(further="GV").hears(GREETS)) == DESCRIPTION


# Alive


def test_a_second_greeting_at_any_time_gets_the_whole_description_again() -> None:
    talk = Talk()
    for _ in range(3):
        assert sent(talk.hears(GREETS)) == DESCRIPTION
    talk.hears(CONFIRMS)
    assert sent(talk.hears(GREETS)) == DESCRIPTION
    assert not talk.session.may_send
    assert talk.hears(CONFIRMS) == Turn(begins=True, alive=True)


def test_a_pms_that_asks_again_and_again_is_left_alone_in_the_end() -> None:
    talk = Talk()
    for _ in range(MOST_DESCRIPTIONS):
        assert not talk.hears(GREETS).close
    assert "keeps asking" in talk.hears(GREETS).close


def test_a_link_that_is_alive_is_not_answered() -> None:
    talk = alive()
    assert talk.hears(CONFIRMS) == Turn()
    assert talk.session.may_send


def test_records_are_for_the_house() -> None:
    talk = alive()
    assert talk.hears(CHECKS_IN) == Turn(record=parse(CHECKS_IN))
    assert talk.hears("ZZ|foo|") == Turn(record=parse("ZZ|foo|"))


def test_the_night_audit_is_noted() -> None:
    talk = alive()
    talk.hears("NS|DA260105|TI030000|")
    assert talk.session.night_audit
    assert talk.session.may_send
    talk.hears("NE|DA260105|TI031000|")
    assert not talk.session.night_audit


# Keep-alive


def test_a_silent_link_is_looked_after_every_five_minutes() -> None:
    talk = alive()
    for _ in range(3):
        assert talk.waits(300) == Turn()
        assert [text[:2] for text in sent(talk.waits(1))] == ["LS"]
        assert talk.hears(CONFIRMS) == Turn()


def test_a_link_on_which_records_come_needs_no_looking_after() -> None:
    talk = alive()
    for _ in range(20):
        assert talk.waits(200) == Turn()
        talk.hears(CHECKS_IN)


def test_no_answer_within_half_a_minute_ends_the_connection() -> None:
    talk = alive()
    talk.waits(BETWEEN_CHECKS)
    assert talk.waits(ANSWER).close


def test_any_record_shows_that_the_link_stands() -> None:
    talk = alive()
    talk.waits(BETWEEN_CHECKS)
    talk.hears(CHECKS_IN)
    assert talk.waits(ANSWER) == Turn()


def test_a_pms_that_forgot_us_asks_and_is_told() -> None:
    talk = alive()
    talk.waits(BETWEEN_CHECKS)
    assert [text[:2] for text in sent(talk.hears(GREETS))] == [text[:2] for text in DESCRIPTION]


def test_some_pms_take_an_unanswered_la_as_a_sign_of_life() -> None:
    talk = alive(keepalive="la")
    assert [text[:2] for text in sent(talk.waits(BETWEEN_CHECKS))] == ["LA"]
    assert talk.waits(ANSWER) == Turn()
    assert [text[:2] for text in sent(talk.waits(BETWEEN_CHECKS))] == ["LA"]


def test_a_quiet_night_is_no_reason_to_end_a_link() -> None:
    talk = alive(keepalive="none")
    assert talk.session.due == math.inf
    assert talk.waits(40_000) == Turn()


# Resync


def test_nothing_leaves_from_the_asking_for_a_resync_to_its_end() -> None:
    talk = alive()
    assert sent(talk.session.resync(talk.now)) == ["DR|DA260105|TI101500|"]
    assert not talk.session.may_send
    assert talk.hears(BEGINS).record == parse(BEGINS)
    assert not talk.session.may_send
    talk.hears("GI|RN1207|G#84311|SF|", CHECKS_IN)
    assert talk.hears(IS_DONE).record == parse(IS_DONE)
    assert talk.session.may_send


def test_a_pms_may_ignore_the_wish_for_a_resync() -> None:
    talk = alive()
    talk.session.resync(talk.now)
    assert talk.waits(ANSWER) == Turn()
    assert talk.session.may_send


def test_a_resync_is_not_asked_for_twice() -> None:
    talk = alive()
    talk.session.resync(talk.now)
    assert talk.session.resync(talk.now) == Turn()
    talk.hears(BEGINS)
    assert talk.session.resync(talk.now) == Turn()
    assert Talk().session.resync(Talk().now) == Turn()


def test_the_first_request_is_made_again_if_the_pms_forgets_it_and_never_once_it_has_begun() -> None:
    talk = alive()
    talk.session.resync(talk.now, first=True)
    talk.hears(CHECKS_IN, GREETS, CONFIRMS)
    assert talk.session.wants_resync(empty=False)
    talk.session.resync(talk.now, first=True)
    talk.hears(BEGINS, GREETS, CONFIRMS)
    assert not talk.session.wants_resync(empty=False), "people decide what becomes of one that broke off"


def test_a_request_that_was_ignored_is_not_made_again() -> None:
    talk = alive()
    talk.session.resync(talk.now, first=True)
    talk.waits(ANSWER)
    talk.hears(GREETS, CONFIRMS)
    assert not talk.session.wants_resync(empty=False)


def test_what_somebody_asked_for_is_for_him_to_ask_again() -> None:
    talk = alive()
    talk.session.resync(talk.now)
    talk.hears(GREETS, CONFIRMS)
    assert not talk.session.wants_resync(empty=False)


def test_a_pms_that_forgets_us_at_every_request_is_spared_in_the_end() -> None:
    talk = alive()
    for _ in range(MOST_REQUESTS):
        assert talk.session.wants_resync(empty=True)
        talk.session.resync(talk.now, first=True)
        talk.hears(GREETS, CONFIRMS)
    assert not talk.session.wants_resync(empty=True)


@pytest.mark.parametrize("end", [GREETS, ENDS, BEGINS])
def test_a_resync_without_its_end_is_broken(end: str) -> None:
    talk = alive()
    talk.hears(BEGINS)
    assert talk.hears(end).broken


def test_a_resync_that_ends_with_the_connection_is_broken() -> None:
    talk = alive()
    talk.hears(BEGINS)
    assert talk.session.lost().broken
    assert talk.session.lost() == Turn()


def test_a_resync_that_falls_silent_is_given_up_and_what_is_owed_leaves() -> None:
    talk = alive()
    talk.hears(BEGINS)
    assert talk.waits(SILENCE_IN_RESYNC - 1) == Turn()
    talk.hears("GI|RN1207|G#84311|SF|")
    assert talk.waits(SILENCE_IN_RESYNC - 1) == Turn()
    assert talk.waits(1) == Turn(broken=True)
    assert talk.session.may_send
    assert talk.hears(IS_DONE) == Turn(), "its late end deletes nothing"


def test_a_silent_resync_is_not_interrupted_by_a_check_of_the_link() -> None:
    talk = alive()
    talk.seconds += BETWEEN_CHECKS - 10
    talk.hears(BEGINS)
    assert talk.waits(20) == Turn()


def test_a_resync_may_come_unasked_before_the_confirmation() -> None:
    talk = Talk()
    talk.hears(GREETS, BEGINS)
    talk.hears(CONFIRMS)
    assert not talk.session.may_send
    assert talk.hears(IS_DONE).record == parse(IS_DONE)
    assert talk.session.may_send


# End


@pytest.mark.parametrize("before", [(), (GREETS,), (GREETS, CONFIRMS), (GREETS, CONFIRMS, BEGINS)])
def test_the_end_of_the_link_is_answered(before: tuple[str, ...]) -> None:
    talk = Talk()
    talk.hears(*before)
    turn = talk.hears(ENDS)
    assert sent(turn) == ["LE|DA260105|TI101500|"]
    assert turn.close == "the PMS ended the link"


def test_our_own_end_waits_three_seconds_for_its_answer_and_answers_none() -> None:
    talk = alive()
    assert sent(talk.session.stop(talk.now)) == ["LE|DA260105|TI101500|"]
    assert talk.hears(CHECKS_IN).record == parse(CHECKS_IN)
    turn = talk.hears(ENDS)
    assert turn.close
    assert turn.send == ()


def test_our_own_end_comes_without_an_answer_too() -> None:
    talk = alive()
    talk.session.stop(talk.now)
    assert talk.hears(GREETS) == Turn()
    assert talk.waits(GREETING).close


def test_a_link_that_is_down_ends_at_once() -> None:
    assert Talk(connect=False).session.stop(Now(0.0, TEN)).close


def test_a_new_connection_begins_anew() -> None:
    talk = alive()
    talk.hears(BEGINS)
    talk.session.lost()
    talk.seconds += 60
    talk.session.connected(talk.now)
    assert talk.session.phase is Phase.LISTENING
    assert talk.hears(GREETS, CONFIRMS) == Turn(begins=True, alive=True)
    assert talk.session.may_send


# Key


def test_an_agreed_key_answers_the_last_greeting() -> None:
    talk = Talk(sign=True)
    described = sent(talk.hears("LS|TI090000|DA260104|", GREETS))
    assert described[0] == "LD|DA260105|TI101500|V#0.1.0|IFPB|RT4|CGsigned 260105101500|"
    assert talk.signed == ["260104090000", "260105101500"]


def test_a_refused_key_is_not_tried_again() -> None:
    talk = Talk(sign=True)
    talk.hears(GREETS)
    talk.session.lost()
    assert talk.session.refused
    talk.session.try_key_again()
    assert not talk.session.refused


def test_a_key_that_was_taken_once_is_good() -> None:
    talk = Talk(sign=True)
    talk.hears(GREETS, CONFIRMS, GREETS)
    talk.session.lost()
    assert not talk.session.refused


@pytest.mark.parametrize("greeting", ["LS|", "LS|DA260105|", "LS|DA|TI|", "LS|DA26O105|TI101500|"])
def test_a_key_is_never_guessed_with(greeting: str) -> None:
    talk = Talk(sign=True)
    turn = talk.hears(greeting)
    assert turn.close
    assert turn.send == ()
    assert talk.signed == []


def test_a_pms_that_still_knows_us_needs_no_key() -> None:
    talk = Talk(sign=True)
    talk.waits(GREETING)
    turn = talk.hears(CONFIRMS)
    assert [text[:2] for text in sent(turn)] == ["LA"]
    assert turn.alive
    assert talk.signed == []


# Always


STEPS = st.one_of(
    st.sampled_from(
        [GREETS, CONFIRMS, ENDS, BEGINS, IS_DONE, CHECKS_IN, "LC|", "LD|", "NS|", "resync", "lost", "stop"]
    ),
    st.sampled_from([0.5, 3.0, 32.0, 120.0, 301.0]),
)


@given(st.lists(STEPS, max_size=40), st.sampled_from(["ls", "la", "none"]))
def test_whatever_comes_the_rules_of_the_link_hold(steps: list[str | float], keepalive: Keepalive) -> None:
    talk = Talk(keepalive=keepalive)
    session = talk.session
    checks: list[float] = []
    open_resyncs = 0
    for step in steps:
        resyncing = session.resyncing
        was_alive = session.phase is Phase.ALIVE
        match step:
            case float():
                turn = talk.waits(step)
            case "resync":
                turn = session.resync(talk.now)
            case "stop":
                turn = session.stop(talk.now)
            case "lost":
                turn = session.lost()
                session.connected(talk.now)
            case _:
                turn = talk.hears(step)
        names = [record.id for record in turn.send]
        if resyncing and session.resyncing:
            assert set(names) <= {"LS", "LE"}, "only link records leave during a resync"
        if was_alive and names == ["LS"]:
            assert not checks or talk.seconds - checks[-1] >= 300
            checks.append(talk.seconds)
        open_resyncs += (turn.record is not None and turn.record.id == "DS") - turn.broken
        open_resyncs -= turn.record is not None and turn.record.id == "DE"
        assert open_resyncs == session.resyncing, "every resync has one end"
        assert session.may_send <= (session.phase is Phase.ALIVE and not session.resyncing)
        if turn.close:
            turn = session.lost()
            open_resyncs -= turn.broken
            session.connected(talk.now)
