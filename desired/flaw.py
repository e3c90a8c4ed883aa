"""What is wrong at one place of one file, before it is known how the file is shown to people."""

from __future__ import annotations

from typing import NamedTuple

from desired.placed import Place
from desired.problem import Problem

NOWHERE: Place = (0, 0)
"""The place of what is wrong with a file as a whole."""


LONGEST = 500
"""Letters of what is wrong: what is quoted there was written by whoever made the mistake."""


def tellable(text: str) -> str:
    """The text as a terminal and a log can take it: without what they would act on, and not endlessly long."""
    short = text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
    return short if short.isprintable() else "".join(sign if sign.isprintable() else "?" for sign in short)


class Flaw(NamedTuple):
    """What is wrong at one place of a file."""

    code: str
    message: str
    place: Place
    room: str | None = None

    def problem(self, path: str) -> Problem:
        """The same as a problem of the file that is shown as ``path``."""
        line, column = self.place
        where = path if self.place == NOWHERE else f"{path}:{line}:{column}"
        return Problem(self.code, self.message, where, self.room)
