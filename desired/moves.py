"""Since when, by the PMS's own clock, guests are in the room to which they moved.

The stream of records is the truth, whatever times they carry (FIAS 7.7). There is one exception: a check-out that
names another room than the guest's, and is older than what brought him there, tells what was before he moved.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from desired.rack import Key

_KIND = "moved"


class Moves:
    """The guests who have moved, as long as they stay. ``memory`` is what ``dump`` and ``news`` gave, by name."""

    def __init__(self, memory: Mapping[str, Any]) -> None:
        kept = [plain for name, plain in memory.items() if name.partition(" ")[0] == _KIND]
        self._since = {
            (plain["key"][0], plain["key"][1]): datetime.fromisoformat(plain["of"]) for plain in kept
        }
        self._changed: set[Key] = set()

    def note(self, key: Key, of: datetime | None) -> None:
        """A guest has moved by a record of this time; None where it bears none."""
        if of is not None:
            self._since[key] = of
            self._changed.add(key)
        elif self._since.pop(key, None) is not None:
            self._changed.add(key)

    def are_later(self, key: Key, of: datetime | None) -> bool:
        """True if a guest is known to have moved after this time."""
        since = self._since.get(key)
        return since is not None and of is not None and of < since

    def forget(self, has_left: Callable[[Key], bool]) -> None:
        """Let go of those who are in the house no more."""
        for key in [key for key in self._since if has_left(key)]:
            del self._since[key]
            self._changed.add(key)

    def dump(self) -> dict[str, Any]:
        """All of them as plain JSON values, each by a name of its own."""
        return {_name(key): self._plain(key) for key in self._since}

    def news(self) -> dict[str, Any]:
        """Those that have changed since this was last asked; None for one that is gone."""
        news = {_name(key): self._plain(key) if key in self._since else None for key in self._changed}
        self._changed.clear()
        return news

    def _plain(self, key: Key) -> dict[str, Any]:
        return {"key": list(key), "of": self._since[key].isoformat()}


def _name(key: Key) -> str:
    link, number = key
    return f"{_KIND} {number} {link}"
