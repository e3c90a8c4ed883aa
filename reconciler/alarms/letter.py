"""What leaves the house to tell people: a letter, and the mishap of one that could not leave. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.errors import HousephoneError


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as its writer has it; ``html`` says the same as ``text``, for those who like it laid out."""

    subject: str
    text: str
    html: str | None = None


class Undelivered(HousephoneError):
    """It could not be handed over now; it may be tried again. The message holds neither guest nor secret."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
