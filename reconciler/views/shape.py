"""What all views share: the version of their shape, and moments as programs read them."""

from __future__ import annotations

from datetime import datetime

from reconciler.moments import utc

VERSION = 1
"""Rises when a reader would break."""


def iso(moment: datetime | None) -> str | None:
    """A moment for programs; None where there is none."""
    return None if moment is None else utc(moment)
