"""PMS and telephones at the property, Zoom at the centre: each goes on without the other; nothing is done twice."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from desired.document import Guest as Named
from fixtures.hotel_pms import Guest
from reconciler.app.doctor.between import between
from reconciler.configuration.file import load
from reconciler.desk.orders import CheckIn
from reconciler.errors import Fatal
from tests.postgres import Server
from tests.split.hotel import Split, split

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]


def both_at_work(hotel: Split) -> None:
    for host in (hotel.centre, hotel.inn):
        hotel.begin(host)
    hotel.wait(lambda: hotel.centre.at_work and hotel.inn.at_work)
    for host, roles in ((hotel.centre, ["zoom", "desk"]), (hotel.inn, ["pms", "voice", "desk"])):
        assert host.readyz()[1]["roles"] == roles


def checked_in_at_the_pms(hotel: Split) -> None:
    """Who comes in at the property is shown at Zoom, which the centre looks after."""
    hotel.pms.check_in("1001", Guest("Souza", "Ana"))
    hotel.shows("1001", "Ana Souza 1001")


def files_of_the_centre(hotel: Split) -> None:
    """A document of the centre's folder is shown at Zoom, and stands in the property's folder as well."""
    hotel.centre.service.document("1008", "name: {display: Spa Desk}")
    hotel.shows("1008", "Spa Desk")
    copy = hotel.inn.service.folder / "rooms" / "1008.yaml"
    hotel.wait(copy.exists)
    assert copy.read_text() == (hotel.centre.service.folder / "rooms" / "1008.yaml").read_text()


def ordered_at_the_centre(hotel: Split) -> None:
    """An order of the centre's desk is the property's, and comes back to Zoom from there."""
    guest = Named(first="Rui", last="Braga")
    assert hotel.order(hotel.centre, CheckIn(room="1005", guest=guest)) == "room 1005: checked in"
    hotel.shows("1005", "Rui Braga 1005")


def shown_on_both_pages(hotel: Split) -> None:
    """Each side's page shows the house, and what the other one looks after."""
    for host, says in ((hotel.inn, "The centre looks after it"), (hotel.centre, "at the property")):
        for page, there in (("/", "Souza"), ("/links", says), ("/wakeups", "Wake-up")):
            code, text = host.service.get(page)
            assert code == 200
            assert there in text
        (told,) = between(load(host.service.config, {}))
        assert (told.level, "the property has told how it is" in told.said) == ("ok", True)


def woken_without_the_centre(hotel: Split) -> None:
    """A wake-up call that the centre's desk has set rings at the property, though the centre is dead by then."""
    wake = hotel.wake_up_by(hotel.centre, "1001", after=2.0)
    hotel.kill_quietly(hotel.centre)
    hotel.pms.check_in("1002", Guest("Costa", "Eva"))
    hotel.wait(lambda: wake.told)
    assert [result for _, result in wake.told] == ["OK"]
    assert len(wake.rings) == 1
    hotel.begin(hotel.centre)
    hotel.shows("1002", "Eva Costa 1002")


def the_property_is_dead(hotel: Split) -> None:
    """The centre keeps the names, and an order there is refused, and never carried out later. Who sleeps is woken."""
    wake = hotel.wake_up_by(hotel.inn, "1005", after=1.5)
    hotel.kill(hotel.inn)
    with pytest.raises(Fatal, match="nothing was noted"):
        hotel.order(hotel.centre, CheckIn(room="1006", guest=Named(last="Nobody")))
    assert hotel.shown("1001") == "Ana Souza 1001"
    hotel.begin(hotel.inn)
    hotel.wait(lambda: hotel.inn.at_work)
    hotel.pms.check_in("1003", Guest("Prado", "Ana"))
    hotel.shows("1003", "Ana Prado 1003")
    assert hotel.shown("1006") == "Room 1006"
    hotel.wait(lambda: wake.told)
    assert ([result for _, result in wake.told], len(wake.rings)) == (["OK"], 1)


def the_database_is_away(hotel: Split, server: Server) -> None:
    """PMS and telephones go on meanwhile, and what they told is at Zoom soon after."""
    server.stop()
    try:
        wake = hotel.wake_up("1001", after=1.0)
        hotel.pms.check_out("1002")
        hotel.pms.check_in("1004", Guest("Lima", "Leo"))
        hotel.wait(lambda: wake.told)
        time.sleep(0.5)
        assert hotel.shown("1004") == "Room 1004"
    finally:
        server.start()
    hotel.shows("1004", "Leo Lima 1004")
    hotel.shows("1002", "Room 1002")
    assert [result for _, result in wake.told] == ["OK"]


def test_whichever_of_them_is_away_the_others_go_on_and_nothing_is_lost_or_done_twice(
    tmp_path: Path, postgres: Server
) -> None:
    with split(tmp_path, postgres.emptied()) as hotel:
        both_at_work(hotel)
        checked_in_at_the_pms(hotel)
        files_of_the_centre(hotel)
        ordered_at_the_centre(hotel)
        shown_on_both_pages(hotel)
        woken_without_the_centre(hotel)
        the_property_is_dead(hotel)
        the_database_is_away(hotel, postgres)
        assert hotel.twice() == []
