"""The desk as the configuration describes it (``desk:``): where it listens, who may use it, whom it believes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from desired.document import Text
from reconciler.configuration.section import Section

LONGEST_NAME: Final = 64

_ARGON2 = re.compile(
    r"\$argon2id\$v=19\$m=(?P<memory>\d{1,7}),t=(?P<time>\d{1,3}),p=(?P<lanes>\d{1,2})"
    r"\$[A-Za-z0-9+/]{11,86}\$[A-Za-z0-9+/]{22,86}"
)
_MOST_MEMORY: Final = 1024 * 1024
"""KiB that one sign-in may take: more would let a mistyped hash bring the machine down."""

_SHA256 = re.compile("[0-9a-f]{64}")
_HEADER = re.compile("[A-Za-z][A-Za-z0-9-]*")


def is_password_hash(value: str) -> bool:
    """Tell whether `reconcile password` may have printed this."""
    match = _ARGON2.fullmatch(value)
    return match is not None and int(match["memory"]) <= _MOST_MEMORY


def _hash_of_password(value: str) -> str:
    if not is_password_hash(value):
        raise ValueError("expected what `reconcile password` prints ($argon2id$…), in quotes")
    return value


def _hash_of_token(value: str) -> str:
    if _SHA256.fullmatch(value) is None:
        raise ValueError("expected the token's SHA-256 as 64 hexadecimal digits, as sha256sum prints it")
    return value


def _secret_text(value: Any) -> Any:
    """A secret's text, checked without ever being quoted in a message."""
    if not isinstance(value, str):
        raise ValueError("expected text; put it in quotes")
    return value


def _name(value: str) -> str:
    if not value.isprintable() or value != value.strip():
        raise ValueError("expected printable characters without blanks around them")
    return value


def _network(value: str) -> str:
    try:
        ip_network(value)
    except ValueError:
        raise ValueError(
            "expected an IP address such as 10.0.0.2, or a network such as 10.0.0.0/24"
        ) from None
    return value


def _header(value: str) -> str:
    if _HEADER.fullmatch(value) is None:
        raise ValueError("expected a header's name such as X-Remote-User")
    return value


def _secretly(check: Any) -> Any:
    def checked(value: SecretStr) -> SecretStr:
        check(value.get_secret_value())
        return value

    return checked


Name = Annotated[Text, Field(min_length=1, max_length=LONGEST_NAME), AfterValidator(_name)]
Header = Annotated[str, AfterValidator(_header)]
PasswordHash = Annotated[
    SecretStr, BeforeValidator(_secret_text), AfterValidator(_secretly(_hash_of_password))
]
TokenHash = Annotated[SecretStr, BeforeValidator(_secret_text), AfterValidator(_secretly(_hash_of_token))]


class User(Section):
    """Somebody who signs in with name and password."""

    name: Name
    role: Literal["desk", "admin"] = Field(
        default="desk", description="desk: give orders. admin: also passes, pauses, logs, resyncs."
    )
    password_hash: PasswordHash | None = Field(default=None, description="As `reconcile password` prints it.")
    password_hash_file: Path | None = None

    @model_validator(mode="after")
    def _has_a_password(self) -> User:
        if (self.password_hash is None) == (self.password_hash_file is None):
            raise ValueError(
                "expected either password_hash, as `reconcile password` prints it, or password_hash_file"
            )
        return self


class Token(Section):
    """A program that uses the API."""

    name: Name
    rights: Literal["look", "desk", "admin"] = Field(
        default="look", description="look: only read. desk: also give orders. admin: everything."
    )
    token_file: Path | None = Field(default=None, description="A file that holds the token itself ...")
    token_hash: TokenHash | None = Field(default=None, description="... or the token's SHA-256.")

    @model_validator(mode="after")
    def _has_a_token(self) -> Token:
        if (self.token_file is None) == (self.token_hash is None):
            raise ValueError("expected either token_file or token_hash")
        return self


class Proxy(Section):
    """A reverse proxy before the desk that is believed."""

    addresses: Annotated[list[Annotated[str, AfterValidator(_network)]], Field(min_length=1)] = Field(
        description="Where it may come from: IP addresses or networks."
    )
    header: Header | None = Field(
        default=None,
        description="The header in which it names whom it has let in; none: people sign in here.",
    )
    role: Literal["look", "desk", "admin"] = Field(
        default="desk", description="What those whom it names may do ..."
    )
    role_header: Header | None = Field(
        default=None, description="... unless this header says look, desk or admin."
    )

    @model_validator(mode="after")
    def _roles_of_somebody(self) -> Proxy:
        if self.role_header is not None and self.header is None:
            raise ValueError("role_header needs header, which says whose role it is")
        return self


def _told_apart(names: Iterable[str], of: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise ValueError(f"desk.{of}: {name} stands twice")
        seen.add(name.casefold())


class Desk(Section):
    """The desk's page and API."""

    listen: str = "127.0.0.1:8080"
    users: list[User] = Field(default_factory=list)
    tokens: list[Token] = Field(default_factory=list)
    proxy: Proxy | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to listen on."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach it."""
        host, _ = self.address
        try:
            return host == "localhost" or ip_address(host).is_loopback
        except ValueError:
            return False

    @property
    def is_open(self) -> bool:
        """Whether everybody on this machine may do everything: nobody is named who may."""
        return not self.users and (self.proxy is None or self.proxy.header is None)

    @model_validator(mode="after")
    def _loopback_without_users(self) -> Desk:
        try:
            reaches_only_here = self.is_loopback
        except ValueError:
            raise ValueError("desk.listen: expected host:port such as 127.0.0.1:8080") from None
        if self.is_open and not reaches_only_here:
            raise ValueError(
                "desk.listen: an address other than loopback (127.0.0.1) needs desk.users, "
                "or desk.proxy with the header in which it names them"
            )
        if self.is_open and self.proxy is not None:
            raise ValueError(
                "desk.proxy: without desk.users it must name people in a header: set desk.proxy.header"
            )
        return self

    @model_validator(mode="after")
    def _people_told_apart(self) -> Desk:
        _told_apart((user.name for user in self.users), "users")
        _told_apart((token.name for token in self.tokens), "tokens")
        return self
