"""Who is on the roll: the users and tokens of the configuration, with their secrets read from where they are.

A secret that cannot be read keeps out its owner, not everybody: the others go on, and people hear which file it is.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Final

from pydantic import SecretStr

from reconciler.configuration.deskusers import Desk, Token, User, is_password_hash
from reconciler.desk.access.person import Person, Right
from reconciler.desk.passwords import fits, like

SHORTEST_TOKEN: Final = 20
"""Characters: what nobody can guess, because tokens are tried without any delay."""


@dataclass(frozen=True, slots=True)
class Enrolled:
    """A user who can sign in."""

    person: Person
    password_hash: str

    @property
    def proof(self) -> str:
        """Changes with the password, and tells nothing of it: what sessions were opened with."""
        return sha256(f"proof:{self.password_hash}".encode()).hexdigest()


class Roll:
    """All who may come in by themselves. ``troubles`` says of whom the secret could not be read, and why."""

    def __init__(self, desk: Desk) -> None:
        self.troubles: list[str] = []
        self._users: Mapping[str, Enrolled] = {
            _folded(user.name): Enrolled(Person(user.name, Right(user.role)), password_hash)
            for user in desk.users
            if (password_hash := self._read(partial(_password_hash, user), f"user {user.name}"))
        }
        self._tokens: Mapping[str, Person] = {
            digest: Person(token.name, Right(token.rights))
            for token in desk.tokens
            if (digest := self._read(partial(_digest, token), f"token {token.name}"))
        }

    def _read(self, read: Callable[[], str], whose: str) -> str | None:
        try:
            return read()
        except ValueError as error:
            self.troubles.append(f"{whose}: {error}")
            return None

    def user(self, name: str) -> Enrolled | None:
        """Who has this name, in capitals or not."""
        return self._users.get(_folded(name))

    def fits(self, name: str, password: str) -> bool:
        """Tell whether this is somebody's name and password; slow, and as slow for names that nobody has."""
        enrolled = self.user(name)
        if enrolled is not None:
            return fits(enrolled.password_hash, password)
        for anybody in self._users.values():
            return fits(like(anybody.password_hash), password) and False
        return False

    def holder(self, token: str) -> Person | None:
        """Whose token this is; all are compared, each in constant time."""
        given, found = sha256(token.encode()).hexdigest(), None
        for digest, person in self._tokens.items():
            if hmac.compare_digest(digest, given):
                found = person
        return found


def _folded(name: str) -> str:
    return name.strip().casefold()


def _password_hash(user: User) -> str:
    if user.password_hash_file is None:
        return _told(user.password_hash)
    text = _content(user.password_hash_file).strip()
    if not is_password_hash(text):
        raise ValueError(f"{user.password_hash_file}: expected what `reconcile password` prints")
    return text


def _digest(token: Token) -> str:
    if token.token_file is None:
        return _told(token.token_hash)
    text = _content(token.token_file).strip()
    if len(text) < SHORTEST_TOKEN:
        raise ValueError(f"{token.token_file}: a token needs at least {SHORTEST_TOKEN} characters")
    return sha256(text.encode()).hexdigest()


def _told(value: SecretStr | None) -> str:
    assert value is not None, "the configuration has made sure of one of the two"
    return value.get_secret_value()


def _content(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise ValueError(f"{file}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ValueError(f"{file}: not UTF-8 text") from None  # the bytes are the secret's
