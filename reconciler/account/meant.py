"""Which extension of Zoom is meant: missing, several and not yet active ones are named, never guessed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from desired.problem import Problem
from observed.extension import Extension


def the_one(room: str, extension: str, found: Sequence[Extension]) -> Extension | Problem:
    """The only active extension among those that Zoom has at the extension's number, or what is wrong with them."""
    if len(found) == 1 and not found[0].pending:
        return found[0]
    if not found:
        return Problem("no_extension", f"room {room}: Zoom has no extension {extension}", room=room)
    if len(found) > 1:
        kinds = ", ".join(f"{n} {kind}" for kind, n in sorted(Counter(e.kind for e in found).items()))
        message = f"room {room}: Zoom has extension {extension} more than once ({kinds})"
        return Problem("ambiguous_extension", message, room=room)
    message = f"room {room}: the user of extension {extension} has not accepted Zoom's invitation yet"
    return Problem("pending_user", message, room=room)


def not_listed(room: str, extension: str, where: str | None) -> Problem:
    """A document names an extension that the hotel has not given to this very room."""
    message = f"room {room}: `rooms:` does not give it extension {extension}: nothing is written to it"
    return Problem("not_listed", message, where, room)
