"""How the PMS links are, written down for commands that look at the store and ask no controller.

Names on telephones are only as new as what the PMS has told last. So whoever looks at them must see that a link is
down, and since when nothing was heard, also where nobody runs who could be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reconciler.account.memory import Memory
from reconciler.health import LinkHealth
from reconciler.ports import Clock
from reconciler.store.rows import Happened, HappeningRow, Json

NOTE = "pms links"
"""The note in the store."""

LOOK_EVERY = 1.0
"""Seconds between looks at the links."""

HEARD_EVERY = timedelta(seconds=30)
"""The time of the last record is written down when it is so much later, or when something else has changed."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """One link: why records cannot come (None: they can), since when that is so, and when the last one came.

    ``since`` is None where no controller runs: then there is no link that could have been lost.
    """

    link: str
    problem: str | None
    since: datetime | None
    heard: datetime | None


def state_of(link: LinkHealth) -> LinkState:
    """A link as its controller knows it."""
    return LinkState(link.name, link.problem, link.since, link.last_record_at)


def seen_from_outside(note: Json, links: Iterable[str], *, at_work: bool) -> list[LinkState]:
    """How these links are by the note; without anybody ``at_work`` in the front office they are all down."""
    kept = links_in(note)
    if at_work:
        return [kept[link] for link in links if link in kept]
    nobody = "no controller runs"
    return [LinkState(link, nobody, None, kept[link].heard if link in kept else None) for link in links]


class LinkStates:
    """Writes down how the links are whenever that has changed. ``note`` is what was written down before."""

    def __init__(self, memory: Memory, clock: Clock, note: Json) -> None:
        self._memory = memory
        self._clock = clock
        self._kept = links_in(note)

    def heard(self, link: str) -> datetime | None:
        """When the last record of a link had come before this start, or was written down since."""
        return self._kept[link].heard if link in self._kept else None

    async def follow(self, links: Callable[[], Sequence[LinkHealth]]) -> None:
        """Look at the links again and again, until cancelled."""
        while True:
            now = {link.name: state_of(link) for link in links()}
            if self._is_news(now):
                await self._memory.run_first(self._write_down, now)
                self._kept = now
            await self._clock.sleep(LOOK_EVERY)

    def _write_down(self, now: Mapping[str, LinkState]) -> None:
        store = self._memory.store
        with store.together():
            store.put_note(NOTE, _to_note(now.values()))
            store.note_happenings(self._lost_or_back(now.values()))

    def _lost_or_back(self, now: Iterable[LinkState]) -> Iterator[HappeningRow]:
        """What happened to links since the last look, also to those that were lost while nobody was at work."""
        for state in now:
            kept = self._kept.get(state.link)
            up = state.problem is None
            if (kept is None and up) or (kept is not None and (kept.problem is None) == up):
                continue
            kind = Happened.LINK_UP if up else Happened.LINK_DOWN
            yield HappeningRow(state.since or self._clock.now(), kind, state.link, body=state.problem)

    def _is_news(self, now: Mapping[str, LinkState]) -> bool:
        if now.keys() != self._kept.keys():
            return True
        pairs = [(state, self._kept[link]) for link, state in now.items()]
        return any(
            (state.problem, state.since) != (kept.problem, kept.since) or _later(state.heard, kept.heard)
            for state, kept in pairs
        )


def _later(heard: datetime | None, kept: datetime | None) -> bool:
    return heard is not None and (kept is None or heard - kept >= HEARD_EVERY)


def _to_note(states: Iterable[LinkState]) -> Json:
    return {
        state.link: {
            "problem": state.problem,
            "since": _text(state.since),
            "heard": _text(state.heard),
        }
        for state in states
    }


def links_in(note: Json) -> dict[str, LinkState]:
    """The links as the note has them."""
    plain: dict[str, Any] = note if isinstance(note, dict) else {}
    return {
        link: LinkState(link, each["problem"], _moment(each["since"]), _moment(each["heard"]))
        for link, each in plain.items()
    }


def _text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
