"""Whatever another program does to a field of ours, it costs a few calls an hour, and never a guest's wish."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from reconciler.account.past import failure_key
from reconciler.change import Cause, Change
from reconciler.contested import LONGEST, WITHIN, Contest, contest_of, repaired

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MOST = st.integers(1, 6)
PAUSES = st.lists(
    st.one_of(st.floats(0, 90), st.floats(0, 4 * 3600), st.floats(0, 3 * 86_400)), min_size=1, max_size=60
)
"""Seconds between the moments at which somebody else changes the field."""
WISHES = st.sampled_from(["Ana Souza 1207", "Kwame Hallberg 1207", "Room 1207"])


def change(desired: str, cause: Cause = "drift") -> Change:
    return Change("1207", "1207", "user", "display_name", "Typed", desired, cause, "desk", "u1207")


def quarrel(pauses: list[float], most: int) -> list[datetime]:
    """When the field was put right, if it is seen changed at each of these moments."""
    made: list[datetime] = []
    contest: Contest | None = None
    now = NOON
    for seconds in pauses:
        now += timedelta(seconds=seconds)
        if contest is None or not contest.holds("wish", now):
            made.append(now)
            contest = repaired(contest, "wish", now, most)
    return made


@given(PAUSES, MOST)
def test_no_hour_sees_more_repairs_of_a_field_than_the_hotel_allows(pauses: list[float], most: int) -> None:
    made = quarrel(pauses, most)
    for start in made:
        assert sum(start <= at < start + WITHIN for at in made) <= most


@given(PAUSES, MOST)
def test_the_first_repair_is_always_made(pauses: list[float], most: int) -> None:
    assert quarrel(pauses, most)[0] == NOON + timedelta(seconds=pauses[0])


@given(PAUSES, MOST)
def test_no_field_is_left_alone_for_longer_than_a_day(pauses: list[float], most: int) -> None:
    contest: Contest | None = None
    now = NOON
    for seconds in pauses:
        now += timedelta(seconds=seconds)
        if contest is None or not contest.holds("wish", now):
            contest = repaired(contest, "wish", now, most)
        assert not contest.holds("wish", now + LONGEST)


@given(PAUSES, MOST, WISHES, WISHES)
def test_another_wish_is_never_held_back(pauses: list[float], most: int, before: str, after: str) -> None:
    contest: Contest | None = None
    now = NOON
    for seconds in pauses:
        now += timedelta(seconds=seconds)
        contest = repaired(contest, failure_key(change(before)), now, most)
    contests = {("u1207", "display_name"): contest} if contest else {}

    assert contest_of(change(after, "intentional"), contests, now) is None
    if after != before:
        assert contest_of(change(after), contests, now) is None


@given(PAUSES)
def test_who_never_stops_is_answered_once_a_day_in_the_end(pauses: list[float]) -> None:
    last = quarrel([*pauses, *[600.0] * 1_500], 5)[-3:]
    assert last[2] - last[1] <= LONGEST + timedelta(minutes=10)
    assert last[1] - last[0] >= LONGEST


@given(st.integers(1, 6))
def test_a_field_that_was_left_in_peace_is_like_any_other_again(most: int) -> None:
    contest = None
    for minute in range(most):
        contest = repaired(contest, "wish", NOON + timedelta(minutes=minute), most)
    assert contest is not None
    assert contest.until is not None

    later = contest.repairs[-1] + timedelta(hours=3)
    afresh = repaired(contest, "wish", later, most)
    assert (afresh.rests, len(afresh.repairs)) == (1 if most == 1 else 0, 1)
