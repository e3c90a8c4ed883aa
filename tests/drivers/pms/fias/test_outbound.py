"""What leaves for the PMS."""

from datetime import datetime

import pytest

from drivers.pms.fias.outbound import Taken, record_of
from reconciler.stays.owed import (
    Dispatch,
    DoNotDisturbOwed,
    MessagesOwed,
    Owed,
    RoomState,
    RoomStateOwed,
    WakeupClearedOwed,
    WakeupResult,
    WakeupResultOwed,
    WakeupSetOwed,
)

SIX_THIRTY = datetime.fromisoformat("2026-11-23T06:30:17")


def sent(owed: Owed, *, occupied: bool = True, taken: Taken | None = None) -> str | None:
    record = record_of(Dispatch(1, "pms", owed, "0101", occupied), taken or Taken())
    return record.text if record else None


@pytest.mark.parametrize(
    ("state", "vacant", "occupied"), [("dirty", "1", "2"), ("clean", "3", "4"), ("inspected", "5", "6")]
)
def test_a_room_state_has_a_vacant_and_an_occupied_half(state: RoomState, vacant: str, occupied: str) -> None:
    assert sent(RoomStateOwed("101", state), occupied=False) == f"RE|RN0101|RS{vacant}|"
    assert sent(RoomStateOwed("101", state), occupied=True) == f"RE|RN0101|RS{occupied}|"


def test_the_maid_may_give_her_id() -> None:
    assert sent(RoomStateOwed("101", "clean", "4711")) == "RE|RN0101|RS4|ID4711|"
    assert sent(RoomStateOwed("101", "clean", "x" * 40)) == "RE|RN0101|RS4|ID" + "x" * 16 + "|"


@pytest.mark.parametrize(
    ("new", "saved", "lamp", "counts"),
    [(0, 0, "N", "0000"), (1, 3, "Y", "0103"), (0, 2, "N", "0002"), (120, 7, "Y", "9907")],
)
def test_messages_light_the_lamp_or_are_counted(new: int, saved: int, lamp: str, counts: str) -> None:
    assert sent(MessagesOwed("101", new, saved)) == f"RE|RN0101|VM{lamp}|"
    assert sent(MessagesOwed("101", new, saved), taken=Taken(message_counts=True)) == f"RE|RN0101|VM{counts}|"


def test_a_pms_that_knows_only_the_lamp_hears_nothing_of_one_message_more() -> None:
    one_more = MessagesOwed("101", 2, 0, lamp_stays=True)
    assert sent(one_more) is None
    assert sent(one_more, taken=Taken(message_counts=True)) == "RE|RN0101|VM0200|"


def test_a_guests_do_not_disturb_is_the_sign_at_the_door_where_the_pms_has_one() -> None:
    assert sent(DoNotDisturbOwed("101", on=True)) is None
    assert sent(DoNotDisturbOwed("101", on=True), taken=Taken(guest_service=True)) == "RE|RN0101|RS8|"
    assert sent(DoNotDisturbOwed("101", on=False), taken=Taken(guest_service=True)) == "RE|RN0101|RS10|"


@pytest.mark.parametrize("result", ["OK", "NR", "BY", "UR"])
def test_a_wakeup_ends_with_the_time_that_it_was_asked_for_digit_for_digit(result: WakeupResult) -> None:
    assert sent(WakeupResultOwed("101", SIX_THIRTY, result)) == f"WA|RN0101|DA261123|TI063017|AS{result}|"


def test_wakeups_of_the_guest_are_told_and_taken_back() -> None:
    assert sent(WakeupSetOwed("101", SIX_THIRTY)) == "WR|RN0101|DA261123|TI063017|"
    assert sent(WakeupClearedOwed("101", SIX_THIRTY)) == "WC|RN0101|DA261123|TI063017|"
