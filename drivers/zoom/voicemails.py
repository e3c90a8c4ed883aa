"""Finding the messages that a guest left behind.

Zoom answers one month at a time and only of the last six, so a long stay is walked window by window, the
oldest first. Users have a list each. Common areas have none: one sweep of the account's list serves all of
them (label HEAVY, so never one sweep a room).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

from drivers.zoom import convert
from drivers.zoom import operations as op
from drivers.zoom.calls import Call, Calls
from drivers.zoom.capabilities import Abilities
from drivers.zoom.listing import listed, understood
from drivers.zoom.verdicts import NotAllowed
from observed.extension import Extension, Voicemail
from reconciler.account.capability import Feature
from reconciler.account.operation import Priority
from reconciler.errors import Gone, Permanent
from reconciler.ports import Clock

WINDOW: Final = timedelta(days=30)
"""A range covers at most one month; 30 days is what Zoom itself takes for one (Zoom API, Voicemails)."""
REACH: Final = timedelta(days=180)
"""Six months, in whole windows."""
PAGE: Final = 300


class Messages:
    """Reads messages and remembers whose they are, so that only those of our own rooms can be deleted."""

    def __init__(self, calls: Calls, clock: Clock, abilities: Abilities) -> None:
        self._calls = calls
        self._clock = clock
        self._abilities = abilities
        self._owners: dict[str, str] = {}

    def owner(self, message: str) -> str | None:
        """The id of the extension whose message this is, if it was read here."""
        return self._owners.get(message)

    def forget(self, message: str) -> None:
        """The message has been deleted."""
        self._owners.pop(message, None)

    async def up_to(self, moments: Mapping[int, datetime], of: Sequence[Extension]) -> tuple[Voicemail, ...]:
        """Messages left at or before the moment given for their extension's number.

        Raises reconciler.errors.
        """
        wanted = [each for each in of if each.number in moments and not each.pending]
        users = [each for each in wanted if each.kind == "user"]
        areas = {each.id: each for each in wanted if each.kind == "common_area"}
        found: list[Voicemail] = []
        # Where the plan lacks a list, its feature is off by now, visibly, and the other kind goes on.
        if users and self._abilities.has(Feature.USER_VOICEMAIL):
            with suppress(NotAllowed):
                for user in users:
                    found += await self._of_user(user, moments[user.number])
        if areas and self._abilities.has(Feature.ACCOUNT_VOICEMAIL):
            with suppress(NotAllowed):
                found += await self._of_common_areas(areas, moments)
        # The ranges touch, so a message on the border is listed twice.
        return tuple({each.id: each for each in found}.values())

    async def _of_user(self, user: Extension, moment: datetime) -> list[Voicemail]:
        found: list[Voicemail] = []
        for window in windows(moment, self._clock.now()):
            call = Call(op.LIST_USER_VOICEMAILS, {"userId": user.id}, {**window, "page_size": PAGE})
            try:
                listing = await listed(self._calls, call, "voice_mails", Priority.MAILBOX)
            except Gone as error:
                await self._make_sure_it_is_gone(user, error)
                return found
            for item in listing:
                found += self._kept(call, item, user, moment)
        return found

    async def _make_sure_it_is_gone(self, user: Extension, error: Gone) -> None:
        """Zoom has one code for an unknown user and for a bad question; a bad question is no empty mailbox."""
        try:
            await self._calls.read(Call(op.READ_USER, {"userId": user.id}), Priority.MAILBOX)
        except Gone:
            return
        raise Permanent(error.message, code=error.code)

    async def _of_common_areas(
        self, areas: Mapping[str, Extension], moments: Mapping[int, datetime]
    ) -> list[Voicemail]:
        found: list[Voicemail] = []
        latest = max(moments[each.number] for each in areas.values())
        for window in windows(latest, self._clock.now()):
            query: dict[str, str | int] = {**window, "owner_type": "commonArea", "page_size": PAGE}
            call = Call(op.LIST_ACCOUNT_VOICEMAILS, query=query)
            for item in await listed(self._calls, call, "voice_mails", Priority.MAILBOX):
                area = understood(call.operation, _owner, item, areas)
                if area is not None:
                    found += self._kept(call, item, area, moments[area.number])
        return found

    def _kept(
        self, call: Call, item: Mapping[str, Any], owner: Extension, moment: datetime
    ) -> Iterator[Voicemail]:
        message = understood(call.operation, convert.voicemail, item, owner.number)
        if message is not None and message.at <= moment:
            self._owners[message.id] = owner.id
            yield message


def windows(moment: datetime, now: datetime) -> list[dict[str, str]]:
    """The ranges, as query parameters, that lead from the oldest month which Zoom answers up to a moment."""
    oldest, end = now - REACH + timedelta(minutes=5), min(moment, now)
    # One second more, because Zoom counts in whole seconds; later messages are sifted out when read.
    end = end.replace(microsecond=0) + timedelta(seconds=1)
    found = []
    while end > oldest:
        start = max(end - WINDOW, oldest)
        found.append({"from": f"{start:%Y-%m-%dT%H:%M:%SZ}", "to": f"{end:%Y-%m-%dT%H:%M:%SZ}"})
        end = start
    return found[::-1]


def _owner(item: Mapping[str, Any], areas: Mapping[str, Extension]) -> Extension | None:
    """The common area that a message of the account's list belongs to."""
    owner = item.get("owner")
    if not isinstance(owner, dict) or owner.get("extension_status"):
        return None  # an extension that was deleted may have had the number of one of ours
    area = areas.get(convert.text(owner, "id"))
    if area is not None:
        return area
    # Zoom names a common area by its own id or by its extension's; the number decides between the two.
    number = convert.number(owner)
    return next((each for each in areas.values() if each.number == number), None)
