"""What a telephone stack has to know to work: where the PBX is, who we are there, what is allowed.

It is made from the configuration, and is the first message to the worker process. It holds passwords: it goes over
the pipe only, and its text form hides them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Transport = Literal["udp", "tcp", "tls"]
Srtp = Literal["off", "optional", "required"]


@dataclass(frozen=True, slots=True)
class Account:
    """One channel: who it is at the PBX."""

    user: str
    auth_user: str = ""
    """The name for the digest; "" if it is ``user``."""
    password: str = field(default="", repr=False)
    extension: str = ""
    """By which it is called; "" if it is ``user``."""


@dataclass(frozen=True, slots=True)
class Setup:
    """A whole telephone side, for any backend."""

    backend: str
    registrar: str
    """Host name or address of the PBX."""
    registrar_port: int
    accounts: tuple[Account, ...] = ()
    transport: Transport = "udp"
    local_address: str = "0.0.0.0"  # noqa: S104 - every address of this machine, unless the hotel says otherwise
    local_port: int = 5060
    media_ports: tuple[int, int] = (20000, 20999)
    expires: int = 3600
    """Seconds of validity that a registration asks for."""
    realm: str = ""
    """What the PBX must name in its challenge; "" for anything."""
    domain: str = ""
    """Domain of the extensions that we call; "" if it is ``registrar``."""
    register_domain: bool = False
    """Register at ``domain`` rather than at the PBX by its own name; requests go to the same machine."""
    proxy: str = ""
    """Outbound proxy; "" for none."""
    proxy_port: int = 5091
    ca_file: str = ""
    srtp: Srtp = "off"
    media_lost_after: int = 40
    """Seconds without a packet of sound after which the other side has vanished."""

    @property
    def next_hop(self) -> tuple[str, int]:
        """Where every request goes first; also whose name the certificate must hold, and who may call us."""
        return (self.proxy, self.proxy_port) if self.proxy else (self.registrar, self.registrar_port)

    @property
    def dialled_at(self) -> str:
        """The host part of an extension that we call."""
        return self.domain or self.registrar
