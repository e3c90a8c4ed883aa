"""Which edition of this code is running, so that nothing that another one worked out is believed unseen."""

from __future__ import annotations

import sys
import time
from functools import cache
from hashlib import blake2b
from pathlib import Path


@cache
def edition(folder: Path = Path(__file__).parent) -> str:
    """A digest of the modules of a folder and of the Python under them; of all that turns documents into targets.

    Their text is digested and not their times, because packages are made with the same times again and again.
    """
    modules = sorted(folder.glob("*.py"))
    # Where the text is not there to be read, no two runs are known to be the same edition.
    digest = blake2b(f"{sys.version} {'' if modules else time.time_ns()}".encode(), digest_size=16)
    for module in modules:
        digest.update(module.read_bytes())
    return digest.hexdigest()
