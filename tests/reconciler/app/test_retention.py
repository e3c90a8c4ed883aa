"""What is kept for a time only: after it a guest's name is in no byte of the state folder."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest

from drivers.pms.fias.framelog import DailyFrameLog
from reconciler.app.linked import FRAMES
from reconciler.app.retention import NOTE, is_due, keep_what_may_be_kept, let_go
from reconciler.configuration.file import load
from reconciler.configuration.settings import Settings
from reconciler.store.rows import (
    ConfirmedRow,
    HappeningRow,
    HistoryRow,
    MessageRow,
    SaidRow,
    WriteRow,
    WriteStatus,
)
from reconciler.store.store import Store
from tests.reconciler.conftest import FastClock, Inn, until

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)
"""3:30 in the hotel."""
DAY = timedelta(days=1)
HIS = "Xaviera Quisquilla"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    file = tmp_path / "housephone.yaml"
    file.write_text("property: {name: Harbour View, timezone: America/New_York}\nrooms: ['1201-1210']\n")
    return load(file, {})


def opened(settings: Settings) -> Store:
    return Store.open(settings.state / "housephone.sqlite", property_name="Harbour View", account="")


def remember(store: Store, at: datetime) -> None:
    """A guest has stayed, in a room whose telephone is no more."""
    store.append([HistoryRow(at, "1207", "1207", "display_name", HIS, HIS, "", "pms", "", "applied")] * 200)
    store.settle([WriteRow("gone", "display_name", HIS, HIS, WriteStatus.APPLIED, at, at)])
    store.confirm([ConfirmedRow("gone", "display_name", HIS, at)])
    store.note_happenings([HappeningRow(at, "did", "checkin", "1207", "desk", HIS)])
    store.say([SaidRow("1207", "adopted", "name.display", HIS, "adopted from Zoom", at)])
    store.enter_messages([MessageRow("m1", "1207", "84311", at, 3.0, HIS)])


def put(path: Path, at: datetime, text: str = HIS) -> Path:
    """A file of that time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    os.utime(path, (at.timestamp(), at.timestamp()))
    return path


def files(settings: Settings, at: datetime) -> list[Path]:
    """All files beside the store that may name somebody, as if last written then."""
    state, day = settings.state, f"{at:%Y%m%dT%H%M%SZ}"
    log = DailyFrameLog(state / FRAMES, str, 14)
    log.note(at, "former-link", "in", [f"GI|RN1207|GN{HIS}|"])
    log.close()
    return [
        *(state / FRAMES).glob(f"*{at.date()}*"),
        put(state / f"housephone.sqlite.{day}", at),
        put(state / f"documents.sqlite.{day}-wal", at),
        put(state / "aims.json", at),
        put(state / "packets.log.1", at),
        put(state / "mail" / "m1.wav", at),
        put(state / ".restore-abc" / "rooms" / "1207.yaml", at).parents[1],
    ]


def names_him(settings: Settings) -> list[str]:
    every = [path for path in settings.state.rglob("*") if path.is_file()]
    return [path.name for path in every if b"Quisquilla" in path.read_bytes()]


ADOPTED = [("1207", "adopted", "name.display")]


def test_after_the_retention_a_name_is_in_no_byte_of_the_state_folder(settings: Settings) -> None:
    with opened(settings) as store:
        remember(store, NOW)
        packets = put(settings.state / "packets.log", NOW)
        files(settings, NOW)
        os.utime(settings.state / ".restore-abc", (NOW.timestamp(), NOW.timestamp()))
        assert len(names_him(settings)) >= 9

        let_go(settings, store, NOW + 91 * DAY, ADOPTED)

        assert names_him(settings) == []
        assert packets.read_bytes() == b"", "who has it open goes on writing to it"
        assert (store.said(), store.messages(), store.history()) == ([], [], [])


def test_what_may_be_kept_is_kept(settings: Settings) -> None:
    with opened(settings) as store:
        remember(store, NOW)
        kept = files(settings, NOW)[:-1]
        let_go(settings, store, NOW + 13 * DAY, ADOPTED)
        assert [path for path in kept if not path.exists()] == []
        assert len(store.history()) == 200
        assert [row.value for row in store.said()] == [HIS]


def test_the_adopted_name_that_a_telephone_shows_still_stays(settings: Settings) -> None:
    with opened(settings) as store:
        remember(store, NOW)
        let_go(settings, store, NOW + 999 * DAY)
        assert [row.value for row in store.said()] == [HIS]


def test_recordings_of_a_hotel_with_telephones_are_the_mailboxes_to_delete(settings: Settings) -> None:
    file = settings.state.parent / "housephone.yaml"
    file.write_text(
        file.read_text()
        + "sip: {pbx: {address: pbx.example}, accounts: [{user: '9001'}]}\nvoice: {pilot: '9000'}\n"
    )
    with_lines = load(file, {})
    with opened(with_lines) as store:
        remember(store, NOW)
        sound = put(with_lines.state / "mail" / "m1.wav", NOW)
        let_go(with_lines, store, NOW + 999 * DAY)
        assert sound.exists()
        assert [row.id for row in store.messages()] == ["m1"]


@pytest.mark.parametrize(
    ("done", "at", "due"),
    [
        (None, "2026-11-23T12:00", True),
        ("2026-11-22", "2026-11-23T03:29", False),
        ("2026-11-22", "2026-11-23T03:30", True),
        ("2026-11-23", "2026-11-23T23:59", False),
        ("2026-11-21", "2026-11-23T00:10", True),
    ],
)
def test_it_is_done_at_night_unless_a_night_was_missed(done: str | None, at: str, due: bool) -> None:
    assert is_due(done, datetime.fromisoformat(at)) is due


async def test_the_controller_lets_go_every_night(inn: Inn) -> None:
    inn.clock = FastClock(datetime(2026, 11, 23, 7, 0, tzinfo=UTC))
    old = inn.clock.now() - 91 * DAY
    async with inn.open() as room:
        room.store.put_note(NOTE, "2026-11-22")
        room.store.append([HistoryRow(old, "1001", "1001", "display_name", HIS, HIS, "", "", "", "applied")])
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(keep_what_may_be_kept, room)
            inn.clock.advance(hours=2)
            await until(lambda: room.store.note(NOTE) == "2026-11-23")
            tasks.cancel_scope.cancel()
        assert room.store.history() == []


async def test_what_cannot_be_deleted_is_told_and_tried_again(
    inn: Inn, capsys: pytest.CaptureFixture[str]
) -> None:
    async with inn.open() as room:
        (room.settings.state / "housephone.sqlite.20200101T000000Z").mkdir()
        told = ""
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(keep_what_may_be_kept, room)
            with anyio.fail_after(20):
                while "old entries not deleted" not in told:
                    await anyio.sleep(0.005)
                    told += "".join(capsys.readouterr())
            tasks.cancel_scope.cancel()
        assert room.store.note(NOTE) is None
