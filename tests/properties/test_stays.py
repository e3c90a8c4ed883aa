"""What holds for guests, rooms and wake-ups whatever a PMS tells, in whatever order."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from desired.said import Field, Source
from tests.desired.house import LINK, ROOMS, SEVEN, House

NUMBERS = ("1", "2", "3", "4", "5")


@dataclass(frozen=True)
class Act:
    """Something that happens in a hotel: a verb of ``House`` with what it says."""

    verb: str
    arguments: tuple[Any, ...]
    told: dict[str, Any]

    def __call__(self, house: Any) -> None:
        getattr(house, self.verb)(*self.arguments, **self.told)

    @property
    def at_the_desk(self) -> bool:
        """True for what people do, which is an act at any time."""
        return self.verb in {"swap", "release"} or self.told.get("by") is Source.DESK

    @property
    def brings_a_stranger(self) -> bool:
        """True for what may bring a guest without a reservation number into a room."""
        return self.verb in {"check_in", "move"} and None in self.arguments


def act(verb: str, *arguments: Any, **told: Any) -> Act:
    """What happens, in the words of the verbs."""
    return Act(verb, arguments, told)


rooms, numbers = st.sampled_from(ROOMS), st.sampled_from(NUMBERS)
anybody = st.one_of(numbers, st.none())
sources = st.sampled_from([Source.PMS, Source.PMS, Source.DESK])
hours = st.integers(0, 5).map(lambda hour: SEVEN + timedelta(hours=hour))

checking_in = st.builds(
    lambda room, number, alone, by, dnd: act(
        "check_in", room, number, alone=alone, by=by, statuses={Field.DND: dnd} if dnd else {}
    ),
    rooms, anybody, st.sampled_from([None, True, False]), sources, st.sampled_from([None, "on"]),
)  # fmt: skip
moving = st.builds(
    lambda old, room, number, by: act("move", old, room, number, by=by), rooms, rooms, anybody, sources
)
checking_out = st.builds(
    lambda room, number, by: act("check_out", room, number, by=by), rooms, anybody, sources
)
swapping = st.builds(lambda room, other: act("swap", room, other), rooms, rooms)
changing = st.builds(lambda room, number: act("change", room, number, {"vip": "1"}), rooms, numbers)
telling = st.builds(lambda room, dnd: act("status", room, dnd=dnd), rooms, st.sampled_from(["on", "off"]))
waking = st.builds(lambda room, time, by: act("wake", room, time, by=by), rooms, hours, sources)
cancelling = st.builds(lambda room, time, by: act("cancel", room, time, by=by), rooms, hours, sources)
waiting = st.builds(lambda seconds: act("later", seconds), st.sampled_from([1, 5, 15, 21]))
stating_in = st.builds(lambda room, number: act("check_in", room, number, snapshot=True), rooms, anybody)
stating_out = st.builds(lambda room: act("check_out", room, snapshot=True), rooms)
resyncing = st.sampled_from([act("resync_begins"), act("resync_ends"), act("resync_breaks"), act("release")])

full_house = st.lists(rooms, max_size=len(NUMBERS)).map(
    lambda rooms: [act("check_in", room, number) for room, number in zip(rooms, NUMBERS, strict=False)]
)

real_time = st.one_of(
    checking_in, checking_in, moving, moving, checking_out, checking_out, swapping, changing, telling, waking,
    cancelling, waiting,
)  # fmt: skip
anything = st.one_of(real_time, stating_in, stating_out, resyncing)


def busy(acts: st.SearchStrategy[Act]) -> st.SearchStrategy[list[Act]]:
    """A day on which enough happens to go wrong."""
    return st.lists(acts, min_size=12, max_size=40)


class Porter:
    """Keeps in mind who is where, and nothing else: the same verbs as a hotel."""

    def __init__(self) -> None:
        self.rooms: dict[str, str] = {}

    def check_in(
        self, room: str, number: str, *, alone: bool | None = None, by: Source = Source.PMS, **_: Any
    ) -> None:
        if by is not Source.PMS and self.rooms.get(number, room) != room:
            return  # the desk has mistyped the number of somebody in another room
        if alone and self.rooms.get(number) != room:
            self.check_out(room)
        self.rooms[number] = room

    def move(self, old: str, room: str, number: str | None, by: Source = Source.PMS) -> None:
        everybody = [each for each, where in self.rooms.items() if where == old]
        for each in everybody if number is None else [number]:
            if by is Source.PMS or each in everybody:
                self.rooms[each] = room

    def change(self, room: str, number: str, _details: Any) -> None:
        self.rooms[number] = room

    def check_out(self, room: str, number: str | None = None, by: Source = Source.PMS) -> None:
        for each in [each for each, where in self.rooms.items() if number in {None, each}]:
            # A PMS knows where its guests are; the desk means the guest in the room that it names.
            if self.rooms[each] == room or (number is not None and by is Source.PMS):
                del self.rooms[each]

    def swap(self, room: str, other: str) -> None:
        to = {room: other, other: room}
        self.rooms = {each: to.get(where, where) for each, where in self.rooms.items()}

    def __getattr__(self, verb: str) -> Callable[..., None]:
        return lambda *_, **__: None


@given(full_house, busy(real_time.filter(lambda each: not each.brings_a_stranger)))
def test_everybody_is_where_the_last_record_put_him(before: list[Act], acts: list[Act]) -> None:
    house, porter = House(), Porter()
    for happen in before + acts:
        happen(house)
        happen(porter)
        assert {number: room for room in ROOMS for number in house.numbers(room)} == porter.rooms


@given(
    full_house,
    busy(real_time),
    rooms,
    rooms,
    numbers,
    st.sampled_from(["GC", "GO GI"]),
    st.integers(1, 86_400),
)
def test_a_check_out_from_before_a_guests_move_leaves_everybody_where_he_is(
    before: list[Act], acts: list[Act], old: str, room: str, number: str, how: str, seconds: int
) -> None:
    house = House()
    for happen in before + acts:
        happen(house)
    house.later()
    house.check_in(old, number)
    house.later(1)
    at = house.now
    if how == "GC":
        house.move(old, room, number)
    else:
        house.check_out(old, number)
        house.check_in(room, number)
    house.later()
    house.restart()
    where = {each: house.numbers(each) for each in ROOMS}
    if old != room:
        house.check_out(old, number, of=at - timedelta(seconds=seconds))
    house.later()
    assert {each: house.numbers(each) for each in ROOMS} == where


@given(full_house, busy(anything), st.booleans())
def test_a_room_is_occupied_exactly_if_reservations_are_held_for_it_and_nobody_is_in_two_rooms(
    before: list[Act], acts: list[Act], known: bool
) -> None:
    house = House(known=known)
    for happen in before + acts:
        happen(house)
        held = [number for room in ROOMS for number in house.numbers(room) if number is not None]
        assert len(held) == len(set(held))
        for room in ROOMS:
            assert bool(house.numbers(room)) is bool(house.occupied(room))
            assert house.stays.occupied(room) is bool(house.numbers(room))


@given(full_house, busy(anything))
def test_the_name_of_a_guest_who_checked_out_is_nowhere(before: list[Act], acts: list[Act]) -> None:
    house = House()
    for happen in before + acts:
        happen(house)
    present = [(room, number) for room in ROOMS for number in house.numbers(room)]
    for room, number in present:
        house.check_out(room, number)
        names = [
            guest.first
            for words in house.stays.said.values()
            for word in words
            if word.field is Field.GUESTS
            for guest in word.value
        ]
        assert number is None or f"Guest {number}" not in names
    assert "Souza" not in repr(house.stays.said)
    assert "Souza" not in repr(house.stays.dump())


@given(st.lists(anything, max_size=40), st.sets(st.integers(0, 39)))
def test_a_restart_changes_nothing(acts: list[Act], restarts: set[int]) -> None:
    steady, restarted = House(), House()
    resync = False
    for number, happen in enumerate(acts):
        happen(steady)
        happen(restarted)
        resync = happen.verb == "resync_begins" or (resync and not happen.verb.startswith("resync"))
        if number in restarts and not resync:
            restarted.restart()
        assert restarted.stays.said == steady.stays.said
        assert restarted.stays.dump() == steady.stays.dump()
    assert restarted.odd == steady.odd


@given(full_house, busy(anything))
def test_a_store_that_keeps_only_what_is_new_holds_all(before: list[Act], acts: list[Act]) -> None:
    house = House()
    kept: dict[str, Any] = {}
    for happen in before + acts:
        happen(house)
        for name, plain in house.stays.news().items():
            kept[name] = plain
            if not plain:
                del kept[name]
        assert kept == house.stays.dump()


@given(full_house, busy(real_time))
def test_letting_a_held_resync_through_touches_no_room_whose_guests_have_left(
    before: list[Act], acts: list[Act]
) -> None:
    house = House(max_blanked=0.0)
    lost = [
        act("resync_begins"),
        *(act("check_out", room, snapshot=True) for room in ROOMS),
        act("resync_ends"),
    ]
    for happen in before + lost + acts:
        happen(house)
    occupied = {room for room in ROOMS if house.occupied(room)}
    held = house.stays.held(LINK)
    house.touched.clear()
    house.release()
    assert house.touched <= occupied
    assert bool(house.touched) is bool(held)
    assert house.stays.held(LINK) == 0


@given(st.lists(anything, max_size=40))
def test_what_a_new_link_tells_first_deletes_nothing(acts: list[Act]) -> None:
    """For 15 minutes: no mailbox is cleared, and no wake-up call is lost but by those who may cancel it."""
    house = House(known=False)
    asked: set[datetime] = set()
    for happen in acts:
        if happen.at_the_desk or happen.verb in {"cancel", "resync_ends"}:
            continue
        happen(house)
        if happen.verb == "wake":
            asked |= {time for room in ROOMS for time in house.wakeups(room)}
        assert {time for room in ROOMS for time in house.wakeups(room)} == asked
        assert all(house.cleared(room) is None for room in ROOMS)


@given(st.lists(st.one_of(stating_in, stating_out, moving, checking_in, checking_out, waking), max_size=30))
def test_a_first_resync_deletes_nothing(acts: list[Act]) -> None:
    house = House(known=False)
    asked: set[datetime] = set()
    house.resync_begins()
    for happen in acts:
        if not happen.at_the_desk:
            happen(house)
            asked |= {time for room in ROOMS for time in house.wakeups(room)}
    house.resync_ends()
    house.later()
    assert {time for room in ROOMS for time in house.wakeups(room)} == asked
    assert all(house.cleared(room) is None for room in ROOMS)


@given(
    st.lists(
        st.one_of(moving.filter(lambda each: None not in each.arguments), swapping, waiting), max_size=20
    ),
    st.lists(rooms, min_size=4, max_size=4),
)
def test_no_wake_up_of_a_guest_is_lost_by_moves_and_swaps(acts: list[Act], where: list[str]) -> None:
    house = House()
    for number, room in enumerate(where, start=1):
        house.check_in(room, str(number))
    for hour, room in enumerate(sorted(set(where))):
        house.wake(room, SEVEN + timedelta(hours=hour))
    before = sorted(time for room in ROOMS for time in house.wakeups(room))
    house.later()
    for happen in acts:
        happen(house)
        assert sorted(time for room in ROOMS for time in house.wakeups(room)) == before
    house.later()
    assert sorted(time for room in ROOMS for time in house.wakeups(room)) == before
    assert all(house.occupied(room) for room in ROOMS if house.wakeups(room))


def stated(house: House) -> dict[str, tuple[Any, ...]]:
    """What every room should be, without who said so."""
    return {
        room: (
            house.numbers(room), house.dnd(room), house.calling(room), house.light(room), house.private(room),
            house.wakeups(room), house.cleared(room), house.occupied(room),
        )
        for room in ROOMS
    }  # fmt: skip


@given(
    where=st.lists(st.sampled_from([*ROOMS, None]), min_size=5, max_size=5),
    to=st.lists(rooms, min_size=5, max_size=5),
    order=st.permutations(range(5)),
)
@settings(max_examples=300)
def test_a_move_comes_out_the_same_in_all_three_tellings(
    where: list[str | None], to: list[str], order: list[int]
) -> None:
    """GC, GO GI GO GI and GO GO GI GI: also for swaps, rotations, couples, and a room that is shared then."""
    houses = [House(), House(), House()]
    for house in houses:
        for place, old in enumerate(where):
            if old is not None:
                house.check_in(old, str(place))
        for hour, room in enumerate(ROOMS):
            if house.occupied(room):
                house.wake(room, SEVEN + timedelta(hours=hour))
                house.status(room, dnd=("on", "off")[hour % 2], light=("off", "on")[hour % 2])
                house.status(room, calling=("local", "national", "internal", "international")[hour])
        house.later(3600)
    steps = [(str(each), where[each], to[each]) for each in order]
    moves = [(number, old, new) for number, old, new in steps if old is not None and old != new]
    told, paired, grouped = houses
    for number, old, new in moves:
        told.move(old, new, number)
        paired.check_out(old, number)
        paired.check_in(new, number)
        grouped.check_out(old, number)
    for number, _, new in moves:
        grouped.check_in(new, number)
    for house in houses:
        house.later()
    assert stated(paired) == stated(told)
    assert stated(grouped) == stated(told)
