"""The drop-in folder: which documents its files hold now, and the last good version of those that are broken."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from desired.placed import Loaded, Placed

__all__ = ["Folder", "Loaded", "Placed", "load_settled"]


class Folder:
    """The folder of drop-in documents, read incrementally through a machine-local cache."""

    def __init__(
        self,
        root: Path,
        cache: Path | None,
        shown_as: str = "rooms",
        *,
        listed: Mapping[str, Sequence[str]] | None = None,
        grace: float = 0.0,
    ) -> None:
        """Open the folder ``root``.

        ``cache`` is the SQLite file for what was read (None: keep it in memory), ``shown_as`` the folder's name in
        messages, ``listed`` the extensions of the rooms in ``rooms:`` (a room without an entry has its own number),
        ``grace`` the seconds for which a broken file is not reported yet (2 in the controller, 0 in a single pass).
        """
        raise NotImplementedError

    def __enter__(self) -> Folder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the cache."""

    def load(self, now: float, *, accept_empty: bool = False) -> Loaded:
        """Read what changed since the last load; ``now`` is Unix time. Blocks on the disk: run it in a thread.

        ``accept_empty`` lifts the rule ``empty-source``: a folder without files then means no documents.
        """
        raise NotImplementedError


def load_settled(
    folder: Folder, now: Callable[[], float], sleep: Callable[[float], None], *, accept_empty: bool = False
) -> Loaded:
    """Load for a single pass: files that are still being written are read again after a quiet moment."""
    raise NotImplementedError
