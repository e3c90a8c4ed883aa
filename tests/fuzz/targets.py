"""All doors that are fuzzed, by their names."""

from __future__ import annotations

from typing import Final

from tests.fuzz import answers, configuration, desk, documents, events, frames, kept, packets, telephones
from tests.fuzz.target import Target

TARGETS: Final[dict[str, Target]] = {
    target.name: target
    for target in (
        documents.DOCUMENTS,
        documents.FOLDER,
        configuration.FILE,
        configuration.VARIABLE,
        packets.READING,
        packets.REPLAY,
        kept.PHOTOGRAPH,
        kept.CONTROLLER,
        kept.ACCOUNT,
        answers.ANSWERS,
        events.HOOK,
        events.SOCKET,
        desk.DESK,
        desk.DOOR,
        frames.FRAMES,
        telephones.PORT,
        telephones.SOUND,
    )
}
