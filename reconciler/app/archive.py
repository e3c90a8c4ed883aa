"""`reconcile backup` and `restore`: store, memory of the documents, configuration and drop-in folder in one file.

A backup is taken while work goes on. A restore never overwrites: what was there before is moved aside under a
name with the time. What an archive names is not trusted: only files of the four parts are taken out of it.

Left out: secrets in files of their own, among them the key by which names in logs are masked, so that a backup that
is given away with a log does not unmask it; the logs themselves; and what is worked out anew. What the store knows of
guests and their wake-up calls is of the backup's moment, and the PMS must be asked afterwards. What was owed to it
then, and what has been due since, is not said again (``reconciler.app.restored``).
"""

from __future__ import annotations

import io
import os
import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Final

from reconciler.app.offline import DOCUMENTS, state_file
from reconciler.app.online import Busy, at_work, open_store
from reconciler.app.presence import Occupied, in_office
from reconciler.app.restored import Settled, settle
from reconciler.app.secretfiles import secret_files
from reconciler.configuration.settings import Settings
from reconciler.errors import Fatal
from reconciler.store import rescue
from reconciler.store.errors import StoreDamaged
from reconciler.store.version import FILE_NAME

MARK: Final = "housephone-backup"
VERSION: Final = "1"
PRIVATE: Final = 0o600
MOST_FILES: Final = 100_000
"""Files in a backup: a document for each room of the largest group of hotels, and some."""

STORE, MEMORY = f"state/{FILE_NAME}", f"state/{DOCUMENTS}"
CONFIGURATION, ROOMS = "housephone.yaml", "rooms"


def backup(settings: Settings, configuration: Path, target: Path) -> int:
    """Write everything into one private file, whole or not at all; answer how many files are in it.

    Secrets in files of their own are not taken along. Fatal where something cannot be read or written, and where
    there is such a file already: it may be the only good backup.
    """
    if target.exists():
        raise Fatal(f"{target}: there is such a file already", "name another one; nothing was written")
    part = target.with_name(f".{target.name}.tmp")
    try:
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_RDWR, PRIVATE)
        with os.fdopen(descriptor, "w+b") as file:
            with (
                tarfile.open(fileobj=file, mode="w:gz", dereference=True) as archive,
                _parts(settings, configuration) as parts,
            ):
                _add_bytes(archive, MARK, VERSION.encode())
                for name, path in parts:
                    archive.add(path, name, recursive=False)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise Fatal(
            f"{error.filename or target}: {error.strerror}", "name a file that you may write"
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return len(parts)


@contextmanager
def _parts(settings: Settings, configuration: Path) -> Iterator[list[tuple[str, Path]]]:
    """Each file under its name in the archive; databases as consistent copies."""
    with tempfile.TemporaryDirectory(prefix="housephone-") as folder:
        parts = [(CONFIGURATION, configuration)]
        if settings.database is None:
            copy = Path(folder) / FILE_NAME
            with open_store(settings) as store:
                store.backup(copy)
            parts.append((STORE, copy))
        if (settings.state / DOCUMENTS).exists():
            copy = Path(folder) / DOCUMENTS
            rescue.copy(settings.state / DOCUMENTS, copy)
            parts.append((MEMORY, copy))
        files = (path for path in sorted(settings.desired.rglob("*")) if path.is_file())
        parts += ((f"{ROOMS}/{path.relative_to(settings.desired).as_posix()}", path) for path in files)
        yield parts


@dataclass(frozen=True, slots=True)
class Restored:
    """Each place with where its former content went (None: there was none), and what the former store settled."""

    places: tuple[tuple[Path, Path | None], ...]
    settled: Settled


def restore(settings: Settings, configuration: Path | None, source: Path) -> Restored:
    """Put everything back. Busy while somebody is at work; Fatal if the file is not a whole backup of ours.

    ``configuration`` is where the configuration belongs; None if it has just been put back.
    """
    _refuse_while_owned(settings)
    now = datetime.now(UTC)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=_made(settings.state)) as folder:
        unpacked = Path(folder)
        _unpack(source, unpacked)
        settled = Settled()
        if (unpacked / STORE).exists():
            rescue.check(unpacked / STORE)
            settled = _settled(unpacked / STORE, settings, now)
        try:
            places = tuple(
                (place, _put(unpacked / name, place, now))
                for name, place in _places(settings, configuration)
                if (unpacked / name).exists()
            )
        except OSError as error:
            raise Fatal(f"{error.filename}: {error.strerror}", "what was there stands beside it") from error
    return Restored(places, settled)


def _settled(fresh: Path, settings: Settings, now: datetime) -> Settled:
    """Let the store that is replaced say what has happened since, where there is one that can be read."""
    with ExitStack() as opened:
        replaced = None
        if state_file(settings.state).exists():
            with suppress(StoreDamaged):
                replaced = opened.enter_context(open_store(settings))
        return settle(fresh, settings, replaced, now)


def restore_configuration(source: Path, place: Path) -> None:
    """Put only the configuration back, on a machine that has none yet. Fatal if the file is no backup of ours."""
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=_made(place.parent)) as folder:
        _unpack(source, Path(folder))
        shutil.move(Path(folder) / CONFIGURATION, place)


def missing(settings: Settings) -> tuple[Path, ...]:
    """What the configuration names and no backup holds, as far as it is not there: secrets, certificates, prompts."""
    named: list[Path | None] = [*secret_files(settings)]
    if settings.sip is not None and settings.sip.tls is not None:
        named.append(settings.sip.tls.ca_file)
    if settings.alerts.mail is not None:
        named.append(settings.alerts.mail.ca_file)
    if settings.voice is not None:
        named.append(settings.voice.prompts)
    return tuple(path for path in named if path is not None and not path.exists())


def _places(settings: Settings, configuration: Path | None) -> Iterator[tuple[str, Path]]:
    yield STORE, state_file(settings.state)
    yield MEMORY, settings.state / DOCUMENTS
    yield ROOMS, settings.desired
    if configuration is not None:
        yield CONFIGURATION, configuration


def _refuse_while_owned(settings: Settings) -> None:
    """A damaged store cannot say who is at work, and is just what a restore is for."""
    if settings.database is not None:
        raise Fatal("the store is on PostgreSQL", "restore it with pg_restore; this command is for SQLite")
    if not state_file(settings.state).exists():
        return
    try:
        with open_store(settings) as store:
            now = datetime.now(UTC)
            owner, there = at_work(store, settings, now), in_office(store, now)
    except StoreDamaged:
        return
    if owner is not None:
        raise Busy(owner)
    if there is not None:
        raise Occupied(there)


def _unpack(source: Path, folder: Path) -> None:
    """Take our own parts out of an archive, plain files only, below the folder only."""
    try:
        with tarfile.open(source, mode="r:gz") as archive:
            first = archive.next()
            mark = archive.extractfile(first) if first is not None and first.name == MARK else None
            if mark is None or mark.read() != VERSION.encode():
                raise Fatal(
                    f"{source}: not a backup of this housephone",
                    "name a file that `reconcile backup` has written",
                )
            for number, member in enumerate(archive):
                _refuse_too_much(member, number, folder)
                if member.name != MARK:
                    _take(archive, member, folder)
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Fatal(
            f"{source}: not a whole backup ({error})", "name a file that `reconcile backup` has written"
        ) from error


def _refuse_too_much(member: tarfile.TarInfo, number: int, folder: Path) -> None:
    """A few packed bytes can stand for any number of files, of any length: nothing may fill the hotel's disk."""
    if number > MOST_FILES:
        raise Fatal(f"the backup holds more than {MOST_FILES} files", "nothing was restored")
    free = shutil.disk_usage(folder).free
    if member.size > free // 2:
        raise Fatal(
            f"the backup holds {member.name!r} with {member.size} bytes, and the disk has {free} left",
            "nothing was restored; make room if the backup is right",
        )


def _take(archive: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    way = PurePosixPath(member.name)
    ours = member.name in {STORE, MEMORY, CONFIGURATION} or (way.parts[:1] == (ROOMS,) and len(way.parts) > 1)
    content = archive.extractfile(member) if member.isreg() else None
    if not ours or ".." in way.parts or content is None:
        raise Fatal(f"the backup holds {member.name!r}, which no backup of ours does", "nothing was restored")
    path = folder.joinpath(*way.parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, member.mode & 0o777 or PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        shutil.copyfileobj(content, file)


def _put(fresh: Path, place: Path, at: datetime) -> Path | None:
    """Move a file or folder into its place, and what was there aside."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.suffix == ".sqlite":
        aside = rescue.move_aside(place, at)
    else:
        aside = place.with_name(f"{place.name}.{at:%Y%m%dT%H%M%SZ}") if place.exists() else None
        if aside is not None:
            place.rename(aside)
    shutil.move(fresh, place)  # like rename, also from one file system to another
    return aside


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _add_bytes(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), PRIVATE
    archive.addfile(entry, io.BytesIO(content))
