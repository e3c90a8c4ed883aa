"""The configuration that a controller works by, and what the file says meanwhile.

A file that cannot be used changes nothing: the settings in force stay, and people hear of it until it can be used
again, because a change that somebody believes to have made has not been made.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from reconciler.configuration.file import load
from reconciler.configuration.settings import Settings
from reconciler.errors import HousephoneError
from reconciler.logs import logger

log = logger("run")


@dataclass(slots=True)
class InForce:
    """The settings in force. ``unusable``: why those that stand in the file now are not (None: they could be).

    ``fits`` raises Misconfigured for settings that do not fit what this process shall do.
    """

    path: Path
    settings: Settings
    unusable: str | None = None
    fits: Callable[[Settings], None] = lambda _settings: None

    @classmethod
    def of(cls, path: Path, fits: Callable[[Settings], None] = lambda _settings: None) -> Self:
        """Take a file's settings for the first time. Misconfigured where they cannot be used."""
        settings = load(path, os.environ)
        fits(settings)
        return cls(path, settings, fits=fits)

    def look(self) -> Settings | None:
        """What the file says now; None where that cannot be used. The log tells of it, and of the correction."""
        before = self.unusable
        new, self.unusable = self._read()
        if self.unusable is not None:
            log.error("configuration not usable; the old one stays", reason=self.unusable)
        elif before is not None:
            log.info("configuration usable again")
        return new

    def _read(self) -> tuple[Settings | None, str | None]:
        try:
            settings = load(self.path, os.environ)
            self.fits(settings)
        except HousephoneError as error:
            return None, str(error)
        return settings, None

    def reload(self) -> None:
        """Put in force what the file says now, if that can be used."""
        new = self.look()
        if new is not None:
            self.settings = new
            log.info("configuration reloaded")
