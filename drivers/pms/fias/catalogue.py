"""What FIAS knows: its record ids and fields, and which of them we ask a PMS for (FIAS, record catalogue)."""

from __future__ import annotations

from typing import Final

from drivers.pms.fias.records import Record

RECORDS: Final = frozenset({
    "LS", "LD", "LR", "LA", "LE", "LC", "DR", "DS", "DE", "GI", "GO", "GC", "RE", "WR", "WC", "WA", "NS", "NE",
    "XL", "XM", "XT", "XD", "XR", "XI", "XB", "XC", "PS", "PA", "PR", "PL", "VA", "LO", "LF", "LP", "KR", "KD",
    "KM", "KZ", "KA", "RA",
})  # fmt: skip
"""Every record of the specification; what is none of a telephone's business is ignored politely."""

FIELDS: Final = frozenset({
    "RN", "G#", "GS", "RO", "SF", "GN", "GF", "GT", "GL", "GV", "GG", "GA", "GD", "G+", "NP", "CS", "MR", "VR",
    "TV", "A0", "A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8", "A9", "EN", "EP", "ES", "EO", "EI", "ET", "WS",
    "DA", "TI", "DN", "ML", "RS", "VM", "ID", "CT", "PP", "PU", "AS",
})  # fmt: skip
"""Every field that may stand in a guest, room or wake-up record."""

_ASKED: Final = (
    ("GI", "RNG#GSGNGFGTGLGVGGGAGDCSSFDATI"),
    ("GC", "RNG#GSGNGFGTGLGVGGGAGDCSRODATI"),
    ("GO", "RNG#GSSFDATI"),
    ("RE", "RNG#CSDNMLRSVMID"),
    ("WR", "RNDATI"),
    ("WC", "RNDATI"),
    ("WA", "RNDATIAS"),
    ("NS", "DATI"),
    ("NE", "DATI"),
)
_OF_GUESTS: Final = frozenset({"GI", "GC"})


def description(further: str = "") -> tuple[Record, ...]:
    """The LR records: what we take and send, each with all of its fields run together.

    ``further`` is a field of the hotel's own that guest records shall have as well.
    """
    return tuple(
        Record("LR", (("RI", name), ("FL", _with(fields, further) if name in _OF_GUESTS else fields)))
        for name, fields in _ASKED
    )


def _with(fields: str, further: str) -> str:
    asked = {fields[at : at + 2] for at in range(0, len(fields), 2)}
    return fields if further in asked else fields + further
