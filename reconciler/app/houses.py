"""The hotels of a group as its files say now: which there are, each with its settings, and what has changed of them.

A changed file concerns its own hotel and no other: that one is asked to start again. One whose file cannot be used
any more stays as it was.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import anyio

from reconciler.app.controller import WATCH_ENDS_WITHIN
from reconciler.app.rebuilt import Mending
from reconciler.app.work import Signals
from reconciler.configuration.group import Group, Member, configured
from reconciler.configuration.settings import Settings
from reconciler.errors import Fatal, HousephoneError
from reconciler.logs import logger

log = logger("run")


@dataclass(slots=True)
class House:
    """One hotel of the group. ``unusable``: why its file cannot be used as it stands, so that the former holds."""

    settings: Settings
    file: Path
    page: bool
    unusable: str | None = None
    signals: Signals = field(default_factory=Signals)
    mending: Mending = field(default_factory=Mending)


class Houses(Mapping[str, House]):
    """The hotels by name. ``only``: the one that is meant, where somebody named it.

    ``path`` is the group's file; Fatal where it cannot be used at first.
    """

    def __init__(self, path: Path, only: str | None = None) -> None:
        self._path = path
        self._only = only
        self._houses: dict[str, House] = {}
        self.group = self._read()
        self.changed = anyio.Event()
        """That hotels came, went or ended; another event from then on."""

    def __getitem__(self, name: str) -> House:
        return self._houses[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._houses)

    def __len__(self) -> int:
        return len(self._houses)

    def of(self, account: str) -> dict[str, House]:
        """Those of one Zoom account."""
        return {name: house for name, house in self.items() if house.settings.zoom.account_id == account}

    @property
    def accounts(self) -> set[str]:
        """The Zoom accounts that they are in."""
        return {house.settings.zoom.account_id for house in self.values()}

    def numbers(self, account: str) -> frozenset[int]:
        """The extension numbers that the configurations of an account's hotels list."""
        tables = (house.settings.grounds.table for house in self.of(account).values())
        return frozenset[int]().union(*(table.owners for table in tables if table is not None))

    def tell(self) -> None:
        """Wake whoever waits for a change."""
        self.changed.set()
        self.changed = anyio.Event()

    def _read(self) -> Group:
        found = configured(self._path, os.environ)
        if not isinstance(found, Group):
            raise Fatal(f"{self._path} is no group's configuration any more", "stop this, and start it again")
        return found

    def look(self) -> Group | None:
        """What the files say now; None where that cannot be used."""
        try:
            return self._read()
        except HousephoneError as error:
            log.error("configuration not usable; the old one stays", reason=str(error))  # noqa: TRY400
            return None

    def take(self) -> None:
        """Take what the files say now: hotels come, go, and start again with other settings."""
        new = self.look()
        if new is not None:
            self.adopt(new)

    def adopt(self, group: Group) -> None:
        """Take what a group's files have said."""
        self.group = group
        if group.trouble is not None:
            log.error("properties not usable", reason=group.trouble.message)
        members = self._meant(group)
        for name in self._houses.keys() - members.keys() - self._kept_by_file(group):
            self._houses.pop(name).signals.ask(reload=False)
        for name, member in members.items():
            self._settle(name, member)
        self.tell()

    def _meant(self, group: Group) -> dict[str, Member]:
        if self._only is None:
            return dict(group.members)
        member = group.named(self._only)
        return {member.name: member}

    def _kept_by_file(self, group: Group) -> set[str]:
        """The hotels whose file cannot be used any more: they stay as they were."""
        kept = set()
        for name, house in self._houses.items():
            if house.file in group.broken:
                house.unusable = str(group.broken[house.file])
                kept.add(name)
        return kept

    def _settle(self, name: str, member: Member) -> None:
        house = self._houses.get(name)
        if house is None:
            self._houses[name] = House(member.settings, member.path, member.has_page)
            return
        house.unusable = None
        if (house.settings, house.page) != (member.settings, member.has_page):
            house.settings, house.page = member.settings, member.has_page
            house.signals.ask(reload=True)

    async def watch(self) -> None:
        """Take files when they change, until cancelled."""
        from watchfiles import awatch  # its import is not needed before

        folder = self.group.common.properties
        watch = awatch(
            self._path.parent,
            folder,
            recursive=False,
            watch_filter=lambda _change, name: self._concerns(Path(name)),
            rust_timeout=WATCH_ENDS_WITHIN,
        )
        async for _ in watch:
            self.take()

    def _concerns(self, path: Path) -> bool:
        properties = self.group.common.properties.resolve()
        return path.name == self._path.name or (
            path.suffix == ".yaml" and path.parent.resolve() == properties
        )
