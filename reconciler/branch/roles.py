"""Which parts of the work a process does, and which of them may stand in different processes. Pure.

The ledger of wake-up calls is one, so whoever speaks to the PMS rings as well. Everything else may be apart: then a
database stands between the property, where guests come and go, and the centre, which shows it at Zoom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from reconciler.errors import Misconfigured


class Role(StrEnum):
    """A part of the work: Zoom, the links to the PMS, the telephones, the page."""

    ZOOM = "zoom"
    PMS = "pms"
    VOICE = "voice"
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Roles:
    """What one process does."""

    of: frozenset[Role]

    def __contains__(self, role: Role) -> bool:
        return role in self.of

    def __iter__(self) -> Iterator[Role]:
        return (role for role in Role if role in self.of)

    def __str__(self) -> str:
        return ",".join(self)

    @property
    def whole(self) -> bool:
        """True if one process does it all; only its page may be left out."""
        return self.of >= {Role.ZOOM, Role.PMS, Role.VOICE}

    @property
    def at_property(self) -> bool:
        """True of the process that has the PMS and the telephones of a hotel whose Zoom is the centre's."""
        return Role.PMS in self.of and Role.ZOOM not in self.of

    @property
    def at_centre(self) -> bool:
        """True of the process that has Zoom, and leaves PMS and telephones to the one at the property."""
        return Role.ZOOM in self.of and Role.PMS not in self.of


ALL: Final = Roles(frozenset(Role))


def roles_of(words: str | None) -> Roles:
    """The roles that were asked for, such as ``zoom,desk``; all where nobody did. Misconfigured, with what helps."""
    if words is None:
        return ALL
    named = [word.strip() for word in words.split(",") if word.strip()]
    for word in named:
        if word not in set(Role):
            raise Misconfigured(
                f"--roles {words}: there is no role {word}", f"the roles are {', '.join(Role)}"
            )
    return _sensible(Role(word) for word in named)


def _sensible(named: Iterable[Role]) -> Roles:
    roles = Roles(frozenset(named))
    if (Role.PMS in roles) != (Role.VOICE in roles):
        one, other = (Role.PMS, Role.VOICE) if Role.PMS in roles else (Role.VOICE, Role.PMS)
        raise Misconfigured(
            f"--roles {roles}: {one} without {other}; who speaks to the PMS rings as well, because there is one book "
            "of wake-up calls",
            "say `--roles pms,voice` for the process at the property (and `desk` for a page there)",
        )
    if roles.whole or roles.at_property or roles.at_centre:
        return roles
    raise Misconfigured(
        f"--roles {roles}: a process without Zoom and without the PMS has nothing to do",
        "say `--roles zoom,desk` at the centre, `--roles pms,voice,desk` at the property, or leave it out",
    )


def make_sure(roles: Roles, *, centre: bool, database: bool, group: bool, shadow: bool) -> None:
    """Misconfigured where these roles do not fit a configuration; it says what helps.

    ``centre`` and ``database`` say whether these settings are there, ``group`` whether it is one of many properties.
    """
    if shadow and not roles.whole:
        raise Misconfigured(
            f"--roles {roles}: a shadow (`--dry-run`) watches all that there is", "leave `--roles` out"
        )
    if roles.at_property and group:
        raise Misconfigured(
            f"--roles {roles}: the process at a property looks after this one alone, and the configuration is a "
            "group's",
            "give it a configuration of its own, with the `property.name` that it has in the group, and `centre:`",
        )
    if roles.at_property and not centre:
        raise Misconfigured(
            f"--roles {roles}: nobody would tell Zoom who is in which room",
            "set `centre:` to the database of the process that has Zoom, or leave `--roles` out",
        )
    if centre and not roles.at_property:
        raise Misconfigured(
            f"centre: the centre has this hotel's Zoom, and `--roles {roles}` would have it as well",
            "start it with `--roles pms,voice` or `--roles pms,voice,desk`, or take `centre:` out",
        )
    if roles.at_centre and not database:
        raise Misconfigured(
            f"--roles {roles}: without `database:` the process at the property cannot tell it who is in which "
            "room",
            "set `database:` to a PostgreSQL address, and `centre:` at the property to the same",
        )
