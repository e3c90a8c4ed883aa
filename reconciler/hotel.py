"""Everything that is known of one hotel at a moment, and what follows from it room by room.

Pure and in memory: the shell fills it from folder, store and Zoom, asks it what should change, and tells it what
Zoom answered. Nothing is queued here; whoever asks again gets today's answer (level-triggered).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import NamedTuple

from desired.aims import Aim
from desired.names import Names
from desired.problem import Problem
from desired.said import Field, Said, of_file
from desired.sources import Wish, merge
from desired.target import House, RoomFacts, Target, names_of_nobody, targets
from observed.cache import Observed
from observed.extension import UNKNOWN, Extension, Lease, Voicemail
from reconciler.account.capability import Capabilities, Feature, FeatureState
from reconciler.account.meant import not_listed, the_one
from reconciler.account.past import Occupied, Paused
from reconciler.account.setbacks import Setbacks
from reconciler.change import NAME_FIELDS, Change, Known, OwnWrite, Status
from reconciler.contested import Contest, contest_of, held_back
from reconciler.diff import diff, plainly_shown
from reconciler.moments import local
from reconciler.plan import HOURS_HOLD, Pricelist, Write, writes_for
from reconciler.roster import Roster
from reconciler.stays.leaving import is_privacy, loses_guest, uncovers

BLANKING_MEMORY = timedelta(minutes=10)


class RoomPlan(NamedTuple):
    """What one room needs: its targets, its changes and what people should know."""

    room: str
    wish: Wish
    targets: tuple[Target, ...]
    changes: tuple[Change, ...]
    problems: tuple[Problem, ...]
    losing_guest: bool


@dataclass(slots=True)
class Hotel:
    """One property: its rooms, what all sources say of them, and what Zoom showed."""

    house: House
    roster: Roster
    price: Pricelist
    observed: Observed = field(default_factory=Observed)
    capabilities: Capabilities = field(default_factory=Capabilities)
    withheld: Mapping[Feature, FeatureState] = field(default_factory=dict)
    """What the hotel itself does not let us do, whatever the account can."""
    said: dict[str, tuple[Said, ...]] = field(default_factory=dict)
    occupancy: dict[str, Occupied] = field(default_factory=dict)
    blanked: dict[str, datetime] = field(default_factory=dict)
    paused: dict[str, Paused] = field(default_factory=dict)
    leases: dict[str, Lease] = field(default_factory=dict)
    own: MutableMapping[tuple[str, str], OwnWrite] = field(default_factory=dict)
    messages: dict[int, Sequence[Voicemail]] = field(default_factory=dict)
    setbacks: Setbacks = field(default_factory=Setbacks)
    contests: dict[tuple[str, str], Contest] = field(default_factory=dict)
    """Fields that somebody else keeps changing, by Zoom's id and name."""
    pms_rooms: frozenset[str] = frozenset()
    lifted: set[str] = field(default_factory=set)
    """Rooms in which a telephone must ring at present, whatever their do-not-disturb says."""
    put_back: dict[str, dict[int, datetime | None]] = field(default_factory=dict)
    """Do-not-disturb that no source decides and that gave way to a wake-up call: by room and extension number, until
    when it is to be on again (None: until somebody ends it)."""
    callback: dict[str, datetime] = field(default_factory=dict)
    """Rooms that somebody has called for help from, and until when they ring, whatever do-not-disturb says."""
    elsewhere: bool = False
    """Zoom is looked after by another process, so that nothing is known here of what it shows."""
    looked_for: frozenset[int] = frozenset()
    """The numbers that were looked for when Zoom's lists were read last."""

    def rooms(self) -> list[str]:
        """The rooms that have a wish: those with a document, those that another source speaks of, those that ring."""
        wished = (
            self.roster.documented()
            | self.said.keys()
            | self.lifted
            | self.put_back.keys()
            | self.callback.keys()
        )
        return sorted(wished & self.roster.ours())

    def to_read(self) -> frozenset[int]:
        """The numbers whose names are read in Zoom: also of rooms taken out, which are not ours to write any more."""
        roster = self.roster
        taken_out = (int(number) for room in self.taken_out() for number in roster.extensions_in(room))
        return roster.sought().union(taken_out, (each.number for each in self.strays()))

    def taken_out(self) -> tuple[str, ...]:
        """Rooms that are ours no more, and whose telephones showed somebody when they last were."""
        return self.roster.taken_out(room for room, known in self.occupancy.items() if known.occupied)

    def strays(self) -> tuple[Extension, ...]:
        """Where rooms were taken out: extensions that no room of ours has, and that still show a name of our writing.

        A room that is not called by its number takes along all knowledge of which extensions it had.
        """
        if not self.taken_out():
            return ()
        ours = self.roster.sought()
        return tuple(each for each in self.observed if each.number not in ours and self._named_by_us(each))

    def _named_by_us(self, extension: Extension) -> bool:
        own = self.own.get((extension.id, "display_name"))
        return own is not None and own.desired == extension.display_name

    def never_looked_for(self, rooms: Iterable[str]) -> bool:
        """Whether these rooms have numbers that nobody has looked for in Zoom: a document names them first."""
        return not self.roster.numbers(filter(self.roster.is_ours, rooms)) <= self.looked_for

    def extensions_of(self, room: str) -> tuple[Extension, ...]:
        """What Zoom shows of a room's extensions."""
        return tuple(
            found
            for extension in self.roster.extensions_in(room)
            for found in self.observed.at(int(extension))
        )

    def wish(self, room: str, now: datetime | None = None) -> Wish:
        """The effective document of a room, with the provenance of every field; ``now`` leaves out what is early."""
        return self.wish_of(room, self.said.get(room, ()), pms_room=room in self.pms_rooms, now=now)

    def wish_of(
        self, room: str, words: Iterable[Said], *, pms_room: bool, now: datetime | None = None
    ) -> Wish:
        """The same if these were the words of the sources other than files."""
        said: list[Said] = list(words)
        for placed in self.roster.documents(room):
            said.extend(of_file(placed))
        return merge(room, said, pms_room=pms_room, zone=self.house.zone, now=now)

    def files_decide(self, room: str) -> bool:
        """True if nobody but documents speaks of a room, and no name of it was refused."""
        others = room in self.said or room in self.pms_rooms or room in self.callback
        return not others and not self.setbacks.names

    def facts(self, room: str, occupied: bool | None, now: datetime) -> RoomFacts:  # noqa: FBT001
        """What the room table and the past say of a room that is wished to be occupied, vacant or neither."""
        entry = self.roster.table.rooms.get(room) if self.roster.table is not None else None
        description, room_id = (entry.description, entry.room_id) if entry else ("", room)
        return RoomFacts(
            self.roster.extensions_in(room), description, room_id, self._since(room, occupied, now)
        )

    def look(self, room: str, now: datetime) -> RoomPlan:
        """What this room needs now."""
        wish = self.wish(room, now)
        facts = self.facts(room, wish.get(Field.OCCUPIED), now)
        made, notes = self._targets(wish, facts, now)
        problems = [*wish.problems, *notes, *self._fence_problems(room, facts)]
        changes: list[Change] = []
        known = self.known(now)
        for target in () if self.elsewhere else made:
            found = self._meant(room, target.extension)
            if isinstance(found, Problem):
                problems.append(found)
            else:
                changes.extend(diff(target, found, known))
        if not changes:
            return RoomPlan(room, wish, made, (), tuple(problems), losing_guest=False)
        problems.extend(self._names_left(room, changes, now))
        changes = [self._held_back(change, wish, now) for change in changes]
        before = self.occupancy.get(room)
        losing = loses_guest(wish, changes, was_occupied=before is not None and before.occupied)
        return RoomPlan(room, wish, made, tuple(changes), tuple(problems), losing)

    def targets_of(self, room: str, now: datetime) -> tuple[Target, ...]:
        """What each extension of this room should show, for who need not know what it shows."""
        wish = self.wish(room, now)
        facts = self.facts(room, wish.get(Field.OCCUPIED), now)
        return self._targets(wish, facts, now)[0]

    def _targets(
        self, wish: Wish, facts: RoomFacts, now: datetime
    ) -> tuple[tuple[Target, ...], tuple[Problem, ...]]:
        made, notes = targets(wish, facts, self.house, refused=partial(self._name_refused, now))
        until = self.callback.get(wish.room)
        if until is not None and until > now:
            made = tuple(target.called_back() for target in made)
        elif wish.room in self.lifted:
            made = tuple(target.ringing() for target in made)
        elif gave_way := self.put_back.get(wish.room):
            made = tuple(
                target.undisturbed(gave_way[target.number]) if target.number in gave_way else target
                for target in made
            )
        return made, notes

    def shows(self, room: str, aim: Aim, known: Known) -> bool:
        """True if Zoom shows all that was aimed at: nothing is to be done, and there is nothing to tell."""
        for extension, values in aim.values.items():
            found = self._meant(room, extension)
            if isinstance(found, Problem) or found.number in self.messages:
                return False
            if not plainly_shown(values, found, known) and diff(aim.target(room, extension), found, known):
                return False
        return True

    def look_at(self, rooms: Sequence[str], now: datetime) -> Iterator[RoomPlan]:
        """What each of these rooms needs now, one after the other."""
        return (self.look(room, now) for room in rooms)

    def writes(self, plan: RoomPlan, changes: Iterable[Change], now: datetime) -> tuple[Write, ...]:
        """The calls that make these changes of the room."""
        by_extension: dict[str, list[Change]] = {}
        for change in changes:
            by_extension.setdefault(change.extension, []).append(change)
        return tuple(
            write
            for target in plan.targets
            if (group := by_extension.get(target.extension))
            for write in writes_for(
                target,
                group,
                self.price,
                now=now,
                leases=self.leases,
                always_open=self.always_open(target.number, now),
            )
        )

    def known(self, now: datetime) -> Known:
        """What the difference looks at beside both sides."""
        can = (
            Capabilities({**self.capabilities.features, **self.withheld})
            if self.withheld
            else self.capabilities
        )
        return Known(now, can, self.leases, self.own, self.messages)

    def blanked_lately(self, now: datetime) -> frozenset[str]:
        """Rooms that lost their guest without a check-out within the last 10 minutes."""
        return frozenset(room for room, at in self.blanked.items() if now - at < BLANKING_MEMORY)

    def pause(self, room: str, now: datetime) -> Paused | None:
        """Why and until when somebody has asked to leave the room alone; None if nobody has, or it is over."""
        paused = self.paused.get(room)
        return paused if paused is not None and (paused.until is None or paused.until > now) else None

    def ids(self, rooms: Iterable[str] | None = None) -> frozenset[str]:
        """Zoom's ids that may be written: of the extensions of our rooms, and of telephones that serve one alone.

        Of all of them, or of those among ``rooms``.
        """
        ours = self.rooms() if rooms is None else [room for room in rooms if self.roster.is_ours(room)]
        found = [each[0] for n in self.roster.numbers(ours) if len(each := self.observed.at(n)) == 1]
        telephones = [e.device for e in found if e.device is not None]
        return frozenset(e.id for e in found) | {t.id for t in telephones if len(t.extensions) == 1}

    def _fence_problems(self, room: str, facts: RoomFacts) -> list[Problem]:
        if not facts.extensions:
            return [
                Problem(
                    "no_extension",
                    f'room {room} has no extension: name it in the document, as in extensions: ["1207"]',
                    room=room,
                )
            ]
        return []

    def _meant(self, room: str, extension: str) -> Extension | Problem:
        """The extension of Zoom to which the changes of a room's extension go, or why there is none."""
        number = int(extension)  # as Zoom counts it: a leading zero does not matter
        if not self.roster.belongs(number, room):
            return not_listed(room, extension, self.roster.in_files(room, "extensions"))
        return the_one(room, extension, self.observed.at(number))

    def always_open(self, number: int, now: datetime) -> bool:
        """Tell whether Zoom has said lately that this common area has no closed hours."""
        told = (each.always_open for each in self.observed.at(number))
        return any(at is not UNKNOWN and now - at < HOURS_HOLD for at in told)

    def _since(self, room: str, occupied: bool | None, now: datetime) -> date | None:  # noqa: FBT001
        if self.house.department.option != "state":
            return None  # nobody asks, and the zone's arithmetic costs time
        known = self.occupancy.get(room)
        moment = known.since if known is not None and known.occupied == occupied else now
        return moment.astimezone(self.house.zone).date()

    def names_of_nobody(self, room: str, extension: str, now: datetime) -> tuple[Names, ...]:
        """The names that this extension may show without naming a guest, the plainest last."""
        wish = self.wish(room, now)
        facts = self.facts(room, wish.get(Field.OCCUPIED), now)
        known = facts if facts.extensions else facts._replace(extensions=(extension,))
        return names_of_nobody(wish, known, self.house, extension)

    def uncovers(self, change: Change, now: datetime) -> bool:
        """True if somebody's name stands on the telephone until this change is made."""
        return change.field in NAME_FIELDS and uncovers(
            change, self.names_of_nobody(change.room, change.extension, now)
        )

    def _names_left(self, room: str, changes: Iterable[Change], now: datetime) -> Iterator[Problem]:
        """Telephones that go on showing somebody's name because Zoom refuses every other."""
        left: dict[str, str] = {}
        for change in changes if self.setbacks.failures else ():
            failure = self.setbacks.of(change)
            if failure is not None and failure.permanent and self.uncovers(change, now):
                when = f"; next try at {local(failure.next_at, self.house.zone)}" if failure.next_at else ""
                left[change.extension] = f"{failure.code} {failure.message}".strip() + when
        for extension, why in left.items():
            message = (
                f"room {room}: extension {extension} still shows a name that should be gone, because Zoom refuses to "
                f"change it: {why}"
            )
            yield Problem("name_left", message, room=room, subject=extension)

    def _name_refused(self, now: datetime, extension: str, names: Names) -> bool:
        return self.setbacks.refuses((each.id for each in self.observed.at(int(extension))), names, now)

    def _is_privacy(self, change: Change, wish: Wish, now: datetime) -> bool:
        nobody = self.names_of_nobody(change.room, change.extension, now)
        return is_privacy(change, wish, nobody, self.own.get((change.id, change.field)))

    def _held_back(self, change: Change, wish: Wish, now: datetime) -> Change:
        """Mark a change that waits for a person, or that Zoom has refused for good."""
        paused = self.pause(change.room, now)
        if paused is not None and change.status == "planned" and not self._is_privacy(change, wish, now):
            return replace(change, status="skipped", reason=f"paused: {paused.reason}")
        failure = self.setbacks.of(change)
        refused = failure is not None and failure.permanent and not failure.is_due(now)
        if failure is not None and refused and not self.uncovers(change, now):
            status: Status = "unsupported" if failure.unsupported else "failed"
            return replace(change, status=status, reason=f"{failure.code}: {failure.message}".strip(": "))
        contest = contest_of(change, self.contests, now)
        if contest is not None and contest.until is not None and change.status == "planned":
            return held_back(change, contest, local(contest.until, self.house.zone))
        return change
