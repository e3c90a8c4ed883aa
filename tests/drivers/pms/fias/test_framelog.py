"""The log of a link's frames: what it shows, how long, and what comes back from it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from drivers.pms.fias.framelog import DailyFrameLog, Logged, mask_key, read_log
from drivers.pms.fias.masking import Mask, hidden

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
IN = "GI|RN1207|G#84311|GSN|GNSouza, Ana|GFAna|GTMs.|GLPO|A0ana@hotel.example|DA261122|TI140311|"


@pytest.fixture
def mask() -> Mask:
    return Mask(b"k" * 32)


def field(record: str, name: str) -> str:
    return next(part[2:] for part in record.split("|")[1:] if part.startswith(name))


def a_log(folder: Path, show: Callable[[str], str] = str) -> DailyFrameLog:
    return DailyFrameLog(folder, show, days=14)


# Masks


def test_nothing_of_a_guest_can_be_read_but_all_that_matters_for_a_fault(mask: Mask) -> None:
    shown = mask.record(IN)
    assert not {"Souza", "Ana", "ana", "hotel"} & set(shown.replace(",", " ").replace("@", " ").split())
    for name in ("RN", "G#", "GS", "GT", "GL", "DA", "TI"):
        assert field(shown, name) == field(IN, name)
    assert [part[:2] for part in shown.split("|")] == [part[:2] for part in IN.split("|")]


def test_a_name_has_the_same_mask_wherever_it_stands(mask: Mask) -> None:
    last, _, first = field(mask.record(IN), "GN").partition(", ")
    assert first == field(mask.record(IN), "GF")
    assert field(mask.record("GC|RN1|GNSOUZA|"), "GN") == last
    assert field(mask.record("GC|RN1|GNSousa|"), "GN") != last
    assert field(Mask(b"other key").record(IN), "GF") != first


@pytest.mark.parametrize(
    ("name", "lengths"),
    [
        ("Li", [2]),
        ("Souza", [6]),
        ("Maximiliana", [12]),
        ("A" * 200, [200]),
        ("de la Cruz", [2, 2, 4]),
        ("陳大文", [4]),
    ],
)
def test_a_mask_is_about_as_long_as_the_name(mask: Mask, name: str, lengths: list[int]) -> None:
    assert [len(word) for word in mask.words(name).split()] == lengths


def test_a_mask_keeps_titles_commas_digits_and_capitals(mask: Mask) -> None:
    masked = mask.words("Mr. O'Brien-Smith, Seán 3rd")
    assert masked.startswith("Mr. ")
    assert [char for char in masked if not char.isalnum()] == list(". '-,  ".replace("  ", " ") + " ")
    assert masked.split()[-1][0].isdigit()
    assert masked[4].isupper()


def test_a_record_that_cannot_be_read_says_only_how_long_it_was(mask: Mask) -> None:
    assert mask.record("GNSouza without a record") == "?? 24 characters"


@pytest.mark.parametrize("show", [hidden, Mask(b"k").record])
def test_a_key_is_never_shown(show: Callable[[str], str]) -> None:
    shown = show("LD|DA261122|TI140000|V#0.1.0|IFPB|RT4|CGFidCryptAB;3k57hs|")
    assert "3k57hs" not in shown
    assert field(shown, "RT") == "4"


def test_a_hotels_own_field_may_be_shown() -> None:
    assert field(Mask(b"k", frozenset({"A3"})).record("GI|RN1|A3Yes|"), "A3") == "Yes"


def test_the_key_of_the_masks_is_made_once_and_is_private(tmp_path: Path) -> None:
    path = tmp_path / "state" / "mask"
    assert mask_key(path) == mask_key(path)
    assert len(mask_key(path)) == 32
    assert path.stat().st_mode & 0o077 == 0


# Log


def test_what_is_written_comes_back(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    log.note(NOON, "tower", "in", [IN])
    log.note(NOON + timedelta(seconds=1), "tower", "out", ["RE|RN1207|RS4|IDŁoś|"])
    log.close()
    (path,) = tmp_path.iterdir()
    assert path.name == "tower-2026-11-22.jsonl"
    assert path.stat().st_mode & 0o077 == 0
    assert list(read_log(path)) == [
        Logged(NOON, "tower", "in", IN),
        Logged(NOON + timedelta(seconds=1), "tower", "out", "RE|RN1207|RS4|IDŁoś|"),
    ]


def test_each_link_and_each_day_has_a_file_and_old_ones_go(tmp_path: Path) -> None:
    log = a_log(tmp_path)
    (tmp_path / "notes.txt").touch()
    for day in range(20):
        for link in ("pms", "pms2"):
            log.note(NOON + timedelta(days=day), link, "in", [IN])
    log.close()
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names[0] == "notes.txt"
    assert len(names) == 1 + 2 * 15
    assert names[1] == "pms-2026-11-27.jsonl"
    assert names[-1] == "pms2-2026-12-11.jsonl"


def test_a_log_goes_on_after_a_restart(tmp_path: Path) -> None:
    for _ in range(2):
        log = a_log(tmp_path)
        log.note(NOON, "pms", "in", [IN])
        log.close()
    assert len(list(read_log(tmp_path / "pms-2026-11-22.jsonl"))) == 2


def test_a_day_has_a_largest_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("drivers.pms.fias.framelog.LARGEST_DAY", 1000)
    log = a_log(tmp_path)
    for _ in range(100):
        log.note(NOON, "pms", "in", [IN])
    log.close()
    assert (tmp_path / "pms-2026-11-22.jsonl").stat().st_size < 1000 + 300


def test_a_log_that_cannot_be_written_is_said_once_and_holds_nothing_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    log = a_log(tmp_path / "file")
    for _ in range(3):
        log.note(NOON, "pms", "in", [IN])
    assert len(caplog.records) == 1
    assert "Souza" not in caplog.text


def test_lines_that_cannot_be_read_are_skipped_and_counted(tmp_path: Path) -> None:
    good = json.dumps({"at": NOON.isoformat(), "link": "pms", "dir": "in", "record": IN})
    path = tmp_path / "log"
    lines = ["not json", "{}", "[1]", "null", good.replace("+00:00", ""), good.replace('"in"', '"by"'),
             good.replace('"pms"', "7"), good[:-20], "", "[" * 100_000, good]  # fmt: skip
    path.write_bytes("\n".join(lines).encode() + b"\n\xff\xfe\n")
    reading = read_log(path)
    assert [logged.text for logged in reading] == [IN]
    assert reading.skipped == len(lines)
    with pytest.raises(FileNotFoundError):
        next(read_log(tmp_path / "missing"))
