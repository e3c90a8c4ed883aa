"""The hotels of a group at work in one process, in front of simulated Zoom accounts over real sockets."""

import json
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx
import psycopg
import pytest

from fixtures.hotel_pms import Guest, HotelPms
from fixtures.telephones import Exchange
from fixtures.telephones.served import served
from fixtures.zoom_cloud import ZoomCloud
from reconciler.account import readings
from reconciler.app import town as towns
from reconciler.app.clock import SystemClock
from reconciler.app.fleet import fleet
from reconciler.app.groupstore import open_group_store
from reconciler.app.town import Town
from reconciler.app.work import Manner
from tests.postgres import Server
from tests.reconciler.conftest import LONG_AGO, NO_AUTHORITIES, until
from tests.reconciler.house import ended, free_address, started

pytestmark = pytest.mark.anyio


class Chain:
    """A group: Harbour View and Hill House in one Zoom account, Quay in another."""

    def __init__(self, folder: Path, chain: ZoomCloud, quay: ZoomCloud, urls: tuple[str, str]) -> None:
        self.folder, self.chain, self.quay = folder, chain, quay
        self.path = folder / "housephone.yaml"
        (folder / "hotels").mkdir()
        self.desk = free_address()
        self.zoom = self.account(chain, urls[0])
        self.group()
        self.hotel("harbour", "Harbour View", "1001-1002")
        self.hotel("hill", "Hill House", "2001-2002")
        self.hotel("quay", "Quay", "1001", zoom=self.account(quay, urls[1]))

    def group(self, **more: Any) -> None:
        self.say(self.path, properties="hotels", zoom=self.zoom, desk={"listen": self.desk}, **more)

    def account(self, cloud: ZoomCloud, url: str) -> dict[str, Any]:
        return {
            "url": url, "account_id": cloud.account_id, "client_id": cloud.client_id,
            "client_secret": cloud.client_secret, "plan": cloud.plan, "share": 1.0, "drift_check": 0.05,
        }  # fmt: skip

    def say(self, path: Path, **settings: Any) -> None:
        new = path.with_suffix(".tmp")
        new.write_text(json.dumps(settings), encoding="utf-8")
        new.replace(path)

    def hotel(self, file: str, name: str, rooms: str, **more: Any) -> None:
        zone = {"name": name, "timezone": "Europe/Lisbon"}
        self.say(self.folder / "hotels" / f"{file}.yaml", property=zone, rooms=[rooms], **more)

    def guest(self, file: str, room: int, last: str) -> None:
        path = self.folder / "rooms" / file / f"{room}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".tmp")
        new.write_text(f'room: "{room}"\nguests: [{{first: Ana, last: {last}}}]\n', encoding="utf-8")
        os.utime(new, (LONG_AGO, LONG_AGO))
        new.replace(path)

    def shows(self, cloud: ZoomCloud, room: int, last: str) -> bool:
        return cloud.extension(room).display_name == f"Ana {last} {room}"

    @asynccontextmanager
    async def at_work(self, stack: Sequence[str] = ()) -> AsyncIterator[Town]:
        with anyio.fail_after(60):
            town = Town(self.path, Manner(stack=stack))
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(town.run)
                try:
                    yield town
                finally:
                    town.signals.stop.set()

    def lights(self) -> dict[str, list[str]]:
        """What the stores say is wrong with each property."""
        group = Town(self.path, Manner()).houses.group
        return {
            each["property"]: [light["message"] for light in each["lights"]]
            for each in fleet(group)["properties"]
        }


@pytest.fixture
def chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(towns, "AGAIN_IN", 0.2)
    two, one = ZoomCloud("business"), ZoomCloud("business", seed=2)
    one.account_id = "quays-own-account"
    for cloud, rooms in ((two, (1001, 1002, 2001, 2002)), (one, (1001,))):
        for room in rooms:
            cloud.add_user(room, "Room", str(room), f"Room {room}")
    with two.serve_in_thread() as url, one.serve_in_thread() as other:
        yield Chain(tmp_path, two, one, (url, other))


def read(cloud: ZoomCloud) -> Counter[str]:
    return Counter(call.path for call in list(cloud.calls) if call.path in {"/users", "/oauth/token"})


async def test_every_hotel_gets_its_names_and_an_account_is_read_once_for_all(chain: Chain) -> None:
    chain.guest("harbour", 1001, "Souza")
    chain.guest("hill", 2001, "Braga")
    chain.guest("quay", 1001, "Costa")
    async with chain.at_work():
        await until(
            lambda: (
                chain.shows(chain.chain, 1001, "Souza")
                and chain.shows(chain.chain, 2001, "Braga")
                and chain.shows(chain.quay, 1001, "Costa")
            )
        )
        counts = read(chain.chain)
        async with httpx.AsyncClient(verify=NO_AUTHORITIES) as browser:
            page = (await browser.get(f"http://{chain.desk}/fleet")).text
        assert page.index("Harbour View") < page.index("Hill House") < page.index("Quay")
    assert counts["/oauth/token"] == 1
    assert counts["/users"] <= 2  # the second hotel may just have come too late for the first reading
    assert all(lights for lights in chain.lights().values())  # nobody looks after them any more


async def test_a_hotel_that_fails_costs_the_others_nothing_and_comes_back(chain: Chain) -> None:
    (chain.folder / "state").mkdir()
    in_the_way = chain.folder / "state" / "hill"
    in_the_way.write_text("no folder")
    chain.guest("harbour", 1001, "Souza")
    chain.guest("hill", 2001, "Braga")
    async with chain.at_work() as town:
        await until(lambda: chain.shows(chain.chain, 1001, "Souza") and "Hill House" in town.failing)
        await until(lambda: any("state" in said for said in chain.lights()["Hill House"]))
        assert chain.lights()["Harbour View"] == []
        in_the_way.unlink()
        await until(lambda: chain.shows(chain.chain, 2001, "Braga"))
        await until(lambda: chain.lights()["Hill House"] == [])


async def test_hotels_come_go_and_change_while_the_others_work(chain: Chain) -> None:
    chain.guest("harbour", 1001, "Souza")
    async with chain.at_work() as town:
        await until(lambda: chain.shows(chain.chain, 1001, "Souza"))
        working = town.houses["Harbour View"].signals

        (chain.folder / "hotels" / "hill.yaml").unlink()
        chain.guest("hill", 2001, "Braga")
        await until(lambda: "Hill House" not in town.houses)
        chain.hotel(
            "hill", "Hill House", "2001-2002", names={"occupied": {"display": "${last} ${extension}"}}
        )
        await until(lambda: chain.chain.extension(2001).display_name == "Braga 2001")
        chain.hotel(
            "hill", "Hill House", "2001-2002", names={"occupied": {"display": "Sra ${last} ${extension}"}}
        )
        await until(lambda: chain.chain.extension(2001).display_name == "Sra Braga 2001")

        assert town.houses["Harbour View"].signals is working


@asynccontextmanager
async def a_pms() -> AsyncIterator[tuple[HotelPms, dict[str, Any]]]:
    """A PMS for Harbour View, and what the configuration says of it."""
    pms = HotelPms(["1001", "1002"], zone="Europe/Lisbon")
    pms.grace = 5.0
    async with pms.serve() as port:
        yield pms, {"kind": "fias", "host": "127.0.0.1", "port": port}


def processes() -> set[str]:
    """The processes that we have started; a telephone stack is one."""
    tasks = Path("/proc/self/task").iterdir()
    return {pid for task in tasks for pid in (task / "children").read_text(encoding="ascii").split()}


async def test_a_setting_that_changes_disturbs_neither_the_lines_of_a_hotel_nor_its_pms(chain: Chain) -> None:
    async with (
        a_pms() as (pms, link),
        Exchange(SystemClock(), ["9001"]) as exchange,
        served(exchange) as port,
    ):
        sip = {"pbx": {"address": "127.0.0.1", "port": port}, "accounts": [{"user": "9001"}]}
        chain.hotel("harbour", "Harbour View", "1001-1002", pms=[link], sip=sip)
        async with chain.at_work(
            (sys.executable, "-P", "-m", "fixtures.telephones.relay", str(port))
        ) as town:
            await until(lambda: pms.alive and processes())
            pms.check_in("1002", Guest("Braga", "Ana"))
            await until(lambda: chain.shows(chain.chain, 1002, "Braga"))  # so the first resync is over
            before, house = processes(), town.houses["Harbour View"]
            await until(house.signals.started.is_set)
            first = house.signals
            more = {"retention": {"history_days": 30}}
            chain.hotel("harbour", "Harbour View", "1001-1002", pms=[link], sip=sip, **more)
            town.houses.take()
            await until(lambda: house.signals is not first and house.signals.started.is_set())
            pms.check_in("1001", Guest("Souza", "Ana"))
            await until(lambda: chain.shows(chain.chain, 1001, "Souza"))
            assert processes() == before
            assert (pms.connections, pms.heard("LE"), pms.mistakes) == (1, [], [])


async def test_a_hotel_that_comes_into_another_account_says_goodbye_to_its_pms_before(chain: Chain) -> None:
    async with a_pms() as (pms, link):
        chain.hotel("harbour", "Harbour View", "1002", pms=[link])
        async with chain.at_work() as town:
            await until(lambda: pms.alive and pms.silent)
            await until(town.houses["Harbour View"].signals.started.is_set)
            quay = json.loads((chain.folder / "hotels" / "quay.yaml").read_text())["zoom"]
            chain.hotel("harbour", "Harbour View", "1002", pms=[link], zoom=quay)
            town.houses.take()
            await until(lambda: pms.connections == 2 and pms.alive)
            assert (len(pms.heard("LE")), pms.mistakes) == (1, [])


async def test_a_file_that_breaks_leaves_its_hotel_as_it_was(chain: Chain) -> None:
    async with chain.at_work() as town:
        await until(lambda: not chain.lights()["Hill House"])
        chain.hotel("hill", "Hill House", "not a room!?")
        await until(lambda: town.houses["Hill House"].unusable)
        chain.guest("hill", 2001, "Braga")
        await until(lambda: chain.shows(chain.chain, 2001, "Braga"))


async def test_a_second_process_hears_who_has_the_account(chain: Chain) -> None:
    async with chain.at_work():
        await until(lambda: not chain.lights()["Hill House"])
        ran = await anyio.to_thread.run_sync(ended, started(["--config", str(chain.path), "run"]))
    assert ran.code == 3
    assert f"process {os.getpid()}" in ran.err


def connections(address: str) -> int:
    """How many the database has, but for the one that asks."""
    with psycopg.connect(address) as asking:
        row = asking.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid != pg_backend_pid()"
        ).fetchone()
    assert row is not None
    return int(row[0])


async def test_on_postgresql_they_share_a_database_and_a_second_process_stands_by(
    chain: Chain, postgres: Server
) -> None:
    chain.guest("harbour", 1001, "Souza")
    chain.guest("hill", 2001, "Braga")
    with postgres.database() as address:
        chain.group(database=address)
        async with chain.at_work():
            await until(
                lambda: chain.shows(chain.chain, 1001, "Souza") and chain.shows(chain.chain, 2001, "Braga")
            )
            assert connections(address) <= 12
            async with chain.at_work() as second:
                await until(lambda: second.standing_by == {chain.chain.account_id, chain.quay.account_id})
                assert second.failing == {}
        async with chain.at_work():
            chain.guest("hill", 2001, "Costa")
            await until(lambda: chain.shows(chain.chain, 2001, "Costa"))
        assert not (chain.folder / "state" / "hill" / "housephone.sqlite").exists()


async def test_a_room_that_a_document_names_first_need_not_wait_for_the_next_sweep(
    chain: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "NEWCOMERS_EVERY", 0.5)
    monkeypatch.setattr(readings, "DUE_EVERY", 0.1)
    chain.zoom |= {"drift_check": 600}
    chain.group()
    zone = {"name": "Hill House", "timezone": "Europe/Lisbon"}
    chain.say(chain.folder / "hotels" / "hill.yaml", property=zone)  # its rooms are those that files name
    chain.guest("harbour", 1001, "Souza")
    chain.guest("hill", 2001, "Braga")
    async with chain.at_work():
        await until(
            lambda: chain.shows(chain.chain, 1001, "Souza") and chain.shows(chain.chain, 2001, "Braga")
        )
        chain.guest("hill", 2002, "Costa")
        await until(lambda: chain.shows(chain.chain, 2002, "Costa"))
        counts = read(chain.chain)
        await anyio.sleep(1.5)
        assert read(chain.chain) == counts  # a room that was looked for is not looked for again


async def test_one_address_has_the_figures_of_all_hotels_and_accounts(chain: Chain) -> None:
    chain.guest("harbour", 1001, "Souza")
    (chain.folder / "state").mkdir()
    (chain.folder / "state" / "hill").write_text("no folder")
    lines: list[str] = []
    async with chain.at_work() as town, httpx.AsyncClient(verify=NO_AUTHORITIES) as monitor:
        await until(lambda: "Hill House" in town.failing)
        while 'housephone_changes_total{property="Harbour View",result="applied"} 3.0' not in lines:
            lines = (await monitor.get(f"http://{chain.desk}/metrics")).text.splitlines()
    assert 'housephone_at_work{property="Harbour View"} 1.0' in lines
    assert 'housephone_at_work{property="Hill House"} 0.0' in lines
    assert 'housephone_alarms{property="Harbour View",severity="urgent"} 0.0' in lines
    assert (
        f'housephone_account_day_limit{{account="{chain.chain.account_id}",family="core"}} 60000.0' in lines
    )
    assert len([line for line in lines if line == "# TYPE housephone_rooms gauge"]) == 1
    assert not any("1001" in line or "Souza" in line for line in lines)


def spent(chain: Chain) -> int:
    """Calls of today as the group's own store knows them, of the account that two hotels share."""
    common = Town(chain.path, Manner()).houses.group.common
    with open_group_store(common, chain.chain.account_id, only_look=True) as store:
        return sum(store.budget_state().spent.values())


async def test_on_files_what_an_account_has_spent_is_known_after_kill_9_and_counted_on(chain: Chain) -> None:
    def calls() -> int:
        return sum(1 for call in list(chain.chain.calls) if call.label is not None)

    chain.zoom |= {"drift_check": 600}
    chain.group()
    chain.guest("harbour", 1001, "Souza")
    chain.guest("hill", 2001, "Braga")
    first = started(["--config", str(chain.path), "run"])
    await until(lambda: chain.shows(chain.chain, 1001, "Souza") and chain.shows(chain.chain, 2001, "Braga"))
    await until(lambda: (chain.folder / "state" / "housephone.sqlite").exists() and spent(chain) == calls())
    first.kill()
    await anyio.to_thread.run_sync(ended, first)
    before = calls()
    assert spent(chain) == before > 0

    chain.guest("hill", 2002, "Costa")
    async with chain.at_work():
        await until(lambda: chain.shows(chain.chain, 2002, "Costa"))
    assert spent(chain) == calls() > before
