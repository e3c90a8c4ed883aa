"""Which parts of the work may stand in which process, and what a person hears who asked for others."""

import pytest

from reconciler.branch.roles import ALL, make_sure, roles_of
from reconciler.errors import Misconfigured


def refused(words: str | None, *, centre: bool = False, database: bool = False, group: bool = False) -> str:
    """What is said of these roles with such a configuration; "" where they fit."""
    try:
        make_sure(roles_of(words), centre=centre, database=database, group=group, shadow=False)
    except Misconfigured as error:
        return f"{error.message}: {error.remedy}"
    return ""


def test_without_roles_one_process_does_it_all() -> None:
    assert roles_of(None) == ALL
    assert refused(None) == ""


def test_a_property_has_pms_and_telephones_and_a_centre_has_zoom() -> None:
    for words in ("pms,voice", "voice, pms , desk"):
        assert roles_of(words).at_property
        assert refused(words, centre=True) == ""
    for words in ("zoom", "zoom,desk"):
        assert roles_of(words).at_centre
        assert refused(words, database=True) == ""


def test_a_hotel_may_do_without_a_page() -> None:
    assert refused("zoom,pms,voice") == ""


@pytest.mark.parametrize("words", ["pms", "voice", "zoom,pms", "zoom,voice,desk", "pms,desk"])
def test_whoever_speaks_to_the_pms_rings_as_well(words: str) -> None:
    assert "one book of wake-up calls" in refused(words)


@pytest.mark.parametrize("words", ["desk", "", ","])
def test_a_page_alone_has_nothing_to_show(words: str) -> None:
    assert "nothing to do" in refused(words)


def test_a_role_that_there_is_not_is_told_with_those_that_there_are() -> None:
    with pytest.raises(Misconfigured, match="there is no role fax") as told:
        roles_of("zoom,fax")
    assert told.value.remedy == "the roles are zoom, pms, voice, desk"


def test_at_a_property_somebody_must_tell_zoom() -> None:
    assert "nobody would tell Zoom" in refused("pms,voice")


@pytest.mark.parametrize("words", [None, "zoom,desk", "zoom,pms,voice"])
def test_the_zoom_of_a_property_with_a_centre_is_not_looked_after_twice(words: str | None) -> None:
    assert "the centre has this hotel's Zoom" in refused(words, centre=True, database=True)


def test_a_centre_needs_a_database_that_the_property_reaches() -> None:
    assert "cannot tell it" in refused("zoom,desk")


def test_a_process_at_a_property_is_for_this_one_alone() -> None:
    assert "a group's" in refused("pms,voice", centre=True, group=True)


def test_a_shadow_watches_everything() -> None:
    with pytest.raises(Misconfigured, match="shadow"):
        make_sure(roles_of("zoom"), centre=False, database=True, group=False, shadow=True)
