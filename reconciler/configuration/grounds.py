"""What an audit has to know of the configuration, in plain values that are kept from one run to the next.

Checking a configuration takes pydantic, whose import costs a third of the half second that an audit may take. What
was checked once is believed as long as the file, the environment and this code are the same to the byte.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from desired.edition import edition
from desired.names import NameTemplates
from desired.target import DepartmentRule, House
from reconciler.account.capability import Feature, FeatureState
from reconciler.budget import ZoomPlan, limits
from reconciler.configuration.environment import PREFIX, given
from reconciler.rooms import Entry, RoomTable
from reconciler.safety import Limits

FILE_NAME: Final = "grounds.json"

_RESTRICTED: Final = {"users": Feature.USER_CALLING, "common_areas": Feature.COMMON_AREA_CALLING}
"""The kinds of telephones that a class of service restricts."""


@dataclass(frozen=True)
class Grounds:
    """Names, folders, rules and limits of one hotel. Whole paths; no secret is in it."""

    name: str
    timezone: str
    account: str
    desired: str
    state: str
    rooms: Sequence[Entry] | None
    names: Mapping[str, Any]
    """What NameTemplates is made of."""
    department: Sequence[Any]
    """The option, the words for occupied and vacant, the form of a date."""
    tenant: str
    site: str
    calling: Sequence[str] | None
    untried: Sequence[str]
    """The kinds of telephones from which nobody tried an emergency call."""
    clear_mailboxes: bool
    language: str
    max_blanked: float
    max_deletes: int
    max_repairs: int
    plan: ZoomPlan
    share: float
    elsewhere: bool = False
    """Whether Zoom is looked after by the centre."""

    @cached_property
    def zone(self) -> ZoneInfo:
        """The hotel's time zone."""
        return ZoneInfo(self.timezone)

    @cached_property
    def table(self) -> RoomTable | None:
        """The guest rooms, or None where the documents declare them."""
        if self.rooms is None:
            return None
        return RoomTable.of([each if isinstance(each, str) else _entry(*each) for each in self.rooms])

    @cached_property
    def house(self) -> House:
        """What is the same for all rooms."""
        return House(
            templates=NameTemplates(**{part: _tuple(value) for part, value in self.names.items()}),
            zone=self.zone,
            department=DepartmentRule(*self.department),
            tenant=self.tenant,
            site=self.site,
            calling=_tuple(self.calling),
            clear_mailboxes=self.clear_mailboxes,
            language=self.language,
        )

    def check(self) -> None:
        """Work out all that is worked out of these values; ValueError, TypeError … where they make no sense.

        The values were checked once, but a file may be damaged, and the system may have lost a time zone since.
        """
        _ = self.table, self.house, limits(self.plan, self.share), self.withheld()
        numbers = (self.max_blanked, self.max_deletes, self.max_repairs)
        if not all(isinstance(each, int | float) for each in numbers):
            raise TypeError

    @property
    def limits(self) -> Limits:
        """The limits of the safety rules."""
        return Limits(self.max_blanked, self.max_deletes, self.max_repairs)

    def withheld(self) -> dict[Feature, FeatureState]:
        """The kinds of telephones whose class of service stays as it is, because nobody tried an emergency call."""
        return {
            _RESTRICTED[kind]: FeatureState(
                on=False,
                reason=f"no emergency call was tried from restricted {kind.replace('_', ' ')}",
                remedy=f"try one, then set calling.emergency_verified.{kind}",
            )
            for kind in self.untried
        }


def digest_of(data: bytes, folder: Path, environment: Mapping[str, str]) -> str:
    """A name for a configuration, and for the code that reads it."""
    said = sorted(given(environment).items())
    text = f"{edition()} {edition(Path(__file__).parent)} {folder} {said}".encode()
    return blake2b(text + b"\0" + data, digest_size=16).hexdigest()


def recall(data: bytes, folder: Path, environment: Mapping[str, str]) -> Grounds | None:
    """What was kept of the configuration that says ``data``; None if it has to be checked."""
    try:
        kept = json.loads((folder / _state(data, environment) / FILE_NAME).read_bytes())
        if kept["made_of"] != digest_of(data, folder, environment):
            return None
        grounds = Grounds(**kept["grounds"])
        grounds.check()
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return grounds


def keep(grounds: Grounds, data: bytes, folder: Path, environment: Mapping[str, str]) -> None:
    """Remember what came of the configuration that says ``data``. Where that cannot be done, nothing is lost."""
    place = Path(grounds.state) / FILE_NAME
    temporary = place.with_name(f".{FILE_NAME}.tmp")
    plain = {each.name: getattr(grounds, each.name) for each in fields(grounds)}
    kept = {"made_of": digest_of(data, folder, environment), "grounds": plain}
    try:
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary.touch(mode=0o600)
        temporary.write_text(json.dumps(kept, ensure_ascii=False), encoding="utf-8")
        temporary.replace(place)
    except OSError:
        return


def _state(data: bytes, environment: Mapping[str, str]) -> str:
    """Where the state folder seems to be. The file is not parsed for it: a wrong guess costs nothing but time."""
    named = environment.get(f"{PREFIX}STATE")
    if named is not None:
        return named
    lines = (line.partition(b":") for line in data.splitlines() if line.startswith(b"state:"))
    text = next((rest for _, _, rest in lines), b"state")
    return text.partition(b" #")[0].strip(b" \t\"'").decode(errors="replace")


def _entry(room: str, extensions: Sequence[str] | None, description: str, room_id: str | None) -> Entry:
    return room, extensions, description, room_id


def _tuple(value: Any) -> Any:
    """JSON knows no tuples."""
    return tuple(value) if isinstance(value, list) else value
