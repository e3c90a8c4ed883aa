"""How the controller is: each leg that it stands on, and what it has done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from reconciler.safety import Refusal


@dataclass(slots=True)
class Health:
    """What ``/readyz`` and the metrics tell of the controller."""

    zoom_read_at: datetime | None = None
    zoom_error: str | None = None
    documents_read_at: datetime | None = None
    refusals: tuple[Refusal, ...] = ()
    applied: int = 0
    failed: int = 0
    rooms: int = 0
    pending: int = 0

    def legs(self) -> dict[str, str | None]:
        """Each leg that the controller stands on, and what is wrong with it (None: nothing)."""
        return {
            "documents": None if self.documents_read_at else "the folder of documents was not read yet",
            "zoom": self.zoom_error or (None if self.zoom_read_at else "Zoom was not read yet"),
        }
