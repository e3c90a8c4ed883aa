"""housephone.yaml as checked values. Every mistake names its file, line and column and what was expected.

Any setting may come from the environment instead (reconciler.configuration.environment); a secret may also be a file.
"""

from __future__ import annotations

import re
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
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
from reconciler.configuration.alerts import Alerts, NightReport
from reconciler.configuration.deskusers import Desk
from reconciler.configuration.environment import PREFIX
from reconciler.configuration.grounds import Grounds
from reconciler.configuration.lines import Sip
from reconciler.configuration.links import PmsLink, told_apart
from reconciler.configuration.manners import Voice
from reconciler.configuration.section import CENTURY, MANY, YEAR, Section
from reconciler.contested import MOST
from reconciler.rooms import Entry, RoomTable


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


def _socket(value: str) -> str:
    parts = urlsplit(value)
    inside = parts.scheme == "ws" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if not (inside or parts.scheme == "wss") or not parts.hostname or "@" in value or parts.query:
        raise ValueError("expected a wss:// address without a question mark, such as wss://ws.zoom.us/ws")
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
    interval: float = Field(default=60, gt=0, le=YEAR * 86_400, description="... this many seconds apart.")
    refresh_cache: float = Field(
        default=480, gt=0, le=YEAR * 1440, description="Minutes between full refreshes."
    )
    drift_check: float = Field(
        default=15, gt=0, le=YEAR * 1440, description="Minutes between sweeps of the cheap lists."
    )
    debug: bool = Field(default=False, description="Packet log, masked; switchable while running.")
    home_country: Annotated[str, AfterValidator(_country)] = Field(
        default="US", json_schema_extra={"pattern": "^[A-Z]{2}$"},
        description="For calling: the country of the hotel.",
    )  # fmt: skip
    events: Literal["off", "webhook", "websocket"] = Field(
        default="off", description="How Zoom tells of changes by itself; without, the next sweep finds them."
    )
    event_secret: SecretStr | None = Field(
        default=None, description="For webhook: the secret token of the app's event subscriptions."
    )
    event_secret_file: Path | None = None
    event_subscription: Text = Field(default="", description="For websocket: the id of the subscription.")
    event_url: Annotated[str, AfterValidator(_socket)] = Field(
        default="wss://ws.zoom.us/ws", description="For websocket: Zoom's address."
    )

    @model_validator(mode="after")
    def _events_can_come(self) -> Zoom:
        if self.events == "webhook" and self.event_secret is None and self.event_secret_file is None:
            raise ValueError(
                "zoom.events: webhook needs zoom.event_secret_file, with the secret token that Zoom shows "
                "among the features of the app"
            )
        if self.events == "websocket" and not self.event_subscription:
            raise ValueError(
                "zoom.events: websocket needs zoom.event_subscription, the subscriptionId in the address "
                "that Zoom shows for it"
            )
        return self


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
        NameTemplates(**self.parts())  # ValueError names the template and the unknown variable
        return self

    def parts(self) -> dict[str, Any]:
        """What the compiled templates are made of."""
        return {
            "occupied": (self.occupied.first, self.occupied.last, self.occupied.display),
            "vacant": (self.vacant.first, self.vacant.last, self.vacant.display),
            "device": (self.device.occupied, self.device.vacant) if self.device else None,
            "vip": self.vip,
        }


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

    @property
    def untried(self) -> tuple[str, ...]:
        """The kinds of telephones from which nobody tried an emergency call."""
        verified = self.emergency_verified
        tried = {
            "users": verified is not None and verified.users,
            "common_areas": verified is not None and verified.common_areas,
        }
        return tuple(kind for kind, done in tried.items() if not done)


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
    max_deletes: int = Field(default=200, ge=0, le=MANY, description="Voicemails per pass.")
    max_repairs: int = Field(default=MOST, ge=1, le=MANY, description="Repairs of one field within an hour.")


class Retention(Section):
    """How long what we know is kept."""

    history_days: int = Field(default=90, ge=1, le=CENTURY)
    pms_log_days: int = Field(
        default=14, ge=1, le=CENTURY, description="Days for which frames of the PMS links are kept."
    )


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
    centre: SecretStr | None = Field(
        default=None,
        description="At a property whose Zoom is looked after elsewhere: the database of the centre.",
    )
    rooms: list[Text | Room] | None = None
    zoom: Zoom = Zoom()
    names: Names = Names()
    department: Department = "disabled"
    department_words: DepartmentWords = DepartmentWords()
    message_management: bool = False
    calling: CallingRules = CallingRules()
    safety: Safety = Safety()
    pms: list[PmsLink] = Field(default_factory=list)
    sip: Sip | None = None
    voice: Voice | None = None
    log_names: bool = False
    retention: Retention = Retention()
    alerts: Alerts = Alerts()
    report: NightReport = NightReport()
    desk: Desk = Desk()

    @field_validator("pms")
    @classmethod
    def _links_told_apart(cls, value: list[PmsLink]) -> list[PmsLink]:
        return told_apart(value)

    @model_validator(mode="after")
    def _centre_is_another(self) -> Settings:
        if self.centre is None:
            return self
        if not self.centre.get_secret_value().startswith("postgresql:"):
            raise ValueError(
                "centre: expected the centre's database, such as postgresql://housephone@db.example/housephone"
            )
        if self.database is not None:
            raise ValueError(
                "centre: what the property knows stands in a file of its own, so that it goes on without the centre; "
                "leave out database"
            )
        return self

    @model_validator(mode="after")
    def _rooms_make_sense(self) -> Settings:
        RoomTable.of(self._entries() or ())  # made here, so that a bad entry is told with the other mistakes
        return self

    @model_validator(mode="after")
    def _report_can_leave(self) -> Settings:
        if self.report.mail and self.alerts.mail is None:
            raise ValueError("report.mail needs alerts.mail: the mail server and who gets it")
        if self.report.webhook and self.alerts.webhook is None:
            raise ValueError("report.webhook needs alerts.webhook: where it is posted")
        return self

    @model_validator(mode="after")
    def _lamps_can_be_switched(self) -> Settings:
        if self.voice is None or not self.voice.light.notify:
            return self
        if self.sip is not None and self.sip.backend == "pyvoip":
            raise ValueError("voice.light.notify: backend: pyvoip cannot switch lamps; use baresip")
        if self.message_management or not self.voice.mailbox.enabled:
            raise ValueError(
                "voice.light.notify needs our own mailbox: voice.mailbox, without message_management"
            )
        return self

    def _entries(self) -> list[Entry] | None:
        if self.rooms is None:
            return None
        return [
            entry
            if isinstance(entry, str)
            else (entry.room, entry.extensions, entry.description, entry.room_id)
            for entry in self.rooms
        ]

    @cached_property
    def grounds(self) -> Grounds:
        """What an audit has to know of all this; only once the paths are whole."""
        words, calling = self.department_words, self.calling
        return Grounds(
            name=self.property.name,
            timezone=self.property.timezone,
            account=self.zoom.account_id,
            desired=str(self.desired),
            state=str(self.state),
            rooms=self._entries(),
            names=self.names.parts(),
            department=(self.department, words.occupied, words.vacant, words.date_format),
            tenant=self.property.tenant,
            site=self.property.site,
            calling=(calling.occupied, calling.vacant) if calling.enabled else None,
            untried=calling.untried,
            clear_mailboxes=self.message_management,
            language=(self.voice or Voice()).language,
            max_blanked=self.safety.max_blanked,
            max_deletes=self.safety.max_deletes,
            max_repairs=self.safety.max_repairs,
            plan=self.zoom.plan,
            share=self.zoom.share,
            elsewhere=self.centre is not None,
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
