"""The mark of records that never reached the store: whoever starts next asks the PMS for every room.

It has to be set while the disk is full, and to be there after a crash. So it is a file that is laid out at the start
and only changes its name, for which even a full disk has room.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

STORED, UNSTORED = "pms.stored", "pms.unstored"


def missed(state: Path) -> bool:
    """Lay the mark out; True if it was set when the last controller ended, however it did."""
    if (state / UNSTORED).exists():
        return True
    with suppress(OSError):
        (state / STORED).touch(mode=0o600)
    return False


def mark(state: Path, unstored: bool) -> None:  # noqa: FBT001 - what it is set to
    """Set the mark, or take it back."""
    with suppress(OSError):
        (state / (STORED if unstored else UNSTORED)).rename(state / (UNSTORED if unstored else STORED))
