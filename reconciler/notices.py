"""What people must see to of stays and wake-up calls, in words that last until somebody has seen to it.

The same for the running controller, which keeps the register, and for commands that read it from the store. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from desired.problem import Problem
from reconciler.ledger import Ledger
from reconciler.moments import in_zone
from reconciler.register import Register

SHOWN = timedelta(hours=12)
"""How long a call that woke nobody stands among the problems."""

SOME = 10
"""Rooms that a message names."""


def notices(register: Register, now: datetime) -> tuple[Problem, ...]:
    """Wake-up calls that woke nobody, resyncs that wait for somebody's word, rooms that no PMS has named."""
    return (*_failed(register.ledger, now), *_held(register), *_unmentioned(register))


def _failed(ledger: Ledger, now: datetime) -> Iterator[Problem]:
    failed = {(entry.room, entry.due): entry for entry in ledger.failed(now - SHOWN)}
    for entry in failed.values():
        when = f"{in_zone(entry.due, ledger.zone):%Y-%m-%d %H:%M}"
        message = f"room {entry.room}: the wake-up call of {when} woke nobody: {entry.by}; see to the guest"
        yield Problem("wakeup_failed", message, room=entry.room)


def _held(register: Register) -> Iterator[Problem]:
    for link in register.links():
        held = register.stays.held(link)
        if held:
            rooms = "1 room" if held == 1 else f"{held} rooms"
            message = (
                f"PMS link {link}: the last resync would empty {rooms} at once, so nobody was checked out; see who "
                "is in the house, then ask again (`reconcile pms resync`), or let it be so (with --release)"
            )
            yield Problem("resync_held", message)


def _unmentioned(register: Register) -> Iterator[Problem]:
    rooms = register.unmentioned()
    if rooms:
        some = ", ".join(rooms[:SOME]) + (f" and {len(rooms) - SOME} more" if len(rooms) > SOME else "")
        what = "a room" if len(rooms) == 1 else f"{len(rooms)} rooms"
        message = (
            f"the PMS has not named {what} of `rooms:` yet, so nobody knows who is in there: {some}; see at the PMS, "
            "and tell us with `reconcile checkin` or `checkout` where it never will"
        )
        yield Problem("unmentioned_rooms", message)
