"""The names that a room's extension shows, made from the hotel's templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from desired.document import Guest

Note = Literal["digits_removed", "truncated"]


@dataclass(frozen=True, slots=True)
class Names:
    """What Zoom shows of an extension; a common area has only ``display``. ``device`` is None where not renamed."""

    first: str
    last: str
    display: str
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where the telephone stands: what templates may say of it. ``mailbox`` is the room's primary extension."""

    extension: str
    room: str
    mailbox: str
    description: str = ""
    tenant: str = ""
    site: str = ""


class NameTemplates:
    """The settings under ``names:``, compiled once."""

    def __init__(
        self,
        occupied: Mapping[str, str],
        vacant: Mapping[str, str],
        device: Mapping[str, str] | None = None,
        vip: Mapping[str, str] | None = None,
    ) -> None:
        """Raise ValueError naming the template and what is wrong with it (a configuration error)."""

    def render(
        self, place: Place, guest: Guest | None, *, occupied: bool, private: bool = False
    ) -> tuple[Names, frozenset[Note]]:
        """The names of one extension and what had to be changed to make them fit."""
        raise NotImplementedError

    def fallback(self, place: Place) -> Names:
        """The vacant-looking names used when Zoom's word filter refuses the guest's."""
        raise NotImplementedError


def apply_overrides(
    names: Names, extension: str, *, first: str | None = None, last: str | None = None, display: str | None = None
) -> tuple[Names, frozenset[Note]]:
    """Put a document's own names in place of the template's; None leaves the template's."""
    raise NotImplementedError
