"""A PMS link as the driver takes it, made from the settings."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Final

from drivers.pms.fias import auth, masking
from drivers.pms.fias.conversation import Direction, LinkOptions
from drivers.pms.fias.framelog import DailyFrameLog, mask_key
from drivers.pms.fias.outbound import Taken
from drivers.pms.fias.records import Codec, parse
from drivers.pms.fias.session import Manners
from drivers.pms.fias.translate import PrivateFlag, Voice
from reconciler.app.registry import name_of
from reconciler.configuration.links import PmsLink
from reconciler.configuration.settings import Settings, secret
from reconciler.errors import Fatal
from reconciler.livelog import LiveLog, Shown

FRAMES = "pms"
"""The folder of the frame logs, in the state folder."""

MASK_KEY = "secrets/frame-mask"

_ROOM: Final = "RN"
"""The field that names a record's room (FIAS, section 4)."""


def link_options(settings: Settings, link: PmsLink, *, resync: bool = False) -> LinkOptions:
    """One link as the driver takes it. Fatal where its key cannot be read."""
    private = link.private
    label = "pms" if len(settings.pms) == 1 else f"pms {link.name}"
    return LinkOptions(
        link.host,
        link.port,
        Voice(
            name_of(link), settings.property.zone, label, link.strip_zeros,
            PrivateFlag(private.field, private.value) if private else None,
        ),
        Codec.of(link.encoding),
        Manners(version("housephone"), link.keepalive, private.field if private else "", _signature(link)),
        Taken(link.message_counts, link.guest_service),
        resync_at_start=resync,
    )  # fmt: skip


def _signature(link: PmsLink) -> Callable[[str], str] | None:
    if link.auth_key is None and link.auth_key_file is None:
        return None
    try:
        key = auth.key_of(secret(link.auth_key, link.auth_key_file, "pms.auth_key"))
    except ValueError as error:
        raise Fatal(str(error), "copy the key that the PMS's interface was given") from error
    return lambda challenge: auth.answer(key, challenge, os.urandom)


class Overheard:
    """The frames of a link: noted in its log where that is on, and shown to who looks on, masked in any case."""

    def __init__(self, log: DailyFrameLog, live: LiveLog, mask: masking.Mask) -> None:
        self._log = log
        self._live = live
        self._mask = mask

    def note(self, at: datetime, link: str, direction: Direction, texts: Sequence[str]) -> None:
        """Note frames that came in or went out together; never raises."""
        self._log.note(at, link, direction, texts)
        self._live.records(at, link, direction, texts, self._shown)

    def _shown(self, text: str) -> Shown:
        record = parse(text)
        rooms = [] if record is None else [value for name, value in record.fields if name == _ROOM]
        return Shown(rooms[0] if rooms else "", self._mask.record(text))


def frame_log(settings: Settings, link: PmsLink) -> DailyFrameLog:
    """Where the frames of one link are kept, if they are."""
    masked = link.log.masked
    show = frame_mask(settings, link).record if masked else masking.hidden
    days = settings.retention.pms_log_days
    return DailyFrameLog(settings.state / FRAMES, show, days, on=link.log.enabled, masked=masked)


def frame_mask(settings: Settings, link: PmsLink) -> masking.Mask:
    """What hides in the records of a link who a guest is."""
    further = frozenset({link.private.field} if link.private else ())
    return masking.Mask(mask_key(settings.state / MASK_KEY), further)
