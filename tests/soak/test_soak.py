"""Two days of a small hotel leave nothing behind but what is to be kept (months of a large one: `tests.soak`)."""

from pathlib import Path

from tests.soak.soak import Soak, soaked
from tests.soak.weight import BOUNDS, Weight, growths


def test_a_day_leaves_no_task_no_thread_and_no_open_file_and_everybody_is_content(tmp_path: Path) -> None:
    outcome = soaked(tmp_path, Soak(days=2, rooms=4, history_days=1, seed=1))

    assert outcome.complaints == []
    first, second = outcome.weights
    assert second.tasks <= first.tasks + 2
    assert second.threads <= first.threads + 1
    assert second.handles <= first.handles + 2
    assert second.rows["pms_rooms"] == 4  # they have lived there


def test_what_grows_is_told() -> None:
    early = Weight(1, 100.0, 50_000, 40, 5, 20, 3.0, 1.0, {"history": 100, "writes": 10})
    late = Weight(9, 110.0, 50_100, 40, 5, 20, 3.1, 1.0, {"history": 200, "writes": 12})

    grown = [growth.what for growth in growths([early], [late]) if not growth.flat]

    assert grown == ["memory, MiB", "rows", "rows of history"]
    assert len(list(growths([early], [late]))) == len(BOUNDS) + 1
