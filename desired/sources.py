"""Who decides each field of a room: the source table of the contract (section 4), and nothing else.

    field                    who decides: the first row that speaks
    guests, occupied         in a room named by a PMS: PMS and desk, latest; elsewhere files, then desk
    private                  a file's true, then PMS and desk, latest, then a file's false: privacy is given
                             to whoever asks for it
    name, department,
    description, room_id     files, then desk
    dnd, calling,
    message_light            files, then PMS, desk and telephone, latest
    mailbox.cleared          the latest time of all
    wakeups                  the union (desired.wakeups)
    extensions               files

What was adopted from Zoom stands below all of these. Null is a value like any other: a file's null outranks
what the sources below it say. The module merges levels, what every source says at present, so that the
order in which things were heard does not matter; ``check_out`` says what the last check-out makes of those
levels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from desired.problem import Problem
from desired.said import Field, Origin, Said, Source
from desired.wakeups import rested, union

if TYPE_CHECKING:
    from desired.document import RoomDocument

__all__ = ["RANKING", "Field", "Origin", "Said", "Source", "Wish", "check_out", "document_of", "merge"]

Ranking = tuple[tuple[Source, ...], ...]
"""Rows of sources, the deciding row first. In a row the latest wins; at one moment, the first named."""

_BY_FILES: Final[Ranking] = ((Source.FILE,), (Source.DESK,), (Source.ADOPTED,))
_BY_PMS: Final[Ranking] = ((Source.PMS, Source.DESK), (Source.ADOPTED,))
_BY_LATEST: Final[Ranking] = ((Source.FILE,), (Source.PMS, Source.DESK, Source.PHONE), (Source.ADOPTED,))

RANKING: Final[Mapping[Field, Ranking]] = {
    Field.EXTENSIONS: ((Source.FILE,),),
    Field.OCCUPIED: _BY_FILES,
    Field.GUESTS: _BY_FILES,
    Field.PRIVATE: ((Source.PMS, Source.DESK), (Source.FILE,), (Source.ADOPTED,)),
    Field.NAME_FIRST: _BY_FILES,
    Field.NAME_LAST: _BY_FILES,
    Field.NAME_DISPLAY: _BY_FILES,
    Field.DEPARTMENT: _BY_FILES,
    Field.DND: _BY_LATEST,
    Field.CALLING: _BY_LATEST,
    Field.MESSAGE_LIGHT: _BY_LATEST,
    Field.DESCRIPTION: _BY_FILES,
    Field.ROOM_ID: _BY_FILES,
}
"""The fields that one source decides alone."""

_OF_THE_PMS: Final = frozenset({Field.GUESTS, Field.OCCUPIED})
"""Fields in which files have no say once a PMS link has named the room."""

_SHOWN: Final = frozenset({Field.NAME_FIRST, Field.NAME_LAST, Field.NAME_DISPLAY, Field.DEPARTMENT})
"""Fields that translate the guests; adopted ones show the guests of the day of adoption."""

_OUTLIVES_THE_STAY: Final = _SHOWN | {Field.DESCRIPTION, Field.ROOM_ID}
"""Fields that a check-out leaves as they are."""


_VACANT: Final[dict[Field, Any]] = {
    Field.GUESTS: (),
    Field.OCCUPIED: False,
    Field.PRIVATE: False,
    Field.DND: "off",
    Field.CALLING: None,
    Field.MESSAGE_LIGHT: "off",
    Field.WAKEUPS: (),
}
"""What is said of a room that everybody has left, beside its class of service."""


CLOCKS_DIFFER: Final = timedelta(minutes=5)
"""A moment no further ahead than this is now, by a clock that goes before ours."""


_FIELDS: Final = tuple(Field)


class Wish(NamedTuple):
    """What one room should be now: the value of every field that anyone decides, with its provenance.

    ``mailbox.cleared`` is in UTC here, and every wake-up call names all who want it.
    """

    room: str
    fields: Mapping[Field, Said]
    problems: tuple[Problem, ...] = ()

    def get(self, field: Field, default: Any = None) -> Any:
        """The value of a field (None if it is decided to be empty); ``default`` where nobody decides it."""
        said = self.fields.get(field)
        return default if said is None else said.value


def merge(
    room: str, said: Iterable[Said], *, pms_room: bool, zone: ZoneInfo, now: datetime | None = None
) -> Wish:
    """Decide every field of a room among what the sources presently say, in any order.

    ``pms_room``: a PMS link has named this room. ``zone``: the property's, for a file's times without an
    offset. ``now`` (aware) is given where a clearing that is still to come must not count yet. Problems:
    ``pms_room`` (a file's guests or occupancy in such a room), ``two_sources`` (two places in files set the
    same field; neither decides it) and ``cleared_in_future``.
    """
    spoken = tuple(said)
    problems: list[Problem] = []
    if now is not None:
        spoken = _without_clearings_to_come(room, spoken, now, zone, problems)
    if not pms_room and not problems:
        undisputed = _of_files_alone(spoken, zone)
        if undisputed is not None:
            return Wish(room, undisputed)
    fields: dict[Field, Said] = {}
    for field, words in _by_field(spoken).items():
        heard = _settle_files(room, words, problems)
        if pms_room and field in _OF_THE_PMS:
            heard = _without_files(room, heard, problems)
        decided = _decide(field, heard, pms_room=pms_room, zone=zone)
        if decided is not None:
            fields[field] = decided
    _let_adopted_names_go(fields)
    if Field.WAKEUPS in fields and Field.OCCUPIED in fields and not fields[Field.OCCUPIED].value:
        fields[Field.WAKEUPS] = rested(fields[Field.WAKEUPS])
    return Wish(room, fields, tuple(problems))


def check_out(said: Iterable[Said], *, at: datetime, origin: Origin, vacant_calling: str) -> tuple[Said, ...]:
    """What the sources other than files say after the last check-out at ``at`` (aware), told by ``origin``.

    The answer replaces all that they said before, so that nothing of the stay remains with any of them:
    only the names, department, description and room id that somebody gave to the room itself stay. What
    files say is theirs and is not in the answer. ``vacant_calling`` is the class of service of a vacant
    room.
    """
    file, clearing = Source.FILE, Said(Field.CLEARED, at, origin)
    stays: list[Said] = []
    for word in said:
        if word.origin.source is file:
            continue
        if word.field in _OUTLIVES_THE_STAY and not shows_adopted_guests(word):
            stays.append(word)
        elif word.field is clearing.field and word.value is not None and word.value > clearing.value:
            clearing = word
    vacant = _VACANT | {Field.CALLING: vacant_calling}
    return (*stays, *[Said(field, value, origin) for field, value in vacant.items()], clearing)


def document_of(wish: Wish) -> RoomDocument:
    """The effective document, itself a valid drop-in document that gives exactly the fields of the wish."""
    from desired.document import RoomDocument  # pydantic takes longer to import than an audit its rooms

    given: dict[str, Any] = {"room": wish.room}
    for field, said in wish.fields.items():
        value = said.value
        if field is Field.WAKEUPS and value is not None:
            value = [{"at": call.at} for call in value]
        part, _, name = field.partition(".")
        if name:
            given.setdefault(part, {})[name] = value
        else:
            given[part] = value
    return RoomDocument.model_validate(given)


def _without_clearings_to_come(
    room: str, spoken: tuple[Said, ...], now: datetime, zone: ZoneInfo, problems: list[Problem]
) -> tuple[Said, ...]:
    """Leave a clearing out until its time: whoever left a message before then would lose it unheard.

    It is no mistake for ever, so the same word counts as soon as its moment has come.
    """
    early = [
        word for word in spoken
        if word.field is Field.CLEARED and word.value is not None and _in_utc(word.value, zone) > now + CLOCKS_DIFFER
    ]  # fmt: skip
    for word in early:
        where, at = word.origin.where, _in_utc(word.value, zone).astimezone(zone)
        message = (
            f"mailbox.cleared: {at:%Y-%m-%d %H:%M} is still to come, and until then no message is deleted for it; "
            "all else counts"
        )
        problems.append(Problem("cleared_in_future", message, where, room))
    return tuple(word for word in spoken if word not in early) if early else spoken


def _of_files_alone(spoken: tuple[Said, ...], zone: ZoneInfo) -> dict[Field, Said] | None:
    """The whole answer where only files speak, each field once and none to be worked out; else None.

    Nearly every room of a hotel without a PMS is such a room, and a large one has a hundred thousand.
    """
    fields: dict[Field, Said] = {}
    file = Source.FILE
    for word in spoken:
        field = word.field
        if word.origin.source is not file or field is Field.WAKEUPS:
            return None
        if field is Field.CLEARED and word.value is not None:
            word = Said(field, _in_utc(word.value, zone), word.origin)  # noqa: PLW2901 - the same word in UTC
        fields[field] = word
    return fields if len(fields) == len(spoken) else None


def _by_field(spoken: tuple[Said, ...]) -> dict[Field, list[Said]]:
    """Group by field, in one order of fields, whatever order things were said in."""
    groups: dict[Field, list[Said]] = {}
    for word in spoken:
        groups.setdefault(word.field, []).append(word)
    return {field: groups[field] for field in _FIELDS if field in groups}


def _settle_files(room: str, words: list[Said], problems: list[Problem]) -> list[Said]:
    """Leave at most one file's word: an explicit one before an implied one, none where two places set it."""
    files = [word for word in words if word.origin.source is Source.FILE]
    if len(files) < 2:  # noqa: PLR2004 - nothing to settle; working out places would cost time
        return words
    files = [word for word in files if not word.implied] or files
    places = {word.origin.where: word for word in sorted(files, key=lambda word: repr(word.value))}
    settled = list(places.values()) if len(places) == 1 else []
    if len(places) > 1 and not files[0].implied:
        first, *rest = sorted(places)
        message = f"{files[0].field}: set at {first} and at {' and '.join(rest)}; neither counts"
        problems.append(Problem("two_sources", message, first, room))
    return settled + [word for word in words if word.origin.source is not Source.FILE]


def _without_files(room: str, words: list[Said], problems: list[Problem]) -> list[Said]:
    """In a room of the PMS a file's guests and occupancy count for nothing, and are reported."""
    others = [word for word in words if word.origin.source is not Source.FILE]
    decider = _first_row(others, _BY_PMS)
    by = "the PMS link" if decider is None else decider.origin.where
    for word in words:
        if word.origin.source is Source.FILE and not word.implied:
            where = word.origin.where
            message = f"{word.field}: what {where} says is ignored, {by} decides it in this room"
            problems.append(Problem("pms_room", message, where, room))
    return others


def _decide(field: Field, words: list[Said], *, pms_room: bool, zone: ZoneInfo) -> Said | None:
    if not words:
        return None
    if field is Field.CLEARED:
        return _latest_clearing(words, zone)
    if field is Field.WAKEUPS:
        return union(words)
    if field is Field.PRIVATE:
        asking = [word for word in words if word.origin.source is Source.FILE and word.value]
        words = asking or words
    return _first_row(words, _BY_PMS if pms_room and field in _OF_THE_PMS else RANKING[field])


def _first_row(words: Sequence[Said], ranking: Ranking) -> Said | None:
    """The latest word of the first row of sources in which anybody speaks."""
    for row in ranking:
        speaking = [word for word in words if word.origin.source in row]
        if len(speaking) == 1:
            return speaking[0]
        if speaking:
            return max(speaking, key=lambda word: _lateness(word, row))
    return None


def _lateness(word: Said, row: tuple[Source, ...]) -> tuple[datetime, int, str, str]:
    """When it was said. What was said at one moment still has one order: by source, then by place and value."""
    return word.origin.moment, -row.index(word.origin.source), word.origin.where, repr(word.value)


def _latest_clearing(words: list[Said], zone: ZoneInfo) -> Said:
    """The latest time that any source says, in UTC. A time without an offset is the property's."""
    timed = [
        Said(word.field, _in_utc(word.value, zone), word.origin) for word in words if word.value is not None
    ]
    if len(timed) == 1:
        return timed[0]
    everybody = tuple(Source)
    if not timed:
        return max(words, key=lambda word: _lateness(word, everybody))
    return max(timed, key=lambda word: (word.value, _lateness(word, everybody)))


def _in_utc(moment: datetime, zone: ZoneInfo) -> datetime:
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)).astimezone(UTC)


def _let_adopted_names_go(fields: dict[Field, Said]) -> None:
    """Adopted names show who was there at adoption: they go as soon as a better source speaks of the stay."""

    def better(field: Field) -> bool:
        return field in fields and fields[field].origin.source is not Source.ADOPTED

    private = better(Field.PRIVATE) and bool(fields[Field.PRIVATE].value)
    if private or better(Field.GUESTS) or better(Field.OCCUPIED):
        for field in [field for field, word in fields.items() if shows_adopted_guests(word)]:
            del fields[field]


def shows_adopted_guests(word: Said) -> bool:
    """True for what Zoom showed of guests on the day of adoption."""
    return word.origin.source is Source.ADOPTED and (word.field in _SHOWN or word.field is Field.GUESTS)
