"""The four classes of service as Zoom's outbound-calling rules, a rule for each country.

What is sent (rules: 1 allowed, 2 blocked, 3 needs a local number, caller id or plan; Zoom API, Outbound
calling):

    class           home country    every other country
    internal        2               2
    local           3               2
    national        1               2
    international   1               1

Zoom has no rule for "local"; rule 3 lets calls within the country through only where the extension's own
number or plan covers them, so it lies between internal and national and is told apart when read back. Only
countries whose rule differs are sent. Exception rules of the account (a taxi number, an emergency prefix) are
left alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from drivers.zoom.convert import Unfit
from observed.extension import UNKNOWN, Unknown

ALLOWED: Final = 1
BLOCKED: Final = 2
COVERED: Final = 3

MOST: Final = 300
"""Countries in one request."""

_HOME: Final[Mapping[str, int]] = {
    "internal": BLOCKED,
    "local": COVERED,
    "national": ALLOWED,
    "international": ALLOWED,
}

CLASSES: Final = frozenset(_HOME)
MIXED: Final = "mixed"
"""What somebody has set by hand, or Zoom by itself: known, and none of the four classes."""


def rules(countries: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Country to rule, from the items of Zoom's list. Unfit where they are something else."""
    found: dict[str, int] = {}
    for each in countries:
        iso, rule = each.get("iso_code"), each.get("rule")
        if not isinstance(iso, str) or not isinstance(rule, int) or isinstance(rule, bool):
            raise Unfit("countries_regions")
        found[iso.upper()] = rule
    return found


def service_class(present: Mapping[str, int], home: str) -> str | Unknown:
    """The class that these rules make, MIXED where they make none of the four; UNKNOWN without the home country."""
    if home not in present:
        return UNKNOWN
    return next((name for name in _HOME if not changes(present, name, home)), MIXED)


def changes(present: Mapping[str, int], name: str, home: str) -> dict[str, int]:
    """The rules that must change for a class. KeyError for a class that does not exist."""
    elsewhere = ALLOWED if name == "international" else BLOCKED
    wanted = {iso: _HOME[name] if iso == home else elsewhere for iso in present}
    return {iso: rule for iso, rule in wanted.items() if present[iso] != rule}


def bodies(rules_to_send: Mapping[str, int]) -> list[dict[str, Any]]:
    """The bodies of the requests that set these rules."""
    countries = [{"iso_code": iso, "rule": rule} for iso, rule in sorted(rules_to_send.items())]
    return [{"country_regions": countries[at : at + MOST]} for at in range(0, len(countries), MOST)]
