"""What can be checked against Zoom: credentials, clock, features, extensions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from drivers.zoom.http import Answer, Wire
from reconciler.account.capability import Capabilities, Feature
from reconciler.app.doctor.finding import Finding, Level
from reconciler.app.doctor.scopes import PURPOSE
from reconciler.configuration.settings import Settings
from reconciler.enumerated import some
from reconciler.hotel import Hotel
from reconciler.stays.leftbehind import left_behind

TOLERATED = 30.0
"""Seconds by which this machine's clock may differ from Zoom's."""


_ALWAYS = frozenset({
    Feature.NAMES, Feature.DND_READ, Feature.USER_ADDRESSES,
    Feature.USER_FORWARDING_FIX, Feature.COMMON_AREA_FORWARDING_FIX,
})  # fmt: skip
"""What is used wherever Zoom lets us, and never missed by a setting."""


class ListeningWire(Wire):
    """The way to Zoom, with an ear for the two things that only its answers tell."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = Heard()

    async def send(self, method: str, url: str, **request: Any) -> Answer:
        """One exchange; what the answer says of time and scopes is kept."""
        answer = await super().send(method, url, **request)
        self.heard.listen(url, answer, datetime.now(UTC))
        return answer


@dataclass(slots=True)
class Heard:
    """The clock's difference to Zoom's (seconds), and the scopes of the token; None where it was not said."""

    ahead: float | None = None
    scopes: frozenset[str] | None = None

    def listen(self, url: str, answer: Answer, now: datetime) -> None:
        """Take what one answer tells."""
        with suppress(KeyError, ValueError, TypeError):  # no date, or none that can be understood
            self.ahead = (now - parsedate_to_datetime(answer.headers["date"])).total_seconds()
        if url.endswith("/oauth/token") and isinstance(answer.body, dict):
            scope = answer.body.get("scope")
            self.scopes = frozenset(scope.split()) if isinstance(scope, str) else None


def clock(heard: Heard) -> Iterator[Finding]:
    """A wrong clock shortens do-not-disturb and misdates check-ins."""
    if heard.ahead is None:
        return
    if abs(heard.ahead) > TOLERATED:
        said = f"this machine is {abs(heard.ahead):.0f} s {'ahead of' if heard.ahead > 0 else 'behind'} Zoom"
        yield Finding("bad", "clock", said, "let NTP set it (`timedatectl set-ntp true`)")
    else:
        yield Finding("ok", "clock", "agrees with Zoom's")


def features(settings: Settings, capabilities: Capabilities) -> Iterator[Finding]:
    """Each feature: on, granted but not used, off and not asked for, or off although somebody asks for it."""
    asked = _asked_for(settings)
    for feature, purpose in PURPOSE.items():
        state, name = capabilities.features.get(feature), f"feature {feature}"
        if (state is None or state.on) and feature in asked | _ALWAYS:
            yield Finding("ok", name, f"on: {purpose}")
        elif state is None or state.on:
            yield Finding(
                "off", name, f"granted, not used: {purpose} (the configuration does not ask for it)"
            )
        elif feature in asked:
            yield Finding("warn", name, f"off: {purpose} ({state.reason})", state.remedy)
        else:
            yield Finding("off", name, f"not asked for: {purpose} ({state.reason})")


def extensions(hotel: Hotel, now: datetime) -> Iterator[Finding]:
    """The extensions of all rooms, managed or not, as Zoom has them."""
    trouble: dict[str, list[str]] = {"no_extension": [], "ambiguous_extension": [], "pending_user": []}
    count = 0
    for room in hotel.roster.known_rooms():
        plan = hotel.look(room, now)
        count += len(plan.targets)
        for problem in plan.problems:
            if problem.code in trouble:
                trouble[problem.code].append(room)
    words: dict[str, tuple[Level, str, str]] = {
        "no_extension": (
            "bad",
            "no extension for the rooms",
            "give them one in Zoom, or take them out of `rooms:`",
        ),
        "ambiguous_extension": (
            "bad",
            "Zoom has their extension more than once: the rooms",
            "leave only one of them in Zoom; nothing is written to any until then",
        ),
        "pending_user": (
            "warn",
            "users who have not accepted Zoom's invitation, in the rooms",
            "activate them in Zoom; nothing is written to them until then",
        ),
    }
    for code, rooms in trouble.items():
        if rooms:
            level, said, fix = words[code]
            yield Finding(level, "extensions", f"{said} {some(rooms)}", fix)
    found = count - sum(map(len, trouble.values()))
    yield Finding("ok", "extensions", f"{found} of {count} found")


def names_left(hotel: Hotel, now: datetime) -> Iterator[Finding]:
    """Guests' names on telephones of rooms that were taken out of the hotel."""
    for problem in left_behind(hotel, now):
        said, _, fix = problem.message.partition(": ")
        yield Finding("warn", "names left", said, fix)


def _asked_for(settings: Settings) -> frozenset[Feature]:
    asked = {Feature.COMMON_AREAS, Feature.COMMON_AREA_NAMES, Feature.DND, Feature.RING_SWITCH}
    if settings.names.device is not None:
        asked |= {Feature.DEVICES, Feature.DEVICE_NAMES}
    if settings.sip is not None and settings.sip.accounts == "zoom":
        asked |= {Feature.SIP_ACCOUNTS}
    if settings.sip is not None:
        asked |= {Feature.USER_FORWARDING, Feature.COMMON_AREA_FORWARDING}
    if settings.message_management:
        asked |= {Feature.USER_VOICEMAIL, Feature.ACCOUNT_VOICEMAIL, Feature.VOICEMAIL_DELETE}
    if settings.calling.enabled:
        asked |= {Feature.USER_CALLING, Feature.COMMON_AREA_CALLING}
    return frozenset(asked)
