"""The front desk's keyboard: what is typed below the board, while the board is drawn anew all the time.

The terminal must not show keys by itself then, since they would land in the middle of the drawing.
"""

from __future__ import annotations

import codecs
import os
import sys
import termios
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import anyio

ENTER = "\r\n"
RUBOUT = "\x7f\b"
ESCAPE = "\x1b"
AT_ONCE = 1024


@dataclass(slots=True)
class Keyboard:
    """``line`` is what was typed and not sent yet; None while nobody can type."""

    line: str | None = None

    async def lines(self) -> AsyncIterator[str]:
        """Each line that somebody types from now on, for ever; to be used within ``silent_keys``."""
        keys, self.line = sys.stdin.fileno(), ""
        termios.tcflush(keys, termios.TCIFLUSH)
        decoder = codecs.getincrementaldecoder("utf-8")(errors="ignore")
        while True:
            await anyio.wait_readable(keys)
            typed = os.read(keys, AT_ONCE)
            if not typed:
                self.line = None
                return
            for line in self.take(decoder.decode(typed)):
                yield line

    def take(self, keys: str) -> Iterator[str]:
        """What these keys do to the line; the lines that they send. Arrows and their like do nothing."""
        if keys.startswith(ESCAPE):
            return
        for key in keys:
            line = self.line or ""
            if key in ENTER:
                self.line = ""
                yield line
            elif key in RUBOUT:
                self.line = line[:-1]
            elif key.isprintable():
                self.line = line + key


def can_type() -> bool:
    """Whether somebody sits at standard input, and it is ours."""
    if sys.stdin is None or not sys.stdin.isatty():
        return False
    return os.tcgetpgrp(sys.stdin.fileno()) == os.getpgrp()


@contextmanager
def silent_keys() -> Iterator[None]:
    """Keys are not shown, and come one by one, until the block ends. Ctrl-C still interrupts."""
    keys = sys.stdin.fileno()
    before = termios.tcgetattr(keys)
    silent = termios.tcgetattr(keys)
    silent[3] &= ~(termios.ECHO | termios.ICANON)
    termios.tcsetattr(keys, termios.TCSANOW, silent)
    try:
        yield
    finally:
        termios.tcsetattr(keys, termios.TCSANOW, before)
