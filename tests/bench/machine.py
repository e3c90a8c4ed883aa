"""The machine that the figures come from, in one line."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path


def machine() -> str:
    """Cores, processor, system and Python."""
    system = f"{platform.system()} {platform.release().partition('-')[0]}"
    return f"{os.cpu_count()} cores, {_processor()}, {system}, Python {platform.python_version()}"


BUSY = 0.5
"""Load average from which others take part of what we measure with."""


def load() -> float:
    """How many processes wanted the processor within the last minute."""
    return os.getloadavg()[0]


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        told = ""
    found = re.search(r"^model name\s*:\s*(.+)$", told, re.MULTILINE)
    return found[1] if found else platform.processor() or platform.machine()
