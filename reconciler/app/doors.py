"""What may be asked of the running controller, whoever asks: the command line, the page, other programs."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from anyio import to_thread

from reconciler import remedy
from reconciler.app.accounts import has_zoom
from reconciler.app.forgetting import erase, look, view
from reconciler.app.office import Office
from reconciler.app.online import Online
from reconciler.app.photograph import take
from reconciler.app.presence import watching
from reconciler.app.registry import noting
from reconciler.desk.orders import AnyOrder
from reconciler.errors import CallError
from reconciler.health import EventsHealth, LinkHealth, TelephoneHealth
from reconciler.logs import PACKETS_ASKED, packets_asked
from reconciler.loop import Controller
from reconciler.outcome import Report
from reconciler.passes import Options, run_pass
from reconciler.safety import EMPTY_SOURCE
from reconciler.snapshot import Snapshot
from reconciler.sought import Sought
from reconciler.stays.frontdesk import Declined, not_noted
from reconciler.stays.reception import NO_NOTES
from reconciler.store.errors import StoreUnavailable
from reconciler.store.rows import Json

MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Doors:
    """What the command line may ask of the running controller."""

    room: Online
    controller: Controller
    office: Office
    since: datetime
    debug: bool

    async def make_pass(self, options: Options) -> Report:
        """Make a pass with the controller's own budget and traffic; a shadow only looks."""
        has_zoom(self.room.settings)
        if not options.dry_run:
            self._does_not_only_watch()
        lifted = EMPTY_SOURCE in options.scope.allow
        await self.controller.read_folder(accept_empty=lifted and not options.dry_run)
        with self._named():
            report = await run_pass(replace(self.room.shop, on_outcome=self.controller.count), options)
        office, now = self.office, self.room.shop.clock.now()
        return noting(report, office.register, office.around(), options.scope, now)

    async def photograph(self) -> Snapshot:
        """Read all that Zoom shows, with the controller's own budget."""
        has_zoom(self.room.settings)
        await self.controller.read_folder()
        with self._named():
            return await take(self.room)

    @contextmanager
    def _named(self) -> Iterator[None]:
        """Give what Zoom answered the form in which people hear of it."""
        try:
            yield
        except CallError as error:
            raise remedy.fatal(error, self.room.settings.property.zone) from error

    async def poke(self, rooms: tuple[str, ...]) -> None:
        """Read what the store says by now, and look at these rooms."""
        await self.office.reception.reread()
        self.controller.wishes_moved(rooms)
        await self.switch_logs()

    async def take(self, order: AnyOrder, where: str, notes: Mapping[str, Json] = NO_NOTES) -> str:
        """Do what the desk asks for, with these notes; at once or not at all, as a person waits for the answer."""
        self._does_not_only_watch()
        if self.room.shop.memory.trouble is not None:
            raise not_noted(self.room.shop.memory.trouble)
        try:
            return await self.office.take(order, where, notes)
        except StoreUnavailable as error:
            raise not_noted(error.message) from None
        except TimeoutError:
            raise not_noted("what came before it is still being written down") from None

    def _does_not_only_watch(self) -> None:
        if self.controller.shadow:
            raise watching(os.getpid(), self.since, self.room.settings)

    def present(self) -> tuple[bool, int, datetime]:
        """Whether this is a shadow, its process, and since when it is at work."""
        return self.controller.shadow, os.getpid(), self.since

    async def resync(self, links: tuple[str, ...], where: str, *, release: bool) -> str:
        """Ask PMS links for every room, or let a held resync through."""
        return await self.office.resync(links, where, release=release)

    async def forget(self, sought: Sought, who: str, *, dry_run: bool, export: bool) -> dict[str, Any]:
        """Erase a guest of the past, or only tell what is kept of him (``reconciler.app.forgetting``)."""
        settings, memory, side = self.room.settings, self.room.shop.memory, self.office.telephony
        found = await to_thread.run_sync(partial(look, settings, sought, export=export))
        if not dry_run:
            if side is not None and side.mail is not None:
                await side.mail.forget([row.id for row in found.messages])
            now = self.room.shop.clock.now()
            await memory.run_once(erase, settings, self.room.store, found, now, who)
        return view(found, export=export)

    def links(self) -> Sequence[LinkHealth]:
        """How the PMS links are."""
        return self.office.links()

    def telephones(self) -> TelephoneHealth | None:
        """How the telephone side is; None where there is none."""
        return self.office.telephones()

    def events(self) -> EventsHealth | None:
        """How Zoom's own events come in; None where nobody asks for them."""
        return self.controller.health.events()

    async def test_call(self, extension: str) -> dict[str, Any]:
        """Ring an extension to try it."""
        self._does_not_only_watch()
        side = self.office.telephony
        if side is None:
            raise Declined(
                "the running controller has no telephone lines",
                "it could not use the changed configuration: see its log, or start it again",
            )
        return await side.test_call(extension)

    async def watch_logs(self) -> None:
        """Keep the logs of calls and records as they were asked for; they go off by themselves."""
        while True:
            await self.switch_logs()
            await self.room.shop.clock.sleep(MINUTE)

    async def switch_logs(self) -> None:
        """They are on by their settings (calls to Zoom also by --debug), or until `reconcile debug on` said."""
        note = await self.room.shop.memory.run(self.room.store.note, PACKETS_ASKED)
        now = self.room.shop.clock.now().isoformat()
        asked = {part for part, until in packets_asked(note).items() if until > now}
        self.room.driver.packets.on = self.debug or self.room.settings.zoom.debug or "zoom" in asked
        self.office.log_frames(asked="pms" in asked)
        self.office.log_packets(asked="sip" in asked)
