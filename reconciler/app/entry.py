"""The step from the command line into the event loop and back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar
from zoneinfo import ZoneInfo

import anyio

from reconciler import remedy
from reconciler.errors import CallError, HousephoneError

Error = TypeVar("Error", bound=BaseException)
Result = TypeVar("Result")


def run(main: Callable[[], Awaitable[Result]]) -> Result:
    """Run to the end; what went wrong on purpose comes out as itself."""
    with unwrapped():
        return anyio.run(main)


def ask_zoom(main: Callable[[], Awaitable[Result]], zone: ZoneInfo) -> Result:
    """Run what needs Zoom's answers. Fatal, with the remedy in the property's time, where they do not come."""
    try:
        return run(main)
    except CallError as error:
        raise remedy.fatal(error, zone) from error


@contextmanager
def unwrapped() -> Iterator[None]:
    """Raise an error of ours as itself, not wrapped by the task groups that it crossed."""
    try:
        yield
    except BaseExceptionGroup as group:
        ours = first_of(group, HousephoneError)
        if ours is None:
            raise
        raise ours from None


def first_of(
    group: BaseExceptionGroup[BaseException], kinds: type[Error] | tuple[type[Error], ...]
) -> Error | None:
    """The first error of these kinds, however deep in the group."""
    return next((each for each in _flat(group) if isinstance(each, kinds)), None)


def _flat(group: BaseExceptionGroup[BaseException]) -> Iterator[BaseException]:
    for each in group.exceptions:
        if isinstance(each, BaseExceptionGroup):
            yield from _flat(each)
        else:
            yield each
