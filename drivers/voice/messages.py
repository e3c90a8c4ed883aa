"""Messages that callers have left for a guest: what one is, and the index of them that the application keeps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Message:
    """One message: ``id`` names its recording, ``at`` is aware, ``caller`` is a number ("": withheld)."""

    id: str
    at: datetime
    seconds: float
    caller: str = ""
    saved: bool = False
    """The guest has heard it."""


@dataclass(frozen=True, slots=True)
class Archived:
    """A message of a past stay: kept for the hotel, invisible to every guest. ``left`` is the stay's check-out."""

    id: str
    room: str
    stay: str
    left: datetime


class Messages(Protocol):
    """The index of all messages, durable when a method returns.

    It tells the PMS how many there are and lights the lamp. A ``stay`` is whatever tells the guests of a room from
    those before and after them; it moves along with them.
    """

    def stay(self, room: str) -> str:
        """The stay that this room is in now; "" while it is vacant."""
        ...

    def waiting(self, room: str) -> Sequence[Message]:
        """The messages of the present stay, oldest first: never one of a guest who has left."""
        ...

    async def leave(self, stay: str, message: Message) -> None:
        """Enter a new message of that stay, in whatever room it is by now; archived at once if it has ended."""
        ...

    async def keep(self, message: Message) -> None:
        """The guest has heard it and keeps it."""
        ...

    async def delete(self, message: Message) -> None:
        """The guest has deleted it."""
        ...

    def archived(self) -> Sequence[Archived]:
        """The messages of past stays."""
        ...

    async def forget(self, ids: Sequence[str]) -> None:
        """These messages of past stays are gone for good."""
        ...
