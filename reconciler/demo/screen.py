"""The demo's voice: sentences with their real times, and at a terminal a live board of all rooms below them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Final, Literal, Self

import anyio
from rich.console import Console, RenderableType
from rich.highlighter import RegexHighlighter
from rich.live import Live
from rich.rule import Rule
from rich.table import Table
from rich.text import Text
from rich.theme import Theme

Mark = Literal["", "good", "bad"]

SIGNS: Final[dict[Mark, tuple[str, str]]] = {"": (" ", ""), "good": ("✓", "green"), "bad": ("✗", "red")}

REDRAW: Final = 0.12
"""Seconds between drawings of the board."""

SMALLEST: Final = (78, 22)
"""Columns and lines of a terminal that has room for the board."""

THEME: Final = Theme({
    "demo.name": "bold",
    "demo.file": "cyan",
    "demo.time": "green",
    "demo.command": "yellow",
})  # fmt: skip


class Words(RegexHighlighter):
    """Sets off what one looks for in a sentence: names, files, times, commands."""

    base_style = "demo."
    highlights = [  # noqa: RUF012 - the shape that rich's class fixes
        r"(?P<name>“[^”]*”)",
        r"(?P<file>rooms/\S*\d(?:\.yaml)?[\d:]*)",
        r"(?P<time>\b\d[\d.,]* m?s\b)",
        r"(?P<command>`[^`]*`)",
    ]


def console() -> Console:
    """Standard output; away from a terminal a sentence is a line, however long."""
    return Console(theme=THEME, highlight=False)


@dataclass(slots=True)
class Screen:
    """Prints the story. ``board`` draws what stands below it."""

    out: Console
    board: Callable[[], RenderableType]
    _live: Live | None = field(default=None, init=False)

    def __enter__(self) -> Self:
        width, lines = SMALLEST
        if self.out.is_terminal and self.out.width >= width and self.out.height >= lines:
            self._live = Live(self.board(), console=self.out, auto_refresh=False, transient=True)
            self._live.start(refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    @property
    def has_board(self) -> bool:
        """Whether there is room for the board."""
        return self._live is not None

    async def keep_drawing(self) -> None:
        """Draw the board anew, again and again, until cancelled."""
        while self._live is not None:
            self._live.update(self.board(), refresh=True)
            await anyio.sleep(REDRAW)

    def title(self, text: str) -> None:
        """The demo itself begins or ends."""
        self.plain("")
        self.plain(text, style="bold")

    def chapter(self, title: str, text: str) -> None:
        """A part of the day begins."""
        self.plain("")
        if self.out.is_terminal:
            self.out.print(Rule(f"[bold]{title}[/]", align="left", style="dim"))
        else:
            self.plain(f"== {title} ==")
        self.plain(text, style="italic")
        self.plain("")

    def tell(self, text: str, *, room: str = "", mark: Mark = "") -> None:
        """One thing that happened just now."""
        self._line(f"{datetime.now():%H:%M:%S}", room, text, mark)  # noqa: DTZ005 - the clock on the wall

    def add(self, text: str, *, room: str = "", mark: Mark = "") -> None:
        """Something more about what was just told."""
        self._line("", room, text, mark)

    def record(self, sign: str, text: str) -> None:
        """A record of the PMS line, with its direction; at a terminal as much of it as a line holds."""
        if self.out.is_terminal:
            self._row(
                "", "", Text(sign, style="dim"), Text(text, style="dim", overflow="ellipsis", no_wrap=True)
            )
        else:
            self.out.print(f"{'':14} {sign} {text}", soft_wrap=True)

    def plain(self, text: str, *, style: str = "") -> None:
        """A line without time, never broken, so that commands can be copied."""
        self.out.print(Words()(Text(text, style=style)), soft_wrap=True)

    def quote(self, text: str) -> None:
        """The text of a file, or an answer."""
        for line in text.splitlines():
            self.plain(f"{'':17}{line}", style="dim")

    def _line(self, at: str, room: str, text: str, mark: Mark) -> None:
        sign, style = SIGNS[mark]
        words = Words()(Text(text))
        if not self.out.is_terminal:
            self.out.print(f"{at:8}  {room:4} {sign} ", words, sep="", soft_wrap=True)
            return
        self._row(at, room, Text(sign, style=style), words)

    def _row(self, at: str, room: str, sign: Text, words: Text) -> None:
        line = Table.grid(padding=(0, 1))
        line.add_column(width=9, style="dim")
        line.add_column(width=4, style="bold cyan")
        line.add_column(width=1)
        line.add_column(ratio=1)
        line.add_row(at, room, sign, words)
        self.out.print(line)


def within(seconds: float) -> str:
    """A time that people can compare: 84 ms, 3.2 s."""
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
