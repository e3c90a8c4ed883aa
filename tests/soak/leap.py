"""Time that passes when everybody waits: in seconds while somebody telephones, in strides while nobody does."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, Final

import anyio
from anyio import to_thread

ON_ITS_WAY: Final = 0.002
"""Real seconds for which what went over a socket may still be on its way to its other end."""


class LeapLoop(asyncio.SelectorEventLoop):
    """An event loop whose time leaps over waiting.

    It leaps to what is due next, or by ``stride`` (seconds) if that is longer: whoever looks at something every
    second then looks less often. It stands still while a thread is at work, or bytes are under way between sockets.
    """

    def __init__(self) -> None:
        selector = selectors.DefaultSelector()
        self.stride: Callable[[], float] = lambda: 0.0
        self.at_work = 0
        """Threads."""
        self._leapt = 0.0
        self._is_stirred = False
        self._look = selector.select
        selector.select = self._wait  # type: ignore[method-assign]
        super().__init__(selector)

    def time(self) -> float:
        return self._leapt

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        future = super().run_in_executor(executor, func, *args)
        self.at_work += 1
        future.add_done_callback(self._done)
        return future

    def _done(self, _future: object) -> None:
        self.at_work -= 1

    def _wait(self, timeout: float | None = None) -> Any:
        ready = self._look(0)
        if not ready and timeout != 0:
            if timeout is None or self.at_work:
                return self._look(1.0)
            if self._is_stirred:
                ready = self._look(ON_ITS_WAY)
            if not ready:
                self._leapt += max(timeout, self.stride())
        self._is_stirred = bool(ready) or (self._is_stirred and timeout == 0)
        return ready


@contextmanager
def threads_counted() -> Iterator[None]:
    """Let the loop know of threads at work, but not of one that only waits for changes of files."""
    run = to_thread.run_sync

    async def counted(func: Any, *args: Any, **options: Any) -> Any:
        loop = asyncio.get_running_loop()
        if not isinstance(loop, LeapLoop) or getattr(func, "__name__", "") == "watch":
            return await run(func, *args, **options)
        loop.at_work += 1
        try:
            return await run(func, *args, **options)
        finally:
            loop.at_work -= 1

    to_thread.run_sync = counted  # type: ignore[assignment]
    try:
        yield
    finally:
        to_thread.run_sync = run


class LeapClock:
    """The loop's time as the clock of everybody."""

    def __init__(self, start: datetime, loop: LeapLoop) -> None:
        self._start = start
        self._loop = loop

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.monotonic())

    def monotonic(self) -> float:
        return self._loop.time()

    async def sleep(self, seconds: float) -> None:
        await anyio.sleep(seconds)
