"""The years that a moment in somebody's words may have."""

from __future__ import annotations

from typing import Final

YEARS: Final = range(1970, 2100)
"""A PMS hears two digits of them, and the first and last of all are on no clock in some zones."""
