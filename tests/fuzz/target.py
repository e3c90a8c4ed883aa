"""What can be fuzzed: a door of the product through which strangers' bytes come in, and what must hold behind it."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

CORPUS: Final = Path(__file__).parent / "corpus"

Take = Callable[[bytes], None]
"""Gives one input to the product. Whatever it raises is a finding."""


@dataclass(frozen=True)
class Target:
    """One door. ``make`` invents an awkward input, ``open`` opens the door for as long as a block lasts."""

    name: str
    make: Callable[[random.Random], bytes]
    open: Callable[[], AbstractContextManager[Take]]
    examples: int = 20_000
    """Of the long form."""
    few: int = 100
    """Of the short form."""
    at_a_time: int = 5_000
    """After so many inputs the door is closed and opened anew."""
    slowest: float = 2.0
    """Seconds of processor time that one input may take at most."""
    largest: float = 150.0
    """Megabytes by which the process may grow for one input."""

    def corpus(self) -> dict[str, bytes]:
        """The inputs that are kept, by their names."""
        folder = CORPUS / self.name
        return {path.name: path.read_bytes() for path in sorted(folder.glob("*"))}
