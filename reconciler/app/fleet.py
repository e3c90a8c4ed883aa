"""How the properties of a group stand, read from their stores alone: nobody is asked, and nothing is written.

So it is told as well where a controller hangs or does not run at all, which is when people want to know.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from desired.flaw import tellable
from reconciler.alarms import book
from reconciler.alarms.finding import Kind, Severity
from reconciler.app import groupstore
from reconciler.app.offline import state_file
from reconciler.app.online import open_store, ourselves, ttl_of
from reconciler.app.presence import in_office
from reconciler.app.registry import around_told, name_of
from reconciler.branch.following import alarms_told
from reconciler.branch.heads import unheard
from reconciler.configuration.group import Group, Member
from reconciler.configuration.settings import Settings
from reconciler.errors import HousephoneError
from reconciler.stays import linkstate
from reconciler.stays.linkstate import LinkState, seen_from_outside
from reconciler.store.branchrows import Head
from reconciler.store.rows import Claimant, office_ownership
from reconciler.store.store import Store
from reconciler.views.fleet import Light, Standings, View, fleet_view

NOBODY: Final = "not_running"
UNREADABLE: Final = "store_unreadable"
BROKEN: Final = "configuration_broken"

_DAY: Final = timedelta(days=1)


def fleet(group: Group, now: datetime | None = None) -> View:
    """All properties of a group, also those whose file cannot be used."""
    now, failing = now or datetime.now(UTC), groupstore.failing(group.common, list(group.members))
    return fleet_view([*_members(group, now, failing), *_broken(group)])


def fleet_of_one(settings: Settings, now: datetime | None = None) -> View:
    """The same for a hotel that belongs to no group."""
    page = "http://{}:{}/".format(*settings.desk.address)
    return fleet_view([_standing(settings, page, now or datetime.now(UTC), None)])


def _members(group: Group, now: datetime, failing: Mapping[str, str]) -> Iterator[Standings]:
    for member in group.members.values():
        yield _standing(member.settings, page_of(member), now, failing.get(member.name))


def page_of(member: Member) -> str | None:
    """The address of a property's own page, if it has one."""
    return "http://{}:{}/".format(*member.settings.desk.address) if member.has_page else None


def _broken(group: Group) -> Iterator[Standings]:
    for path, trouble in group.broken.items():
        said = trouble.message.splitlines()[0]
        yield Standings(path.stem, (Light(BROKEN, Severity.SERIOUS, f"its file cannot be used: {said}"),))


def _standing(settings: Settings, page: str | None, now: datetime, failing: str | None) -> Standings:
    name = settings.property.name
    if settings.database is None and not state_file(settings.state).exists():
        return Standings(name, _nobody(failing or "it has never run"), rooms=_listed(settings), page=page)
    try:
        with open_store(settings, only_look=True) as store:
            return _read(settings, store, page, now, failing)
    except HousephoneError as error:
        light = Light(UNREADABLE, Severity.URGENT, f"its store cannot be read: {tellable(str(error))}")
        return Standings(name, (light,), rooms=_listed(settings), page=page)


def _read(
    settings: Settings, store: Store, page: str | None, now: datetime, failing: str | None
) -> Standings:
    there = _at_work(store, now)
    last = store.last_owner(office_ownership(store.property_name))
    lights = [Light.of(each) for each in book.standing_in(store.note(book.NOTE))]
    if there is None:
        lights = [*_nobody(failing or "no controller runs"), *_that_stay(lights)]
    branch = store.branch()
    if branch is not None:
        lights += _at_the_property(*branch, settings)
    drift = store.made_by_day([now - _DAY])
    names = [name_of(link) for link in settings.pms]
    links: Sequence[LinkState] = (
        seen_from_outside(store.note(linkstate.NOTE), names, at_work=there is not None)
        if branch is None
        else around_told(settings, branch[1]).links
    )
    return Standings(
        settings.property.name,
        lights,
        at_work=f"{there.holder}: process {there.pid} on {there.host}" if there is not None else "",
        last_sign=None if last is None else min(last.until - ttl_of(store), now),
        links=links,
        rooms=_listed(settings) or len(store.occupancy()),
        failed=len(store.attempts()),
        drift=sum(count for _, cause, count in drift if cause == "drift"),
        page=page,
    )


def _at_the_property(head: Head, summary: Mapping[str, Any], settings: Settings) -> list[Light]:
    """What calls for a person there, and whether anything is heard of it."""
    lights = [Light.of(each) for each in alarms_told(summary)]
    silent = unheard(head.age, head.at, settings.property.zone)
    if silent is not None:
        lights.append(Light(Kind.PROPERTY_UNHEARD, Severity.SERIOUS, silent, head.at))
    return lights


def _at_work(store: Store, now: datetime) -> Claimant | None:
    """Who is in the front office; the page that asks may be of the same process."""
    owner = store.owner(office_ownership(store.property_name), now=now)
    if owner is not None and owner.by == ourselves(owner.by.holder, owner.by.address):
        return owner.by
    return in_office(store, now)


def _nobody(why: str) -> tuple[Light, ...]:
    return (Light(NOBODY, Severity.URGENT, f"nobody looks after it: {why}"),)


def _that_stay(lights: Iterable[Light]) -> Iterator[Light]:
    """What was wrong when the controller went and does not mend itself: a guest whom nobody has woken."""
    for light in lights:
        if light.kind in {Kind.WAKEUP_FAILED, Kind.WAKEUP_DROPPED, Kind.RESYNC_HELD, Kind.STORE_REBUILT}:
            yield light


def _listed(settings: Settings) -> int | None:
    table = settings.grounds.table
    return None if table is None else sum(1 for _ in table)
