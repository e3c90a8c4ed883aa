"""Who hears of alarms and gets the night report, as the configuration names them (``alerts:``, ``report:``)."""

from __future__ import annotations

import re
from datetime import time
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from desired.document import Text
from reconciler.configuration.lines import Host, Port
from reconciler.configuration.section import CENTURY, YEAR, Section

_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
_ADDRESS: Final = re.compile(r"(?:[^<>@\r\n]*<)?[^\s<>@,;]+@[^\s<>@,;]+>?")


def _address(value: str) -> str:
    if _ADDRESS.fullmatch(value) is None or value.endswith(">") != ("<" in value):
        raise ValueError("expected an address such as night@hotel.example or Hotel <night@hotel.example>")
    return value


def _more_than_an_address(value: Any) -> Any:
    if isinstance(value, str):
        raise ValueError(
            "expected {server: ..., from: ..., to: [...]}: an address alone names no mail server"
        )
    return value


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _web_address(value: str) -> str:
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or not value.isprintable() or " " in value:
        raise ValueError("expected an address such as https://hotel.example/alarms")
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host)):
        raise ValueError("expected https:// (http:// only to this machine itself)")
    return value


def _time_of_day(value: Any) -> Any:
    match = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('expected a time of day such as "06:00"')
    return time(int(match[1]), int(match[2]))


Address = Annotated[Text, AfterValidator(_address)]


class Mail(Section):
    """The mail server, and who gets letters from whom."""

    model_config = ConfigDict(populate_by_name=True)

    server: Annotated[Host, Field(min_length=1)]
    port: Port | None = Field(
        default=None, description="587 (starttls), 465 (tls) or 25 (none) where it is not said."
    )
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: Text = ""
    password: SecretStr | None = None
    password_file: Path | None = None
    ca_file: Path | None = Field(
        default=None, description="The authority of the server's certificate, if it is the hotel's own."
    )
    sender: Address = Field(alias="from")
    to: Annotated[list[Address], Field(min_length=1)]

    @model_validator(mode="after")
    def _no_password_in_the_open(self) -> Mail:
        if self.user and self.security == "none" and not _is_loopback(self.server):
            raise ValueError("security: none would send the password in the open; use starttls or tls")
        return self

    @property
    def port_in_use(self) -> int:
        """The port that is meant."""
        return self.port or _PORTS[self.security]


class Webhook(Section):
    """A program of the hotel's that hears of alarms."""

    url: Annotated[str, AfterValidator(_web_address)]
    secret: SecretStr | None = None
    secret_file: Path | None = Field(default=None, description="Signs what is posted (HMAC-SHA256).")


class Alerts(Section):
    """Who hears of alarms, beside the operator."""

    mail: Annotated[Mail, BeforeValidator(_more_than_an_address)] | None = None
    webhook: Webhook | None = None
    link_down: float = Field(
        default=5,
        ge=0,
        le=YEAR * 1440,
        description="Minutes after which a PMS or Zoom that is away is an alarm.",
    )
    second_contact: Text | None = Field(
        default=None, description="An extension that is called after the operator."
    )


class NightReport(Section):
    """The report that is written every day."""

    at: Annotated[time, BeforeValidator(_time_of_day)] | None = Field(
        default=None, json_schema_extra={"type": "string", "pattern": r"^\d{1,2}:\d{2}$", "format": ""},
        description="The hour at which it is written, in the hotel's time.",
    )  # fmt: skip
    folder: Path | None = Field(default=None, description="Where it is written as a page and as data.")
    mail: bool = Field(default=False, description="Whether it is mailed as well (alerts.mail).")
    webhook: bool = Field(default=False, description="Whether it is posted as well (alerts.webhook).")
    keep_days: int = Field(
        default=30, ge=1, le=CENTURY, description="Days for which those in the folder are kept."
    )

    @model_validator(mode="after")
    def _goes_somewhere(self) -> NightReport:
        if self.at is not None and self.folder is None and not self.mail and not self.webhook:
            raise ValueError("report.at: say where it goes: folder, mail or webhook")
        return self
