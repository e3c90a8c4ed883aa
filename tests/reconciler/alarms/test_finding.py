"""What calls a person who does not look: once, in time, and once more when it is over."""

from datetime import UTC, datetime, timedelta

from desired.problem import Problem
from reconciler.alarms.finding import Alarm, Kind, Seen, Severity, Situation, Watch, found, manners
from reconciler.safety import Refusal
from reconciler.telephones.state import GRACE

NIGHT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FAILED = Problem(
    "wakeup_failed", "room 1207: the wake-up call woke nobody", room="1207", subject="2026-11-23T06:30:00"
)
PMS = Problem("pms_down", "PMS link pms is down", subject="pms")
DOCUMENT = Problem("unknown_field", "guests.0.lst: unknown field", "rooms/1207.yaml:9:25", "1207")


class Night:
    """A watch, and what was told of it."""

    def __init__(self, watch: Watch | None = None) -> None:
        self.watch = watch or Watch(manners(5 * MINUTE))
        self.told: list[str] = []

    def at(self, minutes: float, *problems: Problem, **further: object) -> "Night":
        situation = Situation(problems, **further)  # type: ignore[arg-type]
        turns = self.watch.step(found(situation), NIGHT + minutes * MINUTE, situation.unknown)
        self.told += [f"{turn.status} {turn.standing.alarm.key}" for turn in turns]
        return self


def keys(situation: Situation) -> list[str]:
    return [alarm.key for alarm in found(situation)]


def test_a_wake_up_call_that_woke_nobody_is_told_at_once_and_once() -> None:
    night = Night().at(0, FAILED).at(1, FAILED).at(2, FAILED)
    assert night.told == ["raised wakeup_failed 1207 2026-11-23T06:30:00"]
    (standing,) = night.watch.standing
    assert (standing.alarm.severity, standing.alarm.room, standing.raised) == (Severity.URGENT, "1207", NIGHT)


def test_it_is_over_when_somebody_has_acknowledged_it() -> None:
    night = Night().at(0, FAILED).at(1, FAILED, acknowledged={"1207 2026-11-23T06:30:00"})
    assert night.told[1:] == ["resolved wakeup_failed 1207 2026-11-23T06:30:00"]
    assert night.watch.standing == ()


def test_a_link_that_is_back_before_its_time_calls_nobody() -> None:
    assert Night().at(0, PMS).at(4.9, PMS).at(5.5).at(7).at(8, PMS).told == []


def test_a_link_that_is_down_for_longer_is_told_and_so_is_its_return() -> None:
    night = Night().at(0, PMS).at(5, PMS).at(6).at(7.1)
    assert night.told == ["raised pms_down pms", "resolved pms_down pms"]


def test_a_link_that_comes_back_for_moments_was_down_all_the_time() -> None:
    night = Night()
    for minute in range(10):
        night.at(minute, PMS).at(minute + 0.9)
    assert night.told == ["raised pms_down pms"]


def test_an_alarm_that_comes_and_goes_is_one_alarm() -> None:
    night = Night().at(0, PMS).at(5, PMS).at(6).at(6.5, PMS).at(7).at(7.9, PMS)
    assert night.told == ["raised pms_down pms"]
    assert night.at(8).at(9).told[1:] == ["resolved pms_down pms"]


def test_a_resolved_alarm_says_since_when_it_is_over() -> None:
    watch = Watch(manners(0 * MINUTE))
    (pms,) = found(Situation([PMS]))
    watch.step([pms], NIGHT)
    watch.step([], NIGHT + MINUTE)
    (turn,) = watch.step([], NIGHT + 3 * MINUTE)
    assert turn.at == NIGHT + MINUTE


def test_what_stood_before_a_restart_is_not_told_again_and_its_end_is() -> None:
    before = Night().at(0, FAILED).watch.standing
    night = Night(Watch(manners(5 * MINUTE), before)).at(1, FAILED)
    assert night.told == []
    assert night.at(2).told == ["resolved wakeup_failed 1207 2026-11-23T06:30:00"]


def test_wake_up_calls_at_risk_are_told_once_though_a_restart_gives_the_channels_time_to_come_back() -> None:
    at_risk = Problem("wakeups_at_risk", "no channel works", subject="2026-11-23T06:30")
    before = Night().at(0, at_risk).watch.standing
    half_a_minute = GRACE / MINUTE
    night = Night(Watch(manners(5 * MINUTE), before)).at(1).at(1 + half_a_minute, at_risk)
    assert night.told == []
    assert night.at(2).at(3).told == ["resolved wakeups_at_risk 2026-11-23T06:30"]


def test_an_alarm_that_stands_says_how_it_is_now_and_not_how_it_was() -> None:
    night = Night().at(0, failing=10).at(1, failing=37)
    assert night.told == ["raised changes_failing"]
    assert night.watch.standing[0].alarm.message.startswith("37 changes")


def test_somebody_has_seen_an_alarm_first_and_it_stands_all_the_same() -> None:
    night = Night().at(0, failing=10)
    mara, late = Seen(NIGHT, "mara"), Seen(NIGHT + MINUTE, "joe")
    seen = night.watch.see("changes_failing", mara)
    assert seen is not None
    assert seen.seen == mara
    assert night.watch.see("changes_failing", late) is None
    assert night.watch.see("no such alarm", late) is None
    assert [standing.seen for standing in night.at(1, failing=10).watch.standing] == [mara]


def test_the_gravest_alarm_stands_first_then_the_oldest() -> None:
    night = Night(Watch(manners(0 * MINUTE))).at(0, PMS).at(1, PMS, FAILED, zoom="no token")
    assert [standing.alarm.kind for standing in night.watch.standing] == [
        Kind.WAKEUP_FAILED,
        Kind.PMS_DOWN,
        Kind.ZOOM_DOWN,
    ]


def test_two_calls_two_links_and_two_minutes_are_alarms_of_their_own() -> None:
    situation = Situation(
        [
            FAILED,
            Problem("wakeup_failed", "…", room="1208", subject="2026-11-23T06:30:00"),
            Problem("wakeups_at_risk", "…", subject="2026-11-23T06:30"),
            Problem("wakeups_at_risk", "…", subject="2026-11-23T06:45"),
            Problem("resync_held", "…", subject="annex"),
            Problem("resync_held", "…", subject="tower"),
        ]
    )
    assert len(set(keys(situation))) == 6


def test_a_mistake_in_a_document_calls_nobody() -> None:
    assert keys(Situation([DOCUMENT])) == []


def test_few_changes_that_fail_and_a_budget_that_lasts_call_nobody() -> None:
    assert keys(Situation(failing=9, budget={"core": (8_999, 10_000)})) == []
    assert keys(Situation(failing=10, budget={"core": (9_000, 10_000), "phone": (1, 10)})) == [
        "changes_failing",
        "budget_nearly_spent core",
    ]


def test_a_store_a_zoom_and_a_plan_in_trouble_are_told_with_why() -> None:
    situation = Situation(zoom="no token", store="disk full", refusals=[Refusal("max_blanked", "30 rooms")])
    messages = {alarm.kind: alarm.message for alarm in found(situation)}
    assert "no token" in messages[Kind.ZOOM_DOWN]
    assert "disk full" in messages[Kind.STORE_TROUBLE]
    assert messages[Kind.CHANGES_REFUSED] == "changes are held back by max_blanked: 30 rooms"


def test_every_kind_says_what_helps() -> None:
    assert all(Alarm(kind, kind, "…").remedy and Alarm(kind, kind, "…").severity for kind in Kind)
    assert set(manners(MINUTE)) == set(Kind)


def test_somebody_who_keeps_changing_names_is_one_alarm_whatever_the_number_of_rooms() -> None:
    rooms = [str(number) for number in range(1201, 1213)]
    night = Night().at(0, contested=["1207"]).at(1, contested=rooms).at(2)
    assert night.told == ["raised contested"]
    (alarm,) = found(Situation(contested=rooms))
    assert "1201, 1202" in alarm.message
    assert alarm.message.count("and 2 more") == 1
    assert (alarm.severity, alarm.room) == (Severity.MINOR, None)
    assert night.at(62).at(63).told[1:] == ["resolved contested"]


def test_what_a_safety_rule_holds_back_is_told_once_although_a_start_takes_its_time() -> None:
    refusal = Refusal("max-blanked", "40 rooms would lose their guest")
    night = Night().at(0, refusals=[refusal])
    for minute in range(1, 9):
        night.at(minute, zoom_read=False)  # housephone was started again, and reads a large hotel's Zoom
    night.at(9, refusals=[refusal])
    assert night.told == ["raised changes_refused max-blanked"]
    assert night.at(10).at(11.1).told[1:] == ["resolved changes_refused max-blanked"]


def test_all_else_is_over_also_while_zoom_was_not_read_yet() -> None:
    assert Night().at(0, FAILED).at(1, zoom_read=False).told[1:] == [
        "resolved wakeup_failed 1207 2026-11-23T06:30:00"
    ]
