"""The PMS links as the configuration describes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from itertools import combinations
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, field_validator, model_validator

from desired.document import Text
from reconciler.configuration.section import Section
from reconciler.rooms import RoomChoice

FIRST_NAME = "pms"
"""The name of a link that the configuration does not name; further ones are pms2, pms3 and so on."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,31}")
_FIELD: Final = re.compile(r"[A-Z0-9#+$]{2}")


class PrivateGuests(Section):
    """The PMS's own flag for a guest whose name must not be shown."""

    field: str = Field(description="A field of guest records, such as A3.")
    value: Text = Field(default="Y", description="Its value for such a guest.")

    @field_validator("field")
    @classmethod
    def _a_field(cls, value: str) -> str:
        if not _FIELD.fullmatch(value):
            raise ValueError("expected the two characters of a field such as A3")
        return value


class FrameLogging(Section):
    """What is kept of the records that came and went."""

    enabled: bool = True
    masked: bool = Field(default=True, description="Guests' names are masked, the same name always alike.")


class PmsLink(Section):
    """One link to a PMS."""

    kind: Literal["fias"]
    name: Text | None = Field(
        default=None, description="For logs, metrics and `explain`. Default: pms, pms2 and so on."
    )
    host: Annotated[Text, Field(min_length=1)]
    port: int = Field(ge=1, le=65535)
    encoding: str = Field(default="cp1252", description="Code page, or utf-8-then:cp850 and the like.")
    keepalive: Literal["ls", "la", "none"] = Field(
        default="ls",
        description="What is sent on an idle link: LS, which is answered, LA, which is not, or nothing.",
    )
    trust_gs: bool = Field(
        default=True,
        description="Whether a check-in that calls its room unshared says that others have left it.",
    )
    guest_shown: Literal["first", "last"] = Field(
        default="first",
        description="Which of several guests the telephone shows: the first to arrive or the last.",
    )
    message_counts: bool = Field(
        default=False, description="Send numbers of voice messages, not only Y or N."
    )
    guest_service: bool = Field(
        default=False,
        description="Report a guest's own do-not-disturb as the sign at the door (RS 8 and 10).",
    )
    strip_zeros: bool = Field(default=False, description="Room 0101 of the PMS is our room 101.")
    rooms: list[Text] | None = Field(
        default=None, description="The rooms that this link feeds. Default: all."
    )
    resync_after_crash: bool = Field(
        default=False, description="Ask the PMS for all rooms once after an unclean stop."
    )
    auth_key: SecretStr | None = None
    auth_key_file: Path | None = None
    private: PrivateGuests | None = None
    log: FrameLogging = FrameLogging()

    @field_validator("name")
    @classmethod
    def _fit_for_a_file(cls, value: str | None) -> str | None:
        if value is not None and not _NAME.fullmatch(value):
            raise ValueError("expected up to 32 letters, digits, - and _")
        return value

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        from drivers.pms.fias.records import Codec  # only where there is a link

        Codec.of(value)
        return value

    @field_validator("auth_key")
    @classmethod
    def _whole_key(cls, value: SecretStr | None) -> SecretStr | None:
        from drivers.pms.fias.auth import key_of

        if value is not None:
            key_of(value.get_secret_value())
        return value

    @model_validator(mode="after")
    def _rooms_make_sense(self) -> PmsLink:
        _ = self.choice  # made here, so that a bad entry is told with the other mistakes
        return self

    @property
    def interface(self) -> tuple[str, int]:
        """What it connects to, whichever way the host is written."""
        return self.host.casefold().rstrip("."), self.port

    @cached_property
    def choice(self) -> RoomChoice:
        """The rooms that this link feeds."""
        return RoomChoice.of(self.rooms or ())


def told_apart(links: Sequence[PmsLink]) -> list[PmsLink]:
    """The links, each with a name. ValueError if two have the same name or interface, or name the same room."""
    named = [
        link
        if link.name
        else link.model_copy(update={"name": f"{FIRST_NAME}{position}" if position > 1 else FIRST_NAME})
        for position, link in enumerate(links, 1)
    ]
    for one, other in combinations(named, 2):
        if one.name == other.name:
            raise ValueError(f"two links are called {one.name}: give each a name of its own")
        if one.interface == other.interface:
            raise ValueError(
                f"links {one.name} and {other.name} both connect to {other.host}:{other.port}: an interface serves "
                "one connection, so give one of them its own port, or make one link of the two"
            )
        shared = one.choice.listed & other.choice.listed
        if shared:
            raise ValueError(f"links {one.name} and {other.name} both feed room {min(shared)}")
    return named
