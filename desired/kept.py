"""Words and events as plain JSON values, for what must survive a restart beside the documents."""

from __future__ import annotations

from typing import Any

from desired.events import Event, Told
from desired.said import Said


def word_to_json(word: Said) -> dict[str, Any]:
    """A word of any field, with every wake-up call's own origins."""
    raise NotImplementedError


def word_from_json(plain: dict[str, Any]) -> Said:
    """The word again, equal to the one that was kept."""
    raise NotImplementedError


def told_to_json(event: Event, told: Told) -> dict[str, Any]:
    """An event and who told it."""
    raise NotImplementedError


def told_from_json(plain: dict[str, Any]) -> tuple[Event, Told]:
    """The event again."""
    raise NotImplementedError
