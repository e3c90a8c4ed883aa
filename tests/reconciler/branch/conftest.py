"""What tests of property and centre share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reconciler.store.store import Store
from tests.reconciler.branch.inn import Inn


@pytest.fixture
def inn(tmp_path: Path) -> Iterator[Inn]:
    with Store.open(tmp_path / "between.sqlite", property_name="Harbour View", account="") as store:
        yield Inn(store)
