"""Who leaves next when the budget is short."""

import pytest

from reconciler.account.operation import Priority
from reconciler.backlog import AGEING, Backlog


def test_a_check_out_overtakes_the_repairs_that_wait() -> None:
    backlog: Backlog[str] = Backlog()
    backlog.push("repair 1207", Priority.REPAIR, 0.0)
    backlog.push("check-in 1301", Priority.CHECK_IN, 1.0)
    backlog.push("check-out 1102", Priority.PRIVACY, 2.0)
    assert [backlog.pop() for _ in range(3)] == ["check-out 1102", "check-in 1301", "repair 1207"]


def test_equally_urgent_rooms_leave_in_the_order_of_their_arrival() -> None:
    backlog: Backlog[str] = Backlog()
    for room in ("1207", "1103", "1301"):
        backlog.push(room, Priority.CHECK_IN, 5.0)
    assert [backlog.pop() for _ in range(3)] == ["1207", "1103", "1301"]


def test_an_old_repair_comes_before_a_check_in_that_arrives_much_later() -> None:
    backlog: Backlog[str] = Backlog()
    backlog.push("repair", Priority.REPAIR, 0.0)
    steps = Priority.REPAIR - Priority.CHECK_IN
    backlog.push("check-in", Priority.CHECK_IN, steps * AGEING + 1)
    assert backlog.pop() == "repair"


def test_the_next_one_can_be_looked_at_without_taking_it() -> None:
    backlog: Backlog[str] = Backlog()
    assert backlog.peek() is None
    backlog.push("1207", Priority.DND, 0.0)
    assert backlog.peek() == ("1207", Priority.DND)
    assert len(backlog) == 1


def test_taking_from_an_empty_backlog_is_an_error() -> None:
    with pytest.raises(IndexError):
        Backlog[str]().pop()
