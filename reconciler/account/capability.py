"""What a Zoom account can do, as its scopes, plan and answers show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Feature(StrEnum):
    """What housephone can do on a Zoom account, each depending on scopes and plan."""

    NAMES = "names"
    COMMON_AREAS = "common_areas"
    COMMON_AREA_NAMES = "common_area_names"
    DEVICES = "devices"
    DEVICE_NAMES = "device_names"
    DND = "dnd"
    DND_READ = "dnd_read"
    RING_SWITCH = "ring_switch"
    USER_VOICEMAIL = "user_voicemail"
    ACCOUNT_VOICEMAIL = "account_voicemail"
    VOICEMAIL_DELETE = "voicemail_delete"
    USER_CALLING = "user_calling"
    COMMON_AREA_CALLING = "common_area_calling"
    USER_FORWARDING = "user_forwarding"
    COMMON_AREA_FORWARDING = "common_area_forwarding"
    USER_FORWARDING_FIX = "user_forwarding_fix"
    COMMON_AREA_FORWARDING_FIX = "common_area_forwarding_fix"
    USER_ADDRESSES = "user_addresses"
    SIP_ACCOUNTS = "sip_accounts"


@dataclass(frozen=True, slots=True)
class FeatureState:
    """Whether a feature works, and if not, why and what would make it work."""

    on: bool
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Capabilities:
    """The features of an account as its token and its answers show them; a feature not listed is on."""

    features: Mapping[Feature, FeatureState] = field(default_factory=dict)

    def has(self, feature: Feature) -> bool:
        """True unless the feature is known to be off."""
        state = self.features.get(feature)
        return state is None or state.on

    def reason(self, feature: Feature) -> str:
        """Why a feature is off (empty if it is on)."""
        state = self.features.get(feature)
        return "" if state is None else state.reason
