"""Do-not-disturb: whether it must be switched, begun, renewed or given back.

A common area has a switch. A user has a presence, which Zoom holds for 24 hours at most: a lease, taken, renewed
early and given back by us. Pure.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from desired.target import Dnd, Target, Wanted
from observed.extension import UNKNOWN, Extension, Kind, Lease
from reconciler.account.capability import Feature
from reconciler.change import LAG, Cause, Change, Known, word

RENEW_WHEN_LEFT = timedelta(hours=4)
"""A do-not-disturb lease of 24 h is renewed when so much of it is left (about 20 h after it was taken)."""

LEASE = timedelta(minutes=1440)
"""The longest do-not-disturb that Zoom takes (Zoom API, Update a user's presence status)."""

WHOLE_LEASE = LEASE - timedelta(minutes=15)
"""A lease of at least this was as long as could be when it was asked for; a shorter one ends where a wish did."""

LEASE_SLACK = timedelta(seconds=90)
"""Zoom counts in whole minutes, so a lease may end this much away from the wish and still be right."""


def dnd(target: Target, extension: Extension, wanted: Wanted, known: Known) -> Change | None:
    """The change that do-not-disturb needs; None where it is as wished, or ends by itself when it should."""
    wish = wanted.value
    assert isinstance(wish, Dnd)
    on = is_on(wish, extension.kind, known.now)
    if extension.kind == "common_area":
        return _ring_switch(target, extension, wanted, known, on=on)
    return _presence(target, extension, wanted, known, on=on)


def is_on(wish: Dnd, kind: Kind, now: datetime) -> bool:
    """True if do-not-disturb should be on by now. A user's lasts whole minutes, so its last one is not begun."""
    if wish.until is None:
        return wish.on
    least = timedelta(minutes=1) if kind == "user" else timedelta(microseconds=1)
    return wish.on and wish.until - now >= least


def _ring_switch(
    target: Target, extension: Extension, wanted: Wanted, known: Known, *, on: bool
) -> Change | None:
    """A common area has no presence: its telephone is told not to ring, without an end of its own."""
    if not known.capabilities.has(Feature.RING_SWITCH):
        if not on:
            return None
        return _unsupported(target, extension, wanted, known.capabilities.reason(Feature.RING_SWITCH))
    if extension.dnd is UNKNOWN:
        return None
    observed = known.believed(extension, extension.id, "dnd", word(extension.dnd))
    desired = word(on)
    if observed == desired:
        return None
    return Change(
        target.room, target.extension, extension.kind, "dnd", observed, desired,
        known.cause(extension.id, "dnd", desired), wanted.source, extension.id,
    )  # fmt: skip


def _presence(
    target: Target, extension: Extension, wanted: Wanted, known: Known, *, on: bool
) -> Change | None:
    """A user's do-not-disturb is a lease: held until a moment, renewed early, given back when not wished."""
    lease = known.leases.get(extension.id)
    if lease is not None and lease.lost:
        return _lost_presence(target, extension, wanted, known, on=on)
    held = lease.until if lease is not None and lease.until is not None and lease.until > known.now else None
    ended = held is not None and _ended_by_somebody(extension, lease)
    observed = (held is not None and not ended) or _seen_on(extension, lease, known.now)
    if on:
        cause = "drift" if ended else _reason_to_hold(extension, wanted, lease, held, known.now)
    else:
        cause = _reason_to_give_back(wanted, held, observed=observed)
    if cause is None:
        return None
    if not known.capabilities.has(Feature.DND):
        return _unsupported(target, extension, wanted, known.capabilities.reason(Feature.DND)) if on else None
    return Change(
        target.room, target.extension, extension.kind, "dnd", word(observed),
        word(on), cause, wanted.source, extension.id,
    )  # fmt: skip


def _lost_presence(
    target: Target, extension: Extension, wanted: Wanted, known: Known, *, on: bool
) -> Change | None:
    """Nobody knows what became of our last write: it is read before anything is written, or else written again."""
    if known.capabilities.has(Feature.DND_READ):
        return None
    if not known.capabilities.has(Feature.DND):
        return _unsupported(target, extension, wanted, known.capabilities.reason(Feature.DND)) if on else None
    return Change(
        target.room, target.extension, extension.kind, "dnd", None, word(on), "intentional", wanted.source,
        extension.id,
    )  # fmt: skip


def _reason_to_hold(
    extension: Extension, wanted: Wanted, lease: Lease | None, held: datetime | None, now: datetime
) -> Cause | None:
    """Why a lease must be written for a wish that stands; None while the present one will do."""
    wish = wanted.value
    assert isinstance(wish, Dnd)
    if held is None:
        anew = lease is not None and wanted.origin.at is not None and wanted.origin.at > lease.written
        return "lease" if _was_whole(lease) and not anew else "intentional"
    if wish.until is not None and held > wish.until + LEASE_SLACK:
        return "intentional"  # the wish was shortened
    if wish.until is not None and held >= wish.until - LEASE_SLACK:
        return None
    if not _was_whole(lease):
        return "intentional"  # the wish was lengthened
    return "lease" if held - now < RENEW_WHEN_LEFT + _jitter(extension.id) else None


def _was_whole(lease: Lease | None) -> bool:
    """True if a lease ends only because Zoom takes no longer one."""
    return lease is not None and lease.until is not None and lease.until - lease.written >= WHOLE_LEASE


def _reason_to_give_back(wanted: Wanted, held: datetime | None, *, observed: bool) -> Cause | None:
    """Why do-not-disturb must end now; None where it is off, or ends by itself at the wished moment."""
    wish = wanted.value
    assert isinstance(wish, Dnd)
    if held is None:
        return "drift" if observed else None  # no lease of ours and no presence read: nothing to give back
    in_time = wish.until is not None and held <= wish.until + LEASE_SLACK
    return None if in_time or not observed else "intentional"


def _ended_by_somebody(extension: Extension, lease: Lease | None) -> bool:
    """True if presence was read as off, long enough after our write, although the lease still runs."""
    return (
        lease is not None
        and extension.dnd is False
        and extension.read_at is not None
        and extension.read_at - lease.written >= LAG
    )


def _seen_on(extension: Extension, lease: Lease | None, now: datetime) -> bool:
    """True if presence was read as on and that was not a lease of ours which has run out since."""
    if extension.dnd is not True:
        return False
    if lease is None or lease.until is None or lease.until > now or extension.read_at is None:
        return True
    return extension.read_at > lease.until + LEASE_SLACK


def _unsupported(target: Target, extension: Extension, wanted: Wanted, reason: str) -> Change:
    return Change(
        target.room, target.extension, extension.kind, "dnd", None, "on", "intentional", wanted.source,
        extension.id, "unsupported", reason,
    )  # fmt: skip


def _jitter(id_: str) -> timedelta:
    """Up to 20 minutes, the same for one user every time, so that renewals of many rooms spread out."""
    return timedelta(seconds=sum(id_.encode()) * 37 % 1200)
