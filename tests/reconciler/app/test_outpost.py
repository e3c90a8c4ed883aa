"""The centre of a group: hotels whose PMS and telephones are elsewhere are shown at Zoom as they tell."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import anyio
import pytest

from desired.document import Guest
from desired.said import Field, Origin, Said, Source
from fixtures.zoom_cloud import Fault, ZoomCloud
from reconciler.alarms.book import NOTE as ALARMS
from reconciler.alarms.book import standing_in
from reconciler.alarms.finding import Kind
from reconciler.app import town as towns
from reconciler.app.fleet import fleet
from reconciler.app.ordered import at_the_store
from reconciler.app.stored import remembered
from reconciler.app.town import Town
from reconciler.app.work import Manner
from reconciler.branch.roles import roles_of
from reconciler.branch.words import RoomTold, digest
from reconciler.desk.orders import CheckOut
from reconciler.errors import Misconfigured
from reconciler.stays.frontdesk import Declined
from reconciler.store.rows import Json, PmsRoomRow
from reconciler.store.store import Store
from reconciler.wakeups.entries import Entry, WakeupStatus
from tests.postgres import Server
from tests.reconciler.conftest import until
from tests.reconciler.house import free_address

pytestmark = [pytest.mark.anyio, pytest.mark.integration]
NOW = datetime.now(UTC)
LISBON = ZoneInfo("Europe/Lisbon")
LINKS: Json = {
    "pms links": {"front office": {"problem": "no answer", "since": NOW.isoformat(), "heard": None}}
}


@dataclass
class Chain:
    """A group of one hotel, Harbour View, with the database of its centre."""

    folder: Path
    cloud: ZoomCloud
    address: str

    @property
    def config(self) -> Path:
        return self.folder / "housephone.yaml"

    def configure(self, url: str) -> None:
        (self.folder / "hotels").mkdir()
        cloud = self.cloud
        zoom = {
            "url": url, "account_id": cloud.account_id, "client_id": cloud.client_id,
            "client_secret": cloud.client_secret, "plan": cloud.plan, "share": 1.0,
        }  # fmt: skip
        group = {
            "properties": "hotels",
            "zoom": zoom,
            "database": self.address,
            "desk": {"listen": free_address()},
        }
        self.config.write_text(json.dumps(group), encoding="utf-8")
        hotel = {"property": {"name": "Harbour View", "timezone": "Europe/Lisbon"}, "rooms": ["1001-1002"]}
        (self.folder / "hotels" / "harbour.yaml").write_text(json.dumps(hotel), encoding="utf-8")

    def town(self, roles: str | None = "zoom,desk") -> Town:
        return Town(self.config, Manner(stack=(), roles=roles_of(roles)))

    def lights(self) -> list[tuple[str, str]]:
        """What the fleet's page says is wrong with the hotel."""
        (hotel,) = fleet(self.town().houses.group)["properties"]
        return [(light["kind"], light["message"]) for light in hotel["lights"]]


@dataclass
class Inn:
    """The process at the property, as its database sees it."""

    store: Store
    life: int

    def guest(self, room: str, last: str) -> None:
        told = Origin(Source.PMS, "front office GI", NOW)
        words = (Said(Field.GUESTS, (Guest(first="Ana", last=last),), told), Said(Field.OCCUPIED, True, told))
        body = RoomTold(words, PmsRoomRow(room, "front office", room, NOW)).to_json()
        self.store.put(self.life, [(room, digest(body), body)], {"notes": LINKS})

    def alarms_at_the_centre(self) -> list[Kind]:
        return [each.alarm.kind for each in standing_in(self.store.note(ALARMS))]

    def to_be_woken(self, room: str, after: timedelta) -> None:
        told = Origin(Source.PMS, "front office WR", NOW)
        due = (NOW + after).replace(microsecond=0)
        at = due.astimezone(LISBON).replace(tzinfo=None)
        entry = Entry(room, at, due, WakeupStatus.PENDING, (told,), "front office", NOW)
        body = RoomTold((), PmsRoomRow(room, "front office", room, NOW), (entry,)).to_json()
        self.store.put(self.life, [(room, digest(body), body)])


@pytest.fixture
def chain(tmp_path: Path, postgres: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chain]:
    monkeypatch.setattr(towns, "AGAIN_IN", 0.2)
    cloud = ZoomCloud("business")
    for room in (1001, 1002):
        cloud.add_user(room, "Room", str(room), f"Room {room}")
    with postgres.database() as address, cloud.serve_in_thread() as url:
        chain = Chain(tmp_path, cloud, address)
        chain.configure(url)
        yield chain


@pytest.fixture
def inn(chain: Chain) -> Iterator[Inn]:
    with Store.open(chain.address, property_name="Harbour View", account="") as store:
        yield Inn(store, store.claim())


async def test_a_hotel_of_a_group_is_shown_as_its_property_tells(chain: Chain, inn: Inn) -> None:
    town = chain.town()
    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(town.run)
            inn.guest("1001", "Souza")
            await until(lambda: chain.cloud.extension(1001).display_name == "Ana Souza 1001")
            inn.guest("1001", "Braga")
            await until(lambda: chain.cloud.extension(1001).display_name == "Ana Braga 1001")
            folder = chain.folder / "rooms" / "harbour"
            folder.mkdir(parents=True)
            (folder / "1002.yaml").write_text('room: "1002"\nguests: [{first: Eva, last: Costa}]\n')
            await until(lambda: inn.store.what_waits().generation is not None)
            await until(lambda: chain.cloud.extension(1002).display_name == "Eva Costa 1002")
            town.signals.stop.set()
    row = inn.store.file("1002.yaml")
    assert row is not None
    assert b"Costa" in row.content


async def test_where_zoom_does_not_let_a_room_ring_that_is_to_be_woken_somebody_hears_of_it_at_the_centre(
    chain: Chain, inn: Inn
) -> None:
    chain.cloud.choose_presence(1001, "Do_Not_Disturb")
    presence = "/users/{userId}/presence_status"
    chain.cloud.faults.add(Fault("answer", path=presence, method="PUT", status=400, code=300, times=None))
    inn.to_be_woken("1001", after=timedelta(minutes=2))
    town = chain.town()
    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(town.run)
            await until(lambda: Kind.DND_STUCK in inn.alarms_at_the_centre())
            town.signals.stop.set()


async def test_a_property_that_is_silent_is_red_for_the_whole_group(chain: Chain, inn: Inn) -> None:
    inn.guest("1001", "Souza")
    assert [kind for kind, _ in chain.lights()] == ["not_running"]
    with inn.store._writing() as line:
        line.exec_driver_sql("UPDATE branches SET at = at - 120000000")
    kinds = dict(chain.lights())
    assert "not heard of since" in kinds["property_unheard"]


async def test_nobody_else_rings_or_speaks_to_the_pms_of_a_hotel_with_a_process_at_the_property(
    chain: Chain, inn: Inn
) -> None:
    inn.guest("1001", "Souza")
    town = chain.town(roles=None)
    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(town.run)
            await until(lambda: "with a process at the property" in town.failing.get("Harbour View", ""))
            town.signals.stop.set()


async def test_an_order_behind_the_back_of_the_property_is_refused(chain: Chain, inn: Inn) -> None:
    inn.guest("1001", "Souza")
    settings = chain.town().houses.group.members["Harbour View"].settings
    with pytest.raises(Declined, match="nothing was noted"):
        at_the_store(settings, CheckOut(room="1001"), "command line")


async def test_whoever_only_looks_sees_what_the_property_has_told(chain: Chain, inn: Inn) -> None:
    inn.guest("1001", "Souza")
    seen = remembered(chain.town().houses.group.members["Harbour View"].settings)
    guests = seen.hotel.wish("1001").get(Field.GUESTS)
    assert [guest.last for guest in guests] == ["Souza"]
    assert [link.problem for link in seen.around.links] == ["no answer"]


async def test_a_group_is_no_property(chain: Chain) -> None:
    with pytest.raises(Misconfigured, match="a group's"):
        chain.town(roles="pms,voice")
