"""``reconcile pms replay``: a log of frames goes through stays into a scratch store, and shows what comes of it.

It is what support needs to see a hotel's trouble again: the log, the configuration and the folder of documents are
enough, names may be masked, and nothing is written anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from desired.document import RoomDocument
from desired.sources import document_of
from desired.writing import dump
from drivers.pms.fias.framelog import Logged, read_log
from drivers.pms.fias.records import Record, parse
from drivers.pms.fias.translate import Translator
from observed.cache import Observed
from reconciler.app.office import link_options
from reconciler.app.offline import hotel_of, read_documents, safety_limits
from reconciler.app.online import open_store
from reconciler.app.registry import register_of
from reconciler.audit import Scope, audit
from reconciler.budget import limits
from reconciler.errors import Fatal
from reconciler.hotel import Hotel
from reconciler.outcome import Report
from reconciler.page import Page, write
from reconciler.register import Register
from reconciler.report import Format, render
from reconciler.settings import Settings
from reconciler.store.store import Store
from reconciler.store.version import FILE_NAME

SETTLED = timedelta(minutes=1)
"""After the last record nothing more is waited for: departures become final."""

_LINK_RECORDS = frozenset({"LS", "LE", "LD", "LR", "LC"})


@dataclass(slots=True)
class Replay:
    """What came of a log."""

    documents: list[RoomDocument]
    report: Report
    records: int = 0
    skipped: int = 0
    anomalies: dict[str, int] = field(default_factory=dict)


def replayed(settings: Settings, log: Path, shape: Format) -> str:
    """The documents and the plan that follow from a log. Fatal where it cannot be read."""
    replay = _replay(settings, log)
    if shape == "json":
        plain = {
            "version": 1, "records": replay.records, "skipped": replay.skipped, "anomalies": replay.anomalies,
            "documents": [d.model_dump(mode="json", exclude_unset=True) for d in replay.documents],
            "plan": replay.report.to_json(),
        }  # fmt: skip
        return json.dumps(plain, ensure_ascii=False, indent=2)
    odd = "".join(f", {count} {name}" for name, count in sorted(replay.anomalies.items()))
    head = f"# {replay.records} records{f', {replay.skipped} lines skipped' if replay.skipped else ''}{odd}\n"
    return head + dump(replay.documents) + "\n" + render(replay.report, shape)


def _replay(settings: Settings, log: Path) -> Replay:
    reading = read_log(log)
    hotel = _hotel(settings)
    with TemporaryDirectory(prefix="housephone-replay-") as folder:
        store = Store.open(Path(folder) / FILE_NAME, property_name=settings.property.name, account="")
        with store:
            try:
                frames = list(reading)
            except OSError as error:
                raise Fatal(
                    f"{log}: {error.strerror}", "give a log of the folder pms in the state folder"
                ) from error
            if not frames:
                raise Fatal(f"{log}: no frame of a PMS link in it", "logs of frames end in .jsonl")
            records, register = _feed(settings, hotel, store, frames)
            anomalies = dict(register.anomalies())
    at = frames[-1].at
    found = audit(
        hotel, Scope(), safety_limits(settings), limits(settings.zoom.plan, settings.zoom.share), at
    )
    report = found.report(hotel, settings.property.name, started=at, finished=at, dry_run=True)
    spoken = [room for room in hotel.known_rooms() if hotel.said.get(room) or hotel.documents(room)]
    documents = [document_of(hotel.wish(room)) for room in spoken]
    return Replay(documents, report, records, reading.skipped, anomalies)


def _hotel(settings: Settings) -> Hotel:
    """The hotel as its files have it and Zoom showed it last, without what anybody else has said."""
    hotel = hotel_of(settings)
    read_documents(settings, hotel, Scope(), dry_run=True)
    with open_store(settings) as store:
        hotel.observed = Observed(store.observed())
    return hotel


def _feed(settings: Settings, hotel: Hotel, store: Store, frames: list[Logged]) -> tuple[int, Register]:
    register = register_of(settings, hotel, store, frames[0].at)
    voices = {link.name: link_options(settings, link).voice for link in settings.pms}
    records = 0
    for logged, record in _received(frames):
        if logged.link not in voices:
            raise Fatal(
                f"the log is of a link called {logged.link}, which the configuration does not have",
                "set it up under pms: as it was, with its name",
            )
        if record.id == "LA":
            register.connected(logged.link, logged.at)
        elif record.id not in _LINK_RECORDS:
            records += 1
            _take(register, store, register.due(logged.at))
            heard = Translator(voices[logged.link]).heard(record, logged.at)
            _take(register, store, register.hear(logged.link, [heard], logged.at))
    _take(register, store, register.due(frames[-1].at + SETTLED))
    return records, register


def _received(frames: list[Logged]) -> Iterator[tuple[Logged, Record]]:
    for logged in frames:
        record = parse(logged.text) if logged.direction == "in" else None
        if record is not None:
            yield logged, record


def _take(register: Register, store: Store, page: Page) -> None:
    """Write a page to the scratch store, then let the hotel know."""
    if page:
        write(store, page)
    register.take(page)
