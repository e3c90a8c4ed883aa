"""Passwords cannot be tried out quickly, and nobody can keep a clerk from the desk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.desk.access.throttle import (
    FORGOTTEN_AFTER,
    FREE,
    LONGEST_OF_ADDRESS,
    LONGEST_OF_NAME,
    REMEMBERED,
    Throttle,
)


@pytest.fixture
def throttle() -> Throttle:
    return Throttle()


def tries(throttle: Throttle, name: str, address: str, start: float, until: float) -> int:
    """How many tries somebody gets through who tries again as soon as possible."""
    now, count = start, 0
    while now < until:
        wait = throttle.ask(name, address, now)
        count += not wait
        now += wait + 0.001
    return count


def test_a_few_tries_are_free_then_each_takes_twice_as_long(throttle: Throttle) -> None:
    assert [throttle.ask("alice", "10.0.0.5", 0) for _ in range(FREE)] == [0] * FREE
    assert throttle.ask("alice", "10.0.0.5", 0) == 1
    assert throttle.ask("alice", "10.0.0.5", 0.5) == 0.5
    assert throttle.ask("alice", "10.0.0.5", 1) == 0
    assert throttle.ask("alice", "10.0.0.5", 1) == 2
    assert throttle.ask("alice", "10.0.0.5", 3) == 0
    assert throttle.ask("alice", "10.0.0.5", 3) == 4


def test_a_day_of_guessing_from_one_machine_gets_through_a_hundred_tries(throttle: Throttle) -> None:
    assert tries(throttle, "alice", "10.0.0.5", 0, 86_400) < 120


def test_many_machines_together_get_through_a_name_only_every_half_minute(throttle: Throttle) -> None:
    now, count = 0.0, 0
    for machine in range(100_000):
        if now >= 3600:
            break
        wait = throttle.ask("alice", f"10.{machine >> 16}.{machine >> 8 & 255}.{machine & 255}", now)
        count += not wait
        now += wait + 0.001
    assert count < FREE + 10 + 3600 / LONGEST_OF_NAME


def test_trying_many_names_from_one_machine_is_slow_too(throttle: Throttle) -> None:
    waits = [throttle.ask(f"guest{number}", "10.0.0.5", 0) for number in range(FREE + 1)]
    assert waits == [0] * FREE + [1]


def test_who_has_an_ipv6_network_is_one_machine(throttle: Throttle) -> None:
    waits = [throttle.ask("alice", f"2001:db8::{number:x}", 0) for number in range(FREE + 1)]
    assert waits[-1] == 1
    assert throttle.ask("omar", "2001:db8:0:1::1", 0) == 0


def test_a_right_password_makes_the_name_free_again(throttle: Throttle) -> None:
    for _ in range(FREE):
        throttle.ask("alice", "10.0.0.5", 0)
    throttle.was_right("alice", "10.0.0.5")
    assert throttle.ask("alice", "10.0.0.6", 0) == 0


def test_an_own_right_password_does_not_buy_tries_at_the_passwords_of_others(throttle: Throttle) -> None:
    got_through = 0
    for _ in range(1000):
        if not throttle.ask("alice", "10.0.0.5", 0):
            got_through += 1
        if not throttle.ask("mallory", "10.0.0.5", 0):
            throttle.was_right("mallory", "10.0.0.5")
    assert got_through <= FREE


def test_others_who_try_her_name_do_not_keep_alice_from_her_own_machine(throttle: Throttle) -> None:
    throttle.ask("alice", "10.0.0.5", 0)
    throttle.was_right("alice", "10.0.0.5")
    for machine in range(100):
        throttle.ask("alice", f"10.0.1.{machine}", 10)
    assert throttle.ask("alice", "10.0.0.6", 10) > 0
    assert throttle.ask("alice", "10.0.0.5", 10) == 0


def test_an_hour_later_all_is_forgotten(throttle: Throttle) -> None:
    for _ in range(FREE):
        throttle.ask("alice", "10.0.0.5", 0)
    assert throttle.ask("alice", "10.0.0.5", FORGOTTEN_AFTER) == 0
    assert throttle.ask("alice", "10.0.0.5", FORGOTTEN_AFTER) == 0


def test_made_up_names_do_not_fill_the_memory(throttle: Throttle) -> None:
    for number in range(REMEMBERED + 100):
        throttle.ask(f"name{number}", f"10.{number >> 8}.{number & 255}.1", 0)
    assert len(throttle._tries) == REMEMBERED


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abc"),
            st.sampled_from(["10.0.0.5", "10.0.0.6"]),
            st.floats(0, 4000),
            st.booleans(),
        )
    )
)
def test_nobody_ever_waits_longer_than_was_promised(steps: list[tuple[str, str, float, bool]]) -> None:
    throttle, now = Throttle(), 0.0
    for name, address, passed, right in steps:
        now += passed
        wait = throttle.ask(name, address, now)
        assert 0 <= wait <= LONGEST_OF_ADDRESS
        assert not throttle.ask(name, address, now + wait + 0.001) or not wait
        if right and not wait:
            throttle.was_right(name, address)
