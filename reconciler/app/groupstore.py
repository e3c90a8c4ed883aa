"""What a group keeps for all of its hotels: who has its accounts, what was spent of them, why a hotel has failed.

It lies in the group's own state folder, or in the database of all. What is of one hotel lies with that hotel.
"""

from __future__ import annotations

from typing import Final

from anyio import to_thread

from reconciler.app.offline import state_file, state_folder
from reconciler.configuration.group import Common
from reconciler.errors import HousephoneError
from reconciler.logs import logger
from reconciler.store.store import Store

NAME: Final = "(group)"
"""Stands where a hotel's name stands."""
FAILING: Final = "failing"
"""The note that says why each hotel has failed last, by its name."""

log = logger("run")


def open_group_store(common: Common, account: str = "", *, only_look: bool = False) -> Store:
    """Open it, for what is of one account or of none. Fatal where it cannot be opened."""
    database = (
        state_file(state_folder(common.state))
        if common.database is None
        else common.database.get_secret_value()
    )
    return Store.open(database, property_name=NAME, account=account, only_look=only_look)


async def note_failing(common: Common, name: str, why: str) -> None:
    """Write down why a hotel has failed; where that cannot be, the log has it."""
    try:
        await to_thread.run_sync(_note, common, name, why)
    except HousephoneError as error:
        log.warning("failure not written down", property=name, reason=str(error))


def _note(common: Common, name: str, why: str) -> None:
    with open_group_store(common) as store:
        store.put_note(f"{FAILING} {name}", why)


def failing(common: Common, names: list[str]) -> dict[str, str]:
    """Why hotels have failed last, as far as anybody can say."""
    if common.database is None and not state_file(common.state).exists():
        return {}
    try:
        with open_group_store(common, only_look=True) as store:
            notes = {name: store.note(f"{FAILING} {name}") for name in names}
    except HousephoneError:
        return {}
    return {name: why for name, why in notes.items() if isinstance(why, str)}
