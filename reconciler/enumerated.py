"""Long lists as people read them: the first few, and how many more there are."""

from collections.abc import Iterable
from typing import Final

FEW: Final = 10


def some(names: Iterable[str]) -> str:
    """``1201, 1202 and 40 more``: at most ten are named."""
    listed = list(names)
    more = f" and {len(listed) - FEW} more" if len(listed) > FEW else ""
    return ", ".join(listed[:FEW]) + more
