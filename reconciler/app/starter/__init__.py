"""What `reconcile init` lays out: a commented configuration, an example, schemas for editors, a place for secrets.

Nothing that exists is ever changed, so that it may be run again in a hotel that is at work.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from reconciler.app.schemas import schema_text
from reconciler.errors import Fatal

PRIVATE_FOLDER = 0o700
PRIVATE_FILE = 0o600
_ZONES = "/zoneinfo/"
_OF_THE_MACHINE = Path("/etc")
_STATE_OF_THE_MACHINE = "/var/lib/housephone"
"""What changes belongs there where the configuration is below /etc, which a service may not write to."""


@dataclass(frozen=True, slots=True)
class Laid:
    """Which files were written, and which were there before and stayed as they are."""

    written: tuple[Path, ...]
    kept: tuple[Path, ...]


def lay_out(folder: Path) -> Laid:
    """Write what is missing for a start into a folder, which is made. Fatal if it cannot be written."""
    written: list[Path] = []
    kept: list[Path] = []
    try:
        for place in (folder, folder / "rooms" / ".schema"):
            place.mkdir(parents=True, exist_ok=True)
        (folder / "secrets").mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        for path, text in _files(folder):
            (written if _write_new(path, text) else kept).append(path)
        give_to_owner_of(folder, folder / "rooms", folder / "rooms" / ".schema", folder / "secrets", *written)
    except OSError as error:
        raise Fatal(f"{error.filename}: {error.strerror}", "name a folder that you may write to") from error
    return Laid(tuple(written), tuple(kept))


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    yield folder / "housephone.yaml", starting_configuration(folder)
    yield folder / "rooms" / "example.yaml.sample", _text("example.yaml.sample")
    yield folder / "rooms" / ".schema" / "room.json", schema_text("room")
    yield folder / "rooms" / ".schema" / "configuration.json", schema_text("configuration")
    yield folder / "secrets" / "README.txt", _text("secrets.txt")


def starting_configuration(folder: Path) -> str:
    """The commented configuration for this folder, nothing filled in but what the machine tells."""
    text = _text("housephone.yaml").replace("@TIMEZONE@", local_zone())
    if folder.resolve().is_relative_to(_OF_THE_MACHINE):
        text = text.replace("\n#state: state\n", f"\nstate: {_STATE_OF_THE_MACHINE}\n")
    return text


def give_to_owner_of(folder: Path, *paths: Path) -> None:
    """What root writes into somebody's folder is for that one to read: the service's user, say. Raises OSError."""
    if os.geteuid() == 0:
        owner = folder.stat()
        for path in paths:
            os.chown(path, owner.st_uid, owner.st_gid)


def _text(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def _write_new(path: Path, text: str) -> bool:
    """Write a file that is not there yet. The configuration may come to hold a secret, so it is private."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _mode(path))
    except FileExistsError:
        return False
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return True


def _mode(path: Path) -> int:
    return PRIVATE_FILE if path.name == "housephone.yaml" or path.parent.name == "secrets" else 0o644


def local_zone(localtime: Path = Path("/etc/localtime")) -> str:
    """The time zone of this machine, a first guess for the hotel's; UTC if it does not say."""
    _, found, name = str(localtime.resolve()).partition(_ZONES)
    return name if found else "UTC"
