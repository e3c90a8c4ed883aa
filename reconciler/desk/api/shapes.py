"""The shapes of answers, for the description at ``/api/openapi.json``; what fills them is in ``reconciler.views``."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class Said(BaseModel):
    """What was noted, in one sentence for people."""

    said: str


class CallShape(BaseModel):
    """One wake-up call."""

    room: str
    at: str = Field(description="The hotel's time with the offset of that night.")
    status: str = Field(description="pending, ringing, ok, no_answer, busy, unreachable or cancelled.")


class WakeupsShape(BaseModel):
    """The calls to come, and how those of the last day ended."""

    version: int
    wakeups: list[CallShape]
    overbooked: list[dict[str, Any]] = Field(description="Minutes with more calls than channels can ring.")


class RoomShape(BaseModel):
    """One room, as `reconcile show --format json` has it."""

    room: str
    occupied: bool | None
    guests: list[dict[str, Any]]
    shown: dict[str, str | None]
    dnd: Any
    calling: str | None
    message_light: Any
    language: str | None
    mailbox: dict[str, str | None]
    messages: dict[str, int]
    wakeups: list[dict[str, Any]]
    extensions: list[dict[str, Any]]
    paused: dict[str, Any] | None


class RoomsShape(BaseModel):
    """Every room, exactly as `reconcile show --format json` prints it."""

    version: int
    rooms: list[RoomShape]
    anomalies: dict[str, int]
    problems: list[dict[str, Any]]
    refusals: list[dict[str, Any]]


class HistoryShape(BaseModel):
    """Changes, the newest first."""

    version: int
    history: list[dict[str, Any]]
