"""Where access keeps what must outlast a restart: sessions, and who did what."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Final, Protocol

from reconciler.account.memory import Memory
from reconciler.errors import HousephoneError
from reconciler.logs import logger
from reconciler.store.rows import HappeningRow, Json

OWED_AT_MOST: Final = 1000
"""Happenings that wait for a store that cannot be written; the oldest give way."""

log = logger("desk")


class Books(Protocol):
    """The store as access sees it. None of these waits for a store that cannot be used."""

    async def sessions(self) -> Json:
        """What was kept last; None where nothing was. HousephoneError where nobody can say."""
        ...

    async def keep_sessions(self, value: Json) -> None:
        """Keep them; without a store they last until the end of the process."""
        ...

    async def note(self, row: HappeningRow) -> None:
        """Write down what happened, now or as soon as that can be done."""
        ...


class StoreBooks:
    """Books in the store. A full disk keeps nobody from the desk."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._owed: deque[HappeningRow] = deque(maxlen=OWED_AT_MOST)

    async def sessions(self) -> Json:
        """What was kept last."""
        return await self._memory.run_once(self._memory.store.note, NOTE)

    async def keep_sessions(self, value: Json) -> None:
        """Keep them."""
        if self._memory.trouble is not None:
            return  # whoever looks at a page does not wait for a store that is known to be away
        try:
            await self._memory.run_once(self._memory.store.put_note, NOTE, value)
        except HousephoneError as error:
            log.warning("sign-ins not kept", reason=str(error), remedy=error.remedy)

    async def note(self, row: HappeningRow) -> None:
        """Write it down, with all that has waited."""
        self._owed.append(row)
        rows: Sequence[HappeningRow] = tuple(self._owed)
        self._owed.clear()
        try:
            await self._memory.run_once(self._memory.store.note_happenings, rows)
        except HousephoneError as error:
            self._owed.extendleft(reversed(rows))
            log.warning("not written down yet who did what", reason=str(error), remedy=error.remedy)


NOTE: Final = "desk_sessions"
"""The note in the store that holds the sessions: ``reconciler.desk.access.sessions`` says its shape."""
