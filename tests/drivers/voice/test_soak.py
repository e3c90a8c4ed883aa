"""However many calls there were, nothing is left of them (more of it: `soak`)."""

from pathlib import Path

from tests.drivers.voice.soak import soak


def test_calls_leave_no_task_no_thread_no_file_and_no_memory(tmp_path: Path) -> None:
    outcome = soak(100, 1, tmp_path)
    assert outcome.after.tasks == outcome.before.tasks
    assert outcome.after.files <= outcome.before.files
    assert outcome.after.threads <= outcome.before.threads + 1  # one may be writing the last recording down
    assert (
        outcome.per_call < 10
    )  # a call that stays is hundreds; what other tests have left comes and goes, too
