"""Housekeeping's codes, key by key."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.voice.housekeeping import PRESETS, Codes, Dialled, Preset, Recorded, Unfinished

FIAS = Codes.of()


@pytest.mark.parametrize(
    ("preset", "statuses"),
    [
        ("fias", {"1": "dirty", "2": "dirty", "3": "clean", "4": "clean", "5": "inspected", "6": "inspected"}),
        (
            "plain",
            {"0": "dirty", "1": "clean", "2": "in_progress", "3": "maintenance", "4": "out_of_service",
             "5": "inspected"},
        ),
    ],
)  # fmt: skip
def test_each_table_says_its_own(preset: Preset, statuses: dict[str, str]) -> None:
    codes = Codes.of(preset=preset)
    recorded = {key: codes.recorded(key, occupied=True) for key in "0123456789"}
    assert {key: each.status for key, each in recorded.items() if each} == statuses


@given(st.sampled_from(sorted(PRESETS["fias"])), st.booleans())
def test_the_half_is_always_the_houses_and_a_key_that_disagrees_is_noted(key: str, occupied: bool) -> None:
    recorded = FIAS.recorded(key, occupied=occupied)
    assert recorded is not None
    assert recorded.occupied is occupied
    assert recorded.disagrees == ((key in "246") != occupied)


def test_a_hotel_may_change_single_keys() -> None:
    codes = Codes.of("71", "72", "fias", {"7": "maintenance", "6": None})
    assert codes.recorded("7", occupied=False) == Recorded("maintenance", occupied=False)
    assert codes.recorded("6", occupied=True) is None
    assert codes.read("717") == Dialled("7", "")
    assert codes.read("613") is Unfinished.WRONG


@pytest.mark.parametrize(
    ("keyed", "read"),
    [
        ("", Unfinished.MORE), ("6", Unfinished.MORE), ("61", Unfinished.MORE), ("63", Unfinished.MORE),
        ("613", Dialled("3", "")), ("6134", Unfinished.WRONG), ("61#", Unfinished.WRONG),
        ("633", Unfinished.MORE), ("6334711", Unfinished.MORE), ("6334711#", Dialled("3", "4711")),
        ("633#", Unfinished.WRONG), ("63#", Unfinished.WRONG), ("633*", Unfinished.WRONG),
        ("62", Unfinished.WRONG), ("9", Unfinished.WRONG),
        ("633" + "1" * 16 + "#", Dialled("3", "1" * 16)), ("633" + "1" * 17, Unfinished.WRONG),
    ],
)  # fmt: skip
def test_keys_are_a_code_the_beginning_of_one_or_neither(keyed: str, read: Dialled | Unfinished) -> None:
    assert FIAS.read(keyed) == read


@given(st.text("0123456789*#", max_size=30))
def test_what_is_wrong_stays_wrong_whatever_follows(keyed: str) -> None:
    readings = [FIAS.read(keyed[:length]) for length in range(len(keyed) + 1)]
    for place, reading in enumerate(readings):
        if reading is not Unfinished.MORE:
            assert all(later is not Unfinished.MORE for later in readings[place:])
