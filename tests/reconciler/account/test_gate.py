"""The gate: calls wait there for the budget, the most urgent leaves first, and nobody's place is lost."""

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import anyio
import anyio.lowlevel
import pytest
from anyio.abc import TaskGroup

from reconciler.account.gate import TOO_LONG, BudgetGate
from reconciler.account.operation import Operation, Priority
from reconciler.budget import Bucket, Budget
from reconciler.errors import Throttled

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
RENAME = Operation("update_user", "PATCH", "/users/{userId}", "core", "LIGHT")
SWEEP = Operation("list_voicemails", "GET", "/phone/voice_mails", "phone", "HEAVY")
NAMES: Bucket = ("core", "LIGHT")


def one_a_second() -> Budget:
    return Budget("pro", 0.04)


pytestmark = pytest.mark.anyio


class Clock:
    """Monotonic seconds as they are; the wall clock stands at noon, so that the day never turns."""

    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)


class QuietClock(Clock):
    """Nothing happens while anybody waits for a moment: it has come at once. Others wait for what others do."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        if seconds >= TOO_LONG:
            await anyio.sleep_forever()
        self.seconds += max(seconds, 0.001)
        await anyio.lowlevel.checkpoint()


class Desk:
    """Rooms that want something from Zoom, and the order in which their calls left."""

    def __init__(self, gate: BudgetGate, tasks: TaskGroup) -> None:
        self.gate, self.tasks = gate, tasks
        self.left: list[str] = []

    def wants(self, room: str, priority: Priority) -> None:
        self.tasks.start_soon(self._call, room, priority)

    async def _call(self, room: str, priority: Priority) -> None:
        async with self.gate.slot(RENAME, priority) as slot:
            self.left.append(room)
            slot.unused()  # so that no test waits for the next second


async def test_a_call_leaves_at_once_when_nobody_waits() -> None:
    async with BudgetGate(Budget("business", 1.0), Clock()) as gate, gate.slot(RENAME, Priority.REPAIR):
        assert gate.waiting()[NAMES] == 0
    assert gate.budget.spent() == {NAMES: 1}


async def test_a_check_out_that_comes_last_leaves_first() -> None:
    async with BudgetGate(one_a_second(), Clock()) as gate, anyio.create_task_group() as tasks:
        desk = Desk(gate, tasks)
        async with gate.slot(RENAME, Priority.REPAIR) as slot:
            for room in ("1201", "1202", "1203"):
                desk.wants(room, Priority.REPAIR)
            await anyio.wait_all_tasks_blocked()
            assert gate.waiting()[NAMES] == 3
            desk.wants("check-out", Priority.PRIVACY)
            await anyio.wait_all_tasks_blocked()
            slot.unused()
    assert desk.left == ["check-out", "1201", "1202", "1203"]


async def test_a_wish_that_changed_while_it_waited_leaves_its_turn_to_others() -> None:
    budget = one_a_second()
    async with BudgetGate(budget, Clock()) as gate, anyio.create_task_group() as tasks:
        desk = Desk(gate, tasks)
        async with gate.slot(RENAME, Priority.REPAIR) as slot:
            with anyio.move_on_after(0.01):
                async with gate.slot(RENAME, Priority.PRIVACY):
                    pytest.fail("the window is full")
            desk.wants("1201", Priority.REPAIR)
            await anyio.wait_all_tasks_blocked()
            slot.unused()
    assert desk.left == ["1201"]
    assert budget.spent()[NAMES] == 0


async def test_a_place_that_was_not_used_goes_to_the_next_room() -> None:
    budget = one_a_second()
    async with BudgetGate(budget, Clock()) as gate:
        async with gate.slot(RENAME, Priority.CHECK_IN) as slot:
            slot.unused()
        with anyio.fail_after(0.5):
            async with gate.slot(RENAME, Priority.CHECK_IN):
                pass
    assert budget.spent()[NAMES] == 1


async def test_a_call_that_failed_has_still_taken_its_place() -> None:
    budget = one_a_second()
    async with BudgetGate(budget, Clock()) as gate:
        with pytest.raises(OSError, match="connection reset"):
            async with gate.slot(RENAME, Priority.CHECK_IN):
                raise OSError("connection reset")
        assert budget.ready_at(NAMES, Priority.PRIVACY, time.monotonic()) > time.monotonic() + 0.5


async def test_a_spent_day_is_told_at_once() -> None:
    budget = Budget("pro", 0.5)
    midnight = NOON + timedelta(hours=12)
    budget.day_spent(("phone", "HEAVY"), None, NOON)
    async with BudgetGate(budget, Clock()) as gate:
        with pytest.raises(Throttled) as refused:
            async with gate.slot(SWEEP, Priority.REFRESH):
                pytest.fail("nothing is left of the day")
    assert (refused.value.scope, refused.value.at) == ("day", midnight)


async def test_those_who_wait_when_the_day_is_spent_are_told_too() -> None:
    budget = Budget("pro", 0.2)  # one sweep a second
    refused: list[datetime | None] = []

    async def sweep(gate: BudgetGate) -> None:
        try:
            async with gate.slot(SWEEP, Priority.REFRESH):
                pytest.fail("nothing is left of the day")
        except Throttled as error:
            refused.append(error.at)

    async with (
        BudgetGate(budget, Clock()) as gate,
        anyio.create_task_group() as tasks,
        gate.slot(SWEEP, Priority.REFRESH) as slot,
    ):
        tasks.start_soon(sweep, gate)
        tasks.start_soon(sweep, gate)
        await anyio.wait_all_tasks_blocked()
        slot.throttled(Throttled("daily limit", scope="day"))
        slot.unused()
    assert refused == [NOON + timedelta(hours=12)] * 2


async def test_too_many_requests_stop_the_label_for_as_long_as_zoom_says() -> None:
    budget = Budget("pro", 0.5)
    async with BudgetGate(budget, Clock()) as gate:
        async with gate.slot(RENAME, Priority.CHECK_IN) as slot:
            slot.throttled(Throttled("slow down", scope="second", at=NOON + timedelta(seconds=7)))
        now = time.monotonic()
        assert budget.ready_at(NAMES, Priority.PRIVACY, now) - now == pytest.approx(7, abs=0.5)


@pytest.mark.parametrize(("named", "seconds"), [(None, 1), (NOON + timedelta(days=2), 60)])
async def test_the_wait_after_too_many_requests_is_neither_nothing_nor_for_ever(
    named: datetime | None, seconds: float
) -> None:
    budget = Budget("pro", 0.5)
    async with BudgetGate(budget, Clock()) as gate:
        async with gate.slot(RENAME, Priority.CHECK_IN) as slot:
            slot.throttled(Throttled("slow down", scope="second", at=named))
        now = time.monotonic()
        assert budget.ready_at(NAMES, Priority.PRIVACY, now) - now == pytest.approx(seconds, abs=0.5)


async def test_one_rooms_presence_limit_does_not_stop_the_hotel() -> None:
    budget = Budget("pro", 0.5)
    async with BudgetGate(budget, Clock()) as gate:
        async with gate.slot(RENAME, Priority.DND) as slot:
            slot.throttled(Throttled("once a minute", scope="target"))
        now = time.monotonic()
        assert budget.ready_at(NAMES, Priority.PRIVACY, now) == now


@pytest.mark.parametrize(
    ("status", "headers", "waits"),
    [
        (204, {"x-ratelimit-type": "QPS", "x-ratelimit-remaining": "0"}, True),
        (204, {"x-ratelimit-remaining": "0"}, True),
        (204, {"x-ratelimit-type": "QPS", "x-ratelimit-remaining": "5"}, False),
        (204, {"x-ratelimit-type": "Daily-limit", "x-ratelimit-remaining": "0"}, False),
        (204, {"x-ratelimit-remaining": "none"}, False),
        (404, {"x-ratelimit-remaining": "0"}, False),
        (204, {}, False),
    ],
)
async def test_headers_tell_that_other_apps_have_used_up_the_second(
    status: int, headers: dict[str, str], *, waits: bool
) -> None:
    budget = Budget("pro", 0.5)
    async with BudgetGate(budget, Clock()) as gate:
        async with gate.slot(RENAME, Priority.CHECK_IN) as slot:
            slot.answered(status, headers)
        now = time.monotonic()
        assert (budget.ready_at(NAMES, Priority.PRIVACY, now) > now) is waits


async def test_hotels_of_one_account_are_served_in_turn() -> None:
    async with BudgetGate(one_a_second(), Clock()) as gate, anyio.create_task_group() as tasks:
        left: list[str] = []

        async def call(hotel: str, room: str) -> None:
            async with gate.of(hotel).slot(RENAME, Priority.CHECK_IN) as slot:
                left.append(room)
                slot.unused()

        async with gate.slot(RENAME, Priority.CHECK_IN) as first:
            for hotel, rooms in (("harbour", ("1001", "1002", "1003")), ("hill", ("2001", "2002"))):
                for room in rooms:
                    tasks.start_soon(call, hotel, room)
                    await anyio.wait_all_tasks_blocked()
            first.unused()
    assert left == ["1001", "2001", "1002", "2002", "1003"]


async def test_what_has_to_be_stored_before_a_call_takes_nothing_of_the_budget() -> None:
    clock, left = QuietClock(), []
    async with BudgetGate(one_a_second(), clock) as gate:
        for _ in range(5):
            async with gate.slot(RENAME, Priority.REPAIR, ahead=True) as slot:
                clock.seconds += 0.15  # the store is busy
                await slot.departure()
                left.append(clock.monotonic())
    assert [later - earlier for earlier, later in pairwise(left)] == pytest.approx([1.0] * 4, abs=0.01)
