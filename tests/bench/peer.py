"""octoDNS beside ours: it, too, compares YAML with what is there, record by record, and changes the difference."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tests.bench import audit, hotels
from tests.bench.measure import BIN, Runs, run
from tests.bench.result import NOISY, Bench, Result, between, memory

RECORDS = 10_000

CONFIG = """\
providers:
  wish: {class: octodns.provider.yaml.YamlProvider, directory: ./wish, default_ttl: 3600, enforce_order: false}
  there: {class: octodns.provider.yaml.YamlProvider, directory: ./there, default_ttl: 3600, enforce_order: false}
zones:
  hotel.example.: {sources: [wish], targets: [there]}
"""


def octodns(bench: Bench) -> Iterator[Result]:
    """No-change plans of both in turn, so that what else the machine does meets both alike."""
    house = hotels.offline(bench.folder / "ours", RECORDS)
    theirs = zone(bench.folder / "octodns")
    ours_command = audit.command(house)
    peers_command = (str(BIN / "octodns-sync"), "--config-file", str(theirs / "config.yaml"), "--quiet")
    run(*ours_command, folder=house.folder)
    run(*peers_command, folder=theirs)
    ours, peers = [], []
    for _ in range(bench.times(5)):
        ours.append(run(*ours_command, folder=house.folder))
        peers.append(run(*peers_command, folder=theirs))
    yield _row(f"ours: no-change audit, {RECORDS:,} rooms", Runs(ours))
    yield _row(f"octoDNS: no-change plan, {RECORDS:,} records", Runs(peers))
    ratio = Runs(ours).wall.median / Runs(peers).wall.median
    yield Result("… ours ÷ octoDNS", "1", f"{ratio:.2f}", ratio <= 1)


def zone(folder: Path) -> Path:
    """A zone of so many records, the same in the source and in the target."""
    records = "".join(
        f"room-{number}: {{type: A, ttl: 300, value: 10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}}}\n"
        for number in range(RECORDS)
    )
    for place in ("wish", "there"):
        path = folder / place / "hotel.example.yaml"
        path.parent.mkdir(parents=True)
        path.write_text(f"---\n{records}")
    (folder / "config.yaml").write_text(CONFIG)
    return folder


def _row(what: str, runs: Runs) -> Result:
    return Result(
        what, "", f"{runs.wall.median:.2f} s", None, between(runs.wall), f"{runs.cpu:.2f} s",
        memory(runs.mebibytes), runs.wall.spread > NOISY,
    )  # fmt: skip
