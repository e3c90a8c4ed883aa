"""A PMS link as the driver takes it, made from the settings."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.metadata import version

from drivers.pms.fias import auth, masking
from drivers.pms.fias.conversation import LinkOptions
from drivers.pms.fias.framelog import DailyFrameLog, mask_key
from drivers.pms.fias.outbound import Taken
from drivers.pms.fias.records import Codec
from drivers.pms.fias.session import Manners
from drivers.pms.fias.translate import PrivateFlag, Voice
from reconciler.app.registry import name_of
from reconciler.errors import Fatal
from reconciler.links import PmsLink
from reconciler.settings import Settings, secret

FRAMES = "pms"
"""The folder of the frame logs, in the state folder."""

MASK_KEY = "secrets/frame-mask"


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


def frame_log(settings: Settings, link: PmsLink) -> DailyFrameLog:
    """Where the frames of one link are kept, if they are."""
    show = masking.hidden
    if link.log.masked:
        further = frozenset({link.private.field} if link.private else ())
        show = masking.Mask(mask_key(settings.state / MASK_KEY), further).record
    return DailyFrameLog(settings.state / FRAMES, show, settings.retention.pms_log_days, on=link.log.enabled)
