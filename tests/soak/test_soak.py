"""A day of a small hotel leaves nothing behind but what is to be kept (months of a large one: `tests.soak`)."""

import os
import threading
from pathlib import Path

from tests.soak.soak import Soak, soaked
from tests.soak.weight import BOUNDS, Weight, growths


def test_after_a_day_everybody_is_content_and_no_thread_and_no_open_file_is_left(tmp_path: Path) -> None:
    threads, files = threading.active_count(), len(os.listdir("/dev/fd"))  # noqa: PTH208 - of this process

    outcome = soaked(tmp_path, Soak(days=1, rooms=4, history_days=1, seed=1))

    assert outcome.complaints == []
    assert outcome.weights[0].rows["pms_rooms"] == 4, "somebody has lived there"
    assert threading.active_count() <= threads
    assert len(os.listdir("/dev/fd")) <= files  # noqa: PTH208 - the same


def test_what_grows_is_told() -> None:
    early = Weight(1, 100.0, 50_000, 40, 5, 20, 3.0, 1.0, {"history": 100, "writes": 10})
    late = Weight(9, 110.0, 50_100, 40, 5, 20, 3.1, 1.0, {"history": 200, "writes": 12})

    grown = [growth.what for growth in growths([early], [late]) if not growth.flat]

    assert grown == ["memory, MiB", "rows", "rows of history"]
    assert len(list(growths([early], [late]))) == len(BOUNDS) + 1
