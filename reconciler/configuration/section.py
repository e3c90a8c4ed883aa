"""The base of every part of the configuration."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict

YEAR: Final = 366
"""Days: the longest time that minutes, or seconds, of a setting may make."""
CENTURY: Final = 36_500
"""Days: the longest time for which anything is kept; behind it calendars end."""
MANY: Final = 1_000_000
"""More than there is of anything in a hotel."""


class Section(BaseModel):
    """A part of the configuration: unknown keys are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
