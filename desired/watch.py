"""Hints that the drop-in folder may have changed: look again, and believe only what the folder then says.

A hint carries nothing, so none is ever wrong, and a lost one costs at most the time until the next rescan. What
the system reports is known to be incomplete: links that lead elsewhere, network shares, folders that were
replaced as a whole. All folders of a process are watched by one thread, because the system hands out few watchers,
and a process may look after hundreds of hotels.
"""

from __future__ import annotations

import re
import threading
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import anyio
from anyio import from_thread
from anyio.lowlevel import RunVar, current_token

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
    poll = on_network_share(_nearest(root)) if polling is None else polling
    watchers = _WATCHERS.get({})
    _WATCHERS.set(watchers)
    watcher = watchers.get(poll)
    if watcher is None:
        watchers[poll] = watcher = _Watcher(poll=poll)
    hint, place = _Hint(), _absolute(root)
    watcher.join(place, hint)
    try:
        yield
        while True:
            with anyio.move_on_after(rescan):
                await hint.given.wait()
            hint.given = anyio.Event()
            yield
    finally:
        if watcher.leave(place, hint):
            watchers.pop(poll, None)


class _Hint:
    """What one who watches waits for."""

    def __init__(self) -> None:
        self.given = anyio.Event()


def _give(hints: Iterable[_Hint]) -> None:
    for hint in hints:
        hint.given.set()


class _Watcher:
    """Watches all folders that somebody of one event loop wants to be watched, in a thread while there are any."""

    def __init__(self, *, poll: bool) -> None:
        self._poll = poll
        self._token = current_token()
        self._hints: dict[Path, list[_Hint]] = {}
        self._lock = threading.Lock()
        self._over = threading.Event()

    def join(self, root: Path, hint: _Hint) -> None:
        """Let somebody hear of a folder."""
        with self._lock:
            begins = not self._hints
            self._hints.setdefault(root, []).append(hint)
        if begins:
            threading.Thread(target=self._run, name="documents", daemon=True).start()

    def leave(self, root: Path, hint: _Hint) -> bool:
        """Let somebody hear nothing more; whether nobody is left."""
        with self._lock:
            self._hints[root].remove(hint)
            if not self._hints[root]:
                del self._hints[root]
            if not self._hints:
                self._over.set()
            return self._over.is_set()

    def _run(self) -> None:
        seen: dict[Path, _Identity] = {}
        while not self._over.is_set():
            now = {root: _identity(root) for root in self._roots()}
            fresh = [root for root, identity in now.items() if root not in seen or seen[root] != identity]
            seen = self._watch(now, fresh)

    def _roots(self) -> set[Path]:
        with self._lock:
            return set(self._hints)

    def _watch(self, now: Mapping[Path, _Identity], fresh: list[Path]) -> dict[Path, _Identity]:
        """Hint at what the system reports, until other folders are to be watched or stand at these places.

        Answers those that were watched to the end. None are if the system does not report: a folder has gone
        meanwhile, or it hands out no more watchers, and they are looked through from now on.
        """
        moved: list[Path] = []
        try:
            for batch in self._batches([root for root, identity in now.items() if identity is not None]):
                # Before anybody hears: a folder that comes back at once may look like the one that has gone.
                paths = [Path(path) for _, path in batch if _relevant(path)]
                moved = [
                    root for root, identity in now.items() if root in paths or _identity(root) != identity
                ]
                # At once: what changed before the system began to report is in no report.
                self._tell({*fresh, *moved, *_roots_of(paths, now)})
                fresh = []
                if moved or self._roots() != now.keys():
                    break
        except FileNotFoundError:
            return {}
        except (OSError, RuntimeError):
            self._poll = True
            return {}
        return {root: identity for root, identity in now.items() if root not in moved}

    def _batches(self, folders: list[Path]) -> Iterator[set[tuple[Any, str]]]:
        if not folders:
            self._over.wait(LOOK_MS / 1000)
            return iter([set()])
        from watchfiles import watch

        return watch(
            *folders,
            watch_filter=None,
            debounce=GATHER_MS,
            step=STEP_MS,
            stop_event=self._over,
            rust_timeout=LOOK_MS,
            yield_on_timeout=True,
            force_polling=self._poll,
            poll_delay_ms=POLL_MS,
            ignore_permission_denied=True,
        )

    def _tell(self, roots: Iterable[Path]) -> None:
        with self._lock:
            hints = [hint for root in roots for hint in self._hints.get(root, ())]
        if hints and not self._over.is_set():
            with suppress(RuntimeError):  # the loop has ended
                from_thread.run_sync(_give, hints, token=self._token)


_Identity = tuple[int, int] | None

_WATCHERS: Final[RunVar[dict[bool, _Watcher]]] = RunVar("watchers")


def _roots_of(paths: Iterable[Path], roots: Mapping[Path, object]) -> set[Path]:
    """The folders in which these paths lie."""
    found = (next((place for place in (path, *path.parents) if place in roots), None) for path in paths)
    return {root for root in found if root is not None}


def _relevant(path: str) -> bool:
    """False for what the folder ignores; ``..data`` is how a mounted ConfigMap changes all its files at once."""
    name = path.rpartition("/")[2]
    return not name.endswith(("~", ".tmp")) and (not name.startswith(".") or name.startswith(".."))


def _absolute(root: Path) -> Path:
    return root.absolute()


def _nearest(root: Path) -> Path:
    """The folder itself, or the nearest one above it that is there."""
    absolute = _absolute(root)
    return next(place for place in (absolute, *absolute.parents) if place.is_dir())


def _identity(root: Path) -> _Identity:
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
