"""`pause`, `resume` and `dnd`: the desk at the command line."""

import pytest

from tests.reconciler.house import House


def test_the_desk_switches_do_not_disturb(house: House) -> None:
    ran = house("dnd", "1001", "on")
    assert (ran.code, ran.err) == (0, "")
    assert house("--yes").code == 0
    (room,) = house("show", "1001", "--format", "json").json["rooms"]
    assert room["dnd"] == room["extensions"][0]["observed"]["dnd"] == "on"
    (field,) = house("explain", "1001", "--format", "json").json["fields"]
    assert (field["source"], field["where"]) == ("desk", "desk command line")


def test_the_latest_word_of_the_desk_counts(house: House) -> None:
    house("dnd", "1001", "on")
    house("dnd", "1001", "off")
    assert house("show", "1001", "--format", "json").json["rooms"][0]["dnd"] == "off"


def test_a_file_outranks_the_desk_and_the_desk_is_told(house: House) -> None:
    house.document("1001", "dnd: off")
    ran = house("dnd", "1001", "on")
    assert "rooms/1001.yaml:2:1 decides" in ran.out
    (room,) = house("show", "1001", "--format", "json").json["rooms"]
    assert room["dnd"] == "off"


def test_a_paused_room_is_left_alone_until_it_is_resumed(house: House) -> None:
    house.document("1001", "guests: [{first: Ana, last: Souza}]")
    assert house("pause", "1001", "--reason", "engineer at work").code == 0
    house("--yes")
    assert house("show", "1001", "--format", "json").json["rooms"][0]["paused"] == {
        "reason": "engineer at work", "until": None, "by": "desk command line",
    }  # fmt: skip
    before = house("show", "1001").out
    assert "Room 1001 → Ana Souza 1001" in before
    assert house("resume", "1001").code == 0
    assert house("--yes").code == 0
    assert "Room 1001 →" not in house("show", "1001").out


def test_a_pause_ends_by_itself(house: House) -> None:
    house("pause", "1001", "--reason", "carpet", "--until", "2h")
    paused = house("show", "1001", "--format", "json").json["rooms"][0]["paused"]
    assert paused["until"] is not None


def test_resuming_a_room_that_was_not_paused_does_no_harm(house: House) -> None:
    ran = house("resume", "1001")
    assert (ran.code, ran.out) == (0, "room 1001 was not paused\n")


@pytest.mark.parametrize(
    "words", [("dnd", "999", "on"), ("pause", "999", "--reason", "x"), ("resume", "999")]
)
def test_a_room_that_nobody_knows_is_refused(house: House, words: tuple[str, ...]) -> None:
    ran = house(*words)
    assert ran.code == 1
    assert "room 999: there is no such room in `rooms:`" in ran.err


@pytest.mark.parametrize(
    "words",
    [
        ("dnd", "1001", "maybe"),
        ("dnd", "1001"),
        ("pause", "1001"),
        ("pause", "1001", "--reason", " "),
        ("pause", "1001", "--reason", "x", "--until", "2020-01-01"),
        ("pause", "1001", "--reason", "x", "--until", "soon"),
    ],
)
def test_what_makes_no_sense_is_wrong_use(house: House, words: tuple[str, ...]) -> None:
    assert house(*words).code == 64
