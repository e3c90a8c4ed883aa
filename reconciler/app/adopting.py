"""`reconcile adopt`: reads Zoom and keeps what it shows as the starting wish of every room in ``rooms:``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from anyio import to_thread

from desired.said import Source
from reconciler.adoption import Adoption, adopt_room, origin_of, said_values
from reconciler.app.newdocuments import rooms_spoken_of, write_new
from reconciler.app.offline import hotel_of
from reconciler.app.online import Online, online, owning
from reconciler.app.survey import survey
from reconciler.configuration.settings import Settings
from reconciler.errors import Fatal
from reconciler.store.rows import SaidRow


@dataclass(frozen=True, slots=True)
class Adopted:
    """What was adopted, and with ``--files`` which files were written and which were there before.

    ``named`` are rooms of which a document speaks already, so that none was written.
    """

    rooms: tuple[Adoption, ...]
    written: tuple[Path, ...] = ()
    kept: tuple[Path, ...] = ()
    named: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many rooms have a starting wish now."""
        return sum(1 for each in self.rooms if each.document is not None)


async def adopt(settings: Settings, *, files: bool) -> Adopted:
    """Take what Zoom shows now, into the store or as drop-in files. Fatal without ``rooms:``, Busy if one runs."""
    if settings.rooms is None:
        raise Fatal(
            "adopt needs the list of guest rooms, so that no one else's extension is taken for a room",
            'list them in housephone.yaml, such as rooms: ["1001-1240"]',
        )
    async with online(settings) as room, owning(room, holder="reconcile adopt"):
        room.shop.hotel.capabilities = await room.driver.connect()
        await survey(room, details=True)
        names = not (files and settings.pms)
        adopted = _adopt(room, names=names)
        if not files:
            await room.shop.memory.run(_keep, room, adopted)
            return Adopted(adopted)
    return await to_thread.run_sync(_write, settings, adopted)


def _adopt(room: Online, *, names: bool) -> tuple[Adoption, ...]:
    """Each room of the list by itself: what others wish of it already stands above and is not looked at."""
    hotel, now = hotel_of(room.settings.grounds), room.shop.clock.now()
    hotel.observed, hotel.capabilities = room.shop.hotel.observed, room.shop.hotel.capabilities
    origin = origin_of(now, hotel.house.zone)
    return tuple(adopt_room(hotel, name, origin, now, names=names) for name in hotel.roster.known_rooms())


def _keep(room: Online, adopted: Sequence[Adoption]) -> None:
    """Replace what was adopted before, in one transaction."""
    store, now = room.store, room.shop.clock.now()
    where = origin_of(now, room.settings.property.zone).where
    with store.together():
        for each in adopted:
            store.unsay(each.room, source=Source.ADOPTED.value)
            if each.document is not None:
                values = said_values(each.document).items()
                store.say(SaidRow(each.room, Source.ADOPTED.value, f, v, where, now) for f, v in values)


def _write(settings: Settings, adopted: Sequence[Adoption]) -> Adopted:
    """A document a room, but for those of which one speaks already: two files must not set one field."""
    folder, spoken_of = settings.desired, rooms_spoken_of(settings)
    written: list[Path] = []
    kept: list[Path] = []
    named: list[str] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for each in adopted:
            path = folder / f"{each.room}.yaml"
            if each.document is None:
                continue
            if each.room in spoken_of and not path.exists():
                named.append(each.room)
            else:
                (written if write_new(path, each.document) else kept).append(path)
    except OSError as error:
        raise Fatal(f"{error.filename}: {error.strerror}", "look at the setting desired") from error
    return Adopted(tuple(adopted), tuple(written), tuple(kept), tuple(named))
