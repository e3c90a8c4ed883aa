"""The telephone lines of a hotel, opened as the settings say."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from drivers.sip.process import COMMAND
from drivers.sip.setup import Account, Setup
from drivers.sip.switchboard import Switchboard, switchboard
from reconciler.app.imported import Imported, imported_in
from reconciler.app.telephony import Lines
from reconciler.configuration import lines
from reconciler.configuration.lines import Sip
from reconciler.configuration.settings import Settings, secret
from reconciler.errors import Fatal
from reconciler.ports import Clock

Opening = Callable[[Setup, Callable[[], datetime], Sequence[str]], AbstractAsyncContextManager[Switchboard]]
"""Has the channels of a setup, by a clock, from a stack that a command starts, for as long as a block lasts."""


@asynccontextmanager
async def lines_of(
    settings: Settings,
    clock: Clock,
    *,
    shadow: bool = False,
    command: Sequence[str] = COMMAND,
    opening: Opening = switchboard,
) -> AsyncIterator[Lines | None]:
    """The lines while inside; None where there is no ``sip:``. A ``shadow`` leaves them to the system beside it.

    ``command`` starts the telephone stack: the demo has one without a network behind it.
    """
    sip = settings.sip
    if sip is None or shadow:
        yield None
        return
    setup = setup_of(sip, settings.state)
    numbers = frozenset(account.extension or account.user for account in setup.accounts)
    async with opening(setup, clock.now, command) as telephones:
        yield Lines(
            telephones, numbers | {account.user for account in setup.accounts}, telephones.log_packets,
            telephones.light,
        )  # fmt: skip


def setup_of(sip: Sip, state: Path) -> Setup:
    """The lines as the telephone stack takes them; ``state`` is the folder of what was imported from Zoom.

    Fatal where accounts, a password or a certificate cannot be had.
    """
    setup = Setup(
        backend=sip.backend,
        registrar=sip.pbx.address,
        registrar_port=sip.pbx.port,
        accounts=() if isinstance(sip.accounts, str) else tuple(_account(each) for each in sip.accounts),
        transport=sip.local.transport,
        local_address=sip.local.address,
        local_port=sip.local.port,
        media_ports=sip.local.media_ports,
        expires=sip.pbx.expires,
        realm=sip.pbx.realm,
        domain=sip.pbx.domain,
        register_domain=sip.pbx.register_using == "domain",
        proxy=sip.proxy.address,
        proxy_port=sip.proxy.port,
        ca_file=_readable(sip.tls.ca_file) if sip.tls else "",
        srtp=sip.srtp,
    )
    return _with_imported(setup, imported_in(state)) if sip.accounts == "zoom" else setup


def _with_imported(setup: Setup, imported: Imported) -> Setup:
    """With the accounts that Zoom provisioned; its domain and proxy where the configuration says nothing."""
    host, port = imported.proxy
    accounts = tuple(Account(each.user, each.auth_user, each.password) for each in imported.accounts)
    setup = replace(setup, accounts=accounts, domain=setup.domain or imported.domain)
    if setup.proxy or not host:
        return setup
    return replace(setup, proxy=host, proxy_port=port or setup.proxy_port)


def _account(account: lines.Account) -> Account:
    password = ""
    if account.password is not None or account.password_file is not None:
        try:
            password = secret(account.password, account.password_file, "sip.accounts.password")
        except ValueError as error:
            raise Fatal(
                str(error), f"give account {account.user} the password that it has at the PBX"
            ) from error
    return Account(account.user, account.auth_user, password, account.extension or "")


def _readable(file: Path) -> str:
    try:
        file.read_bytes()
    except OSError as error:
        raise Fatal(
            f"sip.tls.ca_file: {file}: {error.strerror}", "name the certificate of the PBX's authority"
        ) from error
    return str(file)
