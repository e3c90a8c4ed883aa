"""kill -9 in the midst of work: what was taken has all its effects, what was sent is sent once more at most."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from desired.said import Field
from reconciler.stays.owed import MessagesOwed, WakeupSetOwed
from tests.reconciler.lodge import EVENING, Lodge, open_store


@contextmanager
def process(work: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The process, killed where the block ends at the latest."""
    command = [sys.executable, "-m", "tests.reconciler.crashing", work, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        try:
            yield child
        finally:
            child.kill()


def said(child: subprocess.Popen[str]) -> Iterator[int]:
    """The numbers that it says, or has said before it was killed."""
    assert child.stdout is not None
    return (int(line) for line in child.stdout if line.endswith("\n"))


@pytest.mark.parametrize("batches", [1, 12])
def test_no_crash_separates_a_record_from_its_effects(tmp_path: Path, batches: int) -> None:
    with process("hear", tmp_path) as child:
        acknowledged = next(number for number in said(child) if number >= batches)

    lodge = Lodge(tmp_path)
    calls = {entry.at for entry in lodge.store.wakeups(EVENING - timedelta(days=1))}
    told = []
    while (row := lodge.store.oldest_owed("pms")) is not None:
        told.append(row.owed)
        lodge.store.mark_sent(row.number, EVENING)
    odd = lodge.reception.anomalies()["unknown_field"]
    messages = [owed.new for owed in told if isinstance(owed, MessagesOwed)]
    set_calls = [owed.time for owed in told if isinstance(owed, WakeupSetOwed)]
    last = lodge.hotel.wish(f"12{acknowledged % 10 + 1:02}").get(Field.GUESTS)
    lodge.store.close()

    assert messages == list(range(len(messages))), "in order, none missing"
    assert set(set_calls) == calls, "a call stands in the ledger if and only if the PMS is told of it"
    assert len(set_calls) == len(messages) >= acknowledged + 1
    assert odd - len(messages) in {0, 1}
    assert str(acknowledged) in {guest.reservation for guest in last or ()} or odd > acknowledged + 10


def test_what_was_sent_before_a_crash_is_sent_once_more_at_most(tmp_path: Path) -> None:
    with open_store(tmp_path) as store:
        store.owe("pms", [MessagesOwed("1207", number, 0) for number in range(60)], EVENING)
    wire: list[int] = []
    for _ in range(2):
        with process("send", tmp_path) as child:
            for number in said(child):
                wire.append(number)
                if number % 15 == 0:
                    break
            child.kill()
            wire.extend(said(child))  # what was on its way when it was killed

    with open_store(tmp_path) as store:
        left = store.oldest_owed("pms")
    assert left is not None
    assert list(dict.fromkeys(wire)) == list(range(1, max(wire) + 1)), "in order, none missing"
    assert len(wire) - len(set(wire)) <= 1, "once more for the first crash"
    assert left.number in {max(wire), max(wire) + 1}
