"""Somebody behind the controller's private door who notes what was asked, for tests of either side of it."""

from datetime import UTC, datetime
from typing import Any

from observed.extension import Voicemail
from reconciler.account.capability import Capabilities
from reconciler.desk.orders import AnyOrder
from reconciler.errors import Fatal
from reconciler.health import EventsHealth, LinkHealth, TelephoneHealth
from reconciler.outcome import Report
from reconciler.passes import Options
from reconciler.snapshot import Snapshot
from reconciler.sought import Sought

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Doorkeeper:
    """Makes passes that change nothing and answers a small snapshot; ``refuse`` lets both fail."""

    def __init__(self, name: str = "Harbour View", *, refuse: bool = False) -> None:
        self.name = name
        self.refuse = refuse
        self.passes: list[Options] = []
        self.poked: list[tuple[str, ...]] = []

    async def make_pass(self, options: Options) -> Report:
        self.passes.append(options)
        if self.refuse:
            raise Fatal("the controller runs as a shadow", "stop the shadow")
        return Report(self.name, options.dry_run, "", NOON, NOON, 0, 0, 0, 0.0, ())

    async def photograph(self) -> Snapshot:
        if self.refuse:
            raise Fatal("Zoom does not answer", "try again in a minute")
        return Snapshot(NOON, (), {1001: (Voicemail("m1", 1001, NOON),)}, Capabilities())

    async def poke(self, rooms: tuple[str, ...]) -> None:
        self.poked.append(rooms)

    # What no test asks of it.

    async def take(self, order: AnyOrder, where: str) -> str:
        raise NotImplementedError

    async def resync(self, links: tuple[str, ...], where: str, *, release: bool) -> str:
        raise NotImplementedError

    async def forget(self, sought: Sought, who: str, *, dry_run: bool, export: bool) -> dict[str, Any]:
        raise NotImplementedError

    def links(self) -> list[LinkHealth]:
        raise NotImplementedError

    def telephones(self) -> TelephoneHealth | None:
        raise NotImplementedError

    def events(self) -> EventsHealth | None:
        raise NotImplementedError

    async def test_call(self, extension: str) -> dict[str, Any]:
        raise NotImplementedError

    def present(self) -> tuple[bool, int, datetime]:
        raise NotImplementedError
