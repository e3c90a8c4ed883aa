"""housephone.yaml as checked values. Every mistake names its file, line and column and what was expected.

Any setting may come from the environment instead (``HOUSEPHONE_ZOOM__CLIENT_SECRET``); a secret may also be a file.
The overlay of the environment is our own few lines, because importing pydantic-settings alone costs 0.2 s of the
half second that an audit of a thousand rooms may take.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from desired.document import Calling, Text
from desired.names import NameTemplates
from reconciler.capability import Feature, FeatureState
from reconciler.links import PmsLink, told_apart
from reconciler.rooms import RoomTable
from reconciler.section import Section

PREFIX = "HOUSEPHONE_"
FILE_NAME = "housephone.yaml"

_NO_SETTINGS = (f"{PREFIX}CONFIG", f"{PREFIX}TEST_")
"""Variables with our prefix that choose the configuration, or steer a test run."""


class Property(Section):
    """The hotel itself."""

    name: Text = Field(default="Hotel", description="The hotel's name, for reports.")
    timezone: str = Field(description="IANA time zone, such as America/New_York.")
    tenant: Text = Field(default="", description="For names and departments.")
    site: Text = Field(default="", description="For names and departments.")

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, ZoneInfoNotFoundError) as error:
            raise ValueError("expected an IANA time zone such as America/New_York") from error
        return value

    @property
    def zone(self) -> ZoneInfo:
        """The hotel's time zone."""
        return ZoneInfo(self.timezone)


class Room(Section):
    """A room of the list that is more than a number."""

    room: Text
    extensions: Annotated[list[Text], Field(min_length=1)] | None = None
    description: Text = ""
    room_id: Text | None = None


def _country(value: str) -> str:
    if re.fullmatch("[A-Z]{2}", value) is None:
        raise ValueError("expected a country's two capital letters such as US")
    return value


class Zoom(Section):
    """The Zoom account and how much of its limits we use."""

    url: str = Field(
        default="https://zoom.us", description="Token host; the regional base comes from its answer."
    )
    account_id: Text = ""
    client_id: Text = ""
    client_secret: SecretStr | None = None
    client_secret_file: Path | None = None
    allowed_hosts: list[str] = Field(
        default_factory=list, description="Further hosts that a token's api_url may name (vanity hosts)."
    )
    plan: Literal["pro", "business"] = "pro"
    share: float = Field(default=0.5, gt=0, le=1, description="Part of the account's limits that we may use.")
    retries: int = Field(default=3, ge=0, le=20, description="Quick tries of one change ...")
    interval: float = Field(default=60, gt=0, description="... this many seconds apart.")
    refresh_cache: float = Field(default=480, gt=0, description="Minutes between full refreshes.")
    drift_check: float = Field(default=15, gt=0, description="Minutes between sweeps of the cheap lists.")
    debug: bool = Field(default=False, description="Packet log, masked; switchable while running.")
    home_country: Annotated[str, AfterValidator(_country)] = Field(
        default="US", json_schema_extra={"pattern": "^[A-Z]{2}$"},
        description="For calling: the country of the hotel.",
    )  # fmt: skip


class NameParts(Section):
    """Templates of one state, see names."""

    first: str = ""
    last: str = ""
    display: str


class DeviceNames(Section):
    """Templates for the telephone's own name."""

    occupied: str
    vacant: str


class Names(Section):
    """How guests' names become the names that telephones show."""

    occupied: NameParts = NameParts(
        first="${vip} ${first}", last="${last} ${extension}", display="${vip} ${first} ${last} ${extension}"
    )
    vacant: NameParts = NameParts(first="Room", last="${extension}", display="Room ${extension}")
    device: DeviceNames | None = None
    vip: dict[Text, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _templates_compile(self) -> Names:
        self.templates()
        return self

    def templates(self) -> NameTemplates:
        """The compiled templates. ValueError names the template and the unknown variable."""
        return NameTemplates(
            occupied=(self.occupied.first, self.occupied.last, self.occupied.display),
            vacant=(self.vacant.first, self.vacant.last, self.vacant.display),
            device=(self.device.occupied, self.device.vacant) if self.device else None,
            vip=self.vip,
        )


class EmergencyVerified(Section):
    """Who tried an emergency call from a restricted telephone, and on which kinds."""

    date: date
    by: Text
    users: bool = False
    common_areas: bool = False


class CallingRules(Section):
    """Class of service; written to Zoom only when enabled and verified."""

    enabled: bool = False
    occupied: Calling = "international"
    vacant: Calling = "internal"
    emergency_verified: EmergencyVerified | None = None

    @model_validator(mode="after")
    def _verified_first(self) -> CallingRules:
        verified = self.emergency_verified
        if self.enabled and (verified is None or not (verified.users or verified.common_areas)):
            raise ValueError(
                "calling.enabled needs emergency_verified: {date, by, users, common_areas}: "
                "try an emergency call from a restricted telephone first"
            )
        return self

    def withheld(self) -> dict[Feature, FeatureState]:
        """The kinds of telephones whose class of service stays as it is, because nobody tried an emergency call."""
        verified = self.emergency_verified
        tried = {
            Feature.USER_CALLING: ("users", verified is not None and verified.users),
            Feature.COMMON_AREA_CALLING: ("common_areas", verified is not None and verified.common_areas),
        }
        return {
            feature: FeatureState(
                on=False,
                reason=f"no emergency call was tried from restricted {kind.replace('_', ' ')}",
                remedy=f"try one, then set calling.emergency_verified.{kind}",
            )
            for feature, (kind, done) in tried.items()
            if not done
        }


def _share_of_rooms(value: Any) -> Any:
    match = re.fullmatch(r"(100|[0-9]{1,2})\s*%", value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("expected a percentage such as 25%")
    return int(match[1]) / 100


class Safety(Section):
    """Limits that a pass may not cross unless a person allows it by name."""

    max_blanked: Annotated[float, BeforeValidator(_share_of_rooms)] = Field(
        default=0.25, validate_default=False,
        json_schema_extra={"type": "string", "pattern": r"^\d{1,3}\s*%$", "default": "25%"},
        description="Rooms that may lose their guest within 10 minutes without a check-out behind each.",
    )  # fmt: skip
    max_deletes: int = Field(default=200, ge=0, description="Voicemails per pass.")


class Retention(Section):
    """How long what we know is kept."""

    history_days: int = Field(default=90, ge=1)
    pms_log_days: int = Field(
        default=14, ge=1, description="Days for which frames of the PMS links are kept."
    )


class Alerts(Section):
    """Where alerts go."""

    mail: str | None = None
    webhook: str | None = None
    second_contact: Text | None = None


class Desk(Section):
    """The desk's page and API."""

    listen: str = "127.0.0.1:8080"
    users: list[Any] = Field(default_factory=list)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to listen on."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    @model_validator(mode="after")
    def _loopback_without_users(self) -> Desk:
        try:
            host, _ = self.address
        except ValueError:
            raise ValueError("desk.listen: expected host:port such as 127.0.0.1:8080") from None
        if host not in {"127.0.0.1", "localhost", "::1"} and not self.users:
            raise ValueError("desk.listen: an address other than loopback (127.0.0.1) needs desk.users")
        return self


Department = Literal["disabled", "state", "description", "room_id", "tenant", "site"]


class DepartmentWords(Section):
    """The words and the date of department: state."""

    occupied: str = "In"
    vacant: str = "Out"
    date_format: str = "%Y-%m-%d"


class Settings(Section):
    """The whole configuration. Relative paths start at the configuration file's folder."""

    property: Property
    desired: Path = Path("rooms")
    state: Path = Path("state")
    database: SecretStr | None = None
    rooms: list[Text | Room] | None = None
    zoom: Zoom = Zoom()
    names: Names = Names()
    department: Department = "disabled"
    department_words: DepartmentWords = DepartmentWords()
    message_management: bool = False
    calling: CallingRules = CallingRules()
    safety: Safety = Safety()
    pms: list[PmsLink] = Field(default_factory=list)
    sip: dict[str, Any] | None = None
    voice: dict[str, Any] | None = None
    log_names: bool = False
    retention: Retention = Retention()
    alerts: Alerts = Alerts()
    desk: Desk = Desk()

    @field_validator("pms")
    @classmethod
    def _links_told_apart(cls, value: list[PmsLink]) -> list[PmsLink]:
        return told_apart(value)

    @model_validator(mode="after")
    def _rooms_make_sense(self) -> Settings:
        _ = self.room_table  # made here, so that a bad entry is told with the other mistakes
        return self

    @cached_property
    def room_table(self) -> RoomTable | None:
        """The guest rooms, or None where the documents declare them. ValueError on a bad entry."""
        if self.rooms is None:
            return None
        return RoomTable.of(
            [
                entry
                if isinstance(entry, str)
                else (entry.room, entry.extensions, entry.description, entry.room_id)
                for entry in self.rooms
            ]
        )


def secret(value: SecretStr | None, file: Path | None, name: str) -> str:
    """A secret from its setting or its file. ValueError says which of the two is missing or unreadable."""
    if value is not None:
        return value.get_secret_value()
    if file is None:
        raise ValueError(
            f"{name} is missing: set {name}, {name}_file or {PREFIX}{name.upper().replace('.', '__')}"
        )
    try:
        text = file.read_text(encoding="utf-8-sig").strip()
    except OSError as error:
        raise ValueError(f"{name}_file: {file}: {error.strerror}") from error
    except UnicodeDecodeError:
        raise ValueError(f"{name}_file: {file}: not UTF-8 text") from None  # the bytes are the secret's
    if not text:
        raise ValueError(f"{name}_file: {file}: the file is empty")
    return text


def overlay(data: Any, environment: Mapping[str, str]) -> Any:
    """Lay ``HOUSEPHONE_A__B=value`` over the file's data; JSON values are taken as JSON, others as text."""
    data = dict(data) if isinstance(data, dict) else {}
    for key, value in environment.items():
        if not key.startswith(PREFIX) or key.startswith(_NO_SETTINGS):
            continue
        *path, last = key.removeprefix(PREFIX).lower().split("__")
        section = data
        for step in path:
            inner = section.get(step)
            section[step] = section = dict(inner) if isinstance(inner, dict) else {}
        section[last] = _json_or_text(value)
    return data


def _json_or_text(value: str) -> Any:
    if value[:1] in "[{" or value in {"null", "true", "false"}:
        import json  # rare, and start-up time counts

        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def find(explicit: Path | None, environment: Mapping[str, str] = os.environ) -> Path | None:
    """The configuration file: --config, $HOUSEPHONE_CONFIG, ./housephone.yaml, the platform's folder."""
    if explicit is not None:
        return explicit
    if environment.get(f"{PREFIX}CONFIG"):
        return Path(environment[f"{PREFIX}CONFIG"])
    if Path(FILE_NAME).is_file():
        return Path(FILE_NAME)
    from platformdirs import site_config_path, user_config_path  # only where nothing nearer is found

    for folder in (user_config_path("housephone"), site_config_path("housephone")):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    return None
