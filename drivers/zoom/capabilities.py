"""What an account can do: scopes of the token, corrected by what Zoom refuses during work.

Apps carry granular or classic scopes depending on their age, so each operation is allowed by any one of
several (``operations.SCOPES``). A feature is on while all its operations are allowed. Reading and naming
users is what the product is for: without it nothing can go on.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from drivers.zoom import operations as op
from drivers.zoom.verdicts import NotAllowed
from reconciler.account.capability import Capabilities, Feature, FeatureState
from reconciler.account.operation import Operation
from reconciler.errors import NoAccess

NEEDS: Final[Mapping[Feature, tuple[Operation, ...]]] = {
    Feature.NAMES: (op.LIST_USERS, op.READ_USER, op.UPDATE_USER, op.LIST_PHONE_USERS),
    Feature.COMMON_AREAS: (op.LIST_COMMON_AREAS, op.READ_COMMON_AREA),
    Feature.COMMON_AREA_NAMES: (op.LIST_COMMON_AREAS, op.READ_COMMON_AREA, op.UPDATE_COMMON_AREA),
    Feature.DEVICES: (op.LIST_DEVICES,),
    Feature.DEVICE_NAMES: (op.LIST_DEVICES, op.UPDATE_DEVICE),
    Feature.SIP_ACCOUNTS: (op.LIST_DEVICES, op.READ_DEVICE),
    Feature.DND: (op.SET_PRESENCE,),
    Feature.DND_READ: (op.READ_PRESENCE,),
    Feature.RING_SWITCH: (op.READ_RING, op.SET_RING),
    Feature.USER_VOICEMAIL: (op.LIST_USER_VOICEMAILS,),
    Feature.ACCOUNT_VOICEMAIL: (op.LIST_ACCOUNT_VOICEMAILS,),
    Feature.VOICEMAIL_DELETE: (op.DELETE_VOICEMAIL,),
    Feature.USER_CALLING: (op.READ_USER_CALLING, op.SET_USER_CALLING),
    Feature.COMMON_AREA_CALLING: (op.READ_COMMON_AREA_CALLING, op.SET_COMMON_AREA_CALLING),
    Feature.USER_FORWARDING: (op.READ_USER_HANDLING,),
    Feature.COMMON_AREA_FORWARDING: (op.READ_RING,),
    Feature.USER_FORWARDING_FIX: (op.READ_USER_HANDLING, op.SET_USER_HANDLING),
    Feature.COMMON_AREA_FORWARDING_FIX: (op.READ_RING, op.SET_RING),
    Feature.USER_ADDRESSES: (op.READ_PHONE_USER,),
}

_ADD_SCOPES = "add to the server-to-server app in the Zoom App Marketplace: "


class Abilities:
    """The features of one account as far as they are known by now."""

    def __init__(self) -> None:
        self._by_scope: dict[Feature, FeatureState] = {}
        self._learned: dict[Feature, FeatureState] = {}

    def now(self) -> Capabilities:
        """What is known at this moment."""
        return Capabilities({**self._by_scope, **self._learned})

    def has(self, feature: Feature) -> bool:
        """True unless the feature is known to be off."""
        return self.now().has(feature)

    def granted(self, scopes: frozenset[str] | None) -> None:
        """Start from a new token. None: the token did not say, so only refusals will tell.

        What was learned from refusals is forgotten: a new token is the moment to try again. Raises NoAccess
        naming the scopes if a required one is missing.
        """
        self._learned.clear()
        if scopes is None:
            self._by_scope.clear()
            return
        self._by_scope = {feature: _state(needs, scopes) for feature, needs in NEEDS.items()}
        names = self._by_scope[Feature.NAMES]
        if not names.on:
            raise NoAccess(f"Zoom: {names.reason}", names.remedy)

    def refused(self, operation: Operation, error: NotAllowed) -> None:
        """Switch the features of a refused operation off until the next token.

        NoAccess if one of them is required.
        """
        remedy = (
            _ADD_SCOPES + ", ".join(error.scopes)
            if error.scopes
            else "ask Zoom whether the account's plan includes it; then restart"
        )
        if operation in NEEDS[Feature.NAMES]:
            raise NoAccess(f"Zoom: {error.message}", remedy)
        state = FeatureState(on=False, reason=error.message, remedy=remedy)
        self._learned.update({feature: state for feature, needs in NEEDS.items() if operation in needs})


def _state(needs: tuple[Operation, ...], scopes: frozenset[str]) -> FeatureState:
    missing = dict.fromkeys(op.SCOPES[each][0] for each in needs if not scopes.intersection(op.SCOPES[each]))
    if not missing:
        return FeatureState(on=True)
    listed = ", ".join(missing)
    return FeatureState(on=False, reason=f"the app lacks the scope {listed}", remedy=_ADD_SCOPES + listed)
