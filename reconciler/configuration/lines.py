"""The telephone lines as the configuration describes them (``sip:``): the PBX, who we are there, what is allowed."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from desired.document import ExtensionNumber, Text
from reconciler.configuration.section import Section

PORTS_OF_A_CALL: Final = 4
"""Media ports that one call takes: sound, pictures until they are declined, and reports about each."""

FIRST_PORT: Final = 1024
"""The first that a service may open without further rights."""
LAST_PORT: Final = 65535

Port = Annotated[int, Field(ge=1, le=LAST_PORT)]


def _host(value: str) -> str:
    if re.search(r"[\s/@]", value) or "://" in value:
        raise ValueError("expected a host name or an IP address, without a scheme")
    return value


def _address(value: str) -> str:
    try:
        ip_address(value)
    except ValueError:
        raise ValueError("expected an IP address of this machine, or 0.0.0.0 for all of them") from None
    return value


def _range(value: Any) -> Any:
    match = re.fullmatch(r"\s*([0-9]{1,5})\s*-\s*([0-9]{1,5})\s*", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('expected a range of ports such as "20000-20999"')
    first, last = int(match[1]), int(match[2])
    if not FIRST_PORT <= first < last <= LAST_PORT:
        raise ValueError(f"the range must rise, between {FIRST_PORT} and {LAST_PORT}")
    return first, last


Host = Annotated[Text, AfterValidator(_host)]
MediaPorts = Annotated[tuple[int, int], BeforeValidator(_range)]
_AS_TEXT: Final = {"type": "string", "pattern": r"^\d+\s*-\s*\d+$", "default": "20000-20999"}


class Local(Section):
    """Our own end."""

    address: Annotated[str, AfterValidator(_address)] = Field(
        default="0.0.0.0",  # noqa: S104 - every address of this machine, unless the hotel says otherwise
        description="The address at which we answer.",
    )
    port: Port = 5060
    transport: Literal["udp", "tcp", "tls"] = "udp"
    media_ports: MediaPorts = Field(
        default=(20000, 20999), validate_default=False, json_schema_extra=dict(_AS_TEXT),
        description="UDP ports for sound.",
    )  # fmt: skip


class Pbx(Section):
    """The telephone exchange, or Zoom."""

    address: Annotated[Host, Field(min_length=1)]
    port: Port = 5060
    expires: int = Field(default=3600, ge=60, le=86_400, description="Seconds that a registration holds.")
    realm: Text = Field(
        default="", description="What it must name when it asks for a password; empty: anything."
    )
    domain: Host = Field(default="", description="The domain of the extensions; empty: its address.")
    register_using: Literal["pbx", "domain"] = Field(
        default="pbx", description="Whose name we register with."
    )

    @model_validator(mode="after")
    def _domain_to_use(self) -> Pbx:
        if self.register_using == "domain" and not self.domain:
            raise ValueError("register_using: domain needs pbx.domain")
        return self


class Proxy(Section):
    """An outbound proxy through which everything goes."""

    address: Host = ""
    port: Port = 5091


class Tls(Section):
    """Whose certificates are believed."""

    ca_file: Path = Field(description="The certificate of the authority that signs the PBX's or the proxy's.")


class Account(Section):
    """One channel: it carries one call at a time."""

    user: Annotated[Text, Field(min_length=1)]
    auth_user: Text = Field(default="", description="The name that goes with the password; empty: user.")
    password: SecretStr | None = None
    password_file: Path | None = None
    extension: ExtensionNumber | None = Field(
        default=None, description="The number by which it is called. Default: user."
    )


class Sip(Section):
    """The telephone lines."""

    backend: Literal["baresip", "pyvoip"] = "baresip"
    local: Local = Local()
    pbx: Pbx
    proxy: Proxy = Proxy()
    tls: Tls | None = None
    srtp: Literal["off", "optional", "required"] = Field(
        default="off", description="Encryption of the sound."
    )
    accounts: Annotated[list[Account], Field(min_length=1)] | Literal["zoom"] = Field(
        description="The channels; zoom: those that `reconcile sip import` has read."
    )
    pai_means: Literal["caller", "room"] = Field(
        default="caller",
        description="Whom P-Asserted-Identity names in a forwarded call that names two rooms.",
    )

    @model_validator(mode="after")
    def _can_be_done(self) -> Sip:
        if self.local.transport == "tls" and self.tls is None:
            raise ValueError("local.transport: tls needs tls.ca_file: certificates are always verified")
        if self.backend == "pyvoip":
            self._plain_udp_only()
        if isinstance(self.accounts, list):
            self._enough_for(self.accounts)
        return self

    def _plain_udp_only(self) -> None:
        asked = {
            f"local.transport: {self.local.transport}": self.local.transport != "udp",
            "proxy": bool(self.proxy.address),
            f"srtp: {self.srtp}": self.srtp != "off",
            "accounts: zoom": self.accounts == "zoom",
        }
        too_much = [name for name, is_asked in asked.items() if is_asked]
        if too_much:
            raise ValueError(f"backend: pyvoip does plain UDP only, not {', '.join(too_much)}; use baresip")

    def _enough_for(self, accounts: list[Account]) -> None:
        users = [account.user for account in accounts]
        twice = next((user for user in users if users.count(user) > 1), None)
        if twice is not None:
            raise ValueError(f"accounts: {twice} stands twice")
        first, last = self.local.media_ports
        if last - first + 1 < PORTS_OF_A_CALL * len(accounts):
            raise ValueError(
                f"local.media_ports: {len(accounts)} accounts need {PORTS_OF_A_CALL * len(accounts)} ports"
            )
