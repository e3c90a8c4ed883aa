"""The sound of messages: one WAV file each, for the service's own user only, and never half of one.

A file is written beside its place and moved there when it is complete. What nobody's index knows, a message whose
entry was lost to a crash or whose deletion was, is swept away at the next start.
"""

from __future__ import annotations

import array
import os
import sys
import wave
from collections.abc import Collection
from pathlib import Path
from typing import Final

from reconciler.telephones.call import SAMPLE_BYTES, SAMPLE_RATE

SHORTEST: Final = 1.0
"""Seconds below which a recording is somebody who hung up."""
QUIET: Final = 250
"""The loudest sample (of 32,767) of a recording in which nobody spoke: noise of the line."""
_UNFINISHED: Final = ".part"


class Recordings:
    """A folder of recordings by the id of their message. Methods touch the disk and raise OSError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, id_: str, pcm: bytes) -> None:
        """Write a recording; it is there whole, or not at all."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        unfinished = self._folder / f"{id_}{_UNFINISHED}"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            with wave.open(file, "wb") as sound:
                sound.setnchannels(1)
                sound.setsampwidth(SAMPLE_BYTES)
                sound.setframerate(SAMPLE_RATE)
                sound.writeframes(pcm)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(self._place(id_))

    def load(self, id_: str) -> bytes:
        """The sound (PCM) of a message."""
        with wave.open(str(self._place(id_)), "rb") as sound:
            return sound.readframes(sound.getnframes())

    def remove(self, id_: str) -> None:
        """Delete a recording; one that is gone already is fine."""
        self._place(id_).unlink(missing_ok=True)

    def sweep(self, known: Collection[str]) -> int:
        """Delete all but the recordings of these messages; says how many there were."""
        stray = [path for path in self._folder.glob("*") if path.suffix != ".wav" or path.stem not in known]
        for path in stray:
            path.unlink(missing_ok=True)
        return len(stray)

    def _place(self, id_: str) -> Path:
        return self._folder / f"{id_}.wav"


def seconds(pcm: bytes) -> float:
    """How long a sound lasts."""
    return len(pcm) / (SAMPLE_RATE * SAMPLE_BYTES)


def says_something(pcm: bytes) -> bool:
    """False for a recording of somebody who only heard the greeting."""
    if seconds(pcm) < SHORTEST:
        return False
    samples = array.array("h", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    return max(samples) > QUIET or min(samples) < -QUIET
