"""Documents → drop-in YAML that the folder reads back to exactly the same documents."""

from __future__ import annotations

from collections.abc import Sequence

from desired.document import RoomDocument


def dump(documents: Sequence[RoomDocument], schema: str = "./.schema/room.json") -> str:
    """Write documents as one drop-in file, with the line that tells editors where the schema is."""
    raise NotImplementedError
