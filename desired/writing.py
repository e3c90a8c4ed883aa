"""Documents → drop-in YAML that the folder reads back to exactly the same documents.

Written by hand and not by a library: the shape is fixed and small, fields stand in the order of the schema, and
every text is quoted, so that no room is ever taken for a number and no word for a switch.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from desired.document import RoomDocument

_ESCAPED_TOO = {code: f"\\x{code:02x}" for code in (0x7F, *range(0x80, 0xA0))}
_ESCAPED_TOO |= {code: f"\\u{code:04x}" for code in (0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF)}
_WORDS = frozenset(("dnd", "message_light", "calling"))
"""Fields whose values are words of ours and read better without quotes."""


def dump(documents: Sequence[RoomDocument], schema: str = "./.schema/room.json") -> str:
    """Write documents as one drop-in file.

    ``schema`` is the schema's place relative to the file, for editors. Documents are separated by ``---``.
    """
    lines = [f"# yaml-language-server: $schema={schema}"]
    for position, document in enumerate(documents):
        if position:
            lines.append("---")
        lines += _block(document.model_dump(mode="json", exclude_unset=True), "")
    return "\n".join(lines) + "\n"


def _block(fields: Mapping[str, Any], indent: str) -> Iterator[str]:
    for field, value in fields.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield f"{indent}{field}:"
            for item in value:
                yield f"{indent}  - {_flow(item)}"
        elif isinstance(value, dict) and value:
            yield f"{indent}{field}:"
            yield from _block(value, indent + "  ")
        else:
            plain = field in _WORDS and isinstance(value, str)
            yield f"{indent}{field}: {value if plain else _flow(value)}"


def _flow(value: Any) -> str:
    """A value on one line: JSON with bare field names, which is YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{field}: {_flow(item)}" for field, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False).translate(_ESCAPED_TOO)
