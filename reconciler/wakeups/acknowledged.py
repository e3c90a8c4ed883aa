"""Who has seen to wake-up calls that woke nobody: one truth for telephone, page and command line.

A key pressed at the operator's telephone and a click on the page say the same, so both are noted here, and each
silences the other. It stands in the store, so that a restart neither forgets an alert nor repeats one that was heard.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from reconciler.account.memory import Memory
from reconciler.alarms.finding import Kind
from reconciler.logs import logger
from reconciler.ports import Clock
from reconciler.store.rows import Happened, HappeningRow, Json
from reconciler.wakeups.entries import Entry
from reconciler.wakeups.ledger import Ledger

NOTE: Final = "alerts heard"
"""The note in the store."""

MATTERS: Final = timedelta(hours=12)
"""For so long after its end a call that woke nobody is somebody's business."""

REMEMBERED: Final = 2 * MATTERS
"""For so long it is known who has seen to a call."""

log = logger("wakeups")


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody knows: when, and who, which is an extension where it was said ``by_telephone``."""

    at: datetime
    who: str
    by_telephone: bool


def name_of(room: str, at: datetime) -> str:
    """The name by which a wake-up call is known here: its room and local time."""
    return f"{room} {at.isoformat()}"


def room_of(name: str) -> str:
    """The room of a call known by this name."""
    return name.rpartition(" ")[0]


def unheard(ledger: Ledger, heard: Collection[str], now: datetime) -> list[Entry]:
    """The calls that woke nobody and that nobody has seen to, the latest first; ``heard`` names the others."""
    return [entry for entry in ledger.failed(now - MATTERS) if name_of(*entry.key) not in heard]


def acknowledged_in(note: Json) -> dict[str, Acknowledgement]:
    """Who has seen to what, as the note has it."""
    return dict(_read(note)) if isinstance(note, dict) else {}


class Acknowledged:
    """Who has seen to which calls, and where to note it. ``told`` hear of every new one, by its name."""

    def __init__(self, memory: Memory, clock: Clock, note: Json) -> None:
        self._memory = memory
        self._clock = clock
        self._known = acknowledged_in(note)
        self.told: list[Callable[[Collection[str]], None]] = []

    @property
    def known(self) -> Mapping[str, Acknowledgement]:
        """Who has seen to what, by the names of calls."""
        return self._known

    async def note(self, names: Iterable[str], who: str, *, by_telephone: bool) -> None:
        """Somebody knows of these calls; whoever was first stays."""
        now = self._clock.now()
        new = [name for name in names if name not in self._known]
        lately = {name: each for name, each in self._known.items() if each.at > now - REMEMBERED}
        self._known = lately | dict.fromkeys(new, Acknowledgement(now, who, by_telephone))
        for tell in self.told:
            tell(new)
        for name in new:
            log.info("alert acknowledged", call=name, who=who, by_telephone=by_telephone)
        await self._memory.run_first(self._write_down, new)

    def _write_down(self, new: Iterable[str]) -> None:
        store = self._memory.store
        with store.together():
            store.put_note(NOTE, _to_note(self._known))
            store.note_happenings(_happening(name, self._known[name]) for name in new if name in self._known)


def _happening(name: str, said: Acknowledgement) -> HappeningRow:
    body: Json = {"from": "telephone" if said.by_telephone else "desk"}
    key = f"{Kind.WAKEUP_FAILED} {name}"
    return HappeningRow(said.at, Happened.ALERT_ACKNOWLEDGED, key, room_of(name), said.who, body)


def _to_note(known: Mapping[str, Acknowledgement]) -> Json:
    return {name: [said.at.isoformat(), said.who, said.by_telephone] for name, said in known.items()}


def _read(note: Mapping[str, Json]) -> Iterator[tuple[str, Acknowledgement]]:
    for name, value in note.items():
        match value:
            case [str(at), str(who), *by_telephone]:  # a first version knew of telephones only
                yield name, Acknowledgement(datetime.fromisoformat(at), who, by_telephone != [False])
