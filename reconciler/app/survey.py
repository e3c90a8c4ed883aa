"""Reading all that Zoom shows of a hotel, whether or not anybody wishes anything of its rooms yet."""

from __future__ import annotations

from observed.extension import Extension
from reconciler.account.refresh import FEATURES
from reconciler.app.online import Online
from reconciler.snapshot import features_out

EVERY_LIST = frozenset({-1})
"""An extension that nobody has: whoever looks for it reads every list."""


async def survey(room: Online, *, whole: bool = False, details: bool = False) -> None:
    """Read the lists for every room of ``rooms:`` and of the documents, and keep what they show in the store.

    ``whole`` reads the lists that no room needs too, as does a hotel in which no room is known. ``details`` reads
    what no list shows: departments of common areas, and classes of service where they are ours, one call each.
    Raises reconciler.errors.
    """
    shop, hotel, now = room.shop, room.shop.hotel, room.shop.clock.now()
    rooms = hotel.roster.known_rooms()
    numbers = {int(e) for name in rooms for e in hotel.facts(name, None, now).extensions}
    listed = await room.driver.extensions(
        wanted=frozenset(numbers) | EVERY_LIST if whole or not numbers else frozenset(numbers),
        devices=room.settings.names.device is not None,
    )
    hotel.observed.replace(listed)
    if details:
        await _details(room, [each for name in rooms for each in hotel.extensions_of(name)])
    hotel.capabilities = room.driver.capabilities()
    store = shop.memory.store
    await shop.memory.run(store.replace_observed, tuple(hotel.observed), {"lists": shop.clock.now()})
    await shop.memory.run(store.put_note, FEATURES, features_out(hotel.capabilities))


async def _details(room: Online, extensions: list[Extension]) -> None:
    calling = {"calling"} if room.settings.calling.enabled else set()
    for kind, fields in (("user", calling), ("common_area", calling | {"names"})):
        active = [each for each in extensions if each.kind == kind and not each.pending]
        if active and fields:
            for each in await room.driver.details(active, frozenset(fields)):
                room.shop.hotel.observed.put(each)
