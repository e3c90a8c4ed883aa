"""Records that a PMS sends a second time, and those that it means a second time (contract, section 9)."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from desired.redelivered import AFTER_CONNECTING, HISTORY, PATIENCE, Redelivered

NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


class Link:
    """A link that reads records such as ``GI A 5``: the number is the second of the record's own time."""

    def __init__(self, *before: str) -> None:
        self.history: Redelivered[str] = Redelivered()
        self.now = NOON
        self.applied: list[str] = []
        for record in before:
            assert self.hear(record) == [record]

    def hear(self, *records: str) -> list[str]:
        """Read records that came together; what of them was applied."""
        applied: list[str] = []
        for record in records:
            second = record.rpartition(" ")[2]
            of = NOON + timedelta(seconds=int(second)) if second.isdigit() else None
            applied += self.history.feed(record, record, of, self.now, status=record.startswith("RE"))
        return applied

    def reconnect(self) -> None:
        """Lose the link, and get it back after a while."""
        self.history.lost()
        self.now += timedelta(minutes=5)
        assert self.history.due(self.now) == []
        self.history.connected(self.now)

    def wait(self, pause: timedelta = PATIENCE) -> list[str]:
        """Nothing comes for a while; what is applied of what was held."""
        self.now += pause
        return self.history.due(self.now)

    def restart(self) -> None:
        """Stop and start with what was stored."""
        memory = json.loads(json.dumps(self.history.dump()))
        self.history = Redelivered(memory, self.history.held)


STAY = ("GI A 1", "RE ML Y", "WR 7", "GO A 9", "GI B 9", "RE ML N", "GO B 20")


# After the link was lost.


@pytest.mark.parametrize("last", range(1, len(STAY) + 1))
def test_the_last_records_sent_again_after_a_reconnect_are_skipped(last: int) -> None:
    link = Link(*STAY)
    link.reconnect()
    assert link.hear(*STAY[-last:]) == []
    assert link.wait() == []
    assert link.hear("GI C 30") == ["GI C 30"]


@pytest.mark.parametrize("last", range(1, len(STAY) + 1))
def test_they_are_skipped_also_when_they_come_one_by_one_with_restarts_between(last: int) -> None:
    link = Link(*STAY)
    link.reconnect()
    for record in STAY[-last:]:
        link.restart()
        link.now += PATIENCE / 2
        assert link.hear(record) == []
    assert link.history.held == ()
    assert link.hear("RE ML Y", "GI C 30") == ["RE ML Y", "GI C 30"]


def test_a_guest_who_has_left_is_not_shown_again_by_a_repetition() -> None:
    link = Link("GI A 5", "GO A 5")
    link.reconnect()
    assert link.hear("GI A 5") == []
    assert link.hear("GO A 5") == []
    assert link.wait() == []


def test_a_wake_up_that_is_set_again_after_a_reconnect_is_set() -> None:
    link = Link("WR 7 x", "WC 7 x")
    link.reconnect()
    assert link.hear("WR 7 x") == []
    assert link.history.next_due() == link.now + PATIENCE
    assert link.wait() == ["WR 7 x"]


def test_a_wake_up_that_is_set_again_before_other_news_is_set_first() -> None:
    link = Link("WR 7 x", "WC 7 x")
    link.reconnect()
    assert link.hear("WR 7 x", "RE ML Y") == ["WR 7 x", "RE ML Y"]
    assert link.history.next_due() is None


def test_what_is_held_survives_a_restart() -> None:
    link = Link("WR 7 x", "WC 7 x")
    link.reconnect()
    link.hear("WR 7 x")
    link.restart()
    assert link.history.held == ("WR 7 x",)
    assert link.wait() == ["WR 7 x"]


def test_a_lamp_that_went_on_and_off_is_known_again_however_often_it_did() -> None:
    records = ("RE ML Y", "RE ML N", "RE ML Y", "RE ML N")
    link = Link(*records)
    link.reconnect()
    assert link.hear(*records) == []
    assert link.wait() == []


def test_a_lamp_that_goes_on_after_a_reconnect_goes_on() -> None:
    link = Link("RE ML Y", "RE ML N")
    link.reconnect()
    assert link.hear("RE ML Y", "RE ML Y") == []
    assert link.wait() == ["RE ML Y", "RE ML Y"]


def test_a_new_guest_record_ends_the_doubt() -> None:
    link = Link("RE ML Y", "RE ML N", "GI A 1")
    link.reconnect()
    assert link.hear("RE ML Y", "RE ML N", "GI B 300") == ["RE ML Y", "RE ML N", "GI B 300"]


def test_a_repetition_proves_itself_by_a_guest_record() -> None:
    link = Link("RE ML Y", "GI A 1", "RE ML N", "GO A 5")
    link.reconnect()
    assert link.hear("RE ML Y") == []
    assert link.hear("GI A 1") == []
    assert link.history.held == ()


def test_a_check_in_of_the_same_second_as_the_check_out_before_the_line_was_lost_is_meant() -> None:
    link = Link("GI A 5", "GO A 5")
    link.reconnect()
    assert link.hear("GI A 5") == []
    assert link.wait() == ["GI A 5"]


def test_long_after_the_reconnect_nothing_is_held() -> None:
    link = Link("WR 7 x", "WC 7 x")
    link.reconnect()
    link.wait(AFTER_CONNECTING + timedelta(seconds=1))
    assert link.hear("WR 7 x") == ["WR 7 x"]


def test_something_older_than_64_records_is_not_known_again() -> None:
    link = Link("GI A 1", *(f"RE {number} x" for number in range(HISTORY)))
    link.reconnect()
    assert link.hear("GI A 1") == ["GI A 1"]


# While the link stands.


def test_a_wake_up_set_cleared_and_set_again_is_set() -> None:
    assert Link("WR 7 x", "WC 7 x").hear("WR 7 x", "WC 7 x", "WR 7 x") == ["WR 7 x", "WC 7 x", "WR 7 x"]


def test_a_lamp_that_goes_on_and_off_goes_on_and_off() -> None:
    assert Link("RE ML Y", "RE ML N").hear("RE ML Y", "RE ML N") == ["RE ML Y", "RE ML N"]


def test_a_guest_who_checks_in_out_and_in_within_a_second_is_in() -> None:
    link = Link("GI A 5", "GO A 5")
    assert link.hear("GI A 5") == ["GI A 5"]


def test_a_check_in_that_is_sent_again_later_is_skipped_with_what_followed_it() -> None:
    link = Link(*STAY)
    assert link.hear(*STAY) == []
    assert link.hear("RE ML Y") == ["RE ML Y"]


def test_what_follows_a_record_sent_twice_by_mistake_is_meant() -> None:
    link = Link("GI A 5", "WR 7 x", "WC 7 x")
    assert link.hear("GI A 5", "WR 7 x") == []
    assert link.wait() == ["WR 7 x"]
    assert link.hear("WC 7 x") == ["WC 7 x"]


def test_long_after_a_record_sent_twice_nothing_is_held() -> None:
    link = Link("GI A 5", "WR 7 x", "WC 7 x")
    assert link.hear("GI A 5") == []
    link.wait()
    assert link.hear("WR 7 x") == ["WR 7 x"]


def test_a_record_delivered_late_is_told_from_one_sent_again() -> None:
    link = Link("GI A 500", "GO B 5")
    assert link.hear("GO C 5") == ["GO C 5"]
    assert link.hear("GO B 5", "GI A 500") == ["GO B 5"]


def test_a_repetition_that_is_cut_off_and_begins_anew_is_skipped() -> None:
    link = Link("GI A 5", "GC A 5", "GI B 5", "GO A 5")
    link.reconnect()
    assert link.hear("GI A 5", "GC A 5") == []
    link.reconnect()
    assert link.hear("GI A 5", "GC A 5", "GI B 5", "GO A 5", "GI C 9") == ["GI C 9"]
    assert link.wait() == []


def test_what_was_in_doubt_when_the_link_was_lost_was_meant_if_it_is_not_said_again() -> None:
    link = Link("RE ML Y", "RE ML N")
    link.reconnect()
    assert link.hear("RE ML Y") == []
    link.reconnect()
    assert link.hear("GI A 5") == ["RE ML Y", "GI A 5"]

    link.reconnect()
    assert link.hear("RE ML Y") == []
    link.reconnect()
    assert link.wait(AFTER_CONNECTING) == ["RE ML Y"]


def test_what_was_in_doubt_when_the_link_was_lost_waits_for_a_pms_that_takes_a_while_to_say_it_again() -> (
    None
):
    link = Link("RE DN Y", "GO A 9")
    link.reconnect()
    assert link.hear("RE DN Y") == []
    link.reconnect()
    assert link.wait(4 * PATIENCE) == []
    assert link.hear("RE DN Y", "GO A 9") == []
    assert link.wait(AFTER_CONNECTING) == []


def test_a_repetition_that_has_proven_itself_may_pause() -> None:
    link = Link("GI A 5", "RE DN Y", "GO A 9")
    link.reconnect()
    assert link.hear("GI A 5", "RE DN Y") == []
    assert link.wait(4 * PATIENCE) == []
    link.restart()
    assert link.wait(PATIENCE) == []
    assert link.hear("GO A 9", "GI B 30") == ["GI B 30"]
    assert link.wait(AFTER_CONNECTING) == []


def test_what_follows_a_proven_repetition_that_never_goes_on_was_meant() -> None:
    link = Link("GI A 5", "RE DN Y", "GO A 9")
    link.reconnect()
    assert link.hear("GI A 5", "RE DN Y") == []
    assert link.wait(AFTER_CONNECTING) == ["RE DN Y"]


@pytest.mark.parametrize("last", range(1, 7))
def test_a_change_that_was_told_twice_in_one_second_does_not_hide_a_repetition(last: int) -> None:
    link = Link("GI A 1", "GC A 5", "RE DN Y")
    assert link.hear("GC A 5", "RE ML Y", "GO A 9") == ["RE ML Y", "GO A 9"]
    link.reconnect()
    told = ("GI A 1", "GC A 5", "RE DN Y", "GC A 5", "RE ML Y", "GO A 9")
    assert link.hear(*told[-last:]) == []
    assert link.wait(AFTER_CONNECTING) == []


def test_guests_who_were_streamed_twice_in_one_second_do_not_hide_a_repetition() -> None:
    stream = ("GI A 9", "GC A 9", "GI B 9")
    link = Link("GI A 1", *stream, "GO A 9")  # the second copy was cut off by a loss, and never heard
    link.reconnect()
    assert link.hear("GI A 1", *stream, *stream, "GO A 9") == []
    assert link.hear("GI C 30") == ["GI C 30"]


def test_a_status_that_was_told_amid_a_resync_does_not_hide_a_repetition() -> None:
    link = Link("GI A 1", "GO A 9")
    link.reconnect()
    assert link.hear("GI A 1", "RE DN Y", "GO A 9", "RE DN N") == ["RE DN N"]


def test_a_status_after_a_repetition_that_goes_no_further_is_meant() -> None:
    link = Link("GI A 1", "GO A 9")
    link.reconnect()
    assert link.hear("GI A 1", "RE DN Y", "WR 7 x") == ["RE DN Y", "WR 7 x"]


def test_a_pause_in_which_nobody_read_says_nothing() -> None:
    link = Link("RE DN Y", "GO A 9")
    link.reconnect()
    assert link.hear("RE DN Y") == []
    link.now += 4 * PATIENCE
    link.history.wait_on(link.now)
    assert link.wait(PATIENCE / 2) == []
    assert link.hear("GO A 9") == []
    assert link.wait() == []


def test_a_record_that_goes_on_with_a_repetition_does_so_however_late_it_is_read() -> None:
    link = Link("RE DN Y", "GO A 9")
    link.reconnect()
    assert link.hear("RE DN Y") == []
    link.now += 4 * PATIENCE
    assert link.hear("GO A 9") == []


def test_a_wake_up_asked_for_twice_around_a_loss_is_known_again_as_often_as_it_is_told() -> None:
    link = Link("GI A 1", "WR 7 x")
    link.reconnect()
    assert link.hear("GI A 1", "WR 7 x", "WR 7 x", "WC 7 x") == ["WC 7 x"]
    link.reconnect()
    assert link.hear("GI A 1", "WR 7 x", "WR 7 x", "WC 7 x") == []
    assert link.wait() == []


def test_a_resync_ends_the_doubt() -> None:
    link = Link("WR 7 x", "WC 7 x")
    link.reconnect()
    link.hear("WR 7 x")
    assert link.history.flush() == ["WR 7 x"]
    assert link.wait() == []


def test_a_store_that_knew_no_rooms_yet_is_still_understood() -> None:
    link = Link("GI A 5")
    memory = link.history.dump()
    link.history = Redelivered(memory | {"history": [mark[:2] for mark in memory["history"]]})
    link.reconnect()
    assert link.hear("GI A 5") == []
