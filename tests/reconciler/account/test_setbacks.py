"""What Zoom did not take of a hotel: changes that failed, names that it refuses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from desired.names import Names
from reconciler.account.past import Failure, name_key, refusal_key
from reconciler.account.setbacks import Setbacks

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANA = Names("Ana", "Souza 1207", "Ana Souza 1207")
VACANT = Names("Room", "1207", "Room 1207")


def refusal(*, next_at: datetime, count: int = 1) -> Failure:
    return Failure(count, next_at, "300", "Validation Failed.", permanent=True, at=NOON)


def test_a_guests_refused_name_is_never_tried_again_on_that_extension() -> None:
    setbacks = Setbacks(names={("u1207", name_key(ANA))})
    assert setbacks.refuses(["u1207"], ANA, NOON + timedelta(days=30))
    assert not setbacks.refuses(["u1208"], ANA, NOON)
    assert not setbacks.refuses(["u1207"], VACANT, NOON)


def test_a_refused_name_of_nobodys_is_tried_again_when_its_time_has_come() -> None:
    again = NOON + timedelta(minutes=1)
    setbacks = Setbacks(failures={("u1207", refusal_key(VACANT)): refusal(next_at=again)})
    assert setbacks.refuses(["u1207"], VACANT, NOON)
    assert not setbacks.refuses(["u1207"], VACANT, again)
    assert (setbacks.due(NOON), setbacks.due(again)) == (set(), {"u1207"})


def test_what_went_through_is_forgotten_for_every_wish_of_that_field_and_no_other() -> None:
    failure = refusal(next_at=NOON)
    setbacks = Setbacks(
        failures={(i, k): failure for i in ("u1", "u2") for k in ("dnd:a", "dnd:b", "first:a")}
    )
    assert set(setbacks.overcome({("u1", "dnd")})) == {("u1", "dnd:a"), ("u1", "dnd:b")}
    assert set(setbacks.failures) == {("u1", "first:a"), ("u2", "dnd:a"), ("u2", "dnd:b"), ("u2", "first:a")}


def test_who_names_a_room_has_its_refusals_tried_at_once_but_not_what_only_waits_for_its_time() -> None:
    passing = Failure(2, NOON, "502", "Bad gateway", permanent=False)
    impossible = refusal(next_at=NOON, count=0)
    setbacks = Setbacks(
        {("u1", name_key(ANA)), ("u2", name_key(ANA))},
        {
            ("u1", "dnd:a"): refusal(next_at=NOON),
            ("u1", "first:a"): passing,
            ("u1", "department:a"): impossible,
        },
    )
    assert setbacks.refused() == {"u1", "u2"}
    assert setbacks.forgive({"u1"}) == (("u1", "dnd:a"),)
    assert setbacks.names == {("u2", name_key(ANA))}
    assert set(setbacks.failures) == {("u1", "first:a"), ("u1", "department:a")}


def test_a_look_at_what_would_be_leaves_what_is_remembered() -> None:
    setbacks = Setbacks({("u1", name_key(ANA))}, {("u1", "dnd:a"): refusal(next_at=NOON)})
    setbacks.copy().forgive({"u1"})
    assert setbacks.refused() == {"u1"}
    assert setbacks.refused_names() == {"u1"}
