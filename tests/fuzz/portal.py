"""An event loop in a thread, for doors of the product that are asynchronous."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager

from anyio.from_thread import start_blocking_portal

from tests.fuzz.target import Take


@contextmanager
def waited_for(
    opened: Callable[[], AbstractAsyncContextManager[Callable[[bytes], Awaitable[None]]]],
) -> Iterator[Take]:
    """Open the door in the event loop, and wait until each input was taken."""
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(opened()) as take:

        def take_now(data: bytes) -> None:
            portal.call(take, data)

        yield take_now
