"""How a hotel wants its stays to be understood, as the settings say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from zoneinfo import ZoneInfo

from desired.document import Calling


@dataclass(frozen=True, slots=True)
class LinkRules:
    """How one PMS link is to be understood (settings ``pms[].trust_gs`` and ``pms[].guest_shown``)."""

    trust_gs: bool = True
    guest_shown: Literal["first", "last"] = "first"


_BY_DEFAULT: Final = LinkRules()


@dataclass(frozen=True, slots=True)
class Rules:
    """The hotel's own rules for stays. ``max_blanked`` is a share of a link's rooms; one room is always allowed."""

    zone: ZoneInfo
    occupied_calling: Calling = "international"
    vacant_calling: Calling = "internal"
    max_blanked: float = 0.25
    links: Mapping[str, LinkRules] = field(default_factory=dict)

    def of_link(self, link: str) -> LinkRules:
        """The rules of a link; the defaults for desk and telephone, which are none."""
        return self.links.get(link, _BY_DEFAULT)

    def calling(self, *, occupied: bool) -> Calling:
        """The class of service of a room of which nothing else was told."""
        return self.occupied_calling if occupied else self.vacant_calling
