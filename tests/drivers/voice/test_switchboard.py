"""A guest and the operator who are joined hear each other without a break, and soon."""

from collections.abc import AsyncIterator, Sequence
from typing import cast

import anyio
import pytest

from drivers.voice.switchboard import MOST, _carry
from reconciler.ports import Clock
from reconciler.telephones.call import SAMPLE_BYTES, SAMPLE_RATE, Call, CallEnded, End, Ended

pytestmark = pytest.mark.anyio

A_SECOND = SAMPLE_RATE * SAMPLE_BYTES
PIECE = 0.04
TONE = b"\1\0" * int(SAMPLE_RATE * PIECE)


def silence(seconds: float) -> bytes:
    return bytes(round(seconds * SAMPLE_RATE) * SAMPLE_BYTES)


class Wire:
    """One way of a joined call: pieces come at these times, and the far end hears what it is given."""

    def __init__(self, times: Sequence[float]) -> None:
        self.at = 0.0
        self.told = b""
        self.waits: list[float] = []
        """Seconds by which each piece is heard later than it came."""
        self._times = times
        self._until = 0.0

    def monotonic(self) -> float:
        return self.at

    async def heard(self) -> AsyncIterator[bytes]:
        for at in self._times:
            self.at = at
            yield TONE
        raise CallEnded(End(Ended.FAR_END))

    async def pass_on(self, pcm: bytes) -> None:
        self.told += silence(max(0.0, self.at - self._until)) + pcm
        self._until = max(self._until, self.at) + len(pcm) / A_SECOND
        self.waits.append(self._until - self.at)

    @property
    def breaks(self) -> int:
        """Samples of silence between the first sound and the last."""
        words = memoryview(self.told).cast("h")
        sounding = [place for place, sample in enumerate(words) if sample]
        return sounding[-1] - sounding[0] + 1 - len(sounding)


async def carried(times: Sequence[float]) -> Wire:
    wire = Wire(times)
    with anyio.CancelScope() as over:
        await _carry(cast("Call", wire), cast("Call", wire), cast("Clock", wire), over)
    assert over.cancel_called, "who hangs up ends the call of the other, too"
    return wire


async def test_pieces_that_come_a_little_late_are_heard_without_a_break() -> None:
    wire = await carried([number * PIECE + (0.1 if number % 7 == 3 else 0.0) for number in range(500)])
    assert wire.breaks == 0
    assert wire.told.count(b"\1") == 500 * len(TONE) // SAMPLE_BYTES, "all of it"


async def test_after_a_standstill_nobody_hears_the_other_much_later() -> None:
    before = [number * PIECE for number in range(50)]
    standstill = [5.0] * 75
    after = [5.0 + number * PIECE for number in range(50)]
    wire = await carried([*before, *standstill, *after])
    assert max(wire.waits) <= MOST + 2 * PIECE


async def test_who_says_nothing_for_a_while_is_heard_without_a_break_when_he_speaks_again() -> None:
    first = [number * PIECE for number in range(50)]
    again = [10 + number * PIECE + (0.1 if number % 7 == 3 else 0.0) for number in range(50)]
    wire = await carried([*first, *again])
    assert wire.breaks == pytest.approx(8 * SAMPLE_RATE, rel=0.05), "the pause, and nothing else"
