"""How the telephone side behaves towards guests, as the configuration describes it (``voice:``)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from desired.document import ExtensionNumber, Text
from reconciler.configuration.section import Section

MENU_KEYS: Final = "01234"
"""What the room's menu begins with; housekeeping's codes must begin otherwise."""

RoomStatus = Literal["dirty", "clean", "in_progress", "maintenance", "out_of_service", "inspected"]


def _dialled(value: str) -> str:
    if re.fullmatch("[0-9*#]{1,18}", value) is None:
        raise ValueError('expected what a telephone can dial, such as "0" or "7001"')
    return value


def _alerted(value: str) -> str:
    return value if value == "operator" else _dialled(value)


def _code(value: str) -> str:
    if re.fullmatch("[0-9]{2,4}", value) is None:
        raise ValueError('expected two to four digits such as "61"')
    if value[0] in MENU_KEYS:
        raise ValueError(f"must not begin with {value[0]}, which is a key of the room's menu")
    return value


def _one_key(value: str) -> str:
    if re.fullmatch("[0-9]", value) is None:
        raise ValueError('expected one digit such as "7"')
    return value


Dialled = Annotated[Text, AfterValidator(_dialled)]
Code = Annotated[Text, AfterValidator(_code)]
Seconds = Annotated[float, Field(gt=0, le=3600)]


class WakeupManners(Section):
    """How a wake-up call rings, and what follows when it wakes nobody. Seconds unless named otherwise."""

    ring: float = Field(default=24, ge=1, le=120, description="How long it rings.")
    attempts: int = Field(default=3, ge=1, le=10, description="Calls until it has failed.")
    retry_busy: Seconds = Field(default=60, description="Until the next call where the line was busy ...")
    retry_no_answer: Seconds = Field(default=120, description="... where nobody answered ...")
    retry_no_key: Seconds = Field(default=180, description="... and where no key was pressed.")
    snooze_minutes: float = Field(default=5, gt=0, le=60, description="Minutes that key 2 grants.")
    snooze_limit: int = Field(default=2, ge=0, le=10, description="How often it grants them.")
    late: float = Field(default=600, ge=0, le=7200, description="How much too late a call still rings.")
    alert: Annotated[Text, AfterValidator(_alerted)] = Field(
        default="operator", description="Who is called after a failure: operator, or an extension."
    )
    alert_repeat: Seconds = Field(default=180, description="Until they are called again.")


class HousekeepingCodes(Section):
    """What staff dial in a room to tell its state."""

    code: Code = Field(default="61", description="Followed by the key of a status.")
    code_with_id: Code = Field(default="63", description="Followed by that key, the staff's id and #.")
    preset: Literal["fias", "plain"] = Field(
        default="fias", description="What the keys mean; one key means opposite things in the two."
    )
    statuses: dict[Annotated[Text, AfterValidator(_one_key)], RoomStatus | None] = Field(
        default_factory=dict,
        description="Keys that mean something else than in the preset, or nothing (null).",
    )

    @model_validator(mode="after")
    def _told_apart(self) -> HousekeepingCodes:
        one, other = self.code, self.code_with_id
        if one.startswith(other) or other.startswith(one):
            raise ValueError(f"code {one} and code_with_id {other} must not begin alike to the end of either")
        return self


class GuestMailbox(Section):
    """Messages that callers leave for a guest who does not answer."""

    enabled: bool = True
    max_message: float = Field(default=180, ge=1, le=600, description="Seconds of one message.")
    keep_days: int = Field(
        default=3, ge=1, le=99, description="For how long a past stay's messages are kept."
    )
    keep_stays: int = Field(default=8, ge=0, le=99, description="Of how many past stays a room.")


class MessageLight(Section):
    """The lamp on the room's telephone."""

    notify: bool = Field(default=False, description="Tell the telephone itself by SIP NOTIFY.")


class Voice(Section):
    """What guests and staff hear, key and may expect on the telephone."""

    language: Annotated[str, Field(pattern="^[a-z]{2}$")] = Field(
        default="en", description="Of guests whose own nobody has told, and of callers of no room."
    )
    prompts: Path | None = Field(
        default=None, description="A folder whose files replace the built-in prompts by name."
    )
    pilot: ExtensionNumber | None = Field(
        default=None, description="The extension or group that rooms forward to and dial."
    )
    operator: Dialled = Field(default="0", description="Who is reached by key 0 and by alerts.")
    clock: Literal[24, 12] = Field(default=24, description="How times are said and keyed.")
    wakeup: WakeupManners = WakeupManners()
    housekeeping: HousekeepingCodes = HousekeepingCodes()
    mailbox: GuestMailbox = GuestMailbox()
    light: MessageLight = MessageLight()

    @property
    def alerted(self) -> str:
        """Whom an alert calls first."""
        return self.operator if self.wakeup.alert == "operator" else self.wakeup.alert
