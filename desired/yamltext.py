"""YAML text → plain data in which every key and value still knows its line and column.

The text is read as parser events and not as the library's objects: the C parser and the pure one give the
same events, so that accepting, values and places are the same whichever of them read a file. The C parser is
some twenty times as fast, but refuses a few valid texts (``{at: 06:30}``); what it refuses is read again by
the pure parser, whose messages are the only ones that people see.

Scalars follow YAML 1.2: ``on``, ``yes`` and ``06:30`` are text. Dates stay text too: the field says whether
it is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.cyaml import CParser  # type: ignore[attr-defined]  # re-exported from the C extension
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
)

from desired.document import LeadingZero
from desired.flaw import Flaw, tellable
from desired.placed import Place

DEPTH_LIMIT = 50
"""Levels of nesting; a room document needs five."""
ALIAS_LIMIT = 100_000
"""Values that the aliases of one file may stand for: a few bytes could else stand for billions."""

_PLAIN_WORDS: dict[str, object] = {"": None, "~": None}
_PLAIN_WORDS |= dict.fromkeys(("null", "Null", "NULL"))
_PLAIN_WORDS |= dict.fromkeys(("true", "True", "TRUE"), True)
_PLAIN_WORDS |= dict.fromkeys(("false", "False", "FALSE"), False)
_NUMBER_START = frozenset("0123456789-.")
_HALF = re.compile("[\ud800-\udfff]")
_WHOLE = re.compile(r"-?[1-9][0-9]{0,17}|0")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]+|0x[0-9a-fA-F]+|0o[0-7]+")
_DECIMAL = re.compile(r"-?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|-?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_FORBIDDEN = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")
_CORE = "tag:yaml.org,2002:"
_PLAIN_TAGS = frozenset(_CORE + name for name in ("null", "bool", "int", "float", "timestamp"))
_COLLECTION_TAGS = frozenset((None, "!", _CORE + "map", _CORE + "seq"))

_UNCHECKED: Final = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What the library raises where it does not check the text: an escape such as ``\\UFFFFFFFF``, ``%YAML 1.22``."""

Path = tuple[str | int, ...]
"""Keys and list positions that lead to a value."""


class Refused(Exception):
    """The text cannot be read any further; carries the flaw that stopped it."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.message)
        self.flaw = flaw


class Fields(dict[str, object]):
    """A YAML mapping: where it begins, and where each of its keys and values stands."""

    __slots__ = ("places", "start")

    def __init__(self, start: Place) -> None:
        super().__init__()
        self.start = start
        self.places: dict[str, tuple[Place, Place]] = {}


class Items(list[object]):
    """A YAML list: where it begins, and where each of its items stands."""

    __slots__ = ("places", "start")

    def __init__(self, start: Place) -> None:
        super().__init__()
        self.start = start
        self.places: list[Place] = []


class Text(NamedTuple):
    """The roots of a text, one per YAML document, and the fields that stand twice, each with its place."""

    roots: list[tuple[object, Place]]
    duplicates: list[tuple[Path, Place]]


def parse(text: str) -> Text:
    """Read a text into plain data. Raises ``Refused`` where it cannot be read on."""
    odd = _FORBIDDEN.search(text)
    if odd:
        raise Refused(Flaw("bad_yaml", "not valid YAML: a control character", place_of(text, odd.start())))
    try:
        return _Builder().build(_fast_events(text))
    except (YAMLError, *_UNCHECKED):
        pass
    try:
        return _Builder().build(YAML(typ="safe", pure=True).parse(text))
    except YAMLError as error:
        raise Refused(_syntax_flaw(error)) from None
    except _UNCHECKED:
        raise Refused(Flaw("bad_yaml", "not valid YAML: no such character or version", (1, 1))) from None


def place_of(text: str, index: int) -> Place:
    """Line and column of a character."""
    line_start = text.rfind("\n", 0, index) + 1
    return text.count("\n", 0, index) + 1, index - line_start + 1


def _fast_events(text: str) -> Iterator[Event]:
    parser = CParser(text)
    while parser.check_event():
        yield parser.get_event()


_END: Final = "'<stream end>'"

_WORDS: Final = {
    _END: "the end of the file",
    "<block end>": "the same indentation as above",
    "'<scalar>'": "a value",
    "'<block mapping start>'": "further indentation",
    "'<block sequence start>'": "a list",
}
"""What the parser calls by names of its own, in words for people."""


def _syntax_flaw(error: YAMLError) -> Flaw:
    problem, mark = "unreadable", None
    if isinstance(error, MarkedYAMLError):
        problem = error.problem or problem
        mark = error.problem_mark or error.context_mark
        if ("end of stream" in problem or _END in problem) and error.context_mark:
            mark = error.context_mark  # What never ends is put right where it begins.
        for theirs, ours in _WORDS.items():
            problem = problem.replace(theirs, ours)
    place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Flaw("bad_yaml", tellable(f"not valid YAML: {problem}"), place)


def _place(event: Event) -> Place:
    mark = event.start_mark
    return mark.line + 1, mark.column + 1


class _Open:
    """A mapping or list whose end has not come yet."""

    __slots__ = ("alias_base", "anchor", "container", "key", "key_place")

    def __init__(self, container: Fields | Items, anchor: str | None, alias_base: int) -> None:
        self.container = container
        self.anchor = anchor
        self.alias_base = alias_base
        self.key: str | None = None
        self.key_place: Place = container.start


class _Anchored(NamedTuple):
    value: object
    weight: int


class _Builder:
    """Puts events together. Not recursive, so that no text can exhaust the stack."""

    def __init__(self) -> None:
        self._roots: list[tuple[object, Place]] = []
        self._duplicates: list[tuple[Path, Place]] = []
        self._open: list[_Open] = []
        self._anchors: dict[str, _Anchored] = {}
        self._nodes = 0
        self._aliased = 0

    def build(self, events: Iterator[Event]) -> Text:
        for event in events:
            if isinstance(event, ScalarEvent):
                self._scalar(event)
            elif isinstance(event, CollectionStartEvent):
                self._begin(event)
            elif isinstance(event, CollectionEndEvent):
                self._end()
            elif isinstance(event, AliasEvent):
                self._alias(event)
            elif isinstance(event, DocumentStartEvent):
                self._anchors.clear()
        return Text(self._roots, self._duplicates)

    def _scalar(self, event: ScalarEvent) -> None:
        self._nodes += 1
        place = _place(event)
        parent = self._open[-1] if self._open else None
        if parent and parent.key is None and isinstance(parent.container, Fields):
            self._key(parent, parent.container, _whole(event.value, place), place)
            return
        value = _resolve(event, place)
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(value, 1)
        self._put(value, place)

    def _key(self, parent: _Open, fields: Fields, key: str, place: Place) -> None:
        if key in fields:
            above = (len(at.container) if at.key is None else at.key for at in self._open[:-1])
            self._duplicates.append(((*above, key), place))
        parent.key, parent.key_place = key, place

    def _begin(self, event: CollectionStartEvent) -> None:
        place = _place(event)
        self._nodes += 1
        self._no_key_awaited(place)
        if event.tag not in _COLLECTION_TAGS:
            raise Refused(Flaw("bad_yaml", "this YAML tag is not used here", place))
        if len(self._open) >= DEPTH_LIMIT:
            raise Refused(Flaw("too_large", f"nested deeper than {DEPTH_LIMIT} levels", place))
        container = Fields(place) if isinstance(event, MappingStartEvent) else Items(place)
        self._open.append(_Open(container, event.anchor, self._nodes + self._aliased))

    def _end(self) -> None:
        done = self._open.pop()
        if isinstance(done.container, Fields) and "<<" in done.container:
            _merge(done.container)
        if done.anchor:
            weight = self._nodes + self._aliased - done.alias_base + 1
            self._anchors[done.anchor] = _Anchored(done.container, weight)
        self._put(done.container, done.container.start)

    def _alias(self, event: NodeEvent) -> None:
        place = _place(event)
        self._no_key_awaited(place)
        anchored = self._anchors.get(event.anchor or "")
        if anchored is None:
            raise Refused(Flaw("bad_yaml", "not valid YAML: an alias without an earlier anchor", place))
        self._aliased += anchored.weight
        if self._aliased > ALIAS_LIMIT:
            raise Refused(Flaw("too_large", f"aliases stand for more than {ALIAS_LIMIT} values", place))
        self._put(anchored.value, place)

    def _no_key_awaited(self, place: Place) -> None:
        parent = self._open[-1] if self._open else None
        if parent and parent.key is None and isinstance(parent.container, Fields):
            raise Refused(Flaw("bad_yaml", "a field's name must be a word", place))

    def _put(self, value: object, place: Place) -> None:
        if not self._open:
            self._roots.append((value, place))
            return
        parent = self._open[-1]
        container = parent.container
        if isinstance(container, Items):
            container.append(value)
            container.places.append(place)
        elif parent.key is not None:
            container[parent.key] = value
            container.places[parent.key] = (parent.key_place, place)
            parent.key = None


def _merge(fields: Fields) -> None:
    """Take over what ``<<`` refers to; the mapping's own fields win, then the earlier source's."""
    merged = fields["<<"]
    sources = merged if isinstance(merged, Items) else [merged]
    _, place = fields.places["<<"]
    if not all(isinstance(source, Fields) for source in sources):
        raise Refused(Flaw("bad_yaml", "<< takes over mappings only", place))
    del fields["<<"], fields.places["<<"]
    for source in sources:
        assert isinstance(source, Fields)
        for key in source.keys() - fields.keys():
            fields[key] = source[key]
            fields.places[key] = source.places[key]


def _resolve(event: ScalarEvent, place: Place) -> object:
    """A scalar's value by YAML 1.2; quotes, ``!!str`` and ``!`` make it text."""
    text: str = event.value
    plain, quoted = event.implicit
    if not plain and not quoted:
        if event.tag not in _PLAIN_TAGS and event.tag != _CORE + "str":
            raise Refused(Flaw("bad_yaml", "this YAML tag is not used here", place))
        plain = event.tag in _PLAIN_TAGS
    if not plain or event.tag == "!":
        return _whole(text, place)
    if text in _PLAIN_WORDS:
        return _PLAIN_WORDS[text]
    return _number(text) if text[0] in _NUMBER_START else text


def _whole(text: str, place: Place) -> str:
    """Two halves make one character: JSON, which is YAML too, writes an emoji as two escapes. Half a one is none."""
    if text.isascii() or not _HALF.search(text):
        return text
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        raise Refused(Flaw("bad_yaml", "not valid YAML: half a character", place)) from None


def _number(text: str) -> object:
    """A number, a number with a leading zero kept as written, or text after all such as ``06:30``."""
    if _WHOLE.fullmatch(text):
        return int(text)
    if _LEADING_ZERO.fullmatch(text):
        return LeadingZero(text)
    if _DECIMAL.fullmatch(text) and not text.lstrip("-").isdigit():
        return float(text.replace(".inf", "inf").replace(".nan", "nan"))
    return text
