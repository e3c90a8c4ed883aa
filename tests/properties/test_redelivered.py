"""A repetition changes nothing, and nothing that is meant is lost, whatever a PMS sends."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from hypothesis import assume, given
from hypothesis import strategies as st

from desired.redelivered import HISTORY, PATIENCE, Redelivered
from desired.said import Field, Source
from tests.desired.house import SEVEN, House

NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


class Record(NamedTuple):
    """A record as the PMS writes it; guest records carry the second in which they were made."""

    what: str
    of: datetime | None


@st.composite
def records(draw: st.DrawFn, longest: int) -> list[Record]:
    """What a PMS tells: guests of two rooms with times that never go back, lamps and wake-ups without."""
    second, told = 0, []
    for _ in range(draw(st.integers(1, longest))):
        second += draw(st.sampled_from([0, 0, 1, 60]))
        what = draw(st.sampled_from(["GI 1", "GI 2", "GO 1", "GO 2", "WR", "WC", "ML Y", "ML N"]))
        told.append(Record(what, NOON + timedelta(seconds=second) if what[0] == "G" else None))
    return told


def tell(house: House, record: Record) -> None:
    """A record reaches the stays."""
    verb, _, number = record.what.partition(" ")
    if verb == "GI":
        house.check_in("101", number, alone=None, of=record.of)
    elif verb == "GO":
        house.check_out("101", number, of=record.of)
    elif verb == "ML":
        house.status("101", light="on" if number == "Y" else "off")
    else:
        (house.wake if verb == "WR" else house.cancel)("101", SEVEN)


statuses = st.sampled_from(["WR", "WC", "ML Y", "ML N"]).map(lambda what: Record(what, None))
overruling = st.sampled_from(["WR", "WC", "ML Y", "ML N"])


def overrule(house: House, word: str) -> None:
    """The desk says something of the room."""
    if word.startswith("ML"):
        house.status("101", by=Source.DESK, light="on" if word == "ML Y" else "off")
    else:
        (house.wake if word == "WR" else house.cancel)("101", SEVEN, by=Source.DESK)


def since_a_guest(sent: list[Record]) -> list[Record]:
    """The records after the last one of a guest."""
    after = max((place for place, each in enumerate(sent) if each.of), default=-1)
    return sent[after + 1 :]


def feed(history: Redelivered[Record], house: House, sent: list[Record]) -> list[Record]:
    """Read records; what was applied."""
    applied: list[Record] = []
    for record in sent:
        for each in history.feed(record, str(record), record.of, house.now, rooms=("101",)):
            tell(house, each)
            applied.append(each)
    return applied


def wait(history: Redelivered[Record], house: House) -> None:
    """Let all doubts end."""
    house.later(PATIENCE.total_seconds())
    for each in history.due(house.now):
        tell(house, each)


def once(sent: list[Record]) -> list[Record]:
    """The records less guest records that were sent twice in a row, which are one."""
    return [each for place, each in enumerate(sent) if not (each.of and place and sent[place - 1] == each)]


@given(records(30), st.integers(1, 30))
def test_the_last_records_sent_again_after_a_reconnect_change_nothing(sent: list[Record], last: int) -> None:
    history, house = Redelivered[Record](), House()
    assume(feed(history, house, sent) == once(sent))
    house.later(300)
    house.touched.clear()
    history.connected(house.now)
    assert feed(history, house, sent[-last:]) == []
    wait(history, house)
    assert not house.touched


@given(records(20), records(20), st.integers(0, 20), st.booleans())
def test_what_is_meant_takes_effect_whatever_was_sent_before(
    sent: list[Record], news: list[Record], last: int, lost: bool
) -> None:
    """The PMS may mean what it says though it has said it before, also after the line was lost."""
    history, house, simple = Redelivered[Record](), House(), House()
    later = [Record(each.what, each.of and each.of + timedelta(hours=1)) for each in news]
    assume(feed(history, house, sent) == once(sent))
    house.later(300)
    if lost:
        history.connected(house.now)
        feed(history, house, sent[len(sent) - last :])
    feed(history, house, later)
    wait(history, house)
    for record in sent:
        tell(simple, record)
    simple.later(300)
    for record in later:
        tell(simple, record)
    simple.later(PATIENCE.total_seconds())
    for field in (Field.GUESTS, Field.WAKEUPS, Field.MESSAGE_LIGHT):
        assert values(house, field) == values(simple, field)


@given(
    records(20),
    st.lists(overruling, min_size=1, max_size=3),
    st.lists(statuses, max_size=8),
    st.integers(0, 8),
)
def test_what_the_pms_says_again_after_the_desk_spoke_of_the_room_takes_effect(
    sent: list[Record], desk: list[str], news: list[Record], last: int
) -> None:
    """Lamps and wake-ups of a room carry no time, so that only what stands there now says whether they are news."""
    history, house, simple = Redelivered[Record](), House(), House()
    assume(feed(history, house, sent) == once(sent))
    for each in (house, simple):
        for record in sent if each is simple else ():
            tell(each, record)
        each.later(300)
        each.touched.clear()
        for word in desk:
            overrule(each, word)
    if house.touched:
        history.overrule(house.touched)
    history.connected(house.now)
    later = [*since_a_guest(sent)[-last:], *news] if last else news
    for each in (house, simple):
        each.later(1)
    feed(history, house, later)
    wait(history, house)
    for record in later:
        tell(simple, record)
    simple.later(PATIENCE.total_seconds())
    for field in (Field.WAKEUPS, Field.MESSAGE_LIGHT):
        assert values(house, field) == values(simple, field)


@given(records(3 * HISTORY))
def test_the_memory_stays_small(sent: list[Record]) -> None:
    history, house = Redelivered[Record](), House()
    feed(history, house, sent)
    assert len(history.dump()["history"]) <= HISTORY
    assert len(history.held) <= HISTORY


def values(house: House, field: Field) -> object:
    """A field of the room without who said so and when."""
    value = house.get("101", field)
    return [call.at for call in value or ()] if field is Field.WAKEUPS else value
