"""What may be told of a fault: its kind and its place, and never its words.

The text of an exception quotes what could not be done with, and so do the variables beside a traceback: guests'
names, or a password. Its kind, and the lines of code that led there, say enough to find it. Pure.
"""

from __future__ import annotations

import errno
from collections.abc import Iterator
from types import TracebackType
from typing import Final

NEAREST: Final = 6
"""Lines of code that are told, the innermost first."""
CAUSES: Final = 4
"""Faults behind a fault that are told."""
_PARTS: Final = 3
"""Folders of a path that say which module it is."""


def told(fault: BaseException) -> str:
    """One line: what kind of fault, where, on which way there, and what was behind it."""
    return "; after ".join(_one(each) for each, _ in zip(_chain(fault), range(CAUSES), strict=False))


def _chain(fault: BaseException) -> Iterator[BaseException]:
    """The faults one behind the other, down to the first.

    Of a group its first member alone: the groups of tasks within tasks would leave no line for what went wrong.
    """
    here: BaseException | None = fault
    while here is not None:
        if isinstance(here, BaseExceptionGroup):
            here = here.exceptions[0]
        else:
            yield here
            here = here.__cause__ or (None if here.__suppress_context__ else here.__context__)


def _one(fault: BaseException) -> str:
    way = [*_places(fault.__traceback__)][: -NEAREST - 1 : -1]
    return f"{_kind(fault)} at {' < '.join(way)}" if way else _kind(fault)


def _kind(fault: BaseException) -> str:
    number = fault.errno if isinstance(fault, OSError) else None
    return " ".join([type(fault).__name__, *([errno.errorcode.get(number, str(number))] if number else [])])


def _places(traceback: TracebackType | None) -> Iterator[str]:
    while traceback is not None:
        code = traceback.tb_frame.f_code
        yield f"{'/'.join(code.co_filename.split('/')[-_PARTS:])}:{traceback.tb_lineno} {code.co_name}"
        traceback = traceback.tb_next
