"""Hints that the drop-in folder changed: soon, from every way of changing it, and again after it was gone."""

# ruff: noqa: ASYNC240 - files appear and vanish here while somebody watches; that is the point.

import threading
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path

import anyio
import pytest

from desired import watch
from desired.watch import changes, on_network_share

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def _brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look more often than a hotel needs to, so that the tests end soon."""
    monkeypatch.setattr(watch, "LOOK_MS", 100)
    monkeypatch.setattr(watch, "POLL_MS", 50)


@pytest.fixture
def rooms(tmp_path: Path) -> Path:
    folder = tmp_path / "hotel" / "rooms"
    folder.mkdir(parents=True)
    return folder


async def hint(hints: AsyncGenerator[None, None], within: float = 5.0) -> float:
    """Wait for the next hint; the seconds that it took."""
    begin = time.monotonic()
    with anyio.fail_after(within):
        await anext(hints)
    return time.monotonic() - begin


async def settle(hints: AsyncGenerator[None, None]) -> None:
    """Wait for the two hints of a start: one at once, one when the system reports changes."""
    await hint(hints)
    await hint(hints)


async def settle_again(hints: AsyncGenerator[None, None], rooms: Path) -> None:
    """Wait for the hints, two or fewer, that another folder stands there, and see that more come from it."""
    await hint(hints)
    for room in ("1207", "1208", "1209"):
        (rooms / f"{room}.yaml").write_text(f"room: {room}\n")
        await hint(hints)


@pytest.mark.parametrize("polling", [False, True])
async def test_a_dropped_file_is_hinted_at_soon(rooms: Path, polling: bool) -> None:
    async with aclosing(changes(rooms, polling=polling)) as hints:
        await settle(hints)
        (rooms / "1207.yaml").write_text("room: 1207\n")
        assert await hint(hints) < (2.0 if polling else 0.5)


async def test_renames_subfolders_and_removals_are_hinted_at(rooms: Path) -> None:
    async with aclosing(changes(rooms, polling=False)) as hints:
        await settle(hints)
        (rooms / ".1207.yaml.tmp").write_text("room: 1207\n")
        (rooms / ".1207.yaml.tmp").replace(rooms / "1207.yaml")
        await hint(hints)
        (rooms / "east").mkdir()
        await hint(hints)
        (rooms / "east" / "1208.yaml").write_text("room: 1208\n")
        await hint(hints)
        (rooms / "1207.yaml").unlink()
        await hint(hints)


async def test_a_mounted_config_map_is_hinted_at(rooms: Path) -> None:
    (rooms / "..2026_1").mkdir()
    (rooms / "..2026_2").mkdir()
    (rooms / "..data").symlink_to("..2026_1")
    async with aclosing(changes(rooms, polling=False)) as hints:
        await settle(hints)
        (rooms / "..data_tmp").symlink_to("..2026_2")
        (rooms / "..data_tmp").replace(rooms / "..data")
        await hint(hints)


async def test_files_that_are_ignored_give_no_hint(rooms: Path) -> None:
    async with aclosing(changes(rooms, polling=False)) as hints:
        await settle(hints)
        for name in (".1207.yaml.swp", "1207.yaml~", "1207.yaml.tmp"):
            (rooms / name).write_text("room: 1207\n")
        with pytest.raises(TimeoutError):
            await hint(hints, within=0.4)


@pytest.mark.parametrize("polling", [False, True])
async def test_a_folder_may_vanish_and_come_back(rooms: Path, polling: bool) -> None:
    async with aclosing(changes(rooms, polling=polling)) as hints:
        await settle(hints)
        rooms.rmdir()
        rooms.parent.rmdir()
        await hint(hints)
        rooms.parent.mkdir()
        rooms.mkdir()
        await settle_again(hints, rooms)


async def test_another_folder_in_its_place_is_noticed(rooms: Path) -> None:
    other = rooms.with_name("other")
    other.mkdir()
    async with aclosing(changes(rooms, polling=False)) as hints:
        await settle(hints)
        rooms.rename(rooms.with_name("old"))
        other.rename(rooms)
        await settle_again(hints, rooms)


async def test_without_any_change_the_folder_is_looked_at_now_and_then(rooms: Path) -> None:
    async with aclosing(changes(rooms, polling=False, rescan=0.5)) as hints:
        await settle(hints)
        await hint(hints, within=3)


MOUNTS = """\
/dev/sda1 / ext4 rw 0 0
server:/export /srv nfs4 rw 0 0
//nas/hotel /srv/front\\040desk cifs rw 0 0
tmpfs /srv/local tmpfs rw 0 0
"""


@pytest.mark.parametrize(
    ("place", "share"),
    [
        ("/etc/rooms", False),
        ("/srv/rooms", True),
        ("/srv/front desk/rooms", True),
        ("/srv/local/rooms", False),
        ("/srvother", False),
    ],
)
def test_network_shares_are_known_by_their_mount(tmp_path: Path, place: str, share: bool) -> None:
    (tmp_path / "mounts").write_text(MOUNTS)
    assert on_network_share(Path(place), tmp_path / "mounts") is share


def test_where_mounts_are_not_listed_no_folder_is_a_share(tmp_path: Path) -> None:
    assert not on_network_share(tmp_path, tmp_path / "none")


async def test_the_folders_of_many_hotels_need_one_thread_and_each_hears_of_its_own(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(60)]
    for folder in folders:
        folder.mkdir()
    heard: Counter[int] = Counter()
    before = threading.active_count()
    async with anyio.create_task_group() as tasks:

        async def listens(number: int) -> None:
            async with aclosing(changes(folders[number], polling=False)) as hints:
                async for _ in hints:
                    heard[number] += 1

        for number in range(len(folders)):
            tasks.start_soon(listens, number)
        with anyio.fail_after(20):
            await _until(lambda: all(heard[number] >= 2 for number in range(60)))
            assert threading.active_count() <= before + 2
            await anyio.sleep(0.3)  # what is still on its way
            told = Counter(heard)
            (folders[7] / "1207.yaml").write_text("room: 1207\n")
            await _until(lambda: heard[7] > told[7])
        assert heard - told == Counter({7: heard[7] - told[7]})
        tasks.cancel_scope.cancel()


async def _until(true: Callable[[], bool]) -> None:
    while not true():  # noqa: ASYNC110 - the watched ring no bell
        await anyio.sleep(0.01)
