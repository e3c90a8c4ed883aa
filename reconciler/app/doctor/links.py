"""What can be checked of the PMS links without a connection of our own.

A second connection would throw off whoever is connected (FIAS, transport and framing): our own controller, or the
system that is to be replaced. So nobody is called here; the running controller says how its links are, and the store
what they have told.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

import anyio

from reconciler import control
from reconciler.app.doctor.finding import Finding
from reconciler.app.doctor.premises import secret_file
from reconciler.app.linked import link_options
from reconciler.app.registry import name_of
from reconciler.configuration.links import PmsLink
from reconciler.configuration.settings import Settings
from reconciler.enumerated import some
from reconciler.errors import Fatal
from reconciler.moments import local
from reconciler.stays.register import Register
from reconciler.store.rows import Claimant

RESOLVING: Final = 5.0
"""Seconds for the name of a PMS's host to be found."""

CLOCKS_APART: Final = 120.0
"""Seconds by which the PMS's clock may differ from ours."""

ZONES_APART: Final = 1800.0
"""Clocks that differ by a multiple of this, or nearly so, are in different time zones."""

View = Mapping[str, Any]


async def pms_links(
    settings: Settings, register: Register, office: Claimant | None
) -> AsyncIterator[Finding]:
    """Every link of the configuration; ``office`` is who holds them, as far as the store knows."""
    told = await control.links(settings) if settings.pms else None
    states = None if told is None else {view["link"]: view for view in told}
    for link in settings.pms:
        yield await _configured(settings, link)
        for finding in secret_file(link.auth_key_file):
            yield finding
        for finding in (*_state(settings, link, states, office), *_told(link, register)):
            yield finding


def _what(link: PmsLink) -> str:
    return f"PMS link {name_of(link)}"


async def _configured(settings: Settings, link: PmsLink) -> Finding:
    what = _what(link)
    try:
        link_options(settings, link)
    except Fatal as error:
        return Finding("bad", what, error.message, error.remedy)
    try:
        with anyio.fail_after(RESOLVING):
            await anyio.getaddrinfo(link.host, link.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # TimeoutError is an OSError; UnicodeError: no name could look like this
        fix = "correct pms.host in housephone.yaml, or see to the name server; an address needs none"
        return Finding("bad", what, f"nobody knows a host called {link.host}", fix)
    return Finding("ok", what, f"FIAS at {link.host}:{link.port}, {link.encoding}")


def _state(
    settings: Settings, link: PmsLink, states: Mapping[str, View] | None, office: Claimant | None
) -> Iterator[Finding]:
    what = _what(link)
    if states is None and office is not None:
        said = (
            f"`{office.holder}` holds it: process {office.pid} on {office.host}, which does not answer here"
        )
        yield Finding("off", what, said, f"check on {office.host}, or again in a moment")
        return
    if states is None:
        said = "not tried, because a second connection would throw off whoever is connected, such as the old system"
        yield Finding("off", what, said, "`reconcile run` connects; then check again")
        return
    view = states.get(name_of(link))
    if view is None:
        said = "the running controller does not know it: it could not use the changed configuration"
        yield Finding("warn", what, said, "see the controller's log, or stop it and start it again")
        return
    zone = settings.property.zone
    since = local(datetime.fromisoformat(view["since"]), zone)
    if view["problem"]:
        fix = (
            "put the key right, then `reconcile pms resync`: before that it is not tried again"
            if view["state"] == "refused"
            else "the controller tries again by itself; ask the PMS's installer if it lasts"
        )
        yield Finding("bad", what, f"down since {since}: {view['problem']}", fix)
    else:
        heard = view["last_record_at"]
        last = f", last record {local(datetime.fromisoformat(heard), zone)}" if heard else ", no record yet"
        yield Finding("ok", what, f"{view['state']} since {since}{last}")
        if view["clock_ahead"] is not None:
            yield _clock(settings, link, view["clock_ahead"])


def _clock(settings: Settings, link: PmsLink, ahead: float) -> Finding:
    what, apart = f"{_what(link)}, clock", abs(ahead)
    if apart <= CLOCKS_APART:
        return Finding("ok", what, "agrees with ours")
    said = f"the PMS's clock is {_span(apart)} {'ahead of' if ahead > 0 else 'behind'} ours"
    beside = apart % ZONES_APART
    if apart > ZONES_APART / 2 and min(beside, ZONES_APART - beside) <= CLOCKS_APART:
        return Finding(
            "warn", what, said, f"is property.timezone {settings.property.timezone} the PMS's, too?"
        )
    return Finding("warn", what, said, "let NTP set both, or wake-up calls ring at the wrong time")


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < ZONES_APART else f"{seconds / 3600:.1f} h"


def _told(link: PmsLink, register: Register) -> Iterator[Finding]:
    """What the link has told so far, as far as it makes one think."""
    name, what = name_of(link), _what(link)
    odd, listed = register.anomalies(name), register.rooms.fed(name)
    if odd["undecodable"]:
        said = f"{odd['undecodable']} records so far were not {link.encoding}: names are shown with � in them"
        yield Finding(
            "warn", what, said, "compare pms.encoding with the code page of the PMS (cp850 is frequent)"
        )
    strangers = register.rooms.strangers(name)
    if strangers:
        said = f"it has named rooms that we do not look after: {some(strangers)}"
        fix = "list them under `rooms:` (or see pms.strip_zeros); if they are no guest rooms, there is nothing to do"
        yield Finding("warn", what, said, fix)
    held = register.stays.held(name)
    if held:
        fix = "see who is in the house, then `reconcile pms resync`, or `reconcile pms resync --release`"
        yield Finding("warn", what, f"the last resync is held: it would empty {held} rooms at once", fix)
    silent = [room for room in listed if room not in register.stays.named]
    if register.stays.empty(name):
        yield Finding("off", what, "it has named no room yet")
    elif silent:
        said = f"it has named {len(listed) - len(silent)} of {len(listed)} rooms, but not {some(silent)}"
        yield Finding(
            "warn", what, said, "see how the PMS writes them; it also tells all with `reconcile pms resync`"
        )
    else:
        yield Finding("ok", what, f"it has named all {len(listed)} rooms" if listed else "it has named rooms")
