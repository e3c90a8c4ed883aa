"""A group of hotels as large as wanted: its configuration, its Zoom accounts, its PMSs, and a database.

Accounts and PMSs are simulated in this process, each on a socket of its own; what looks after the hotels is another.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fixtures.hotel_pms import Guest, HotelPms
from fixtures.zoom_cloud import ZoomCloud

FIRST_EXTENSION: Final = 10001
FIRST: Final = (
    "Ana",
    "Rui",
    "Inês",
    "Kaarel",
    "Liis",
    "Sven",
    "Ngozi",
    "Yuki",
    "Clara",
    "Luc",
    "Pilar",
    "Tom",
    "Ida",
)
SYLLABLES: Final = [first + second for first in "bdfgklmnprst" for second in "aeiou"]


@dataclass(frozen=True, slots=True)
class Size:
    """How many there are of what; ``share`` is the part of each account's limits that the group may use."""

    properties: int = 500
    rooms: int = 200
    accounts: int = 10
    share: float = 0.5

    @property
    def all_rooms(self) -> int:
        """Rooms of all properties."""
        return self.properties * self.rooms


@dataclass(slots=True)
class Property:
    """One hotel: its PMS, the account that its telephones are in, and its rooms."""

    name: str
    pms: HotelPms
    cloud: ZoomCloud
    rooms: list[str]
    port: int = 0


@dataclass(slots=True)
class World:
    """All of it. ``shown`` says which names a room's telephone shows when its guest is known."""

    size: Size
    folder: Path
    clouds: list[ZoomCloud]
    properties: list[Property]
    urls: list[str] = field(default_factory=list)

    def alive(self) -> int:
        """How many properties have a PMS link that is up."""
        return sum(1 for each in self.properties if each.pms.connections)

    def connections(self) -> int:
        """How often a link has come up."""
        return sum(each.pms.connections for each in self.properties)

    def rooms(self) -> Iterator[tuple[Property, str]]:
        """Every room, a room of each property in turn, so that neighbours in this order are of different hotels."""
        for number in range(self.size.rooms):
            for each in self.properties:
                yield each, each.rooms[number]

    def wrong(self) -> int:
        """How many rooms show something else in Zoom than who is in them."""
        return sum(1 for each, room in self.rooms() if not is_true(each, room))

    def mistakes(self) -> list[str]:
        """What a client of ours should not have done, at any PMS or account."""
        found = [f"{each.name}: {mistake}" for each in self.properties for mistake in each.pms.mistakes]
        return found + [str(said) for cloud in self.clouds for said in (*cloud.violations, *cloud.redundant)]

    def answers(self, status: int) -> int:
        """How many calls to Zoom were answered so."""
        return sum(1 for cloud in self.clouds for call in cloud.calls if call.status == status)

    @property
    def calls(self) -> int:
        """How many calls have come to Zoom."""
        return sum(len(cloud.calls) for cloud in self.clouds)


def is_true(place: Property, room: str) -> bool:
    """Whether the telephone of a room shows who is in it."""
    guests = place.pms.house.guests(room) if not place.pms.house.room(room).vacant else ()
    shown = place.cloud.extension(int(room)).display_name
    return shown == (f"{guests[0].first} {guests[0].last} {room}" if guests else f"Room {room}")


def guest(number: int) -> Guest:
    """A guest; nobody whom this number gives exists, and no two have the same name."""
    last, rest = "", number
    while rest or not last:
        rest, syllable = divmod(rest, len(SYLLABLES))
        last += SYLLABLES[syllable]
    return Guest(last.capitalize(), FIRST[number % len(FIRST)])


def built(size: Size, folder: Path, occupied: float) -> World:
    """The hotels with their guests, all of whom Zoom shows already. Nothing is served yet."""
    clouds = []
    for number in range(size.accounts):
        cloud = ZoomCloud("business", seed=number + 1)
        cloud.account_id = cloud.news.account_id = f"account-{number}"
        clouds.append(cloud)
    next_free = [FIRST_EXTENSION] * size.accounts
    properties = []
    for number in range(size.properties):
        account = number % size.accounts
        first = next_free[account]
        next_free[account] += size.rooms
        rooms = [str(extension) for extension in range(first, first + size.rooms)]
        each = Property(f"Hotel {number:03}", HotelPms(rooms, seed=number), clouds[account], rooms)
        each.pms.grace = 600.0  # a busy machine reads late
        properties.append(each)
        for place, room in enumerate(rooms):
            _furnish(each, room, number * size.rooms + place, occupied)
    return World(size, folder, clouds, properties)


def _furnish(place: Property, room: str, number: int, occupied: float) -> None:
    if (number * 0.618033988749895) % 1 >= occupied:
        place.cloud.add_user(int(room), "Room", room, f"Room {room}")
        return
    who = guest(number)
    place.pms.settle(room, who)
    place.cloud.add_user(int(room), who.first, f"{who.last} {room}", f"{who.first} {who.last} {room}")


@asynccontextmanager
async def served(world: World) -> AsyncIterator[None]:
    """Serve all accounts and PMSs while inside, in this event loop."""
    async with AsyncExitStack() as open_now:
        world.urls = [await open_now.enter_async_context(cloud.serve()) for cloud in world.clouds]
        for each in world.properties:
            each.port = await open_now.enter_async_context(each.pms.serve())
        yield


def configure(world: World, database: str | None, desk: str) -> Path:
    """Write the group's files; where the group's own is."""
    (world.folder / "hotels").mkdir(parents=True)
    path = world.folder / "housephone.yaml"
    vacant = {"first": "Room", "last": "${extension}", "display": "Room ${extension}"}
    occupied = {
        "first": "${first}",
        "last": "${last} ${extension}",
        "display": "${first} ${last} ${extension}",
    }
    common: dict[str, Any] = {
        "properties": "hotels",
        "names": {"vacant": vacant, "occupied": occupied},
        "desk": {"listen": desk},
    }
    if database is not None:
        common["database"] = database
    path.write_text(json.dumps(common), encoding="utf-8")
    for number, each in enumerate(world.properties):
        text = json.dumps(_settings(world, each, number % world.size.accounts))
        (world.folder / "hotels" / f"hotel{number:03}.yaml").write_text(text, encoding="utf-8")
    return path


def _settings(world: World, each: Property, account: int) -> dict[str, Any]:
    cloud = each.cloud
    return {
        "property": {"name": each.name, "timezone": "UTC"},
        "rooms": [f"{each.rooms[0]}-{each.rooms[-1]}"],
        "zoom": {
            "url": world.urls[account], "account_id": cloud.account_id, "client_id": cloud.client_id,
            "client_secret": cloud.client_secret, "plan": cloud.plan, "share": world.size.share,
        },
        "pms": [{"kind": "fias", "host": "127.0.0.1", "port": each.port}],
    }  # fmt: skip
