"""``reconcile pms replay``: a log of frames goes through stays into a scratch store, and shows what comes of it.

It is what support needs to see a hotel's trouble again: the log, the configuration and the folder of documents are
enough, names may be masked, and nothing is written anywhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from desired.document import RoomDocument
from desired.sources import document_of
from desired.writing import dump
from drivers.pms.fias.framelog import Logged, read_log
from drivers.pms.fias.records import Record, parse
from drivers.pms.fias.session import SILENCE_IN_RESYNC
from drivers.pms.fias.translate import Translator, Voice
from observed.cache import Observed
from reconciler.app.linked import link_options
from reconciler.app.offline import hotel_of, read_documents
from reconciler.app.online import open_store
from reconciler.app.registry import register_of
from reconciler.audit import Scope, audit
from reconciler.budget import limits
from reconciler.configuration.settings import Settings
from reconciler.errors import Fatal
from reconciler.hotel import Hotel
from reconciler.outcome import Report
from reconciler.ports import Heard
from reconciler.report import Format, render
from reconciler.stays.oddities import Odd, Tell
from reconciler.stays.page import Page, write
from reconciler.stays.register import Register
from reconciler.store.store import Store
from reconciler.store.version import FILE_NAME

SETTLED = timedelta(minutes=1)
"""After the last record nothing more is waited for: departures become final."""

_BEFORE_IT = frozenset({"LS", "LE", "LC"})
"""What a PMS says before it takes our description."""
_LINK_RECORDS = _BEFORE_IT | {"LA", "LD", "LR"}


@dataclass(slots=True)
class Replay:
    """What came of a log."""

    documents: list[RoomDocument]
    report: Report
    records: int = 0
    skipped: int = 0
    anomalies: dict[str, int] = field(default_factory=dict)
    odd: list[Odd] = field(default_factory=list)


def replayed(settings: Settings, log: Path, shape: Format) -> str:
    """The documents and the plan that follow from a log. Fatal where it cannot be read."""
    replay = _replay(settings, log)
    if shape == "json":
        plain = {
            "version": 1, "records": replay.records, "skipped": replay.skipped, "anomalies": replay.anomalies,
            "odd": [{**odd._asdict(), "rooms": list(odd.rooms)} for odd in replay.odd],
            "documents": [d.model_dump(mode="json", exclude_unset=True) for d in replay.documents],
            "plan": replay.report.to_json(),
        }  # fmt: skip
        return json.dumps(plain, ensure_ascii=False, indent=2)
    counts = "".join(f", {count} {name}" for name, count in sorted(replay.anomalies.items()))
    head = (
        f"# {replay.records} records{f', {replay.skipped} lines skipped' if replay.skipped else ''}{counts}\n"
    )
    odd = "".join(f"# {_in_words(odd)}\n" for odd in replay.odd)
    return head + odd + dump(replay.documents) + "\n" + render(replay.report, shape)


def _in_words(odd: Odd) -> str:
    """What was odd in which record, for people: YAML takes it for a remark."""
    often = f"{odd.times} times " if odd.times > 1 else ""
    rooms = f", room{'s' if len(odd.rooms) > 1 else ''} {', '.join(odd.rooms)}" if odd.rooms else ""
    return f"{often}{odd.name}: {odd.where}{rooms}"


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
            odd: list[Odd] = []
            records, register = _feed(settings, hotel, store, frames, odd.append)
            anomalies = dict(register.anomalies())
    at = frames[-1].at
    found = audit(
        hotel, Scope(), settings.grounds.limits, limits(settings.zoom.plan, settings.zoom.share), at
    )
    report = found.report(hotel, settings.property.name, started=at, finished=at, dry_run=True)
    report = replace(report, replayed=True)
    spoken = [
        room for room in hotel.roster.known_rooms() if hotel.said.get(room) or hotel.roster.documents(room)
    ]
    documents = [document_of(hotel.wish(room)) for room in spoken]
    return Replay(documents, report, records, reading.skipped, anomalies, odd)


def _hotel(settings: Settings) -> Hotel:
    """The hotel as its files have it and Zoom showed it last, without what anybody else has said."""
    hotel = hotel_of(settings.grounds)
    read_documents(settings.grounds, hotel, Scope(), dry_run=True)
    with open_store(settings, only_look=True) as store:
        hotel.observed = Observed(store.observed())
    return hotel


def _feed(
    settings: Settings, hotel: Hotel, store: Store, frames: list[Logged], tell: Tell
) -> tuple[int, Register]:
    register = register_of(settings, hotel, store, frames[0].at, tell=tell)
    lines = {each.name: _Line(link_options(settings, each).voice, register) for each in settings.pms}
    records = 0
    for logged in frames:
        line = lines.get(logged.link)
        if line is None:
            raise Fatal(
                f"the log is of a link called {logged.link}, which the configuration does not have",
                "set it up under pms: as it was, with its name",
            )
        heard = line.noted(logged)
        records += bool(heard) and logged.direction == "in"
        _take(register, store, register.due(logged.at))
        _take(register, store, register.hear(logged.link, heard, logged.at))
    _take(register, store, register.due(frames[-1].at + SETTLED))
    return records, register


class _Line:
    """One link of the log: what became of its connections, as far as its frames show."""

    def __init__(self, voice: Voice, register: Register) -> None:
        self._translator = Translator(voice)
        self._link = voice.link
        self._register = register
        self._is_told = False
        self._resyncing = False
        self._last_heard: datetime | None = None

    def noted(self, logged: Logged) -> list[Heard]:
        """What a frame meant to the house; nothing for one of ours, but that a description begins anew."""
        record = parse(logged.text)
        if record is None or (logged.direction == "out" and record.id != "LD"):
            return []
        heard = list(self._broken(record, logged.at))
        if logged.direction == "out":
            self._is_told = False
            self._register.lost(self._link)
            return heard
        self._last_heard = logged.at
        if not self._is_told and record.id not in _BEFORE_IT:
            self._is_told = True
            self._register.connected(self._link, logged.at)
        if record.id not in _LINK_RECORDS:
            heard.append(self._translator.heard(record, logged.at))
        return heard

    def _broken(self, record: Record, at: datetime) -> Iterator[Heard]:
        """A resync ends with DE, or without it where we describe ourselves again or silence falls."""
        began, silence = self._resyncing, timedelta(seconds=SILENCE_IN_RESYNC)
        was_silent = self._last_heard is not None and at - self._last_heard >= silence
        if began and (record.id in {"LD", "LE", "DS"} or was_silent):
            yield self._translator.broken(at)
            self._resyncing = False
        self._resyncing = record.id == "DS" or (self._resyncing and record.id != "DE")


def _take(register: Register, store: Store, page: Page) -> None:
    """Write a page to the scratch store, then let the hotel know."""
    if page:
        write(store, page)
    register.take(page)
