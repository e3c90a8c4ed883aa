"""The telephone side's manners in housephone.yaml: what a hotel may say, and how mistakes are told."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from reconciler.configuration.file import load
from reconciler.configuration.manners import Voice
from reconciler.configuration.settings import Settings


def voice(**said: Any) -> Voice:
    return Voice.model_validate(said)


def mistake(**said: Any) -> str:
    with pytest.raises(ValidationError) as raised:
        voice(**said)
    (only,) = raised.value.errors()
    return f"{'.'.join(map(str, only['loc']))}: {only['msg']}"


def test_a_hotel_that_says_nothing_gets_the_usual_manners() -> None:
    usual = voice()
    assert (usual.language, usual.operator, usual.clock, usual.pilot) == ("en", "0", 24, None)
    wakeup = usual.wakeup
    assert (wakeup.ring, wakeup.attempts, wakeup.late, wakeup.alert_repeat) == (24, 3, 600, 180)
    assert (wakeup.retry_busy, wakeup.retry_no_answer, wakeup.retry_no_key) == (60, 120, 180)
    assert (wakeup.snooze_minutes, wakeup.snooze_limit) == (5, 2)
    assert (usual.housekeeping.code, usual.housekeeping.code_with_id) == ("61", "63")
    assert usual.housekeeping.preset == "fias"
    mailbox = usual.mailbox
    assert (mailbox.enabled, mailbox.max_message, mailbox.keep_days, mailbox.keep_stays) == (True, 180, 3, 8)
    assert not usual.light.notify


def test_numbers_that_are_dialled_need_no_quotes() -> None:
    house = voice(pilot=9000, operator=0, housekeeping={"code": 71, "statuses": {7: "clean", "6": None}})
    assert (house.pilot, house.operator, house.housekeeping.code) == ("9000", "0", "71")
    assert house.housekeeping.statuses == {"7": "clean", "6": None}


def test_an_alert_goes_to_the_operator_unless_another_extension_is_named() -> None:
    assert voice(operator="7001").alerted == "7001"
    assert voice(operator="7001", wakeup={"alert": "7009"}).alerted == "7009"


def test_a_snooze_may_be_a_fraction_of_a_minute() -> None:
    assert voice(wakeup={"snooze_minutes": 0.5}).wakeup.snooze_minutes == 0.5


def test_prompts_are_found_beside_the_configuration(tmp_path: Path) -> None:
    file = tmp_path / "housephone.yaml"
    file.write_text("property: {timezone: America/New_York}\nvoice: {prompts: sounds}\n", encoding="utf-8")
    hotel = load(file, {}).voice
    assert hotel is not None
    assert hotel.prompts == tmp_path / "sounds"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"operator": "front desk"}, "operator: Value error, expected what a telephone can dial"),
        ({"wakeup": {"alert": "page"}}, "wakeup.alert: Value error, expected what a telephone can dial"),
        ({"pilot": "9000x"}, "pilot: String should match pattern"),
        ({"clock": 13}, "clock: Input should be 24 or 12"),
        ({"language": "english"}, "language: String should match pattern"),
        ({"wakeup": {"attempts": 0}}, "wakeup.attempts: Input should be greater than or equal to 1"),
        ({"wakeup": {"ring": 600}}, "wakeup.ring: Input should be less than or equal to 120"),
        ({"wakeup": {"snooze_minutes": 0}}, "wakeup.snooze_minutes: Input should be greater than 0"),
        ({"mailbox": {"keep_days": 0}}, "mailbox.keep_days: Input should be greater than or equal to 1"),
        ({"housekeeping": {"code": "6"}}, "housekeeping.code: Value error, expected two to four digits"),
        ({"housekeeping": {"code": "41"}}, "housekeeping.code: Value error, must not begin with 4"),
        ({"housekeeping": {"code": "63"}}, "housekeeping: Value error, code 63 and code_with_id 63"),
        ({"housekeeping": {"code": "631"}}, "housekeeping: Value error, code 631 and code_with_id 63"),
        ({"housekeeping": {"preset": "opera"}}, "housekeeping.preset: Input should be 'fias' or 'plain'"),
        (
            {"housekeeping": {"statuses": {"10": "clean"}}},
            "housekeeping.statuses.10.[key]: Value error, expected one",
        ),
        ({"housekeeping": {"statuses": {"7": "tidy"}}}, "housekeeping.statuses.7: Input should be 'dirty'"),
    ],
)
def test_what_cannot_be_meant_is_refused_where_it_stands(said: dict[str, Any], told: str) -> None:
    assert mistake(**said).startswith(told)


def test_a_hotel_without_a_telephone_side_still_has_a_language() -> None:
    hotel = Settings.model_validate({"property": {"timezone": "America/New_York"}})
    assert hotel.voice is None
    assert hotel.grounds.language == "en"
