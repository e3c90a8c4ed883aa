"""`reconcile support-bundle`: what somebody needs who helps from afar, in one file: no guest's name, no secret.

Each part is collected by itself: what cannot be had, because the configuration is broken, or the store, or Zoom is
away, is said in the bundle and to who made it, and the rest is there. Nothing is written but the bundle.
"""

from __future__ import annotations

import io
import json
import os
import platform
import re
import secrets as randomness
import sqlite3
import sys
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Any, Final

import anyio

from desired.yamltext import Refused, parse
from drivers.pms.fias.framelog import mask_key
from drivers.pms.fias.masking import Mask
from reconciler import control
from reconciler.app import entry
from reconciler.app.doctor.examine import examine
from reconciler.app.doctor.finding import Finding
from reconciler.app.hidden import names_in, plain_words, secrets_of
from reconciler.app.linked import FRAMES, MASK_KEY
from reconciler.app.nightly import report_view
from reconciler.app.offline import state_file
from reconciler.app.online import open_store
from reconciler.app.stored import Remembered, known, remembered
from reconciler.app.veil import Veil
from reconciler.audit import judged
from reconciler.configuration.environment import given, overlay
from reconciler.configuration.settings import Settings
from reconciler.errors import HousephoneError
from reconciler.logs import PACKETS
from reconciler.nightly.period import DAY, Period
from reconciler.store.names import names_in as names_in_file
from reconciler.store.rows import Happened
from reconciler.store.version import SCHEMA
from reconciler.views.configured import configuration_view, secrets_in
from reconciler.views.history import history_view
from reconciler.views.room import rooms_view
from reconciler.views.shape import iso

_LIBRARY: Final = re.compile(r"[\w.-]+")

ROWS: Final = 20_000
"""Of the history and of what happened, the latest."""

LOG_BYTES: Final = 16_000_000
"""Of each log, the end."""

CHECK_SECONDS: Final = 90.0

_READ_ME: Final = """A bundle of housephone for support, made by `reconcile support-bundle`.

Guests' names are masked: the same name is the same mask everywhere in here, and nobody can tell whose it is without
a key that is not in here. Secrets are stars. Rooms, extensions, reservation numbers and times are shown.

about.json          versions, system, sizes of the state's files, which environment variables are set
configuration.json  the configuration as it stands in the file, without secrets
check.txt           what `reconcile check` finds
rooms.json          each room: wish, what Zoom shows, conditions, what holds it up
history.json        changes, the latest ones
happenings.json     starts and stops, links, channels and alarms, what people did
report.json         the report of the last day
store.json          schema and size of the store
live.json           how a running controller finds its links, channels and Zoom's events
logs/               records of the PMS links and packets, masked
missing.txt         what could not be collected, and why
"""


@dataclass(frozen=True, slots=True)
class Case:
    """The configuration that is looked at: the file, what stands in it, and settings if it can be used."""

    path: Path | None
    settings: Settings | None
    trouble: HousephoneError | None
    raw: Any = None
    text: str = ""

    @property
    def state(self) -> Path | None:
        """The state folder; of a configuration that cannot be used, the one that it seems to name."""
        if self.settings is not None:
            return self.settings.state
        if self.path is None:
            return None
        named = self.raw.get("state") if isinstance(self.raw, Mapping) else None
        return self.path.resolve().parent / (named if isinstance(named, str) else "state")


def case_of(path: Path | None, load: Callable[[], Settings]) -> Case:
    """Read the configuration as far as that is possible."""
    raw, text = None, ""
    if path is not None:
        try:
            text = path.read_text(encoding="utf-8-sig", errors="replace")
            parsed = parse(text)
            raw = parsed.roots[0][0] if parsed.roots else None
        except (OSError, Refused):
            pass  # what is wrong with it is told by who loads it
    try:
        return Case(path, load(), None, raw, text)
    except HousephoneError as error:
        return Case(path, None, error, raw, text)


@dataclass(slots=True)
class Bundle:
    """Parts by name, and what could not be collected."""

    parts: dict[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    def put(self, name: str, value: Any) -> None:
        """Add a part: text, or plain data."""
        text = value if isinstance(value, str) else json.dumps(value, indent=1, ensure_ascii=False)
        self.parts[name] = text if text.endswith("\n") else f"{text}\n"

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Collect a part inside; what goes wrong costs this part only."""
        try:
            yield
        except HousephoneError as error:
            self.missing.append(f"{name}: {error}")
        except (OSError, sqlite3.Error) as error:
            self.missing.append(f"{name}: {getattr(error, 'strerror', None) or type(error).__name__}")
        except Exception as fault:  # noqa: BLE001 - a bundle is asked for where something does not work
            self.missing.append(f"{name}: {type(fault).__name__}")


def collect(case: Case, environment: Mapping[str, str]) -> Bundle:
    """Everything that can be had. Blocks, for as long as `reconcile check` takes."""
    bundle, settings, seen = Bundle(), case.settings, None
    if case.trouble is not None:
        bundle.missing.append(f"settings: {case.trouble}")
    elif settings is not None:
        with bundle.part("rooms.json, what is known of the hotel"):
            seen = remembered(settings)
    veil, knows_names = _veil(case, seen, environment)
    bundle.put("README.txt", _READ_ME)
    with bundle.part("about.json"):
        bundle.put("about.json", veil.view(_about(case, environment)))
    with bundle.part("configuration.json"):
        bundle.put("configuration.json", veil.view(configuration_view(case.raw)))
    if settings is not None:
        _of_the_hotel(bundle, settings, seen, veil)
    if case.state is not None:
        _logs(bundle, case.state, veil, knows_names=knows_names)
    bundle.put("missing.txt", veil.text("\n".join(bundle.missing)) or "nothing")
    return bundle


def save(bundle: Bundle, target: Path) -> None:
    """Write it into a private file that is not there yet. OSError where that cannot be done."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode="w:gz") as archive:
            for name, text in bundle.parts.items():
                content = text.encode("utf-8", "replace")
                entry_ = tarfile.TarInfo(f"housephone-support/{name}")
                entry_.size, entry_.mode = len(content), 0o600
                entry_.mtime = int(datetime.now(UTC).timestamp())
                archive.addfile(entry_, io.BytesIO(content))
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _of_the_hotel(bundle: Bundle, settings: Settings, seen: Remembered | None, veil: Veil) -> None:
    now = datetime.now(UTC)
    with bundle.part("check.txt"):
        bundle.put("check.txt", veil.text(_check(settings)))
    if seen is not None:
        with bundle.part("rooms.json"):
            found = judged(seen.hotel, known(seen.hotel, ()), settings.grounds.limits, now)
            view = rooms_view(seen.hotel, found, seen.register, seen.around, seen.conditions, now)
            bundle.put("rooms.json", veil.view(view))
    with bundle.part("report.json"):
        bundle.put("report.json", veil.view(report_view(settings, Period(now - DAY, now))))
    with bundle.part("store.json"), open_store(settings, only_look=True) as store:
        bundle.put("history.json", veil.view(history_view(store.history(limit=ROWS))))
        rows = [
            {
                "at": iso(row.at), "kind": row.kind, "subject": row.subject, "room": row.room,
                "who": None if row.kind == Happened.SIGN_IN_REFUSED else row.who, "body": row.body,
            }
            for row in store.happenings(limit=ROWS)
        ]  # fmt: skip
        bundle.put("happenings.json", veil.view(rows))
        bundle.put("store.json", {"schema": SCHEMA, "rows": store.counts()})
    with bundle.part("live.json"):
        bundle.put("live.json", veil.view(entry.run(partial(_live, settings))))


def _veil(case: Case, seen: Remembered | None, environment: Mapping[str, str]) -> tuple[Veil, bool]:
    """What hides all that is known to be somebody's name, or a secret; and whether names are known at all."""
    key = randomness.token_bytes(32)
    if case.state is not None and (case.state / MASK_KEY).exists():
        key = mask_key(case.state / MASK_KEY)
    secrets = [*secrets_in(overlay(case.raw, environment))]
    names: list[str] | None = None
    plain: set[str] = set()
    if case.settings is not None:
        secrets += secrets_of(case.settings)
        plain |= plain_words(case.settings)
    if seen is not None:
        names = [*names_in(seen)]
        roster = seen.hotel.roster
        plain |= {word for room in roster.known_rooms() for word in (room, *roster.extensions_in(room))}
        assert case.settings is not None
        with open_store(case.settings, only_look=True) as store:
            names += [str(value) for row in store.shown() for value in (row.before, row.after) if value]
    elif case.state is not None and state_file(case.state).exists():
        with suppress(sqlite3.Error):
            names = names_in_file(state_file(case.state))
    return Veil(Mask(key), names or (), secrets, plain), names is not None


def _about(case: Case, environment: Mapping[str, str]) -> dict[str, Any]:
    return {
        "made": iso(datetime.now(UTC)),
        "housephone": version("housephone"),
        "python": sys.version,
        "system": platform.platform(),
        "sqlite": sqlite3.sqlite_version,
        "libraries": dict(sorted(_libraries())),
        "configuration": None if case.path is None else case.path.name,
        "usable": case.trouble is None,
        "environment": sorted(given(environment)),
        "state": [] if case.state is None else [_file(path) for path in sorted(case.state.rglob("*"))],
    }


def _libraries() -> Iterator[tuple[str, str]]:
    for requirement in requires("housephone") or ():
        found = _LIBRARY.match(requirement)
        try:
            yield from [(found[0], version(found[0]))] if found else []
        except PackageNotFoundError:
            continue


def _file(path: Path) -> dict[str, Any]:
    stat = path.lstat()
    changed = iso(datetime.fromtimestamp(int(stat.st_mtime), UTC))
    return {
        "file": path.name,
        "in": path.parent.name,
        "bytes": stat.st_size,
        "mode": oct(stat.st_mode),
        "changed": changed,
    }


def _check(settings: Settings) -> str:
    found: list[str] = []

    def tell(finding: Finding) -> None:
        found.append(str(finding))

    async def look() -> None:
        with anyio.move_on_after(CHECK_SECONDS) as time:
            await examine(settings, tell)
        if time.cancelled_caught:
            found.append(f"(not finished after {CHECK_SECONDS:.0f} seconds)")

    try:
        entry.run(look)
    except HousephoneError as error:
        found.append(f"(broken off: {error})")
    return "\n".join(found)


async def _live(settings: Settings) -> dict[str, Any]:
    there = await control.present(settings)
    if there is None:
        return {"controller": None}
    return {
        "controller": {"shadow": there.shadow, "pid": there.pid, "since": iso(there.since)},
        "links": await control.links(settings),
        "channels": await control.channels(settings),
        "events": await control.events(settings),
    }


def _logs(bundle: Bundle, state: Path, veil: Veil, *, knows_names: bool) -> None:
    for path in sorted((state / FRAMES).glob("*.jsonl")):
        with bundle.part(f"logs/{path.name}"):
            bundle.put(f"logs/{path.name}", "\n".join(map(veil.record, _end_of(path, bundle))))
    for path in sorted(state.glob(f"{PACKETS}*")):
        if not knows_names:
            bundle.missing.append(f"logs/{path.name}: the store cannot tell the names to search it for")
            continue
        with bundle.part(f"logs/{path.name}"):
            bundle.put(f"logs/{path.name}", "\n".join(map(veil.text, _end_of(path, bundle))))


def _end_of(path: Path, bundle: Bundle) -> Iterable[str]:
    """The last lines of a log, whole ones."""
    with path.open("rb") as file:
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - LOG_BYTES))
        lines = file.read().decode("utf-8", "replace").splitlines()
    if size > LOG_BYTES:
        bundle.missing.append(f"logs/{path.name}: only its last {LOG_BYTES // 1_000_000} megabytes are here")
    return lines[1:] if size > LOG_BYTES else lines
