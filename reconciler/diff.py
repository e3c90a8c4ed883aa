"""The difference between what a room should be and what Zoom shows, as an immutable sequence of changes.

    wanted      observed            change?
    left out    anything            never: the field is not ours
    value       the same value      no
    value       another value       yes: intentional if the wish moved, drift if Zoom did
    value       UNKNOWN             no: it must be read first
    value       what our own        no: Zoom's reading lags behind its writing
                writes replaced,
                read within LAG

Pure: time, leases and our own past writes are passed in (``Known``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from desired.target import Dnd, Target, Wanted
from observed.extension import UNKNOWN, Extension, Kind, Lease, Unknown, Voicemail
from reconciler.account.capability import Capabilities, Feature

Cause = Literal["intentional", "drift", "lease"]
Status = Literal["planned", "applied", "failed", "refused", "unsupported", "skipped", "stale"]

LAG = timedelta(seconds=90)
"""How long after our write a reading may still show the value from before it."""

RENEW_WHEN_LEFT = timedelta(hours=4)
"""A do-not-disturb lease of 24 h is renewed when so much of it is left (about 20 h after it was taken)."""

LEASE = timedelta(minutes=1440)
"""The longest do-not-disturb that Zoom takes (Zoom API, Update a user's presence status)."""

WHOLE_LEASE = LEASE - timedelta(minutes=15)
"""A lease of at least this was as long as could be when it was asked for; a shorter one ends where a wish did."""

LEASE_SLACK = timedelta(seconds=90)
"""Zoom counts in whole minutes, so a lease may end this much away from the wish and still be right."""

NAME_FIELDS = ("first_name", "last_name", "display_name")


@dataclass(frozen=True, slots=True)
class Change:
    """One field of one extension that should change. ``id`` is what Zoom's path will name."""

    room: str
    extension: str
    kind: Kind
    field: str
    observed: str | None
    desired: str | None
    cause: Cause
    source: str
    id: str
    status: Status = "planned"
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class OwnWrite:
    """The last write of ours to one field, as far as it tells lag and drift apart.

    ``desired`` is the value that was last known to be as wished; ``before`` and ``at`` belong to the last accepted
    write. ``earlier`` are the values, with their times, that writes shortly before it replaced.
    """

    desired: str | None
    before: str | None = None
    at: datetime | None = None
    earlier: tuple[tuple[str | None, datetime], ...] = ()

    def then(self, desired: str | None, before: str | None, at: datetime) -> OwnWrite:
        """The next write to the field: a reading may lag behind both."""
        return OwnWrite(desired, before, at, tuple(each for each in self._replaced() if at - each[1] < LAG))

    def explains(self, observed: str | None, read_at: datetime | None) -> bool:
        """True if a reading of this value is only late: it was there before a write of ours."""
        return read_at is not None and any(
            value == observed and read_at - at < LAG for value, at in self._replaced()
        )

    def _replaced(self) -> Iterator[tuple[str | None, datetime]]:
        yield from self.earlier
        if self.at is not None:
            yield self.before, self.at


@dataclass(frozen=True, slots=True)
class Known:
    """What the difference must know beside the two sides."""

    now: datetime
    capabilities: Capabilities = field(default_factory=Capabilities)
    leases: Mapping[str, Lease] = field(default_factory=dict)
    own: Mapping[tuple[str, str], OwnWrite] = field(default_factory=dict)
    messages: Mapping[int, Sequence[Voicemail]] = field(default_factory=dict)


def plainly_shown(values: Mapping[str, str | bool], extension: Extension, known: Known) -> bool:
    """True if one look is enough to say that the difference is empty; False where only ``diff`` can tell.

    ``values`` are wanted ones by field, do-not-disturb as on or off. Nearly all rooms of a large hotel show what they
    should: values that stand there and are no late readings, and nothing to switch off.
    """
    id_ = extension.id
    for name, value in values.items():
        if name == "dnd":
            if value or id_ in known.leases or extension.dnd is True or extension.kind != "user":
                return False
        elif getattr(extension, name, None) != value:
            return False
        else:
            own = known.own.get((id_, name))
            if own is not None and own.explains(str(value), extension.read_at):
                return False
    return True


def diff(target: Target, extension: Extension, known: Known) -> tuple[Change, ...]:
    """All changes that one extension needs; empty when Zoom shows what is wished."""
    return tuple(_changes(target, extension, known))


def _changes(target: Target, extension: Extension, known: Known) -> Iterator[Change]:
    for name, wanted in target.wanted.items():
        if name == "dnd":
            change = _dnd(target, extension, wanted, known)
        elif name == "cleared":
            yield from _voicemails(target, extension, wanted, known)
            continue
        elif name == "device_name":
            change = _device_name(target, extension, wanted, known)
        else:
            change = _value(target, extension, name, wanted, known)
        if change is not None:
            yield change


def _value(target: Target, extension: Extension, name: str, wanted: Wanted, known: Known) -> Change | None:
    """Names, department and class of service: plain values, compared as they are."""
    observed: str | Unknown | None = getattr(extension, name)
    if observed is None or observed is UNKNOWN:
        return None  # None: this kind of extension has no such field
    desired = str(wanted.value)
    observed = _believed(extension, extension.id, name, observed, known)
    if observed == desired:
        return None
    status, reason = _supported(extension, name, known)
    return Change(
        target.room, target.extension, extension.kind, name, observed, desired,
        _cause(extension.id, name, desired, known), wanted.source, extension.id, status, reason,
    )  # fmt: skip


def _device_name(target: Target, extension: Extension, wanted: Wanted, known: Known) -> Change | None:
    device = extension.device
    if device is None or len(device.extensions) != 1:
        return None  # a telephone shared by several extensions is never renamed
    desired = str(wanted.value)
    observed = _believed(extension, device.id, "device_name", device.display_name, known)
    if observed == desired:
        return None
    on = known.capabilities.has(Feature.DEVICE_NAMES)
    return Change(
        target.room, target.extension, extension.kind, "device_name", observed, desired,
        _cause(device.id, "device_name", desired, known), wanted.source, device.id,
        "planned" if on else "unsupported", known.capabilities.reason(Feature.DEVICE_NAMES) or None,
    )  # fmt: skip


def _voicemails(target: Target, extension: Extension, wanted: Wanted, known: Known) -> Iterator[Change]:
    """One change for each message left at or before ``cleared``; later ones are never touched."""
    cleared = wanted.value
    assert isinstance(cleared, datetime)
    on = known.capabilities.has(Feature.VOICEMAIL_DELETE)
    for message in known.messages.get(target.number, ()):
        if message.at <= cleared:
            yield Change(
                target.room, target.extension, extension.kind, "voicemail",
                message.at.isoformat(), None, "intentional", wanted.source, message.id,
                "planned" if on else "unsupported", known.capabilities.reason(Feature.VOICEMAIL_DELETE) or None,
            )  # fmt: skip


def _dnd(target: Target, extension: Extension, wanted: Wanted, known: Known) -> Change | None:
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
    observed = _believed(extension, extension.id, "dnd", _word(extension.dnd), known)
    desired = _word(on)
    if observed == desired:
        return None
    return Change(
        target.room, target.extension, extension.kind, "dnd", observed, desired,
        _cause(extension.id, "dnd", desired, known), wanted.source, extension.id,
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
        target.room, target.extension, extension.kind, "dnd", _word(observed),
        _word(on), cause, wanted.source, extension.id,
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
        target.room, target.extension, extension.kind, "dnd", None, _word(on), "intentional", wanted.source,
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


def _supported(extension: Extension, name: str, known: Known) -> tuple[Status, str | None]:
    if name == "calling":
        feature = Feature.USER_CALLING if extension.kind == "user" else Feature.COMMON_AREA_CALLING
    elif extension.kind == "common_area":
        feature = Feature.COMMON_AREA_NAMES
    else:
        return "planned", None
    if known.capabilities.has(feature):
        return "planned", None
    return "unsupported", known.capabilities.reason(feature)


def _cause(id_: str, name: str, desired: str, known: Known) -> Cause:
    """Drift if this very value was already in place once; otherwise a source has changed its mind."""
    own = known.own.get((id_, name))
    return "drift" if own is not None and own.desired == desired else "intentional"


def lags(extension: Extension, name: str, own: Mapping[tuple[str, str], OwnWrite]) -> bool:
    """True if this field, just read, shows the value from before our own write."""
    value, write = getattr(extension, name), own.get((extension.id, name))
    if write is None or value is UNKNOWN:
        return False
    observed = _word(value) if isinstance(value, bool) else value
    return observed != write.desired and write.explains(observed, extension.read_at)


def _believed(extension: Extension, id_: str, name: str, observed: str, known: Known) -> str:
    """What Zoom holds by now: a reading of what was there before our own, accepted write is only late.

    Without this a guest who checks out right after such a reading would keep his name: it already shows the room
    as it was before him.
    """
    own = known.own.get((id_, name))
    late = own is not None and own.explains(observed, extension.read_at)
    return str(own.desired) if own is not None and late else observed


def _jitter(id_: str) -> timedelta:
    """Up to 20 minutes, the same for one user every time, so that renewals of many rooms spread out."""
    return timedelta(seconds=sum(id_.encode()) * 37 % 1200)


def _word(on: bool) -> str:  # noqa: FBT001
    return "on" if on else "off"
