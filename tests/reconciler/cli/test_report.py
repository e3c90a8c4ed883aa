"""`report`: what somebody at the command line hears of the night."""

import re

from tests.reconciler.house import House


def test_a_hotel_that_was_never_at_work_has_a_report_too(house: House) -> None:
    ran = house("report", "--night")
    assert ran.code == 0
    assert re.search(r"night report · \d{4}-\d\d-\d\d 12:00 to ", ran.out)
    assert "nobody knows, because Zoom was never read" in ran.out


def test_a_telephone_that_shows_the_wrong_guest_is_told_by_its_room_alone(house: House) -> None:
    house.document("1001", "guests: [{first: Ana, last: Souza}]")
    assert house("--yes").code == 0
    house.document("1001", "guests: [{first: Bruno, last: Keller}]")
    house.document("1002", "guests: [{first: Chloe, last: Martin}]")
    view = house("report", "--format", "json").json
    assert view["names"] == {"not_shown": ["1001", "1002"], "still_shown": []}
    assert view["well"] is False
    text = house("report").out
    assert "room 1002: the PMS has a guest, but the telephone does not show it" in text
    assert not [name for name in ("Souza", "Keller", "Martin") if name in text]


def test_what_others_changed_in_zoom_and_was_put_back_is_drift(house: House) -> None:
    house.document("1001", "guests: [{first: Ana, last: Souza}]")
    assert house("--yes").code == 0
    house.cloud.by_number[1001].display_name = "Typed by hand"
    assert house("--yes").code == 0
    drift = house("report", "--format", "json").json["drift"]
    assert [(each["room"], each["field"], each["repaired"]) for each in drift] == [
        ("1001", "display_name", True)
    ]


def test_since_takes_the_words_of_the_history(house: House) -> None:
    assert house("report", "--since", "2h").code == 0
    for wrong in (("--since", "soon"), ("--since", "2999-01-01"), ("--night", "--since", "2h")):
        ran = house("report", *wrong)
        assert ran.code == 64
        assert "Traceback" not in ran.err
