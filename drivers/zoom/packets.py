"""The packet log: what went to Zoom and what came back, masked, switched on and off while running.

It shows the shape of every exchange and the values of a few fields that are neither secret nor personal.
Anything else (names, numbers, tokens, texts that may quote them) is a star, also in answers that nobody has
seen before.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from drivers.zoom.answers import code
from drivers.zoom.http import UNREADABLE, Answer

if TYPE_CHECKING:
    from drivers.zoom.calls import Call

LOGGER: Final = logging.getLogger("housephone.packets.zoom")

SHOWN: Final = frozenset({
    "code", "page_size", "page_count", "total_records", "extension_number", "extension_type",
    "extension_status", "status", "activation_status", "type", "device_type", "duration", "date_time", "from",
    "to", "ring_device", "ring_duration", "iso_code", "rule", "hour_type", "assignee_type", "owner_type",
})  # fmt: skip
"""Fields whose values may be seen."""

HEADERS: Final = ("retry-after", "x-ratelimit-category", "x-ratelimit-type", "x-ratelimit-limit",
                  "x-ratelimit-remaining", "x-zm-trackingid")  # fmt: skip
LONGEST: Final = 64
FIRST: Final = 3
"""Items of a list that are shown; the others are counted."""
DEEPEST: Final = 8


Hear = Callable[[Sequence[str], Mapping[str, Any]], None]
"""Hears of each exchange: the ids that its path named, and the masked line of the log."""


class PacketLog:
    """Writes exchanges to the logger ``housephone.packets.zoom`` while it is on; ``hear`` hears of all of them."""

    def __init__(self, *, on: bool = False) -> None:
        self.on = on
        self.hear: Hear | None = None

    def exchange(self, call: Call, answer: Answer, seconds: float) -> None:
        """Log one request and its answer."""
        if not self.on and self.hear is None:
            return
        line = {
            "call": str(call.operation),
            "query": masked(call.query),
            "sent": masked(call.body),
            "status": answer.status,
            "code": code(answer.body),
            "headers": {name: answer.headers[name][:LONGEST] for name in HEADERS if name in answer.headers},
            "received": "unreadable" if answer.body is UNREADABLE else masked(answer.body),
            "ms": round(seconds * 1000, 1),
        }
        self._tell(call, {name: value for name, value in line.items() if value not in (None, {})})

    def failure(self, call: Call, reason: str, seconds: float) -> None:
        """Log a request without an answer."""
        self._tell(call, {"call": str(call.operation), "no_answer": reason, "ms": round(seconds * 1000, 1)})

    def _tell(self, call: Call, line: Mapping[str, Any]) -> None:
        if self.on:
            LOGGER.debug("%s", json.dumps(line))
        if self.hear is not None:
            self.hear(tuple(call.ids.values()), line)


def masked(value: Any, name: str = "", depth: int = 0) -> Any:
    """The same JSON with every value that is not known to be harmless replaced by a star."""
    if value is None or isinstance(value, bool):
        return value
    if depth >= DEEPEST:
        return "*"
    if isinstance(value, Mapping):
        return {_key(key): masked(item, str(key), depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        items = [masked(item, name, depth + 1) for item in value[:FIRST]]
        return [*items, f"and {len(value) - FIRST} more"] if len(value) > FIRST else items
    if name in SHOWN and len(str(value)) <= LONGEST and str(value).isprintable():
        return value
    return "*"


def _key(key: Any) -> str:
    """A key as it is, unless it is none of Zoom's (somebody's name could be a key)."""
    text = str(key)
    return text if text.isascii() and text.replace("_", "").isalnum() and text == text.lower() else "*"
