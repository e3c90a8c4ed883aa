"""Our own scripts, styles and icons, under addresses that change with them, so that browsers may keep them."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

STATIC: Final = Path(__file__).parent / "page" / "static"


def address(name: str) -> str:
    """The address of one of the files. FileNotFoundError if there is none of that name."""
    return f"/static/{name}?{fingerprint(name)}"


@cache
def fingerprint(name: str) -> str:
    """What changes with a file."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
