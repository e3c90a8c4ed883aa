"""The examination in its order: this machine, the PMS, the telephones, Zoom.

What is bad in one part does not hide the next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import anyio

from reconciler import remedy
from reconciler.app.accounts import account_of
from reconciler.app.clock import SystemClock
from reconciler.app.doctor import emergency, forwarding, ringtime
from reconciler.app.doctor.access import access
from reconciler.app.doctor.account import Heard, ListeningWire, clock, extensions, features, names_left
from reconciler.app.doctor.alarms import alarms
from reconciler.app.doctor.between import between
from reconciler.app.doctor.device import voice_device
from reconciler.app.doctor.events import zoom_events
from reconciler.app.doctor.finding import Finding
from reconciler.app.doctor.handlings import Read, read_handlings
from reconciler.app.doctor.lines import telephone_lines
from reconciler.app.doctor.links import pms_links
from reconciler.app.doctor.mending import mend
from reconciler.app.doctor.premises import premises
from reconciler.app.doctor.telephones import people, telephone_manners
from reconciler.app.offline import read_documents
from reconciler.app.online import Online, online
from reconciler.app.presence import SHADOW
from reconciler.app.stored import remembered
from reconciler.app.survey import survey
from reconciler.audit import Scope
from reconciler.configuration.settings import Settings
from reconciler.control import Present, present
from reconciler.errors import CallError, Fatal, HousephoneError
from reconciler.moments import local

Tell = Callable[[Finding], None]


async def examine(settings: Settings, tell: Tell) -> None:
    """Look at everything and tell each finding as soon as it is there."""
    tell(Finding("ok", "configuration", f"{settings.property.name}, {settings.property.timezone}"))
    try:
        here = await anyio.to_thread.run_sync(remembered, settings)
    except Fatal as error:
        tell(bad("state", error, settings))
        return
    for finding in (
        *premises(settings, here.hotel, SystemClock().now()),
        *emergency.names_for_help(settings, here.hotel),
        *access(settings.desk),
    ):
        tell(finding)
    there = await present(settings)
    for finding in _at_work(there, settings):
        tell(finding)
    async for finding in pms_links(settings, here.register, here.office):
        tell(finding)
    async for finding in telephone_lines(settings, there, here.office):
        tell(finding)
    for finding in telephone_manners(settings, here.register, here.around.telephones):
        tell(finding)
    async for finding in zoom_events(settings):
        tell(finding)
    async for finding in alarms(settings):
        tell(finding)
    await _account(settings, tell, read_lately=there is not None)


async def granted_scopes(settings: Settings) -> tuple[frozenset[str] | None, str]:
    """The scopes of a fresh token; None if Zoom does not give one, or does not say, and then why."""
    wire, why = ListeningWire(), "Zoom does not say"
    try:
        async with online(settings, wire=wire) as room:
            await room.driver.connect()
    except* HousephoneError as errors:
        why = str(_first(errors))  # what the token lacks stands in its answer all the same
    return wire.heard.scopes, why


async def examine_forwarding(settings: Settings, tell: Tell, *, fix: bool) -> None:
    """Look at where every room's calls go, and for how long it rings; with ``fix``, set what is wrong.

    Fatal or CallError where Zoom cannot be asked, Busy where a controller would have to be the one who writes.
    """
    async with online(settings) as room:
        hotel = room.shop.hotel
        hotel.capabilities = await room.driver.connect()
        await _read_lists(room, read_lately=False)
        reads = await read_handlings(hotel, room.driver, room.shop.clock.now())
        pilot = forwarding.wanted(settings)
        if isinstance(pilot, Finding):
            tell(pilot)
        else:
            judged = forwarding.judge(hotel, reads, pilot)
            if fix:
                await mend(room, judged, tell)
            else:
                for finding in forwarding.one_by_one(judged):
                    tell(finding)
            for finding in forwarding.rest(judged):
                tell(finding)
        for finding in ringtime.ring_times(settings, reads):
            tell(finding)


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """What went wrong, below the task groups that it crossed."""
    first = errors.exceptions[0]
    return _first(first) if isinstance(first, BaseExceptionGroup) else first


async def _account(settings: Settings, tell: Tell, *, read_lately: bool) -> None:
    for finding in await anyio.to_thread.run_sync(between, settings):
        tell(finding)
    if settings.centre is not None:
        return
    try:
        account_of(settings)
    except Fatal as error:
        tell(bad("credentials", error, settings))
        for finding in _not_verified(settings, "there are no credentials for Zoom"):
            tell(finding)
        return
    wire = ListeningWire()
    async with online(settings, wire=wire) as room:
        try:
            await _ask(room, wire.heard, tell, read_lately=read_lately)
        except (Fatal, CallError) as error:
            tell(bad("zoom", error, settings))
            for finding in _not_verified(settings, "Zoom could not be asked"):
                tell(finding)


async def _ask(room: Online, heard: Heard, tell: Tell, *, read_lately: bool) -> None:
    """A running controller has read Zoom lately, so its reading serves; otherwise the lists are read."""
    settings, shop = room.settings, room.shop
    shop.hotel.capabilities = await room.driver.connect()
    for finding in (Finding("ok", "credentials", "Zoom gives tokens to the app"), *clock(heard)):
        tell(finding)
    await _read_lists(room, read_lately=read_lately)
    for finding in (
        *features(settings, shop.hotel.capabilities),
        *extensions(shop.hotel, shop.clock.now()),
        *names_left(shop.hotel, shop.clock.now()),
        *people(settings, shop.hotel),
        *emergency.call_backs(settings, shop.hotel, room.driver),
    ):
        tell(finding)
    async for finding in voice_device(settings, shop.hotel, room.driver):
        tell(finding)
    reads = await _handlings(room)
    for finding in (
        *ringtime.ring_times(settings, reads),
        *forwarding.in_short(settings, shop.hotel, reads),
    ):
        tell(finding)
    async for finding in emergency.addresses(shop.hotel, room.driver):
        tell(finding)


async def _read_lists(room: Online, *, read_lately: bool) -> None:
    await anyio.to_thread.run_sync(read_documents, room.settings.grounds, room.shop.hotel, Scope())
    if not read_lately:
        await survey(room)


async def _handlings(room: Online) -> tuple[Read, ...]:
    """What Zoom does with calls to the rooms; nobody asks where there are no lines."""
    if room.settings.sip is None:
        return ()
    return await read_handlings(room.shop.hotel, room.driver, room.shop.clock.now())


def _not_verified(settings: Settings, why: str) -> Iterator[Finding]:
    """What only Zoom could have told."""
    yield from ringtime.not_verified(settings, why)
    yield from forwarding.not_verified(settings, why)
    yield emergency.not_verified(why)


def _at_work(there: Present | None, settings: Settings) -> Iterator[Finding]:
    """Who answers at the door in this hotel."""
    if there is not None and there.shadow:
        since = local(there.since, settings.property.zone)
        said = f"a shadow is running (`{SHADOW}`, process {there.pid} since {since}): it watches and writes nothing"
        fix = "stop it before you start `reconcile run`: two would push each other off the PMS"
        yield Finding("ok", "controller", said, fix)
    elif there is not None:
        yield Finding("ok", "controller", "is running")


def bad(what: str, error: Fatal | CallError, settings: Settings) -> Finding:
    """What kept the examination from going on."""
    if isinstance(error, CallError):
        return Finding("bad", what, error.message, remedy.what_now(error, settings.property.zone))
    return Finding("bad", what, error.message, error.remedy)
