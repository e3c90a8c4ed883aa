"""Whatever files, PMS and desk say, and whatever Zoom answers: nothing outside the guest rooms is written."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from desired.document import RoomDocument
from desired.names import NameTemplates
from desired.placed import Loaded, Placed
from desired.said import Origin, Source, of_document
from desired.target import DepartmentRule, House
from observed.cache import Observed
from observed.extension import Device, Extension, Kind
from reconciler.account.operation import Operation
from reconciler.hotel import Hotel
from reconciler.rooms import RoomTable
from reconciler.roster import Roster

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOUSE = House(
    NameTemplates(
        ("", "", "${last} ${extension}"), ("", "", "Room ${extension}"), ("${last}", "Room ${room}")
    ),
    ZoneInfo("America/New_York"),
    DepartmentRule("state"),
    calling=("international", "internal"),
)
ROOMS = RoomTable.of(["1201-1204", "!1203", ("PH", ["1901", "1902"], "", None)])
OWN = {"1201": {1201}, "1202": {1202}, "1204": {1204}, "PH": {1901, 1902}}
NUMBERS = (1201, 1202, 1203, 1204, 1901, 1902, 7001, 7002)

NAMES = st.sampled_from(["1201", "1202", "1203", "PH", "7001", "Spa"])
NUMBER = st.sampled_from(NUMBERS)
DOCUMENTS = st.fixed_dictionaries(
    {"room": NAMES},
    optional={
        "extensions": st.lists(NUMBER.map(str), min_size=1, max_size=3, unique=True),
        "guests": st.sampled_from([[], [{"last": "Souza"}]]),
        "dnd": st.sampled_from(["on", "off"]),
        "calling": st.just("national"),
        "name": st.just({"display": "Concierge"}),
    },
)


@st.composite
def accounts(draw: st.DrawFn) -> list[Extension]:
    """Zoom's extensions: users and common areas, numbers more than once, telephones shared or not."""
    extensions = []
    for n, number in enumerate(draw(st.lists(NUMBER, max_size=10))):
        kind: Kind = draw(st.sampled_from(["user", "common_area"]))
        sharers = draw(st.lists(NUMBER, max_size=2))
        device = draw(st.none() | st.just(Device(f"device {n}", "Telephone", (number, *sharers))))
        name = "" if kind == "user" else None
        extensions.append(
            Extension(
                kind, f"{kind} {n}", number, "Somebody", name, name, department="", dnd=draw(st.booleans()),
                calling="local", device=device,
            )
        )  # fmt: skip
    return extensions


def price(kind: Kind, field: str) -> Operation:
    return Operation(f"{kind} {field}", "PATCH", "/", "core", "LIGHT")


def hotel(files: list[dict[str, Any]], spoken: list[dict[str, Any]], zoom: list[Extension]) -> Hotel:
    made = Hotel(HOUSE, Roster(ROOMS), price, Observed(zoom))
    documents = [RoomDocument.model_validate(each) for each in files]
    made.roster.take_documents(Loaded(tuple(Placed(d, f"rooms/{d.room}.yaml", {}) for d in documents), ()))
    for each in spoken:
        words = of_document(RoomDocument.model_validate(each), Origin(Source.PMS, "pms GI", NOON))
        made.said[each["room"]] = words
    made.pms_rooms = frozenset(each["room"] for each in spoken)
    return made


@given(st.lists(DOCUMENTS, max_size=4), st.lists(DOCUMENTS, max_size=3), accounts())
def test_a_write_only_ever_reaches_the_rooms_own_extensions_and_telephones(
    files: list[dict[str, Any]], spoken: list[dict[str, Any]], zoom: list[Extension]
) -> None:
    made = hotel(files, spoken, zoom)
    writes = [
        write
        for room in made.rooms()
        for plan in [made.look(room, NOON)]
        for write in made.writes(plan, plan.changes, NOON)
    ]
    numbers = {each.id: {each.number} for each in zoom}
    numbers |= {each.device.id: set(each.device.extensions) for each in zoom if each.device}
    for write in writes:
        assert numbers[write.id] <= OWN[write.room]
        assert write.id in made.ids()
    for allowed in made.ids():
        assert numbers[allowed] <= set().union(*OWN.values())


@given(st.lists(DOCUMENTS, max_size=4, unique_by=lambda each: each["room"]), accounts(), st.randoms())
def test_the_order_of_rooms_and_extensions_does_not_matter(
    files: list[dict[str, Any]], zoom: list[Extension], chance: Any
) -> None:
    def changes(made: Hotel) -> set[Any]:
        return {change for room in made.rooms() for change in made.look(room, NOON).changes}

    before = changes(hotel(files, [], zoom))
    chance.shuffle(files)
    chance.shuffle(zoom)
    assert changes(hotel(files, [], zoom)) == before
