"""Logs of PMS frames, as `reconcile pms replay` reads them: whatever a line holds, the others count."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from drivers.pms.fias.framelog import read_log
from reconciler.app.replaying import replayed
from reconciler.configuration.file import load
from reconciler.errors import Fatal
from tests.fuzz.bending import bytes_of, either, json_of
from tests.fuzz.target import Take, Target

LINES: Final = tuple(
    {"at": f"2026-11-22T19:{minute:02}:00+00:00", "link": "pms", "dir": "in", "record": record}
    for minute, record in enumerate(
        (
            "LS|DA261122|TI140000|",
            "LA|DA261122|TI140000|",
            "GI|RN1001|G#84311|GSN|GNSouza|GFAna|GV2|DA261122|TI140311|",
            "GC|RN1002|RO1001|G#84311|GSN|DA261122|TI150000|",
            "GO|RN1002|G#84311|GSN|DA261125|TI110000|",
            "WR|RN1001|DA261123|TI063000|",
            "WC|RN1001|DA|TI|",
            "DS|DA261122|TI140000|",
            "DE|DA261122|TI140100|",
            "RE|RN1001|CS1|DNY|MLN|G#84311|RS3|",
            "NS|DA261123|TI030000|",
            "LE|DA261122|TI140000|",
        )
    )
)
GOOD: Final = (json.dumps(LINES[2]) + "\n").encode()
LOG: Final = "".join(json.dumps(line) + "\n" for line in LINES).encode()
make = either(bytes_of((LOG,), (b'"at"', b"|RN", b"\n{}\n", b"\\u0002")), json_of(LINES))


@contextmanager
def open_log() -> Iterator[Take]:
    """Only reading: the good line behind the others is found."""
    with TemporaryDirectory(prefix="housephone-fuzz-") as folder:
        path = Path(folder) / "pms-2026-11-22.jsonl"

        def take(data: bytes) -> None:
            path.write_bytes(data + b"\n" + GOOD)
            *_, last = read_log(path)
            assert last.text == LINES[2]["record"]

        yield take


@contextmanager
def open_replay() -> Iterator[Take]:
    """The whole command: a log gives documents and a plan, or a word about why not."""
    with TemporaryDirectory(prefix="housephone-fuzz-") as scratch:
        folder = Path(scratch)
        path = folder / "pms-2026-11-22.jsonl"
        (folder / "rooms").mkdir()
        config = {
            "property": {"timezone": "America/New_York"}, "rooms": ["1001-1012"],
            "pms": [{"kind": "fias", "host": "127.0.0.1", "port": 5010}],
        }  # fmt: skip
        (folder / "housephone.yaml").write_text(json.dumps(config))
        settings = load(folder / "housephone.yaml", {})

        def take(data: bytes) -> None:
            path.write_bytes(data + b"\n")
            with suppress(Fatal):
                told = json.loads(replayed(settings, path, "json"))
                assert told["records"] >= 0
            path.write_bytes(GOOD)
            again = json.loads(replayed(settings, path, "json"))
            assert [document["room"] for document in again["documents"]] == ["1001"]

        yield take


READING: Final = Target("frame-log", make, open_log)
REPLAY: Final = Target("replay", make, open_replay, examples=1_000, few=1, slowest=5.0)
