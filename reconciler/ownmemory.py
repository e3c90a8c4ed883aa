"""What this process has in its memory, secrets and guests' names, stays there: in no core file, seen by no program.

A fault in native code would else leave all of it on the disk, and any program of the same user could read it.
"""

from __future__ import annotations

import ctypes
import resource
import sys
from typing import Final

_PR_SET_DUMPABLE: Final = 4
"""prctl(2). It also gives the files under /proc/PID, environment and memory among them, to root."""


def keep_to_ourselves() -> None:
    """From now on. Processes that this one starts make no core files either; their memory they hide themselves."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
