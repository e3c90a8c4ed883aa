"""Two controllers for one hotel: one works, the other stands by, and nobody in the house notices a change.

How soon is measured by ``python -m tests.bench --only takeover``; here machines may be slow.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from reconciler.app.renewal import SHARED_TTL, STOPS_AFTER
from tests.postgres import Server
from tests.standby.hosts import Host, Hosts
from tests.standby.pair import pair

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]
IN_THE_GAP = 1.5
"""Seconds after a kill: well before anybody may take over."""


def killed_before_a_wake_up_call(hotel: Hosts, active: Host, other: Host) -> None:
    """The one at work is killed, its guest's wake-up call falls due, and the other one rings: once, a little late."""
    connections = hotel.pms.connections
    wake = hotel.wake_up("1001", after=IN_THE_GAP)
    hotel.wait(lambda: hotel.pms.silent)
    hotel.kill(active)
    hotel.wait(lambda: other.at_work)
    hotel.wait(lambda: wake.told)

    assert [result for _, result in wake.told] == ["OK"]
    assert len(wake.rings) == 1
    assert hotel.pms.connections == connections + 1


def given_back(hotel: Hosts, active: Host, other: Host) -> None:
    """The one at work is stopped, and the other one need not wait for anything to run out."""
    connections = hotel.pms.connections
    assert hotel.stop(active) == 0
    stopped = time.monotonic()
    hotel.wait(lambda: hotel.pms.alive)

    assert time.monotonic() - stopped < SHARED_TTL.total_seconds()
    assert hotel.pms.connections == connections + 1
    hotel.wait(lambda: other.at_work)


def without_a_database(hotel: Hosts, server: Server) -> None:
    """The database is away for long: until it is back nobody speaks to the PMS, and then one of them does."""
    connections = hotel.pms.connections
    server.stop()
    try:
        hotel.wait(lambda: not hotel.pms.alive)
        time.sleep(STOPS_AFTER)
        assert hotel.pms.connections == connections
        assert not any(host.at_work or host.stands_by for host in hotel.hosts)
    finally:
        server.start()
    hotel.wait(lambda: hotel.pms.alive)
    hotel.wait(lambda: sum(host.at_work for host in hotel.hosts) == 1)
    hotel.wait(lambda: sum(host.stands_by for host in hotel.hosts) == 1)
    hotel.pms.forgive("no_le")

    assert hotel.pms.connections == connections + 1
    assert hotel.pms.forgive("dr_unasked") == 1  # nobody knows what was told just before


def test_whatever_becomes_of_one_controller_the_other_goes_on_and_nothing_is_done_twice(
    tmp_path: Path, postgres: Server
) -> None:
    with pair(tmp_path, postgres.emptied()) as hotel:
        front, back = hotel.hosts
        hotel.begin(front)
        hotel.wait(lambda: front.at_work)
        hotel.begin(back)
        hotel.wait(lambda: back.stands_by)
        code, body = back.readyz()
        assert (code, body["active"]["host"]) == (503, "front-office")
        assert back.service.get("/readyz?standby=ok")[0] == 200
        assert hotel.pms.connections == 1

        killed_before_a_wake_up_call(hotel, front, back)
        hotel.begin(front)
        hotel.wait(lambda: front.stands_by)
        given_back(hotel, back, front)
        hotel.begin(back)
        hotel.wait(lambda: back.stands_by)
        without_a_database(hotel, postgres)

        hotel.wait(lambda: hotel.shown("1001") == "Ana Souza 1001")
        assert hotel.twice() == []
