"""The wake-up calls of a room, as page, API and command line show them."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from desired.events import Moved
from reconciler.ports import NoteProgress, Rung
from reconciler.views.wakeups import wakeups_view
from reconciler.wakeups.entries import Entry, WakeupStatus
from tests.reconciler.conftest import until
from tests.reconciler.lodge import DUE, Lodge, souza, wake

pytestmark = pytest.mark.anyio


class Guest:
    """Whoever is called confirms at once."""

    async def ring(self, call: Entry, note: NoteProgress) -> Rung:  # noqa: ARG002
        return Rung(WakeupStatus.OK, 1)


@pytest.fixture
def lodge(tmp_path: Path) -> Iterator[Lodge]:
    lodge = Lodge(tmp_path, ringer=Guest())
    yield lodge
    lodge.store.close()


def shown(lodge: Lodge) -> list[tuple[str, str]]:
    now = lodge.clock.now()
    view = wakeups_view(lodge.hotel, ["1203", "1207"], lodge.reception.ledger, None, now)
    return [(call["room"], call["status"]) for call in view["wakeups"]]


async def test_a_guest_who_was_woken_and_moves_then_is_nowhere_shown_as_one_whom_nobody_reached(
    lodge: Lodge,
) -> None:
    await lodge.hear(souza(), wake())
    async with lodge.running():
        lodge.clock.advance(seconds=(DUE - lodge.clock.now()).total_seconds())
        await until(lambda: lodge.status("1207") == "ok")
    await lodge.hear(Moved("1203", "1207", "84311"))
    await lodge.hear(wake("1203"))
    lodge.clock.advance(seconds=timedelta(minutes=1).total_seconds())
    assert lodge.guests("1203") == ["Souza"]
    assert shown(lodge) == [("1207", "ok")]
