"""Bytes from the PMS become frames: what stands between STX and ETX (FIAS, transport and framing).

Framing comes before decoding, because STX and ETX never occur inside a character of any code page in use. A
broken frame is counted and never ends the link.
"""

from __future__ import annotations

from typing import Final

STX: Final = b"\x02"
ETX: Final = b"\x03"

LARGEST_FRAME: Final = 8192
"""Bytes between STX and ETX. The protocol sets no limit; nothing that concerns a telephone comes near this."""


def framed(data: bytes) -> bytes:
    """A record's bytes as they go over TCP."""
    return STX + data + ETX


class Framer:
    """Cuts one connection's stream into frames; it keeps at most one unfinished frame."""

    def __init__(self) -> None:
        self.oversize = 0
        """Frames that were too large and dropped."""
        self.malformed = 0
        """Frames that a new one began in the middle of."""
        self._unfinished: bytearray | None = None

    def feed(self, data: bytes) -> list[bytes]:
        """Take what was read and give the frames that it completes, without empty ones."""
        frames: list[bytes] = []
        before, *begun = data.split(STX)
        self._go_on(before, frames)
        for piece in begun:
            if self._unfinished:
                self.malformed += 1
            self._unfinished = bytearray()
            self._go_on(piece, frames)
        return frames

    def _go_on(self, piece: bytes, frames: list[bytes]) -> None:
        """Add a piece without STX to the unfinished frame; outside a frame it is noise."""
        if self._unfinished is None:
            return
        body, end, _noise = piece.partition(ETX)
        if len(self._unfinished) + len(body) > LARGEST_FRAME:
            self.oversize += 1
            self._unfinished = None
            return
        self._unfinished += body
        if end:
            if self._unfinished:
                frames.append(bytes(self._unfinished))
            self._unfinished = None
