"""A problem that a person should see: what is wrong, where it stands and which room it concerns."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that somebody has to put right. The message never quotes a guest's name.

    ``code`` is a stable word that other programs may rely on (``two_sources``, ``pms_room`` and so on),
    ``where`` a place such as ``rooms/1207.yaml:4:1``. ``subject`` tells it from others of its code while the words
    change: a link, a channel, the local time of a wake-up call.
    """

    code: str
    message: str
    where: str | None = None
    room: str | None = None
    subject: str = field(default="", compare=False)
