"""Who has seen to a wake-up call that woke nobody."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from reconciler.stays.notices import Around, notices
from reconciler.wakeups.acknowledged import (
    NOTE,
    REMEMBERED,
    Acknowledged,
    Acknowledgement,
    acknowledged_in,
    name_of,
)
from tests.reconciler.conftest import until
from tests.reconciler.lodge import DUE, EVENING, MORNING, Lodge, souza, wake

pytestmark = pytest.mark.anyio

CALL = name_of("1207", MORNING)


@pytest.fixture
def lodge(tmp_path: Path) -> Iterator[Lodge]:
    lodge = Lodge(tmp_path)
    yield lodge
    lodge.store.close()


def book(lodge: Lodge) -> Acknowledged:
    return Acknowledged(lodge.memory, lodge.clock, lodge.store.note(NOTE))


async def test_whoever_says_so_first_is_who_has_seen_to_it_also_after_a_restart(lodge: Lodge) -> None:
    await book(lodge).note([CALL], "mara", by_telephone=False)
    lodge.clock.advance(seconds=60)
    await book(lodge).note([CALL], "7000", by_telephone=True)

    assert book(lodge).known == {CALL: Acknowledgement(EVENING, "mara", by_telephone=False)}
    (row,) = lodge.store.happenings()
    assert (row.at, row.kind, row.room, row.who, row.body) == (
        EVENING, "alert_acknowledged", "1207", "mara", {"from": "desk"}
    )  # fmt: skip


async def test_it_is_known_for_a_day(lodge: Lodge) -> None:
    await book(lodge).note([CALL], "mara", by_telephone=False)
    lodge.clock.advance(seconds=REMEMBERED.total_seconds())
    await book(lodge).note([name_of("1208", MORNING)], "mara", by_telephone=False)
    assert list(book(lodge).known) == [name_of("1208", MORNING)]


def test_what_a_first_version_noted_was_said_by_telephone() -> None:
    noted = {CALL: [EVENING.isoformat(), "7000"]}
    assert acknowledged_in(noted) == {CALL: Acknowledgement(EVENING, "7000", by_telephone=True)}  # type: ignore[arg-type]
    assert acknowledged_in(None) == {}


@pytest.mark.parametrize(
    ("who", "by_telephone", "said"),
    [("7000", True, "acknowledged at 7000, 06:31"), ("mara", False, "acknowledged by mara, 06:31")],
)
async def test_people_read_who_has_seen_to_it(lodge: Lodge, who: str, by_telephone: bool, said: str) -> None:
    seen = {CALL: Acknowledgement(DUE + timedelta(minutes=1), who, by_telephone)}
    async with lodge.running():
        await lodge.hear(souza(), wake())
        lodge.clock.advance(seconds=(DUE - lodge.clock.now()).total_seconds())
        await until(lambda: lodge.status("1207") == "unreachable")

    def told(around: Around) -> str:
        found: datetime = lodge.clock.now()
        return next(p.message for p in notices(lodge.register, found, around) if p.code == "wakeup_failed")

    assert said in told(Around(acknowledged=seen))
    assert "acknowledged" not in told(Around())
