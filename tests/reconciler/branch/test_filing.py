"""The documents of the centre stand in the property's folder, whole, and are gone there when they are gone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from reconciler.account.memory import Memory
from reconciler.branch.filing import AT_ONCE, Filing, Mirror, digest_of
from reconciler.store.branchrows import FileRow
from reconciler.store.store import Store
from tests.reconciler.conftest import FastClock

pytestmark = pytest.mark.anyio


@dataclass
class Post:
    """The folder of a centre, one at a property, and the database between them."""

    folder: Path
    between: Store
    own: Store
    clock: FastClock
    unread: set[str] = field(default_factory=set)
    emptied: int = 0
    filing: Filing = field(init=False)
    mirror: Mirror = field(init=False)

    def __post_init__(self) -> None:
        for name in ("centre", "property"):
            (self.folder / name).mkdir()
        self.start_again()

    def start_again(self) -> None:
        memory = Memory(self.between)
        self.filing = Filing(self.folder / "centre", self.read, memory, self.clock)
        self.mirror = Mirror(self.folder / "property", Memory(self.own), self.empty)

    def read(self) -> dict[str, str]:
        root = self.folder / "centre"
        files = [path for path in root.rglob("*.yaml") if path.is_file()]
        return {
            (name := path.relative_to(root).as_posix()): ""
            if name in self.unread
            else digest_of(path.read_bytes())
            for path in files
        }

    async def empty(self) -> None:
        self.emptied += 1

    def write(self, name: str, text: str, where: str = "centre") -> Path:
        path = self.folder / where / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    async def deliver(self) -> None:
        await self.filing.look()
        await self.mirror.run(self.between, 1, self.between.what_waits())

    @property
    def arrived(self) -> dict[str, str]:
        root = self.folder / "property"
        return {
            path.relative_to(root).as_posix(): path.read_text("utf-8")
            for path in root.rglob("*")
            if path.is_file()
        }


@pytest.fixture
def post(tmp_path: Path, clock: FastClock) -> Iterator[Post]:
    with (
        Store.open(tmp_path / "between.sqlite", property_name="Harbour View", account="") as between,
        Store.open(tmp_path / "own.sqlite", property_name="Harbour View", account="") as own,
    ):
        yield Post(tmp_path, between, own, clock)


async def test_files_come_change_and_go(post: Post) -> None:
    post.write("1001.yaml", "one")
    gone = post.write("wing/1002.yaml", "two")
    await post.deliver()
    assert post.arrived == {"1001.yaml": "one", "wing/1002.yaml": "two"}
    post.write("1001.yaml", "other")
    gone.unlink()
    await post.deliver()
    assert post.arrived == {"1001.yaml": "other"}


async def test_many_files_come_some_at_a_time(post: Post) -> None:
    for number in range(AT_ONCE + 5):
        post.write(f"{number}.yaml", str(number))
    await post.deliver()
    assert len(post.arrived) == AT_ONCE
    await post.deliver()
    assert len(post.arrived) == AT_ONCE + 5


async def test_what_could_not_be_read_stays_as_it_was(post: Post) -> None:
    post.write("1001.yaml", "one")
    await post.deliver()
    post.write("1001.yaml", "half a do")
    post.unread.add("1001.yaml")
    await post.deliver()
    assert post.arrived == {"1001.yaml": "one"}


async def test_a_file_that_changes_while_it_is_looked_at_waits(post: Post) -> None:
    post.write("1001.yaml", "one")
    as_read = post.read()
    post.write("1001.yaml", "half a do")
    post.filing._read = lambda: as_read
    await post.deliver()
    assert post.arrived == {}


async def test_after_a_crash_anywhere_the_folder_becomes_as_it_should_be(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    for room in range(1001, 1005):
        post.write(f"{room}.yaml", "one")
    await post.deliver()
    post.write("1003.yaml", "other")
    (post.folder / "centre" / "1001.yaml").unlink()
    replace = Path.replace

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", power_cut)
    with pytest.raises(KeyboardInterrupt):
        await post.deliver()
    monkeypatch.setattr(Path, "replace", replace)
    post.start_again()
    await post.deliver()
    assert {name: text for name, text in post.arrived.items() if not name.startswith(".")} == {
        "1002.yaml": "one", "1003.yaml": "other", "1004.yaml": "one",
    }  # fmt: skip


async def test_somebodys_own_file_is_kept_beside_the_centres_of_that_name(post: Post) -> None:
    post.write("1001.yaml", "theirs", "property")
    post.write("lobby.yaml", "theirs", "property")
    post.write("1001.yaml", "ours")
    await post.deliver()
    assert post.arrived == {"1001.yaml": "ours", "1001.yaml~": "theirs", "lobby.yaml": "theirs"}


async def test_a_folder_that_is_empty_from_the_start_takes_nothing_away(post: Post) -> None:
    path = post.write("1001.yaml", "one")
    await post.deliver()
    path.unlink()
    post.start_again()  # on a machine that stood by, and has no documents
    await post.deliver()
    assert post.arrived == {"1001.yaml": "one"}
    assert post.emptied == 0


async def test_the_last_file_goes_where_somebody_took_it_away(post: Post) -> None:
    path = post.write("1001.yaml", "one")
    await post.deliver()
    path.unlink()
    await post.deliver()
    assert post.arrived == {}
    assert post.emptied == 1


async def test_no_path_leads_out_of_the_folder(post: Post) -> None:
    bad = ["../1001.yaml", "/srv/1001.yaml", ".hidden.yaml", "wing/../../1001.yaml"]
    post.between.put_files([FileRow(path, "x", b"") for path in bad], [])
    await post.mirror.run(post.between, 1, post.between.what_waits())
    assert post.arrived == {}
    assert not (post.folder / "1001.yaml").exists()
