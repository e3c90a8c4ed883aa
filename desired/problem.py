"""One thing that is wrong and that a person should look at, in the words of the contract's "problems" list."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to look at; ``message`` never quotes a guest's name.

    ``code`` is one of the stable words that other programs may rely on (``two_sources``, ``pms_room`` …), ``where``
    a place such as ``rooms/1207.yaml:4:1``, ``room`` the room it concerns, where there is one.
    """

    code: str
    message: str
    where: str | None = None
    room: str | None = None
