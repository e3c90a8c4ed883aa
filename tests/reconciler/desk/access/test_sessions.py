"""Sessions end when they must, and outlast a restart."""

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desk.access.sessions import EACH_AT_MOST, IDLE, LONGEST, Sessions
from reconciler.store import codec
from reconciler.store.rows import Json

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PROOFS = {"Alice": "first", "Omar": "other"}


@pytest.fixture
def sessions() -> Sessions:
    return Sessions(PROOFS.get)


def test_who_has_signed_in_is_known_by_the_id_and_no_other(sessions: Sessions) -> None:
    sessions.open("id", "Alice", NOON)
    assert sessions.find("id", NOON) == "Alice"
    assert sessions.find("", NOON) is None
    assert sessions.find("di", NOON) is None


def test_the_store_never_holds_the_id(sessions: Sessions) -> None:
    sessions.open("a-secret-id", "Alice", NOON)
    assert "a-secret-id" not in codec.to_text(sessions.out(NOON))


def test_a_session_ends_twelve_hours_after_the_last_request(sessions: Sessions) -> None:
    sessions.open("id", "Alice", NOON)
    later = NOON + IDLE - timedelta(seconds=1)
    assert sessions.find("id", later) == "Alice"
    assert sessions.touch("id", later)
    assert sessions.find("id", NOON + IDLE) == "Alice"
    assert sessions.find("id", later + IDLE) is None


def test_a_session_ends_after_a_week_whatever_happens(sessions: Sessions) -> None:
    sessions.open("id", "Alice", NOON)
    now = NOON
    while now + IDLE / 2 < NOON + LONGEST:
        now += IDLE / 2
        assert sessions.find("id", now) == "Alice"
        sessions.touch("id", now)
    assert sessions.find("id", NOON + LONGEST) is None


def test_requests_that_follow_each_other_are_not_all_worth_a_write(sessions: Sessions) -> None:
    sessions.open("id", "Alice", NOON)
    assert not sessions.touch("id", NOON + timedelta(seconds=59))
    assert sessions.touch("id", NOON + timedelta(seconds=60))
    assert not sessions.touch("id", NOON + timedelta(seconds=61))


def test_a_session_goes_on_after_a_restart(sessions: Sessions) -> None:
    sessions.open("id", "Alice", NOON)
    kept = codec.from_text(codec.to_text(sessions.out(NOON)))
    after = Sessions(PROOFS.get)
    after.take_in(kept, NOON)
    assert after.find("id", NOON) == "Alice"
    assert after.find("id", NOON + IDLE) is None


@pytest.mark.parametrize("proofs", [{"Omar": "other"}, {"Alice": "second", "Omar": "other"}])
def test_a_session_ends_with_the_user_and_with_the_password(
    sessions: Sessions, proofs: dict[str, str]
) -> None:
    sessions.open("id", "Alice", NOON)
    sessions.open("another", "Omar", NOON)
    after = Sessions(proofs.get)
    after.take_in(sessions.out(NOON), NOON)
    assert after.find("id", NOON) is None
    assert after.find("another", NOON) == "Omar"
    assert isinstance(kept := after.out(NOON), dict)
    assert len(kept) == 1


def test_of_too_many_the_one_unused_for_longest_gives_way(sessions: Sessions) -> None:
    for number in range(EACH_AT_MOST):
        sessions.open(f"id-{number}", "Alice", NOON + timedelta(seconds=number))
    sessions.open("omars", "Omar", NOON)
    now = NOON + timedelta(minutes=5)
    sessions.touch("id-0", now)
    sessions.open("one-more", "Alice", now)
    found = [sessions.find(f"id-{number}", now) for number in range(EACH_AT_MOST)]
    assert [number for number, name in enumerate(found) if name is None] == [1]
    assert sessions.find("one-more", now) == "Alice"
    assert sessions.find("omars", now) == "Omar"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "proof", "began", "seen", "x"]), inner)
    ),
    max_leaves=8,
)


@given(json_values | st.dictionaries(st.text(), json_values))
def test_a_note_that_is_none_of_ours_lets_nobody_in(kept: Json) -> None:
    sessions = Sessions(PROOFS.get)
    sessions.take_in(kept, NOON)
    assert sessions.out(NOON) == {}


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["open", "touch", "close", "restart"]), st.integers(0, 3), st.integers(0, 90_000)
        )
    )
)
def test_nobody_is_let_in_who_did_not_sign_in_within_a_week_or_was_away_for_a_shift(
    steps: list[tuple[str, int, int]],
) -> None:
    sessions, now, fresh = Sessions(PROOFS.get), NOON, count()
    ids: dict[int, str] = {}
    began: dict[str, datetime] = {}
    seen: dict[str, datetime] = {}
    for step, which, seconds in steps:
        now += timedelta(seconds=seconds)
        secret = ids.get(which, "")
        if step == "open":
            sessions.close(secret)
            seen.pop(secret, None)
            ids[which] = f"id-{next(fresh)}"
            sessions.open(ids[which], "Alice", now)
            began[ids[which]] = seen[ids[which]] = now
        elif step == "close":
            sessions.close(secret)
            seen.pop(secret, None)
        elif step == "restart":
            kept = sessions.out(now)
            sessions = Sessions(PROOFS.get)
            sessions.take_in(kept, now)
        elif sessions.find(secret, now) is not None and sessions.touch(secret, now):
            seen[secret] = now
        for each, start in began.items():
            due = each in seen and now - seen[each] < IDLE and now - start < LONGEST
            assert (sessions.find(each, now) == "Alice") is due
