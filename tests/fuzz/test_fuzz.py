"""Whatever comes through a door of the product, it is told what is wrong with it, and the next good input is taken.

The kept inputs, and always the same few invented ones. Many more of them: `python -m tests.fuzz`.
"""

import pytest

from tests.fuzz.running import run
from tests.fuzz.targets import TARGETS


@pytest.mark.parametrize("name", TARGETS)
def test_awkward_input_does_no_harm(name: str) -> None:
    target = TARGETS[name]
    figures = run(target, target.few, None)
    assert figures.inputs >= target.few + len(target.corpus())
