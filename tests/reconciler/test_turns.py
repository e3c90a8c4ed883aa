"""Hotels that share an account: who leaves next when the budget is short."""

from reconciler.account.operation import Priority
from reconciler.backlog import AGEING
from reconciler.turns import Turns


def leave(turns: Turns[str], count: int, now: float = 0.0) -> list[str]:
    """The next ones, as they go."""
    left = []
    for _ in range(count):
        head = turns.peek(now)
        assert head is not None
        left.append(turns.pop(head[2], now))
    return left


def test_a_hotel_that_fills_anew_goes_alternately_with_its_sister() -> None:
    turns: Turns[str] = Turns()
    for number in range(1000):
        turns.push(f"harbour {number}", "harbour", Priority.CHECK_IN, 0.0)
    for number in range(3):
        turns.push(f"hill {number}", "hill", Priority.CHECK_IN, 1.0)
    assert leave(turns, 7, 1.0) == [
        "harbour 0", "hill 0", "harbour 1", "hill 1", "harbour 2", "hill 2", "harbour 3",
    ]  # fmt: skip


def test_a_long_backlog_does_not_grow_old_at_a_sisters_cost() -> None:
    turns: Turns[str] = Turns()
    for number in range(1000):
        turns.push(f"harbour {number}", "harbour", Priority.CHECK_IN, 0.0)
    leave(turns, 500, 3 * AGEING)
    turns.push("hill", "hill", Priority.CHECK_IN, 3 * AGEING + 1)
    assert "hill" in leave(turns, 2, 3 * AGEING + 1)


def test_a_check_out_of_one_hotel_goes_before_the_repairs_of_all() -> None:
    turns: Turns[str] = Turns()
    for hotel in ("harbour", "hill", "quay"):
        turns.push(f"repair {hotel}", hotel, Priority.REPAIR, 0.0)
    turns.push("check-out", "quay", Priority.PRIVACY, 1.0)
    assert leave(turns, 2, 1.0) == ["check-out", "repair harbour"]


def test_a_check_in_behind_an_old_repair_of_its_own_hotel_brings_both_forward() -> None:
    turns: Turns[str] = Turns()
    turns.push("old repair", "harbour", Priority.REPAIR, 0.0)
    late = (Priority.REPAIR - Priority.CHECK_IN) * AGEING + 1
    for number in range(3):
        turns.push(f"repair {number}", "hill", Priority.REPAIR, late)
    turns.push("check-in", "harbour", Priority.CHECK_IN, late)
    assert leave(turns, 2, late) == ["old repair", "check-in"]


def test_repairs_leave_at_last_however_many_check_ins_others_have() -> None:
    turns: Turns[str] = Turns()
    turns.push("repair", "hill", Priority.REPAIR, 0.0)
    now = 0.0
    for number in range(10_000):
        turns.push(f"check-in {number}", "harbour", Priority.CHECK_IN, now)
        if leave(turns, 1, now) == ["repair"]:
            break
        now += 1.0
    assert now <= (Priority.REPAIR - Priority.CHECK_IN + 1) * AGEING


def test_who_went_away_by_himself_was_no_turn() -> None:
    turns: Turns[str] = Turns()
    turns.push("gone", "hill", Priority.CHECK_IN, 0.0)
    turns.push("stays", "hill", Priority.CHECK_IN, 0.0)
    turns.push("sister", "harbour", Priority.CHECK_IN, 0.0)
    assert leave(turns, 1) == ["sister"]
    turns.push("sister again", "harbour", Priority.CHECK_IN, 0.0)
    assert turns.pop("hill", 0.0, served=False) == "gone"
    assert leave(turns, 2) == ["stays", "sister again"]
    assert len(turns) == 0
    assert turns.peek(0.0) is None
