"""What Zoom shows, saved to a file and read back: the audit against it says the same."""

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from reconciler.app.offline import audit_snapshot
from reconciler.audit import Scope
from reconciler.errors import Fatal
from reconciler.snapshot import Snapshot, load, save
from tests.reconciler.conftest import Inn

pytestmark = pytest.mark.anyio


async def photographed(inn: Inn, path: Path) -> Snapshot:
    """A snapshot as `reconcile snapshot` makes it: after a look at everything."""
    from anyio import to_thread

    from reconciler.app.offline import read_documents

    async with inn.open() as room:
        hotel = room.shop.hotel
        await to_thread.run_sync(read_documents, room.settings.grounds, hotel, Scope())
        hotel.capabilities = await room.driver.connect()
        await room.shop.refresher.everything()
        taken = Snapshot(inn.clock.now(), tuple(hotel.observed), hotel.messages, hotel.capabilities)
    save(taken, path)
    return taken


async def test_an_audit_against_a_snapshot_says_what_an_audit_against_zoom_says(
    inn: Inn, tmp_path: Path
) -> None:
    inn.configure(department="state", message_management=True)
    cleared = (inn.clock.now() - timedelta(hours=1)).isoformat()
    inn.cloud.add_voicemail(1001, inn.clock.now() - timedelta(hours=2))
    inn.guest("1001", "Ana", "Souza", f'dnd: on\nmailbox: {{cleared: "{cleared}"}}')
    inn.guest("1009", "Kwame", "Hallberg", "dnd: on")
    inn.cloud.add_user(1013, pending=True)
    await photographed(inn, tmp_path / "zoom.json")
    live = await inn.audit()
    inn.forget_calls()

    saved = audit_snapshot(inn.settings.grounds, load(tmp_path / "zoom.json"), Scope())

    assert saved.digest == live.digest
    assert saved.problems == live.problems
    assert (saved.calls, saved.eta_seconds) == (live.calls, live.eta_seconds)
    assert (saved.exit_code(), inn.cloud.calls) == (2, [])


async def test_a_snapshot_survives_the_file_and_only_its_owner_may_read_it(inn: Inn, tmp_path: Path) -> None:
    inn.document("1009", "dnd: on")
    path = tmp_path / "zoom.json"
    taken = await photographed(inn, path)

    back = load(path)

    assert {(e.kind, e.id, e.number, e.display_name, e.dnd) for e in back.extensions} == {
        (e.kind, e.id, e.number, e.display_name, e.dnd) for e in taken.extensions
    }
    assert back.capabilities == taken.capabilities
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 99}', '{"version": 1, "taken": "yesterday"}'])
def test_a_file_that_is_no_snapshot_is_refused_by_its_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "zoom.json"
    path.write_text(text)

    with pytest.raises(Fatal, match=r"zoom\.json"):
        load(path)


def test_a_missing_snapshot_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(Fatal, match="No such file"):
        load(tmp_path / "zoom.json")
