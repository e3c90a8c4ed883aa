"""Secrets lie where only the service reads them, and people hear of those that do not."""

import io
import os
import shutil
import tarfile
from collections import namedtuple
from pathlib import Path

import pytest

from desired.lastgood import LastGood
from drivers.pms.fias.framelog import mask_key
from drivers.voice.recordings import Recordings
from reconciler.app import archive
from reconciler.app.doctor.premises import secret_file, secrets_within
from reconciler.app.offline import state_folder
from reconciler.app.secretfiles import exposed
from reconciler.configuration.file import load
from reconciler.control import Door
from reconciler.errors import Fatal
from reconciler.logs import PrivateRotatingFile
from reconciler.store.store import Store

HOTEL = "property: {name: Harbour View, timezone: America/New_York}\n"
FILES = """
zoom: {client_secret_file: secrets/zoom, event_secret_file: secrets/hook}
pms: [{kind: fias, host: 127.0.0.1, port: 5010, auth_key_file: secrets/pms}]
sip:
  pbx: {address: 127.0.0.1}
  accounts: [{user: "9001", password_file: secrets/9001}]
alerts:
  mail: {server: mail.example, from: a@hotel.example, to: [b@hotel.example], user: a, password_file: secrets/mail}
  webhook: {url: "https://hotel.example/alarms", secret_file: secrets/webhook}
desk:
  users: [{name: Alice, password_hash_file: secrets/alice}]
  tokens: [{name: manager, rights: look, token_file: secrets/token}]
"""
NAMES = ("zoom", "hook", "pms", "9001", "mail", "webhook", "alice", "token")


@pytest.fixture
def configuration(tmp_path: Path) -> Path:
    """A hotel with a secret of every kind, each for its owner only."""
    (tmp_path / "secrets").mkdir()
    for name in NAMES:
        (tmp_path / "secrets" / name).touch(mode=0o600)
    path = tmp_path / "housephone.yaml"
    path.write_text(HOTEL + FILES)
    return path


def test_every_file_with_a_secret_that_others_may_read_is_told(configuration: Path) -> None:
    settings = load(configuration, {})
    assert list(exposed(settings, configuration)) == []
    for name in NAMES:
        (configuration.parent / "secrets" / name).chmod(0o640)
    assert {file.name for file in exposed(settings, configuration)} == set(NAMES)


def test_a_configuration_that_holds_secrets_itself_is_one(configuration: Path) -> None:
    configuration.chmod(0o644)
    assert list(secrets_within(configuration)) == [], "it only names files"
    configuration.write_text(HOTEL + "zoom: {client_secret: hunter2}\n")
    (finding,) = secrets_within(configuration)
    assert "may be read by others" in finding.said
    assert list(exposed(load(configuration, {}), configuration)) == [configuration]
    configuration.chmod(0o600)
    assert list(secrets_within(configuration)) == []


def test_a_secret_that_systemd_keeps_is_no_cause_for_alarm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its list of who may read looks like a permission of the group."""
    kept = tmp_path / "zoom"
    kept.touch(mode=0o440)
    assert list(secret_file(kept))
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    assert list(secret_file(kept)) == []


def backup(path: Path, *members: tarfile.TarInfo) -> Path:
    """An archive that looks like a backup."""
    with tarfile.open(path, "w:gz") as archive:
        mark = tarfile.TarInfo("housephone-backup")
        mark.size = 1
        archive.addfile(mark, io.BytesIO(b"1"))
        for member in members:
            archive.addfile(member, io.BytesIO(bytes(member.size)))
    return path


def test_a_backup_of_a_few_bytes_cannot_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it says of its members is believed before a byte of them is written."""
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 - as the library's own
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(4 << 20, 2 << 20, 2 << 20))
    bomb = tarfile.TarInfo("state/housephone.sqlite")
    bomb.size = 3 << 20
    file = backup(tmp_path / "bomb.tar.gz", bomb)
    assert file.stat().st_size < 10_000
    with pytest.raises(Fatal, match="the disk has"):
        archive.restore_configuration(file, tmp_path / "new" / "housephone.yaml")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_backup_cannot_hold_files_without_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MOST_FILES", 20)
    many = [tarfile.TarInfo(f"rooms/{number}.yaml") for number in range(30)]
    with pytest.raises(Fatal, match="more than 20 files"):
        archive.restore_configuration(
            backup(tmp_path / "many.tar.gz", *many), tmp_path / "new" / "housephone.yaml"
        )


def test_what_is_kept_of_guests_is_for_the_services_user_only(tmp_path: Path) -> None:
    """Whatever the umask of whoever starts it."""
    state = tmp_path / "state"
    before = os.umask(0)
    try:
        state_folder(state)
        with Store.open(state / "housephone.sqlite", property_name="Harbour View", account="") as store:
            store.put_note("n", {"guest": "Souza"})
            documents = LastGood(state / "documents.sqlite")
            documents.read("rooms")
            documents.close()
            Recordings(state / "mail").save("a1", bytes(1600))
            Door("http://127.0.0.1:1", "token").publish(state)
            mask_key(state / "secrets" / "frame-mask")
            PrivateRotatingFile(state / "packets.log").close()
            kept = sorted(path for path in state.rglob("*") if path.is_file())
            assert {"housephone.sqlite-wal", "a1.wav", "controller.json"} < {path.name for path in kept}
            assert [str(path) for path in kept if path.stat().st_mode & 0o077] == []
    finally:
        os.umask(before)
    folders = [state, *(path for path in state.iterdir() if path.is_dir())]
    assert [str(path) for path in folders if path.stat().st_mode & 0o077] == []
