"""The SIP accounts of a telephone that was provisioned by hand: what a generic device registers with.

Zoom shows them in full, passwords too (Zoom API, Get device details). So they are read when somebody asks for just
that, and never kept here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from drivers.zoom import convert
from drivers.zoom import operations as op
from drivers.zoom.calls import Call, Calls
from drivers.zoom.listing import listed, understood
from reconciler.account.operation import Priority

DEVICES_A_PAGE: Final = 300
BY_HAND: Final = "manual"


@dataclass(frozen=True, slots=True)
class Telephone:
    """A telephone as the lists show it."""

    id: str
    name: str
    mac: str


@dataclass(frozen=True, slots=True)
class SipAccount:
    """One account. ``proxy`` is a host with or without its port, "" for none."""

    user: str
    auth_user: str
    password: str = field(repr=False)
    domain: str
    proxy: str


@dataclass(frozen=True, slots=True)
class Provisioned:
    """What a telephone was provisioned with; ``how`` is Zoom's word: ztp, assisted or manual."""

    how: str
    accounts: tuple[SipAccount, ...]


class Provisioning:
    """Looks for telephones of one Zoom account. Every method may raise reconciler.errors."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    async def telephones(self, named: str) -> Sequence[Telephone]:
        """Those with this name, or with this MAC address in any of its forms; of nobody and of somebody."""
        found: dict[str, Telephone] = {}
        for kind in ("assigned", "unassigned"):
            call = Call(op.LIST_DEVICES, query={"type": kind, "page_size": DEVICES_A_PAGE})
            for item in await listed(self._calls, call, "devices", Priority.REFRESH):
                telephone = understood(op.LIST_DEVICES, _telephone, item)
                if telephone.id and _is(named, telephone):
                    found[telephone.id] = telephone
        return tuple(found.values())

    async def of(self, telephone: Telephone) -> Provisioned:
        """What this telephone was provisioned with."""
        answer = await self._calls.read(
            Call(op.READ_DEVICE, ids={"deviceId": telephone.id}), Priority.REFRESH
        )
        return understood(op.READ_DEVICE, _provisioned, answer)


def _telephone(item: convert.Item) -> Telephone:
    return Telephone(*(convert.text(item, name) for name in ("id", "display_name", "mac_address")))


def _is(named: str, telephone: Telephone) -> bool:
    return named.casefold() == telephone.name.casefold() or (_bare(named) == _bare(telephone.mac) != "")


def _bare(mac: str) -> str:
    """The twelve digits of a MAC address, "" for what is none."""
    digits = re.sub("[-:. ]", "", mac.lower())
    return digits if re.fullmatch("[0-9a-f]{12}", digits) else ""


def _provisioned(item: convert.Item) -> Provisioned:
    provision = item.get("provision")
    if not isinstance(provision, dict):
        return Provisioned("", ())
    accounts = convert.items({"sip_accounts": provision.get("sip_accounts") or []}, "sip_accounts")
    return Provisioned(convert.text(provision, "type"), tuple(map(_account, accounts)))


def _account(item: dict[str, Any]) -> SipAccount:
    return SipAccount(
        user=convert.text(item, "user_name").strip(),
        auth_user=convert.text(item, "authorization_id").strip(),
        password=convert.text(item, "password"),
        domain=convert.text(item, "sip_domain").strip(),
        proxy=convert.text(item, "outbound_proxy").strip(),
    )
