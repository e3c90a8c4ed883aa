"""Logs: one line an event on stderr, coloured at a terminal, JSON otherwise; no secret ever, no guest's name.

Names and secrets are kept out where events are written: an event carries rooms, fields, codes and counts. The
processors here only add time, level and the run's id, and take out of a fault what it quotes. At a terminal the time
is the hotel's, in files it is UTC.
"""

from __future__ import annotations

import logging
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import structlog
from structlog.typing import EventDict

from reconciler.faults import told
from reconciler.moments import local, utc
from reconciler.store.rows import Json

if TYPE_CHECKING:
    from reconciler.configuration.settings import Settings

PACKETS = "packets.log"
"""The packet log in the state folder: masked, one JSON line an exchange."""

PACKETS_ASKED = "debug"
"""The note in the store that says which parts' calls `reconcile debug` has asked to log: {part: until when}."""

PACKETS_FOR = timedelta(hours=24)
"""How long a log stays on that somebody has asked for."""

PACKET_LOG_BYTES = 5_000_000
PACKET_LOG_FILES = 4

RUN = secrets.token_hex(4)
"""Names this run of the program in every line."""


def packets_asked(note: Json) -> dict[str, str]:
    """Till when each part's calls are logged, as the note says."""
    known = note if isinstance(note, dict) else {}
    return {part: until for part, until in known.items() if isinstance(until, str)}


def asking_packets(note: Json, parts: Sequence[str], until: datetime | None) -> Json:
    """The note once these parts are asked for until then; None: they are not wanted any more."""
    others: dict[str, Json] = {part: at for part, at in packets_asked(note).items() if part not in parts}
    return others | (dict.fromkeys(parts, until.isoformat()) if until is not None else {})


def configure_logs(settings: Settings, *, debug: bool) -> None:
    """Set up logging once for this process: our events and the libraries' lines look the same."""
    level = logging.DEBUG if debug or settings.zoom.debug else logging.INFO
    colour = sys.stderr.isatty()
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        HotelsTime(settings.property.zone)
        if colour
        else structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any = structlog.dev.ConsoleRenderer() if colour else structlog.processors.JSONRenderer()
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                faults_without_words,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([on_one_line] if colour else []),
                renderer,
            ],
            foreign_pre_chain=[*shared, structlog.stdlib.ExtraAdder(allow=["room"])],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)  # libraries may quote URLs below that
    logging.getLogger("housephone").setLevel(level)
    _log_packets_to(settings.state, on_stderr=debug)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    structlog.contextvars.bind_contextvars(run=RUN)


def _log_packets_to(state: Path, *, on_stderr: bool) -> None:
    """Packets go to a rotated file of their own; with --debug to stderr as well."""
    packets = logging.getLogger("housephone.packets")
    packets.setLevel(logging.DEBUG)
    packets.propagate = on_stderr
    file = PrivateRotatingFile(
        state / PACKETS,
        maxBytes=PACKET_LOG_BYTES,
        backupCount=PACKET_LOG_FILES - 1,
        delay=True,
        encoding="utf-8",
    )
    file.setFormatter(UtcFormatter("%(asctime)s %(message)s"))
    for former in packets.handlers:
        former.close()
    packets.handlers[:] = [file]


def faults_without_words(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Tell of a fault only where it was: its text, and the variables on the way there, quote guests and secrets."""
    given = event.pop("exc_info", None)
    error = given[1] if isinstance(given, tuple) else sys.exc_info()[1] if given is True else given
    event.pop("stack_info", None)
    if isinstance(error, BaseException):
        event["fault"] = told(error)
        # What the event loop says of a task, below its first line, repeats the fault's own text.
        event["event"] = str(event.get("event", "")).partition("\n")[0]
    return event


def on_one_line(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Show control characters instead of doing what they say, so that nobody outside writes lines of his own."""
    from reconciler.report.words import printable  # reports are loaded late, and only where somebody looks

    return {name: printable(value) if isinstance(value, str) else value for name, value in event.items()}


class HotelsTime:
    """Stamps an event with the hotel's own time, for people at a terminal."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def __call__(self, _logger: object, _method: str, event: dict[str, Any]) -> dict[str, Any]:
        """Add the time."""
        event["timestamp"] = local(datetime.now(UTC), self._zone)
        return event


class UtcFormatter(logging.Formatter):
    """Writes the same time as the log of events does."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 - the base's name
        """When it was logged."""
        del datefmt
        return utc(datetime.fromtimestamp(record.created, UTC))


class PrivateRotatingFile(RotatingFileHandler):
    """A rotated log that only its owner may read."""

    def _open(self) -> TextIOWrapper:
        Path(self.baseFilename).touch(mode=0o600)
        return super()._open()


def logger(part: str) -> Any:
    """The logger of one part of the program, such as ``loop`` or ``apply``."""
    return structlog.get_logger(f"housephone.{part}")
