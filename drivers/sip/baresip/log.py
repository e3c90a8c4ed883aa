"""The library's own log, by which it tells what its events do not: it goes to us, and nowhere else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress

_ALL = "baresip"
_NATIVE = "baresip.native"
_TRACE = "baresip.native.sip"


class _Handler(logging.Handler):
    """Hands each line over to the event loop; it is called in a thread of the library's."""

    def __init__(self, loop: asyncio.AbstractEventLoop, take: Callable[[str], None]) -> None:
        super().__init__()
        self._loop, self._take = loop, take

    def emit(self, record: logging.LogRecord) -> None:
        """Pass the line on, unless nobody is left to read it."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._take, record.getMessage())


def listen(trace: Callable[[str], None], line: Callable[[str], None]) -> None:
    """From now on every SIP message goes to ``trace``, every other line of the library to ``line``.

    Lines hold names and numbers of guests, so nothing of it goes on to any log.
    """
    loop = asyncio.get_running_loop()
    logging.getLogger(_ALL).propagate = False
    logging.getLogger(_ALL).setLevel(logging.CRITICAL)
    for name, level, take in ((_NATIVE, logging.INFO, line), (_TRACE, logging.DEBUG, trace)):
        logger = logging.getLogger(name)
        logger.propagate = False
        logger.setLevel(level)
        logger.handlers[:] = [_Handler(loop, take)]
