"""Hints that the drop-in folder may have changed: look again, and believe only what the folder then says.

A hint carries nothing, so none is ever wrong, and a lost one costs at most the time until the next rescan. What
the system reports is known to be incomplete: links that lead elsewhere, network shares, folders that were
replaced as a whole.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path

GATHER_MS = 400
"""Longest time for which a stream of changes is gathered into one hint."""
STEP_MS = 30
"""A pause in the changes after which the hint is given."""
LOOK_MS = 1000
"""How often the folder itself is looked at: nothing reports that another one has taken its place."""
POLL_MS = 500
"""How often a network share is looked through."""

MOUNTS = Path("/proc/self/mounts")
_SHARES = re.compile(
    r"nfs\d?|cifs|smb\w*|9p|afs|ceph|glusterfs|virtiofs|vboxsf|fuse\.(sshfs|rclone|glusterfs|s3fs)"
)
_OCTAL = re.compile(r"\\([0-7]{3})")


async def changes(
    root: Path, *, polling: bool | None = None, rescan: float = 60.0
) -> AsyncGenerator[None, None]:
    """Yield at once, whenever ``root`` may have changed, and every ``rescan`` seconds anyway.

    ``polling`` looks through the folder instead of waiting for the system's reports (None: on network shares).
    The folder may vanish and come back, or not be there yet. Close the generator (``aclosing``) when done.
    """
    while True:
        identity = _identity(root)
        yield
        folder = _nearest(root)
        poll = on_network_share(folder) if polling is None else polling
        async with aclosing(_hints(root, identity, folder, poll=poll, rescan=rescan)) as hints:
            async for _ in hints:
                yield


async def _hints(
    root: Path, identity: tuple[int, int] | None, folder: Path, *, poll: bool, rescan: float
) -> AsyncGenerator[None, None]:
    """Hints from ``folder``, the root or the nearest one above it, until something else stands at the root."""
    from watchfiles import awatch

    batches = awatch(
        folder,
        watch_filter=None,
        debounce=GATHER_MS,
        step=STEP_MS,
        rust_timeout=LOOK_MS,
        yield_on_timeout=True,
        force_polling=poll,
        poll_delay_ms=POLL_MS,
        recursive=identity is not None,
        ignore_permission_denied=True,
    )
    due = time.monotonic()  # At once: what changed before the system began to report is in no report.
    try:
        async with aclosing(batches):
            async for batch in batches:
                if _identity(root) != identity:
                    return
                if time.monotonic() >= due or any(_relevant(path) for _, path in batch):
                    due = time.monotonic() + rescan
                    yield
    except FileNotFoundError:
        return  # Gone between looking and watching.


def _relevant(path: str) -> bool:
    """False for what the folder ignores; ``..data`` is how a mounted ConfigMap changes all its files at once."""
    name = path.rpartition("/")[2]
    return not name.endswith(("~", ".tmp")) and (not name.startswith(".") or name.startswith(".."))


def _nearest(root: Path) -> Path:
    """The folder itself, or the nearest one above it that is there."""
    absolute = root.absolute()
    return next(place for place in (absolute, *absolute.parents) if place.is_dir())


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        status = root.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def on_network_share(path: Path, mounts: Path = MOUNTS) -> bool:
    """True if changes made by other machines to this place are reported by nobody."""
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return False  # Not Linux.
    resolved = path.resolve()
    best, share = Path("/"), False
    for line in lines:
        _, point, kind, *_ = line.split(" ")
        place = Path(_OCTAL.sub(lambda code: chr(int(code[1], 8)), point))
        if resolved.is_relative_to(place) and len(place.parts) >= len(best.parts):
            best, share = place, _SHARES.fullmatch(kind) is not None
    return share
