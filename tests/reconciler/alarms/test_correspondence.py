"""Alarms in letters and for programs."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from reconciler.alarms.correspondence import letter_of, news_of
from reconciler.alarms.finding import Kind, Severity
from reconciler.alarms.messenger import Notice

ZONE = ZoneInfo("America/New_York")
NOTICE = Notice(
    "wakeup_failed 1207 2026-11-23T06:30:00", Kind.WAKEUP_FAILED, Severity.URGENT, "raised",
    "room 1207: the wake-up call of 2026-11-23 06:30 woke nobody", "see to the guest, then acknowledge it", "1207",
    datetime(2026, 11, 23, 11, 33, tzinfo=UTC),
)  # fmt: skip
LATER = replace(
    NOTICE, key="pms_down pms", kind=Kind.PMS_DOWN, severity=Severity.SERIOUS, message="PMS link pms is down"
)


def test_a_letter_says_in_its_subject_what_is_gravest_and_how_much_more_there_is() -> None:
    letter = letter_of("Harbour View", ZONE, [LATER, NOTICE])
    assert letter.subject == f"[Harbour View] {NOTICE.message} (and 1 more)"
    assert f"2026-11-23 06:33  URGENT: {NOTICE.message}\n    What helps: {NOTICE.remedy}." in letter.text


def test_a_letter_of_what_is_over_says_so_in_its_subject() -> None:
    letter = letter_of("Harbour View", ZONE, [replace(LATER, status="resolved")])
    assert letter.subject == "[Harbour View] over: PMS link pms is down"
    assert "OVER: PMS link pms is down" in letter.text


def test_a_program_gets_what_the_contract_names() -> None:
    assert news_of("Harbour View", NOTICE) == {
        "version": 1, "property": "Harbour View", "key": NOTICE.key, "kind": "wakeup_failed", "severity": "urgent",
        "status": "raised", "message": NOTICE.message, "remedy": NOTICE.remedy, "room": "1207",
        "at": "2026-11-23T11:33:00.000Z",
    }  # fmt: skip


def test_what_waits_survives_a_restart_unchanged() -> None:
    assert Notice.from_json(NOTICE.to_json()) == NOTICE
