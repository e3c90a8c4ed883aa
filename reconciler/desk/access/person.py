"""A person at the desk, or a program that speaks for one, and what routes may ask about them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.security import HTTPBearer

from reconciler.desk.errors import Refused, refused


class Right(StrEnum):
    """What somebody may do; each holds those before it.

    LOOK: see rooms, guests, wake-up calls. DESK: give orders. ADMIN: passes, pauses, debug logs, resyncs.
    """

    LOOK = "look"
    DESK = "desk"
    ADMIN = "admin"

    def covers(self, needed: Right) -> bool:
        """Tell whether who has this may do what ``needed`` is for."""
        order = list(Right)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is known here, by the name of a user or a token."""

    name: str
    rights: Right

    def may(self, needed: Right) -> bool:
        """Tell whether this person may do that."""
        return self.rights.covers(needed)


_TOKEN = HTTPBearer(auto_error=False, description="A token of desk.tokens; browsers sign in instead.")


def allowed(needed: Right) -> Callable[..., Person]:
    """Make a dependency that answers the person, or refuses with 401 (unknown) or 403 (may not)."""

    def person(request: Request, _token: Annotated[Any, Security(_TOKEN)]) -> Person:
        found = who(request)
        if found is None:
            raise unknown()
        if not found.may(needed):
            raise not_allowed(needed)
        return found

    return person


def who(request: Request) -> Person | None:
    """The person who asks; None for one whom nobody knows, on paths that are open to all."""
    found = getattr(request.state, "person", None)
    return found if isinstance(found, Person) else None


def csrf(request: Request) -> str:
    """What forms send back as ``csrf`` and scripts as ``X-CSRF-Token``; empty where nobody has signed in."""
    return str(getattr(request.state, "csrf", ""))


def still(request: Request) -> bool:
    """Tell whether who asked is still let in: an answer that never ends, such as events, looks now and then."""
    known: Callable[[], bool] = getattr(request.state, "still", lambda: False)
    return known()


def unknown() -> Refused:
    """Nobody has said who asks."""
    return refused(
        401,
        "not_signed_in",
        "nobody is signed in",
        "sign in on the desk's page, or send a token of desk.tokens: `Authorization: Bearer …`",
        headers={"WWW-Authenticate": 'Bearer realm="housephone"'},
    )


def foreign_host() -> Refused:
    """Everybody on this machine may, but the request came under a name that is not only this machine's."""
    return refused(
        403,
        "foreign_host",
        "without desk.users this page is for the machine itself",
        "open it as http://127.0.0.1 or http://localhost, or name users under desk.users",
    )


def not_allowed(needed: Right) -> Refused:
    """Who asks is known and may not do this."""
    return refused(403, "not_allowed", f"this needs the right {needed}", "ask whoever administers housephone")
