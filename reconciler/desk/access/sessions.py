"""Sessions of people who have signed in: pure, with the time given.

Of a session's id only the hash is kept, so that neither the store nor a backup of it opens the desk. A session is
bound to the proof of the password that opened it, so it ends with the user and with the password.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from reconciler.store.rows import Json

IDLE: Final = timedelta(hours=12)
"""How long a session lasts without a request: longer than a shift."""

LONGEST: Final = timedelta(days=7)

TOUCHED_EVERY: Final = timedelta(minutes=1)
"""How exactly the last request is kept: not every one is worth a write to the store."""

EACH_AT_MOST: Final = 50
"""Sessions of one user; the one unused for longest gives way."""


@dataclass(frozen=True, slots=True)
class Session:
    """One browser in which somebody has signed in."""

    name: str
    proof: str
    began: datetime
    seen: datetime

    def lasts(self, now: datetime) -> bool:
        """Tell whether it has not run out."""
        return now - self.seen < IDLE and now - self.began < LONGEST


class Sessions:
    """All of them. ``proof_of`` answers the proof of a user's password today, None where there is no such user."""

    def __init__(self, proof_of: Callable[[str], str | None]) -> None:
        self._proof_of = proof_of
        self._open: dict[str, Session] = {}

    def open(self, secret: str, name: str, now: datetime) -> None:
        """Begin one for a user who exists; ``secret`` is the new id."""
        proof = self._proof_of(name)
        assert proof is not None, "only a user can have signed in"
        self._sweep(now)
        own = sorted((each.seen, key) for key, each in self._open.items() if each.name == name)
        for _, key in own[: max(0, len(own) - EACH_AT_MOST + 1)]:
            del self._open[key]
        self._open[_key(secret)] = Session(name, proof, now, now)

    def find(self, secret: str, now: datetime) -> str | None:
        """Who has signed in with this id; None where nobody has, or not any more."""
        session = self._open.get(_key(secret))
        return session.name if session is not None and self._holds(session, now) else None

    def touch(self, secret: str, now: datetime) -> bool:
        """Note a request of a session that was found; True if that is worth keeping."""
        key = _key(secret)
        worth = now - self._open[key].seen >= TOUCHED_EVERY
        if worth:
            self._open[key] = replace(self._open[key], seen=now)
        return worth

    def close(self, secret: str) -> None:
        """End one, if there is such a one."""
        self._open.pop(_key(secret), None)

    def out(self, now: datetime) -> Json:
        """All that still hold, as JSON for the store."""
        self._sweep(now)
        return {
            key: {**asdict(each), "began": each.began.isoformat(), "seen": each.seen.isoformat()}
            for key, each in self._open.items()
        }

    def take_in(self, kept: Json, now: datetime) -> None:
        """Add what ``out`` has given, as far as it still holds; what it cannot have given is left out."""
        for key, fields in kept.items() if isinstance(kept, dict) else ():
            try:
                session = _session(fields)
            except (KeyError, TypeError, ValueError):
                continue
            if self._holds(session, now):
                self._open.setdefault(key, session)

    def _holds(self, session: Session, now: datetime) -> bool:
        return session.lasts(now) and session.proof == self._proof_of(session.name)

    def _sweep(self, now: datetime) -> None:
        self._open = {key: each for key, each in self._open.items() if self._holds(each, now)}


def _session(fields: Any) -> Session:
    data: Mapping[str, Any] = fields
    began, seen = (datetime.fromisoformat(data[name]) for name in ("began", "seen"))
    if began.tzinfo is None or seen.tzinfo is None:
        raise ValueError("expected aware times")
    return Session(str(data["name"]), str(data["proof"]), began, seen)


def _key(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
