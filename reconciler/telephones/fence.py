"""Telephones that call nobody but the house's own: rooms, the operator, who is alerted, and ourselves.

Whoever could make us dial anything would telephone at the hotel's cost. So the numbers that may be dialled are asked
for here, before any telephone, whoever wants to call; what is dialled is compared as it stands, because a zero in
front may be the way to an outside line.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence

from reconciler.stays.frontdesk import Declined
from reconciler.telephones.call import Call, Channel, Telephones


class FencedTelephones:
    """Fulfils ``reconciler.telephones.call.Telephones``. ``of_the_house`` says whether a number may be dialled."""

    def __init__(self, telephones: Telephones, of_the_house: Callable[[str], bool]) -> None:
        self._telephones = telephones
        self._of_the_house = of_the_house

    def channels(self) -> Sequence[Channel]:
        """Every channel as it is now."""
        return self._telephones.channels()

    async def dial(self, extension: str, *, ring: float, name: str = "") -> Call:
        """Ring an extension. Declined if it is none of the house's."""
        if not self._of_the_house(extension):
            raise Declined(
                f"{extension} is no room's telephone, nor the operator's: it is not called",
                "only extensions of `rooms:`, voice.operator and who is alerted are; see the room board",
            )
        return await self._telephones.dial(extension, ring=ring, name=name)

    def incoming(self) -> AsyncIterator[Call]:
        """Calls that come in."""
        return self._telephones.incoming()
