"""Hotels of any size as a folder: configuration, one document a room, and a snapshot that shows just that."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fixtures.zoom_cloud import ZoomCloud

FIRST_NAMES = ("Marisol", "Jürgen", "Mei", "Olivia", "Tomás", "Ingrid", "Kwame", "Yuki")
LAST_NAMES = (
    "Abernathy",
    "Brandvold",
    "Castellan",
    "van Dorn",
    "Eskildsen",
    "Łukasik",
    "Grimaldi",
    "Hallberg",
)
VACANT_EVERY = 10
PER_FOLDER = 500
FIRST_ROOM = 100_000
"""Long numbers, so that a hotel of any size has extensions of one length."""

SCHEMA = "# yaml-language-server: $schema=../../.schema/room.json\n"
REST = """\
dnd: off
mailbox: {cleared: "2026-11-22T11:02:00-05:00", description: Ocean wing}
"""
NOTE = "# Two queen beds, balcony, connecting door. Minibar on request only.\n"


@dataclass(frozen=True, slots=True)
class House:
    """A hotel's folder."""

    folder: Path

    @property
    def config(self) -> Path:
        """Its configuration file."""
        return self.folder / "housephone.yaml"

    @property
    def rooms(self) -> Path:
        """Its documents."""
        return self.folder / "rooms"

    @property
    def state(self) -> Path:
        """What the program keeps."""
        return self.folder / "state"

    @property
    def snapshot(self) -> Path:
        """What Zoom shows, saved."""
        return self.folder / "zoom.json"

    def configure(self, rooms: range, /, **settings: Any) -> None:
        """Write the configuration for these rooms."""
        property_ = {"name": "Harbour View", "timezone": "America/New_York"}
        self.folder.mkdir(parents=True, exist_ok=True)
        listed = [f"{rooms[0]}-{rooms[-1]}"]
        self.config.write_text(json.dumps({"property": property_, "rooms": listed, **settings}))

    def put(self, room: int, text: str) -> Path:
        """Write a room's document where it belongs."""
        path = self.place(room)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def place(self, room: int) -> Path:
        """The file of a room's document."""
        return self.rooms / f"{room // PER_FOLDER:03}" / f"{room}.yaml"

    def average_size(self) -> float:
        """Bytes of a document."""
        sizes = [path.stat().st_size for path in self.rooms.rglob("*.yaml")]
        return sum(sizes) / len(sizes)


def guest(room: int) -> tuple[str, str]:
    """First and last name of this room's guest."""
    return FIRST_NAMES[room % 8], LAST_NAMES[room // 8 % 8]


def occupied(room: int) -> str:
    """The document of a room with a guest."""
    first, last = guest(room)
    return (
        f'{SCHEMA}room: "{room}"\nguests:\n'
        f'  - {{reservation: "{500_000 + room}", first: {first}, last: {last}, title: Ms, language: en, '
        f"arrival: 2026-11-22, departure: 2026-11-25}}\n{REST}"
    )


def vacant(room: int) -> str:
    """The document of a room without one."""
    return f'{SCHEMA}{NOTE}room: "{room}"\noccupied: false\n{REST}'


def offline(folder: Path, count: int) -> House:
    """A hotel of so many rooms, a tenth of them vacant, and a snapshot in which Zoom shows it all."""
    house, rooms = House(folder), range(FIRST_ROOM, FIRST_ROOM + count)
    house.configure(rooms)
    for room in rooms:
        house.put(room, occupied(room) if room % VACANT_EVERY else vacant(room))
    with house.snapshot.open("w", encoding="utf-8") as file:
        file.writelines(_snapshot(rooms))
    return house


def online(folder: Path, cloud: ZoomCloud, url: str, rooms: range, /, **settings: Any) -> House:
    """A hotel whose Zoom is the simulated one, with all of the account's limits for us; no documents yet."""
    house = House(folder)
    zoom = {
        "url": url, "account_id": cloud.account_id, "client_id": cloud.client_id,
        "client_secret": cloud.client_secret, "plan": cloud.plan, "share": 1.0,
    }  # fmt: skip
    house.configure(rooms, **settings | {"zoom": zoom | settings.get("zoom", {})})
    return house


def writes(cloud: ZoomCloud) -> list[tuple[str, float]]:
    """Path and time of arrival of every call that writes, in their order."""
    calls: Iterable[Any] = list(cloud.calls)
    return [(c.path, c.at_monotonic) for c in calls if c.method != "GET" and c.label is not None]


def _snapshot(rooms: range) -> Iterator[str]:
    yield '{"version":1,"taken":"2026-11-23T00:00:00+00:00","messages":[],"features":{},"extensions":[\n'
    for room in rooms:
        yield json.dumps(_extension(room), ensure_ascii=False) + ("\n" if room == rooms[-1] else ",\n")
    yield "]}\n"


def _extension(room: int) -> dict[str, Any]:
    first, last = guest(room) if room % VACANT_EVERY else ("Room", "")
    last = f"{last} {room}".strip()
    return {
        "kind": "user", "id": f"user-{room}", "number": room, "display_name": f"{first} {last}",
        "first_name": first, "last_name": last, "department": "",
    }  # fmt: skip
