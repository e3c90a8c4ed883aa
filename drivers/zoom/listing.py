"""Reading a list of Zoom to its end: every page or an error, never a part.

A page token lives 15 minutes and goes with the parameters of the first page. When Zoom does not take it any
more the listing starts again from its first page, a few times at most (Zoom API, Pagination).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, ParamSpec, TypeVar

from drivers.zoom import convert
from drivers.zoom.calls import Call, Calls
from drivers.zoom.verdicts import PageTokenRefused, unreadable
from reconciler.account.operation import Operation, Priority

STARTS: Final = 3
MOST_PAGES: Final = 5000

P = ParamSpec("P")
T = TypeVar("T")


async def listed(calls: Calls, call: Call, container: str, priority: Priority) -> list[dict[str, Any]]:
    """All items of a list. Raises reconciler.errors."""
    for _ in range(STARTS - 1):
        try:
            return await _pages(calls, call, container, priority)
        except PageTokenRefused:
            continue
    return await _pages(calls, call, container, priority)


def understood(operation: Operation, reading: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The result of a conversion; an answer of the wrong shape is an error to try again."""
    try:
        return reading(*args, **kwargs)
    except convert.Unfit as error:
        raise unreadable(operation, str(error)) from None


async def _pages(calls: Calls, call: Call, container: str, priority: Priority) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    seen: set[str] = set()
    token = ""
    while True:
        query = {**(call.query or {}), **({"next_page_token": token} if token else {})}
        page = await calls.read(replace(call, query=query), priority)
        found += understood(call.operation, convert.items, page, container)
        token = understood(call.operation, convert.text, page, "next_page_token")
        if not token:
            return found
        if token in seen or len(seen) >= MOST_PAGES:
            raise unreadable(call.operation, "next_page_token")
        seen.add(token)
