"""One hotel in several processes: PMS and telephones at the property, Zoom at the centre, which has a standby."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from fixtures.zoom_cloud.records import User
from reconciler.configuration.file import load
from reconciler.control import carry
from reconciler.desk.orders import AnyOrder, SetWakeup
from tests.chaos.wanted import Habit, Wake
from tests.standby.hosts import Host, Hosts, Wiring, opened


@dataclass
class Split(Hosts):
    """The hotel. The first host is at the property, the others are two machines of the centre."""

    @property
    def inn(self) -> Host:
        """The host at the property."""
        return self.hosts[0]

    @property
    def centre(self) -> Host:
        """The first host at the centre."""
        return self.hosts[1]

    @property
    def spare(self) -> Host:
        """The second one, which may stand by."""
        return self.hosts[2]

    def active(self) -> Host:
        """The host of the centre that is at work; waits for one."""
        self.wait(lambda: self.centre.at_work or self.spare.at_work)
        return self.centre if self.centre.at_work else self.spare

    def is_whole(self) -> bool:
        """Whether the property is at work, one host of the centre is, and the other stands by."""
        centre = (self.centre, self.spare)
        return (
            self.inn.at_work
            and any(host.at_work for host in centre)
            and any(host.stands_by for host in centre)
        )

    def is_quiet(self, room: str) -> bool:
        """Whether the room's telephone is kept silent by Zoom."""
        user = self.cloud.extension(self.lines.extension(room))
        assert isinstance(user, User)
        return user.presence_at(self.cloud.clock.now()) == "Do_Not_Disturb"

    def roles_of(self, host: Host) -> tuple[str, ...]:
        """The roles with which its controller is started."""
        return ("pms,voice,desk",) if host is self.inn else ("zoom,desk",)

    def shows(self, room: str, name: str) -> None:
        """Wait until the room's telephone shows this."""
        self.wait(lambda: self.shown(room) == name)

    def order(self, host: Host, order: AnyOrder) -> str | None:
        """Let somebody at that host's desk say it; what he hears. Raises Declined, or whatever he hears instead."""
        return anyio.run(carry, load(host.service.config, {}), order, "test")

    def wake_up_by(self, host: Host, room: str, after: float) -> Wake:
        """Somebody at that host's desk wants a guest to be woken so many seconds from now, or up to one later."""
        wake = self.wanted(room, after, host.name)
        assert self.order(host, SetWakeup(room=room, at=wake.at)) is not None
        return wake


@contextmanager
def split(folder: Path, database: str, sleepers: Mapping[str, Habit] | None = None) -> Iterator[Split]:
    """The hotel, of which no process runs yet; those that do at the end are stopped. ``sleepers``: see ``opened``."""
    with opened(folder, database, Split, _apart, sleepers=sleepers) as hotel:
        yield hotel


def _apart(wiring: Wiring) -> dict[str, dict[str, Any]]:
    centre = {"database": wiring.database}
    return {
        "property": {"centre": wiring.database, **wiring.front_office()},
        "centre": centre,
        "spare": centre,
    }
