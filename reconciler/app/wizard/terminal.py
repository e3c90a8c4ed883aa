"""Questions and answers, line by line, so that any terminal will do, and a file of answers as well."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from reconciler.errors import Fatal

WIDTH: Final = 80


class Left(Fatal):
    """Nobody answers any more; what was answered is kept."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """``say`` prints lines; ``read`` answers one, and ``hidden`` one that nobody may see, after showing a prompt.

    Both raise EOFError when nobody answers any more.
    """

    say: Callable[[str], None]
    read: Callable[[str], str]
    hidden: Callable[[str], str]

    def explain(self, text: str) -> None:
        """A few sentences, folded, with a line of air above."""
        self.say("\n" + "\n".join(textwrap.wrap(text, WIDTH)))

    def ask(self, prompt: str, usual: str = "", *, secret: bool = False) -> str:
        """An answer without blanks around it; an empty one is the usual. Left at the end of the answers."""
        shown = f"{prompt} [{usual}]: " if usual else f"{prompt}: "
        try:
            answer = (self.hidden if secret else self.read)(shown).strip()
        except (EOFError, KeyboardInterrupt):
            self.say("")
            raise self.left() from None
        return answer or ("" if secret else usual)

    def left(self) -> Left:
        """What is raised where somebody leaves."""
        return Left("the wizard was left; what you have answered is kept", "the same command goes on there")

    def choose(self, prompt: str, choices: tuple[str, ...]) -> str:
        """One of these words, of which the first is the usual; a beginning of one is enough."""
        while True:
            answer = self.ask(f"{prompt} ({'/'.join(choices)})", choices[0]).lower()
            found = [choice for choice in choices if choice.startswith(answer)]
            if len(found) == 1:
                return found[0]
            self.say(f"  please answer {' or '.join(choices)}")
