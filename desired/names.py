"""The names that a room's extension shows, made from the hotel's templates.

Two things matter here: the extension always stays whole and is the only number, because the room is found by it;
and a plain name costs a few microseconds, because every pass makes those of all rooms (hence named tuples, which
are made in a third of a frozen dataclass's time).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from string import Template
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from desired.lettering import Limit, Piece, clean, compose, fit, has_digit, shows_pictures, without_digits

if TYPE_CHECKING:
    from desired.document import Guest

Note = Literal["digits_removed", "truncated"]

FIRST: Final = Limit(64, chinese=5)
LAST: Final = Limit(64, chinese=5)
DISPLAY: Final = Limit(128, chinese=10)
"""Zoom API, Users, Update a user."""

DEVICE: Final = Limit(255)
"""Zoom API, Phone, Update a device."""

_FREE_TEXT: Final = frozenset({"vip", "title", "first", "last", "description", "tenant", "site"})
"""Variables that may be cut; the others are numbers and dates, wrong when they are not whole."""

_OF_GUESTS: Final = ("vip", "title", "first", "last")
"""Variables that say who a guest is; their digits give way to the extension."""

_DIGITS_REMOVED: Final[frozenset[Note]] = frozenset({"digits_removed"})
_TRUNCATED: Final[frozenset[Note]] = frozenset({"truncated"})


class Names(NamedTuple):
    """What Zoom shows of an extension; a common area only has ``display``. ``device`` is None if not renamed."""

    first: str
    last: str
    display: str
    device: str | None = None


class Place(NamedTuple):
    """Where the telephone stands: what templates may say of it. ``mailbox`` is the room's primary extension."""

    extension: str
    room: str
    mailbox: str
    description: str = ""
    tenant: str = ""
    site: str = ""


@cache
def _nobody() -> Guest:
    from desired.document import Guest  # an audit that renders no name needs no pydantic

    return Guest()


_MEANING: Final[Mapping[str, Callable[[Place, Guest], str | None]]] = {
    "vip": lambda _, guest: guest.vip,
    "title": lambda _, guest: guest.title,
    "first": lambda _, guest: guest.first,
    "last": lambda _, guest: guest.last,
    "extension": lambda place, _: place.extension,
    "room": lambda place, _: place.room,
    "description": lambda place, _: place.description,
    "mailbox": lambda place, _: place.mailbox,
    "language": lambda _, guest: guest.language,
    "arrival": lambda _, guest: guest.arrival.isoformat() if guest.arrival else None,
    "departure": lambda _, guest: guest.departure.isoformat() if guest.departure else None,
    "tenant": lambda place, _: place.tenant,
    "site": lambda place, _: place.site,
}

VARIABLES: Final = tuple(_MEANING)
"""What may stand in ``${…}``."""


class NameTemplates:
    """The settings under ``names:``, compiled once.

    ``occupied`` and ``vacant`` are the templates of first, last and display name, ``device`` the occupied and the
    vacant one of the telephone's own name, ``vip`` maps the PMS's codes to text. Raises ValueError that names the
    template and what is wrong with it: a configuration error.
    """

    def __init__(
        self,
        occupied: tuple[str, str, str],
        vacant: tuple[str, str, str],
        device: tuple[str, str] | None = None,
        vip: Mapping[str, str] | None = None,
    ) -> None:
        self._texts = (occupied, vacant, device, dict(vip or {}))
        self._occupied = _State("occupied", occupied, device and device[0])
        self._vacant = _State("vacant", vacant, device and device[1])
        self._vip = dict(vip or {})

    def __repr__(self) -> str:
        return f"NameTemplates{self._texts!r}"

    def render(
        self, place: Place, guest: Guest | None, *, occupied: bool, private: bool = False
    ) -> tuple[Names, frozenset[Note]]:
        """The names of one extension, and what had to be left out of them to make them fit.

        Of a guest without a name the vacant ones are shown where no letter would be left in the others.
        """
        if not occupied or private:
            return self._render_vacant(place)
        values = self._values(self._occupied, place, guest or _nobody())
        names, notes = self._occupied.fill(values)
        if names.display and not self._occupied.is_bare(names.display, values):
            return names, notes
        vacant, more = self._render_vacant(place)
        return vacant, notes | more

    def fallback(self, place: Place) -> Names:
        """The vacant-looking names used when Zoom refuses the guest's."""
        return self._render_vacant(place)[0]

    def plainest(self, place: Place) -> Names:
        """The extension alone: for an extension on which Zoom refuses the vacant names too."""
        return Names("", place.extension, place.extension, self.fallback(place).device)

    def _render_vacant(self, place: Place) -> tuple[Names, frozenset[Note]]:
        names, notes = self._vacant.fill(self._values(self._vacant, place, _nobody()))
        return (names if names.display else names._replace(display=place.extension)), notes

    def _values(self, state: _State, place: Place, guest: Guest) -> dict[str, str]:
        values = {name: clean(meaning(place, guest)) for name, meaning in state.meanings}
        if values.get("vip"):
            values["vip"] = clean(self._vip_text(values["vip"]))
        return values

    def _vip_text(self, code: str) -> str:
        if code in self._vip:
            return self._vip[code]
        if not code.isdecimal():
            return code
        return "VIP" if int(code) else ""


def apply_overrides(
    names: Names,
    extension: str,
    *,
    first: str | None = None,
    last: str | None = None,
    display: str | None = None,
) -> tuple[Names, frozenset[Note]]:
    """Put a document's own names in place of the template's.

    None leaves the template's name, and so does a display name that shows nothing. ``extension`` stays whole where
    it stands in a name that must be cut.
    """
    notes: set[Note] = set()

    def given(text: str, limit: Limit) -> str:
        text = clean(text)
        if limit.allows(text):
            return text
        notes.add("truncated")
        return fit(_around(extension, text), limit, text)

    return Names(
        first=names.first if first is None else given(first, FIRST),
        last=names.last if last is None else given(last, LAST),
        display=given(display or "", DISPLAY) or names.display,
        device=names.device,
    ), frozenset(notes)


def _around(extension: str, text: str) -> list[Piece]:
    """Cut a hotel's own text so that the extension, where it is in there, stays whole and only the rest shrinks."""
    found = re.search(rf"(?<!\d){re.escape(extension)}(?!\d)", text)
    if found is None:
        return [Piece(text, may_shrink=True)]
    before, after = text[: found.start()], text[found.end() :]
    return [
        Piece(before.rstrip(), may_shrink=True),
        Piece(
            before[len(before.rstrip()) :] + extension + after[: len(after) - len(after.lstrip())],
            may_shrink=False,
        ),
        Piece(after.lstrip(), may_shrink=True),
    ]


class _State:
    """The templates of an occupied or of a vacant room."""

    def __init__(self, state: str, texts: tuple[str, str, str], device: str | None) -> None:
        first, last, display = texts
        self._first = _Shape(f"names.{state}.first", first, FIRST)
        self._last = _Shape(f"names.{state}.last", last, LAST)
        self._display = _Shape(f"names.{state}.display", display, DISPLAY)
        self._device = None if device is None else _Shape(f"names.device.{state}", device, DEVICE)
        shapes = [self._first, self._last, self._display, *([self._device] if self._device else [])]
        variables = sorted({name for shape in shapes for name in shape.variables})
        self.meanings: Final = tuple((name, _MEANING[name]) for name in variables)
        self._naming: Final = [name for name in _OF_GUESTS if name in self._display.variables]
        named = [name for name in variables if name in _OF_GUESTS]
        self._without_digits = named if "extension" in self._display.variables else []
        self._of_the_guest = "".join(f"%({name})s" for name in self._without_digits)

    def is_bare(self, display: str, values: Mapping[str, str]) -> bool:
        """True if the display name should say who the guest is, and only numbers and punctuation are left of it."""
        if not self._naming or any(map(str.isalpha, display)):
            return False
        return not any(shows_pictures(values[name]) for name in self._naming)

    def fill(self, values: dict[str, str]) -> tuple[Names, frozenset[Note]]:
        """The names, and what was left out of them; digits that are left out go from ``values``, too."""
        notes: frozenset[Note] = frozenset()
        if has_digit(self._of_the_guest % values):
            values |= {name: clean(without_digits(values[name])) for name in self._without_digits}
            notes = _DIGITS_REMOVED
        first, cut_first = self._first.fill(values)
        last, cut_last = self._last.fill(values)
        display, cut_display = self._display.fill(values)
        device, cut_device = (None, False) if self._device is None else self._device.fill(values)
        if cut_first or cut_last or cut_display or cut_device:
            notes |= _TRUNCATED
        return Names(first, last, display, device), notes


class _Shape:
    """One template, checked and compiled; ``$$`` is a dollar sign, as in ``string.Template``."""

    def __init__(self, setting: str, text: str, limit: Limit) -> None:
        template = Template(text)
        if not template.is_valid():
            raise ValueError(
                f'{setting}: "{text}" is no template: write ${{first}}, and $$ for a dollar sign'
            )
        self.variables: Final = frozenset(template.get_identifiers())
        for name in sorted(self.variables.difference(_MEANING)):
            known = ", ".join(VARIABLES)
            raise ValueError(f'{setting}: unknown variable ${{{name}}} in "{text}"; known are {known}')
        self._limit = limit
        self._parts = _parts(text)
        if not limit.allows(compose("".join(part for part, is_variable in self._parts if not is_variable))):
            raise ValueError(f'{setting}: "{text}" is longer than Zoom takes, whoever the guest is')
        # One formatting operation in C instead of a loop of ours: this is what makes plain names cheap.
        self._format = "".join(
            f"%({part})s" if is_variable else part.replace("%", "%%") for part, is_variable in self._parts
        )

    def fill(self, values: Mapping[str, str]) -> tuple[str, bool]:
        """The name within its limits, and whether something had to be cut."""
        text = compose(self._format % values)
        if (text.isascii() and len(text) <= self._limit.characters) or self._limit.allows(text):
            return text, False
        pieces = [
            Piece(values[part], part in _FREE_TEXT) if is_variable else Piece(part, may_shrink=False)
            for part, is_variable in self._parts
        ]
        last_resort = values["extension"] if "extension" in self.variables else text
        return fit(pieces, self._limit, last_resort), True


def _parts(text: str) -> tuple[tuple[str, bool], ...]:
    """Take a template apart into (text, False) and (variable, True)."""
    parts: list[tuple[str, bool]] = []
    end = 0
    for found in Template.pattern.finditer(text):
        variable = found["named"] or found["braced"]
        parts += [
            (_literal(text[end : found.start()]), False),
            (variable, True) if variable else ("$", False),
        ]
        end = found.end()
    parts.append((_literal(text[end:]), False))
    return tuple(part for part in parts if part[0])


def _literal(text: str) -> str:
    """A template's own text, cleaned but with its blanks towards the variables."""
    before, after = " " * text[:1].isspace(), " " * text[-1:].isspace()
    return f"{before}{clean(text)}{after}"
