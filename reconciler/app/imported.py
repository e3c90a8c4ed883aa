"""``sip.accounts: zoom``: the SIP accounts of a telephone that was provisioned by hand in Zoom, kept as a secret.

`reconcile sip import` reads them once; they stand in a file of the state folder that only its owner may read, and
nowhere else. What the configuration says of proxy and domain goes before what Zoom says.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from drivers.zoom.provisioning import BY_HAND, SipAccount, Telephone
from reconciler.app.online import online
from reconciler.configuration.lines import LAST_PORT
from reconciler.configuration.settings import Settings
from reconciler.errors import Fatal

FILE: Final = "secrets/sip-accounts.json"
"""In the state folder."""

_REMEDY: Final = "read them with `reconcile sip import --device NAME`"


@dataclass(frozen=True, slots=True)
class Imported:
    """The telephone lines as Zoom provisioned them: one domain and one proxy ("": none) for all."""

    device: str
    accounts: tuple[SipAccount, ...]

    @property
    def domain(self) -> str:
        """Of all accounts."""
        return self.accounts[0].domain

    @property
    def proxy(self) -> tuple[str, int | None]:
        """Host, "" for none, and port, None where Zoom names none."""
        host, colon, port = self.accounts[0].proxy.rpartition(":")
        return (
            (host, int(port))
            if colon and port.isascii() and port.isdecimal()
            else (self.accounts[0].proxy, None)
        )


async def import_accounts(settings: Settings, device: str) -> Imported:
    """Read the accounts of the telephone with this name or MAC address, and keep them. Fatal says what is wrong."""
    async with online(settings) as room:
        await room.driver.connect()
        telephone = _the_one(await room.driver.provisioning.telephones(device), device)
        found = await room.driver.provisioning.of(telephone)
    if not found.accounts:
        how = (
            "shows no SIP accounts of it"
            if found.how == BY_HAND
            else f"provisions it by itself ({found.how})"
        )
        raise Fatal(
            f"{telephone.name}: Zoom {how}",
            "choose a telephone that was added by hand (Phones & Devices, manual provisioning)",
        )
    imported = Imported(telephone.name, found.accounts)
    _make_sure(imported)
    _keep(settings.state / FILE, imported)
    return imported


def imported_in(state: Path) -> Imported:
    """What was imported. Fatal if nothing was, or if it cannot be read."""
    file = state / FILE
    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
        imported = Imported(plain["device"], tuple(SipAccount(**account) for account in plain["accounts"]))
        _make_sure(imported)
    except FileNotFoundError:
        raise Fatal("sip.accounts: zoom: no accounts have been read yet", _REMEDY) from None
    except OSError as error:
        raise Fatal(f"{file}: {error.strerror}", "let the user that runs housephone read it") from error
    except (ValueError, LookupError, TypeError, RecursionError):
        raise Fatal(f"{file}: cannot be understood", _REMEDY) from None  # what it holds is secret
    return imported


def users_of(settings: Settings) -> list[str]:
    """The accounts that are the channels; none where nothing was imported yet, or no ``sip:`` is there."""
    if settings.sip is None:
        return []
    if isinstance(settings.sip.accounts, list):
        return [account.user for account in settings.sip.accounts]
    try:
        return [account.user for account in imported_in(settings.state).accounts]
    except Fatal:
        return []


def _the_one(found: Sequence[Telephone], device: str) -> Telephone:
    if not found:
        raise Fatal(
            f"Zoom has no telephone with the name or MAC address {device}",
            "see Phones & Devices in Zoom's web portal",
        )
    if len(found) > 1:
        addresses = ", ".join(sorted(each.mac for each in found))
        raise Fatal(
            f"Zoom has {len(found)} telephones with that name: {addresses}", "name one by its MAC address"
        )
    return found[0]


def _make_sure(imported: Imported) -> None:
    """Fatal where these are no accounts to register; TypeError where they are not even text."""
    if not imported.accounts or not all(_is_plain(account) for account in imported.accounts):
        raise Fatal(
            f"{imported.device}: an account that is no line of plain text",
            "see to it in Zoom, and import again",
        )
    users = [account.user for account in imported.accounts]
    if not all(users) or len(set(users)) < len(users):
        raise Fatal(
            f"{imported.device}: an account without a user name, or one that stands twice",
            "see to it in Zoom",
        )
    for what, values in (
        ("domain", {account.domain for account in imported.accounts}),
        ("outbound proxy", {account.proxy for account in imported.accounts}),
    ):
        if len(values) > 1:
            raise Fatal(
                f"{imported.device}: its accounts are not of one {what}: {', '.join(sorted(values))}",
                "choose a telephone whose lines are all of one site",
            )


def _is_plain(account: SipAccount) -> bool:
    """Whether it can stand in a telephone stack's own settings, where a line break would begin another one."""
    names = (account.user, account.auth_user, account.domain, account.proxy)
    port = re.search("(?<=:)[0-9]+$", account.proxy)
    return (
        "".join((*names, account.password)).isprintable()
        and not any(sign in name for name in names for sign in ' "<>;,')
        and (port is None or 0 < int(port[0][:6]) <= LAST_PORT)
    )


def _keep(file: Path, imported: Imported) -> None:
    """Write the file whole, readable by nobody else at any moment."""
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = file.with_suffix(".tmp")
    new.unlink(missing_ok=True)
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        accounts = [asdict(account) for account in imported.accounts]
        json.dump({"device": imported.device, "accounts": accounts}, opened)
    new.replace(file)
