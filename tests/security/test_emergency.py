"""Who comes to help finds the room: no guest's name, however it is made, takes the room's number off a telephone."""

import pytest

from desired.document import Guest
from desired.names import NameTemplates, Place, apply_overrides

SUITE = Place(extension="1207", room="PH 3", mailbox="1206", description="Ocean wing " * 30)
GUESTS = (
    Guest(first="A" * 200, last="B" * 200, title="C" * 60, vip="D" * 30),
    Guest(first="李" * 150, last="王" * 150),
    Guest(first="A\u0301" * 90, last="\u202e7021 \u200b1" * 20),
    Guest(first="911", last="1 2 3"),
    Guest(first="${first}", last="%(extension)s $$ {extension}"),
    Guest(),
)


@pytest.mark.parametrize("guest", GUESTS)
@pytest.mark.parametrize(
    ("template", "number"),
    [
        ("${vip} ${title} ${first} ${last} ${extension}", "1207"),
        ("${extension} ${description} ${first} ${last}", "1207"),
        ("${description} ${first} ${last} ${room}", "PH 3"),
        ("${first} ${last} ${mailbox} ${description}", "1206"),
    ],
)
def test_a_template_that_tells_the_room_tells_it_of_every_guest(
    guest: Guest, template: str, number: str
) -> None:
    templates = NameTemplates(("", "", template), ("", "", "Room ${room} ${extension} ${mailbox}"))
    for private in (False, True):
        names, _ = templates.render(SUITE, guest, occupied=True, private=private)
        assert number in names.display


@pytest.mark.parametrize("around", ["Bar 1207 " + "x" * 200, "x" * 200 + " 1207", "é" * 300 + " 1207 é"])
def test_a_name_of_the_hotels_own_is_cut_around_the_number(around: str) -> None:
    shown = NameTemplates(("", "", "${extension}"), ("", "", "${extension}")).fallback(SUITE)
    names, notes = apply_overrides(shown, "1207", display=around)
    assert "1207" in names.display
    assert notes == {"truncated"}
