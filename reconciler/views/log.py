"""The last that went to and fro, for the page and for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.livelog import Line
from reconciler.views.shape import VERSION, iso


def log_view(lines: Iterable[Line], rooms: Mapping[str, str]) -> dict[str, Any]:
    """The lines in the order given; ``rooms`` says to which room an id of Zoom belongs."""
    return {
        "version": VERSION,
        "log": [
            {
                "at": iso(line.at), "peer": line.peer, "link": line.link, "way": line.way,
                "room": line.room or next((rooms[each] for each in line.about if each in rooms), None),
                "text": line.text, "more": line.more or None,
            }
            for line in lines
        ],
    }  # fmt: skip
