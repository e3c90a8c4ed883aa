"""`reconcile backup` and `restore`: store, memory of the documents, configuration and drop-in folder in one file.

A backup is taken while work goes on. A restore never overwrites: what was there before is moved aside under a
name with the time.

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
from pathlib import Path

from reconciler.app.offline import DOCUMENTS, state_file
from reconciler.app.online import Busy, at_work, open_store
from reconciler.app.presence import Occupied, in_office
from reconciler.app.restored import Settled, settle
from reconciler.app.secretfiles import secret_files
from reconciler.app.unpacking import CONFIGURATION, MARK, MEMORY, PRIVATE, ROOMS, STORE, VERSION, unpack
from reconciler.configuration.settings import Settings
from reconciler.errors import Fatal
from reconciler.store import rescue
from reconciler.store.errors import StoreDamaged
from reconciler.store.version import FILE_NAME


@dataclass(frozen=True, slots=True)
class Saved:
    """How many files a backup holds, and which links in the folder of documents it leaves out."""

    files: int
    left_out: tuple[Path, ...]


def backup(settings: Settings, configuration: Path, target: Path) -> Saved:
    """Write everything into one private file, whole or not at all.

    Secrets in files of their own are not taken along, nor is what links in the folder of documents lead to outside of
    it: whoever may write documents could have any file of this machine saved. Fatal where something cannot be read or
    written, and where there is such a file already: it may be the only good backup.
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
                _parts(settings, configuration) as (parts, left_out),
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
    return Saved(len(parts), left_out)


@contextmanager
def _parts(
    settings: Settings, configuration: Path
) -> Iterator[tuple[list[tuple[str, Path]], tuple[Path, ...]]]:
    """Each file under its name in the archive, databases as consistent copies; and the links that are left out."""
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
        files, left_out = _documents(settings.desired)
        parts += ((f"{ROOMS}/{path.relative_to(settings.desired).as_posix()}", path) for path in files)
        yield parts, left_out


def _documents(folder: Path) -> tuple[list[Path], tuple[Path, ...]]:
    """The files in the folder, those behind links within it as well; and the links that lead out of it."""
    real, found, outside = folder.resolve(), list[Path](), list[Path]()
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() and path.exists() and not path.resolve().is_relative_to(real):
            outside.append(path)
        elif path.is_file():
            found.append(path)
    return found, tuple(outside)


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
        unpack(source, unpacked)
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
        unpack(source, Path(folder))
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
