"""All or nothing, one after the other, and nothing lost when the power goes."""

import signal
import subprocess
import sys
import threading
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from reconciler.store.rows import ConfirmedRow, Occupancy, SaidRow, WriteRow, WriteStatus
from reconciler.store.store import Store

Open = Any

KILLED_BEFORE_THE_ANSWER = """
import sys, time
from datetime import UTC, datetime
from pathlib import Path
from reconciler.store.rows import WriteRow, WriteStatus
from reconciler.store.store import Store

store = Store.open(Path(sys.argv[1]), property_name="Harbour View", account="account-1")
sent = datetime(2026, 11, 22, 19, 3, 11, tzinfo=UTC)
write = WriteRow("zoom-1", "display_name", "Ana Souza 1207", "Room 1207", WriteStatus.INTENT, sent)
if sys.argv[2] == "within":
    with store.together():
        store.intend([write])
        print("ready", flush=True)
        time.sleep(60)
store.intend([write])
print("ready", flush=True)
time.sleep(60)
"""


def kill_in_the_middle(file: Path, where: str) -> None:
    """Run a process until it says that it has come so far, and take its power away."""
    command = [sys.executable, "-c", KILLED_BEFORE_THE_ANSWER, str(file), where]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGKILL)


def test_a_process_killed_between_intent_and_answer_leaves_the_intent(file: Path) -> None:
    kill_in_the_middle(file, "after")

    with Store.open(file, property_name="Harbour View", account="account-1") as store:
        (write,) = store.writes().values()
    assert (write.status, write.after, write.answered_at) == (WriteStatus.INTENT, "Room 1207", None)


def test_a_process_killed_within_a_transaction_leaves_nothing_of_it(file: Path) -> None:
    kill_in_the_middle(file, "within")

    with Store.open(file, property_name="Harbour View", account="account-1") as store:
        assert store.writes() == {}


def test_a_record_and_its_effects_are_kept_together(store: Store, now: datetime) -> None:
    with store.together():
        store.say([SaidRow("1207", "pms", "private", "yes", "pms GI", now)])
        store.note_occupancy([Occupancy("1207", occupied=True, since=now)])
        assert store.said("1207"), "the block sees what it wrote"

    assert store.said("1207")[0].value == "yes"
    assert store.occupancy()["1207"].occupied is True


def test_effects_of_a_record_that_failed_half_way_are_not_kept(open_store: Open, now: datetime) -> None:
    store = open_store()

    def half_a_record() -> None:
        with store.together():
            store.say([SaidRow("1207", "pms", "private", "yes", "pms GI", now)])
            raise RuntimeError("the record ends here")

    with pytest.raises(RuntimeError):
        half_a_record()
    assert store.said() == []
    store.put_note("still", "works")
    assert open_store().note("still") == "works"


def test_nobody_else_sees_a_transaction_before_it_is_whole(open_store: Open, now: datetime) -> None:
    writer, reader = open_store(), open_store()
    with writer.together():
        writer.say([SaidRow("1207", "pms", "private", "yes", "pms GI", now)])
        assert reader.said() == []
    assert len(reader.said()) == 1


def test_many_threads_write_at_once_and_every_word_is_kept(open_store: Open, now: datetime) -> None:
    stores = [open_store(), open_store()]

    def work(number: int) -> None:
        for turn in range(10):
            stores[number % 2].confirm([ConfirmedRow(f"zoom-{number}", f"field-{turn}", turn, now)])
            stores[number % 2].settle(
                [WriteRow(f"zoom-{number}", "dnd", None, "on", WriteStatus.APPLIED, now, now)]
            )

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(stores[0].confirmed()) == 80
    assert len(stores[1].writes()) == 8
