"""What can be checked of the telephone lines: on this machine, by a look at the certificate, and by registering.

Where a controller runs, it says how its channels are: a second registration would be another place to which calls
go. Where none runs, each account is registered for a moment and given back.
"""

from __future__ import annotations

import logging
import socket
import ssl
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import anyio
from anyio import to_thread

from drivers.sip.process import LOGGER
from drivers.sip.setup import Setup
from drivers.sip.switchboard import STARTING, switchboard
from reconciler import control
from reconciler.app.clock import SystemClock
from reconciler.app.doctor.finding import Finding
from reconciler.app.doctor.premises import secret_file
from reconciler.app.imported import FILE
from reconciler.app.lines import setup_of
from reconciler.configuration.lines import PORTS_OF_A_CALL, Sip
from reconciler.configuration.settings import Settings
from reconciler.control import Present
from reconciler.errors import Fatal
from reconciler.moments import local
from reconciler.store.rows import Claimant
from reconciler.telephones.state import remedy

SHAKING_HANDS: Final = 5.0
"""Seconds for the PBX to show its certificate."""
REGISTERING: Final = 12.0
"""Seconds for all accounts to be registered."""
LOOK: Final = 0.1
SOON: Final = timedelta(days=30)
"""A certificate that ends so soon is told."""
_LOADS: Final = "import sys; from drivers.sip.stack import load; load(sys.argv[1])"

View = Mapping[str, Any]


async def telephone_lines(
    settings: Settings, there: Present | None, office: Claimant | None
) -> AsyncIterator[Finding]:
    """The lines of the configuration; ``there`` is who answers at the door, ``office`` who holds the lines."""
    sip = settings.sip
    if sip is None:
        said = "none: wake-up calls end as unreachable, with an alert at the desk"
        yield Finding("off", "telephones", said, "set up sip: and voice: in housephone.yaml")
        return
    for finding in _secrets(settings, sip):
        yield finding
    try:
        setup = setup_of(sip, settings.state)
    except Fatal as error:
        yield Finding("bad", "telephones", error.message, error.remedy)
        return
    yield await _backend(setup)
    if setup.transport == "tls":
        for finding in await to_thread.run_sync(_authority, setup):
            yield finding
        yield await to_thread.run_sync(_certificate, setup)
    if there is None and office is None:
        for finding in _ports(setup):
            yield finding
    async for finding in _channels(settings, setup, there, office):
        yield finding


def _secrets(settings: Settings, sip: Sip) -> Iterator[Finding]:
    if isinstance(sip.accounts, str):
        yield from secret_file(settings.state / FILE)
        return
    for file in dict.fromkeys(account.password_file for account in sip.accounts):
        yield from secret_file(file)


async def _backend(setup: Setup) -> Finding:
    """In a process of its own: what the library does at its import is not for this one."""
    tried = await anyio.run_process([sys.executable, "-P", "-c", _LOADS, setup.backend], check=False)
    if tried.returncode == 0:
        return Finding("ok", "telephone stack", f"{setup.backend} is installed")
    last = tried.stderr.decode(errors="replace").strip().rpartition("\n")[2].rpartition("CannotWork: ")[2]
    fix = "make install" if setup.backend == "baresip" else "install housephone with the extra pyvoip"
    return Finding("bad", "telephone stack", last or f"{setup.backend} does not load", fix)


def _authority(setup: Setup) -> list[Finding]:
    what = f"certificate {setup.ca_file}"
    try:
        context = ssl.create_default_context(cafile=setup.ca_file)
    except (ssl.SSLError, OSError) as error:
        said = f"no certificate can be read from it: {error.strerror or error}"
        return [Finding("bad", what, said, "sip.tls.ca_file must be PEM: -----BEGIN CERTIFICATE-----")]
    now, found = datetime.now(UTC), []
    for certificate in context.get_ca_certs():
        ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)
        if ends < now:
            found.append(Finding("bad", what, f"ended on {ends:%Y-%m-%d}", "get the authority's new one"))
        elif ends < now + SOON:
            found.append(
                Finding("warn", what, f"ends on {ends:%Y-%m-%d}", "get the authority's new one in time")
            )
        else:
            found.append(Finding("ok", what, f"is valid until {ends:%Y-%m-%d}"))
    return found


def _certificate(setup: Setup) -> Finding:
    """Shake hands with the server, and say what came of it; no call and no registration is made."""
    host, port = setup.next_hop
    what = f"certificate of {host}:{port}"
    try:
        context = ssl.create_default_context(cafile=setup.ca_file)
        with (
            socket.create_connection((host, port), SHAKING_HANDS) as plain,
            context.wrap_socket(plain, server_hostname=host),
        ):
            return Finding("ok", what, f"is good, and names {host}")
    except ssl.SSLCertVerificationError as error:
        fix = "see sip.tls.ca_file, and name the server as its certificate does (sip.proxy or sip.pbx)"
        return Finding("bad", what, f"is refused: {error.verify_message}", fix)
    except (OSError, UnicodeError) as error:
        said = f"could not be seen: {getattr(error, 'strerror', None) or error}"
        return Finding(
            "bad", what, said, "see that sip.pbx or sip.proxy is right and can be reached from here"
        )


def _ports(setup: Setup) -> Iterator[Finding]:
    kind = socket.SOCK_DGRAM if setup.transport == "udp" else socket.SOCK_STREAM
    where = f"{setup.local_address}:{setup.local_port}"
    if _is_free(setup.local_address, setup.local_port, kind):
        yield Finding("ok", "telephone port", f"{where} is free")
    else:
        fix = "stop who uses it, or choose another sip.local.port"
        yield Finding("bad", "telephone port", f"{where} is taken, or is no address of this machine", fix)
    low, high = setup.media_ports
    free = sum(_is_free(setup.local_address, port, socket.SOCK_DGRAM) for port in range(low, high + 1))
    needed = PORTS_OF_A_CALL * len(setup.accounts)
    if free < needed:
        said = f"only {free} of {low}-{high} are free, and {len(setup.accounts)} channels need {needed}"
        yield Finding("bad", "media ports", said, "choose another sip.local.media_ports")


def _is_free(address: str, port: int, kind: socket.SocketKind) -> bool:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, kind) as probe:
        if kind is socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


async def _channels(
    settings: Settings, setup: Setup, there: Present | None, office: Claimant | None
) -> AsyncIterator[Finding]:
    if there is not None and there.shadow:
        said = "not tried beside a shadow: the system that it watches may use these accounts"
        yield Finding("off", "channels", said, "check again after the cut-over")
        return
    views = None if there is None else await control.channels(settings)
    if views is None and office is not None:
        said = (
            f"`{office.holder}` has them: process {office.pid} on {office.host}, which does not answer here"
        )
        yield Finding("off", "channels", said, f"check on {office.host}, or again in a moment")
        return
    if views is None:
        views = await registrations(setup)
    elif {view["channel"] for view in views} != {account.user for account in setup.accounts}:
        said = "the running controller has others: it could not use the changed configuration"
        yield Finding("warn", "channels", said, "see the controller's log, or stop it and start it again")
    level = partial(_level, some_work=any(view["registered"] for view in views))
    for view in views:
        yield level(view, settings)


def _level(view: View, settings: Settings, *, some_work: bool) -> Finding:
    what = f"channel {view['channel']}"
    if view["registered"]:
        return Finding("ok", what, "is registered")
    since = (
        f" since {local(datetime.fromisoformat(view['since']), settings.property.zone)}"
        if view["since"]
        else ""
    )
    why = view["why"] or "not registered"
    return Finding("warn" if some_work else "bad", what, f"is down{since}: {why}", remedy(why))


async def registrations(setup: Setup) -> list[dict[str, Any]]:
    """Register each account for a moment."""
    LOGGER.addHandler(logging.NullHandler())  # what becomes of each account is said by its finding
    async with switchboard(setup, SystemClock().now) as telephones:
        with anyio.move_on_after(REGISTERING):
            while any(not each.registered and each.why in {"", STARTING} for each in telephones.channels()):  # noqa: ASYNC110 - told by no event
                await anyio.sleep(LOOK)
        return [
            {"channel": each.account, "registered": each.registered, "since": None, "why": each.why}
            for each in telephones.channels()
        ]
