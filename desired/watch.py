"""Hints that the drop-in folder may have changed: look again, and believe only what the folder then says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path


async def changes(root: Path, *, polling: bool | None = None, rescan: float = 60.0) -> AsyncIterator[None]:
    """Yield whenever ``root`` may have changed, and every ``rescan`` seconds anyway."""
    raise NotImplementedError
    yield
