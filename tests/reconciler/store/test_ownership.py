"""One owner per Zoom account, and none that sleeps through a take-over."""

import os
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from reconciler.store import ownership, session, tables
from reconciler.store.errors import Lapsed, StaleEpoch, StoreUnavailable
from reconciler.store.ownership import process_runs
from reconciler.store.rows import (
    Claimant,
    ConfirmedRow,
    Held,
    Ownership,
    WriteRow,
    WriteStatus,
    account_ownership,
    office_ownership,
)
from reconciler.store.store import Store
from tests.reconciler.store.conftest import POSTGRESQL

Open = Any
pytestmark = pytest.mark.usefixtures("told_the_time")
IN_A_FILE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
ON_A_SERVER = pytest.mark.parametrize("database", [POSTGRESQL], indirect=True)

ACCOUNT = account_ownership("account-1")
TTL = timedelta(seconds=30)
FRONT = Claimant("reconcile run", "front-office", 100, "/state/control.sock")
BACK = Claimant("reconcile run", "back-office", 200)


@pytest.fixture
def told_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A server goes by its own clock, which no test can set: let it believe ours."""
    monkeypatch.setattr(ownership, "time_of", lambda _connection, now: now)


def everyone_lives(pid: int) -> bool:  # noqa: ARG001 - what a process table answers
    return True


def take(
    store: Store, claimant: Claimant, at: datetime, dead: frozenset[int] = frozenset()
) -> Ownership | Held:
    return store.acquire(ACCOUNT, claimant, now=at, ttl=TTL, alive=lambda pid: pid not in dead)


def a_write(now: datetime) -> WriteRow:
    return WriteRow("zoom-1", "display_name", "Ana", "Room 1207", WriteStatus.APPLIED, now, now)


def test_a_second_controller_is_told_who_has_the_account(open_store: Open, now: datetime) -> None:
    first = take(open_store(), FRONT, now)
    second = open_store()

    assert first == Ownership(ACCOUNT, FRONT, 1, now + TTL)
    assert take(second, BACK, now + TTL / 2) == Held(first)
    assert second.owner(ACCOUNT, now=now) == first


def test_an_ownership_that_ran_out_is_taken_over_with_a_higher_epoch(open_store: Open, now: datetime) -> None:
    take(open_store(), FRONT, now)

    assert take(open_store(), BACK, now + TTL) == Ownership(ACCOUNT, BACK, 2, now + 2 * TTL)


def test_a_renewed_ownership_lasts_longer(open_store: Open, now: datetime) -> None:
    store = open_store()
    take(store, FRONT, now)
    store.renew(ACCOUNT, now=now + TTL / 3, ttl=TTL)

    renewed = Ownership(ACCOUNT, FRONT, 1, now + TTL / 3 + TTL)
    assert take(open_store(), BACK, now + TTL) == Held(renewed)


def test_all_that_a_process_owns_is_renewed_at_once_and_what_is_anothers_is_told(
    open_store: Open, now: datetime
) -> None:
    store = open_store()
    take(store, FRONT, now)
    other, hill = open_store(), office_ownership("Hill House")
    other.acquire(hill, BACK, now=now, ttl=TTL)
    ours = {ACCOUNT: 1, hill: 7, office_ownership("Nowhere"): 1}

    theirs = store.renew_all(ours, now=now + TTL / 3, ttl=TTL)

    assert theirs == {hill: 1, office_ownership("Nowhere"): 0}
    held = [other.last_owner(name) for name in (ACCOUNT, hill)]
    assert [each.until for each in held if each is not None] == [now + TTL / 3 + TTL, now + TTL]


def test_what_was_given_back_is_not_renewed(open_store: Open, now: datetime) -> None:
    store = open_store()
    take(store, FRONT, now)
    store.release(ACCOUNT)

    assert store.renew_all({ACCOUNT: 1}, now=now, ttl=TTL) == {ACCOUNT: 1}
    assert store.owner(ACCOUNT, now=now) is None


@IN_A_FILE
def test_a_holder_that_died_on_this_host_is_replaced_at_once(open_store: Open, now: datetime) -> None:
    take(open_store(), FRONT, now)
    successor = Claimant("reconcile", "front-office", 101)

    assert take(open_store(), successor, now, dead=frozenset({100})) == Ownership(
        ACCOUNT, successor, 2, now + TTL
    )


def test_a_dead_number_on_another_host_says_nothing(open_store: Open, now: datetime) -> None:
    take(open_store(), FRONT, now)

    assert take(open_store(), BACK, now, dead=frozenset({100})) == Held(
        Ownership(ACCOUNT, FRONT, 1, now + TTL)
    )


@IN_A_FILE
def test_a_restarted_container_with_the_same_process_number_replaces_its_predecessor(
    open_store: Open, now: datetime
) -> None:
    take(open_store(), FRONT, now)

    assert take(open_store(), FRONT, now) == Ownership(ACCOUNT, FRONT, 2, now + TTL)


def test_taking_again_what_is_already_ours_keeps_the_epoch_and_may_tell_a_new_address(
    open_store: Open, now: datetime
) -> None:
    store = open_store()
    take(store, FRONT, now)
    moved = Claimant(FRONT.holder, FRONT.host, FRONT.pid, "/other.sock")

    assert take(store, moved, now + TTL / 2) == Ownership(ACCOUNT, moved, 1, now + TTL / 2 + TTL)


def test_a_released_account_is_free_at_once_and_its_epoch_goes_on_growing(
    open_store: Open, now: datetime
) -> None:
    first = open_store()
    take(first, FRONT, now)
    first.release(ACCOUNT)
    second = open_store()

    assert second.owner(ACCOUNT, now=now) is None
    assert take(second, BACK, now) == Ownership(ACCOUNT, BACK, 2, now + TTL)


def test_of_many_who_ask_at_once_exactly_one_gets_it(open_store: Open, now: datetime) -> None:
    stores = [open_store() for _ in range(6)]
    together, answers = threading.Barrier(len(stores)), []

    def ask(number: int) -> None:
        claimant = Claimant("reconcile run", f"host-{number}", number)
        together.wait()
        answers.append(take(stores[number], claimant, now))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(stores))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    (owner,) = [answer for answer in answers if isinstance(answer, Ownership)]
    assert [answer for answer in answers if answer != owner] == [Held(owner)] * (len(stores) - 1)


def test_nobody_owns_what_was_never_taken_or_has_run_out(open_store: Open, now: datetime) -> None:
    store = open_store()
    assert store.owner(ACCOUNT, now=now) is None
    take(store, FRONT, now)
    assert store.owner(ACCOUNT, now=now + TTL) is None


def test_whoever_went_without_giving_it_back_is_remembered(open_store: Open, now: datetime) -> None:
    store = open_store()
    assert store.last_owner(ACCOUNT) is None
    take(store, FRONT, now)
    last = store.last_owner(ACCOUNT)
    assert last is not None
    assert last.by == FRONT
    store.release(ACCOUNT)
    assert store.last_owner(ACCOUNT) is None


def test_a_holder_who_slept_through_a_take_over_writes_nothing_any_more(
    open_store: Open, now: datetime
) -> None:
    sleeper, successor = open_store(), open_store()
    take(sleeper, FRONT, now)
    sleeper.settle([a_write(now)])
    take(successor, BACK, now + TTL)

    late = a_write(now + TTL)
    with pytest.raises(StaleEpoch, match="account-1"):
        sleeper.settle([late])
    with pytest.raises(StaleEpoch):
        sleeper.put_note("debug", value=True)
    with pytest.raises(StaleEpoch):
        sleeper.renew(ACCOUNT, now=now + TTL, ttl=TTL)

    assert successor.writes() == {("zoom-1", "display_name"): a_write(now)}
    assert successor.notes() == {}
    successor.settle([late])
    assert successor.writes() == {("zoom-1", "display_name"): late}


def test_the_answer_of_the_last_call_is_still_kept_after_a_release(open_store: Open, now: datetime) -> None:
    store = open_store()
    take(store, FRONT, now)
    store.release(ACCOUNT)
    store.settle([a_write(now)])

    assert store.writes() == {("zoom-1", "display_name"): a_write(now)}


def test_who_lost_an_account_may_take_it_again_later(open_store: Open, now: datetime) -> None:
    first, second = open_store(), open_store()
    take(first, FRONT, now)
    take(second, BACK, now + TTL)

    assert take(first, FRONT, now + 2 * TTL) == Ownership(ACCOUNT, FRONT, 3, now + 3 * TTL)
    first.settle([a_write(now)])
    with pytest.raises(StaleEpoch):
        second.settle([a_write(now)])


def test_every_row_tells_under_which_ownership_it_was_written(open_store: Open, now: datetime) -> None:
    first, second = open_store(), open_store()
    first.settle([a_write(now)])
    take(first, FRONT, now)
    take(second, BACK, now + TTL)
    second.confirm([ConfirmedRow("zoom-1", "display_name", "Room 1207", now)])

    with second._reading() as connection:
        assert connection.scalar(select(tables.writes.c.epoch)) == 0
        assert connection.scalar(select(tables.confirmed.c.epoch)) == 2


def test_only_the_owner_renews(open_store: Open, now: datetime) -> None:
    stranger = open_store()
    with pytest.raises(StaleEpoch):
        stranger.renew(ACCOUNT, now=now, ttl=TTL)

    first = take(open_store(), FRONT, now)
    stranger.release(ACCOUNT)
    assert stranger.owner(ACCOUNT, now=now) == first


def test_a_pms_link_and_the_zoom_account_are_owned_apart(open_store: Open, now: datetime) -> None:
    store = open_store()
    take(store, FRONT, now)

    link = open_store().acquire("pms fias 1", BACK, now=now, ttl=TTL, alive=everyone_lives)
    assert link == Ownership("pms fias 1", BACK, 1, now + TTL)


def test_this_very_process_runs_and_a_number_beyond_all_does_not() -> None:
    assert process_runs(os.getpid())
    assert process_runs(1)
    assert not process_runs(2**22 + 1)


@ON_A_SERVER
def test_on_a_server_nobody_is_presumed_dead_before_his_time(open_store: Open, now: datetime) -> None:
    """Containers may share the name of their host, and each has process numbers of its own."""
    first = take(open_store(), FRONT, now)
    assert isinstance(first, Ownership)
    other, store = Claimant("reconcile run", "front-office", 101), open_store()

    assert take(store, other, now, dead=frozenset({100})) == Held(first)
    assert take(open_store(), FRONT, now) == Held(first)
    assert store.holder(ACCOUNT, other, now=now) == FRONT


def test_of_two_things_that_belong_together_nobody_takes_one(open_store: Open, now: datetime) -> None:
    office = office_ownership("Harbour View")
    watching = open_store().acquire(office, BACK, now=now, ttl=TTL, alive=everyone_lives)
    store = open_store()

    assert store.acquire_all((ACCOUNT, office), FRONT, now=now, ttl=TTL, alive=everyone_lives) == Held(
        watching
    )
    assert store.owner(ACCOUNT, now=now) is None
    assert not store.owns(ACCOUNT)


def test_what_may_be_anothers_by_now_is_written_to_no_more(open_store: Open, now: datetime) -> None:
    store = open_store()
    take(store, FRONT, now)
    store.lapsed = True

    with pytest.raises(Lapsed):
        store.settle([a_write(now)])
    assert store.writes() == {}


@ON_A_SERVER
def test_a_renewal_waits_for_no_other_transaction_of_its_process(open_store: Open, now: datetime) -> None:
    """Writing a flood of records, or tables anew at night, may take longer than an ownership lasts."""
    store = open_store()
    take(store, FRONT, now)
    with store.together(), ThreadPoolExecutor(1) as another:
        store.settle([a_write(now)])
        another.submit(store.renew, ACCOUNT, now=now + TTL / 2, ttl=TTL).result(30)

    held = store.last_owner(ACCOUNT)
    assert held is not None
    assert held.until == now + TTL / 2 + TTL
    assert store.writes()


@ON_A_SERVER
def test_whoever_takes_over_waits_for_a_transaction_that_began_before_and_it_counts(
    open_store: Open, now: datetime
) -> None:
    first, second = open_store(), open_store()
    take(first, FRONT, now)
    with ThreadPoolExecutor(1) as another:
        with first.together():
            first.settle([a_write(now)])
            taking = another.submit(take, second, BACK, now + TTL)
            with pytest.raises(TimeoutError):
                taking.result(0.3)
        assert taking.result(30) == Ownership(ACCOUNT, BACK, 2, now + 2 * TTL)
    assert second.writes() == {("zoom-1", "display_name"): a_write(now)}


@ON_A_SERVER
def test_a_machine_that_vanished_within_a_transaction_keeps_nobody_waiting_for_long(
    open_store: Open, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "SILENT_FOR", 300)
    first, second = open_store(), open_store()
    take(first, FRONT, now)
    with suppress(StoreUnavailable), first.together():
        first.settle([a_write(now)])
        assert take(second, BACK, now + TTL) == Ownership(ACCOUNT, BACK, 2, now + 2 * TTL)
    assert second.writes() == {}
