"""Frames out of a stream, whatever the network and the PMS make of it."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.pms.fias.frames import LARGEST_FRAME, Framer, framed

CHECK_IN = b"GI|RN1207|G#84311|GNSouza|"
CHECK_OUT = b"GO|RN1207|G#84311|"


def frames(*pieces: bytes) -> list[bytes]:
    framer = Framer()
    return [frame for piece in pieces for frame in framer.feed(piece)]


@pytest.mark.parametrize("at", range(len(framed(CHECK_IN) + framed(CHECK_OUT)) + 1))
def test_a_stream_may_be_cut_anywhere(at: int) -> None:
    stream = framed(CHECK_IN) + framed(CHECK_OUT)
    assert frames(stream[:at], stream[at:]) == [CHECK_IN, CHECK_OUT]


def test_a_stream_may_come_byte_by_byte() -> None:
    stream = framed(CHECK_IN) + framed(CHECK_OUT)
    assert frames(*(bytes([byte]) for byte in stream)) == [CHECK_IN, CHECK_OUT]


def test_many_records_may_come_in_one_packet() -> None:
    assert frames(framed(CHECK_IN) * 500) == [CHECK_IN] * 500


@pytest.mark.parametrize(
    "noise", [b"\x06", b"\x15\x05", b"\r\n", b"hello", b"\x03", b"\x03\x03|GI|", b"\x00" * 9000]
)
def test_noise_between_frames_says_nothing(noise: bytes) -> None:
    framer = Framer()
    assert framer.feed(noise + framed(CHECK_IN) + noise + framed(CHECK_OUT) + noise) == [CHECK_IN, CHECK_OUT]
    assert (framer.malformed, framer.oversize) == (0, 0)


def test_a_frame_that_was_cut_off_gives_way_to_the_next() -> None:
    framer = Framer()
    assert framer.feed(b"\x02GI|RN12" + framed(CHECK_OUT)) == [CHECK_OUT]
    assert framer.malformed == 1


def test_empty_frames_are_nothing() -> None:
    framer = Framer()
    assert framer.feed(b"\x02\x03\x02\x02\x03" + framed(CHECK_IN)) == [CHECK_IN]
    assert framer.malformed == 0


def test_the_largest_frame_is_still_taken() -> None:
    framer = Framer()
    largest = b"X" * LARGEST_FRAME
    assert framer.feed(framed(largest)) == [largest]
    assert framer.oversize == 0


@pytest.mark.parametrize("size", [1, 100, 20_000])
def test_a_larger_one_is_dropped_up_to_the_next(size: int) -> None:
    framer = Framer()
    stream = framed(b"X" * (LARGEST_FRAME + 1)) + b"rest" + framed(CHECK_IN)
    found = [frame for at in range(0, len(stream), size) for frame in framer.feed(stream[at : at + size])]
    assert found == [CHECK_IN]
    assert framer.oversize == 1


def test_a_frame_without_an_end_takes_no_more_memory_than_a_frame() -> None:
    framer = Framer()
    framer.feed(b"\x02")
    for _ in range(1000):
        framer.feed(b"X" * 4096)
        assert len(framer._unfinished or b"") <= LARGEST_FRAME
    assert framer.oversize == 1
    assert framer.feed(framed(CHECK_IN)) == [CHECK_IN]


@given(
    st.lists(st.binary(min_size=1, max_size=60).filter(lambda data: not {2, 3} & set(data)), max_size=8),
    st.lists(st.integers(0, 600), max_size=12),
)
def test_where_a_stream_is_cut_never_matters(records: list[bytes], cuts: list[int]) -> None:
    stream = b"".join(framed(record) for record in records)
    edges = [0, *sorted(cut for cut in cuts if cut < len(stream)), len(stream)]
    pieces = [stream[start:end] for start, end in pairwise(edges)]
    assert frames(*pieces) == records
