"""A split hotel whose processes and database are killed again and again: ``python -m tests.split [SECONDS] [SEED]``.

Guests come and go, and somebody wants to be woken, at the PMS, at the property or at the centre; then one side, both
or the database go without a word. In the end Zoom shows who is in the house, and each call has rung once.
"""

from __future__ import annotations

import signal
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Final

from fixtures.hotel_pms import Guest
from tests.postgres import Server, running
from tests.split.hotel import Split, split
from tests.standby.hosts import ROOMS

SLEEPERS: Final = ROOMS[:4]
"""Rooms whose guests stay, and are woken; those of the others come and go."""
DISASTERS: Final = ("centre", "property", "both", "database", "nothing")
AWAY: Final = 2.0
"""Seconds for which the database is away."""
BEFORE_IT_RINGS: Final = 2.5
"""Seconds from an order to its call: whoever is killed meanwhile has not begun to ring."""


def one_round(hotel: Split, server: Server, chance: Random) -> str:
    """Something is wanted, something breaks, and in the end all is as it should be."""
    room, last = chance.choice(ROOMS[4:]), chance.choice(["Souza", "Costa", "Braga", "Prado", "Lima"])
    if hotel.pms.in_house().get(room):
        hotel.pms.check_out(room)
    else:
        hotel.pms.check_in(room, Guest(last, "Ana"))
    sleeper, where = chance.choice(SLEEPERS), chance.choice(["pms", "property", "centre"])
    if where == "pms":
        wake = hotel.wake_up(sleeper, after=BEFORE_IT_RINGS)
    else:
        wake = hotel.wake_up_by(hotel.inn if where == "property" else hotel.centre, sleeper, BEFORE_IT_RINGS)
    hotel.wait(lambda: hotel.pms.silent)
    what = chance.choice(DISASTERS)
    if what in {"centre", "both"}:
        hotel.kill_quietly(hotel.centre)
    if what in {"property", "both"}:
        hotel.kill(hotel.inn)
    if what == "database":
        server.stop()
        time.sleep(AWAY)
        server.start()
    for host in hotel.hosts:
        if host.life is None:
            hotel.begin(host)
    hotel.wait(lambda: wake.told)
    hotel.wait(lambda: hotel.inn.at_work and hotel.centre.at_work)
    for each in ROOMS[4:]:
        guests = hotel.pms.in_house().get(each) or ()
        hotel.shows(each, f"Ana {guests[0].last} {each}" if guests else f"Room {each}")
    assert [result for _, result in wake.told] == ["OK"], f"{wake}: {wake.told}"
    return f"{what}, woken by {where}"


def main(seconds: str = "120", seed: str = "") -> None:
    """Go on for so long."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    seed = seed or str(time.time_ns() % 100_000)
    chance, end, rounds = Random(seed), time.monotonic() + float(seconds), Counter[str]()  # noqa: S311 - no secret
    with (
        TemporaryDirectory(prefix="housephone-split-") as folder,
        running() as server,
        split(Path(folder), server.emptied()) as hotel,
    ):
        for host in (hotel.centre, hotel.inn):
            hotel.begin(host)
        hotel.wait(lambda: hotel.centre.at_work and hotel.inn.at_work)
        for room in SLEEPERS:
            hotel.pms.check_in(room, Guest("Castellan", "Ingrid"))
            hotel.shows(room, f"Ingrid Castellan {room}")
        while time.monotonic() < end:
            rounds[one_round(hotel, server, chance).partition(",")[0]] += 1
        twice = hotel.twice()
    sys.stdout.write(
        f"seed {seed}: {rounds.total()} rounds {dict(rounds)}; done twice: {twice or 'nothing'}\n"
    )
    sys.exit(bool(twice))


if __name__ == "__main__":
    main(*sys.argv[1:])
