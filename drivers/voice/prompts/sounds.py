"""Sounds on disk: 8 kHz, 16 bit, one channel, as WAV files without compression."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Final

from reconciler.telephones.call import SAMPLE_BYTES, SAMPLE_RATE

LONGEST: Final = 60
"""Seconds that one recording may last."""


class UnusableSound(Exception):
    """A file that cannot be played; the message says why, for the person who made it."""


def read(path: Path) -> bytes:
    """The PCM of a WAV file. UnusableSound where it is of another form."""
    try:
        with wave.open(str(path), "rb") as sound:
            form = (sound.getframerate(), sound.getsampwidth(), sound.getnchannels())
            if form != (SAMPLE_RATE, SAMPLE_BYTES, 1):
                rate, width, channels = form
                raise UnusableSound(
                    f"it has {rate} Hz, {width * 8} bit and {channels} channels, not 8000, 16 and 1"
                )
            if sound.getnframes() > LONGEST * SAMPLE_RATE:
                raise UnusableSound(f"it is longer than {LONGEST} seconds")
            pcm = sound.readframes(sound.getnframes())
    except (wave.Error, EOFError) as error:
        raise UnusableSound("it is not an uncompressed WAV file") from error
    except OSError as error:
        raise UnusableSound(f"it cannot be read ({error.strerror})") from error
    if len(pcm) != sound.getnframes() * SAMPLE_BYTES:
        raise UnusableSound("it is cut off")
    return pcm


def write(path: Path, pcm: bytes) -> None:
    """Write PCM as a WAV file."""
    with wave.open(str(path), "wb") as sound:
        sound.setframerate(SAMPLE_RATE)
        sound.setsampwidth(SAMPLE_BYTES)
        sound.setnchannels(1)
        sound.writeframes(pcm)


def silence(seconds: float) -> bytes:
    """PCM that says nothing."""
    return bytes(round(seconds * SAMPLE_RATE) * SAMPLE_BYTES)
