"""Secrets lie where only the service reads them, and people hear of those that do not."""

import io
import os
import shutil
import tarfile
import tracemalloc
from collections import namedtuple
from pathlib import Path

import pytest

from desired.lastgood import LastGood
from drivers.pms.fias.framelog import mask_key
from drivers.voice.recordings import Recordings
from reconciler.app import archive, unpacking
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
    monkeypatch.setattr(unpacking, "MOST_FILES", 20)
    many = [tarfile.TarInfo(f"rooms/{number}.yaml") for number in range(30)]
    with pytest.raises(Fatal, match="more than 20 files"):
        archive.restore_configuration(
            backup(tmp_path / "many.tar.gz", *many), tmp_path / "new" / "housephone.yaml"
        )


def endless(kind: bytes) -> tarfile.TarInfo:
    """A header that brings 8 MiB of words with it."""
    member = tarfile.TarInfo("././@LongLink")
    member.type, member.size = kind, 8 << 20
    return member


@pytest.mark.parametrize(
    "member", [endless(tarfile.GNUTYPE_LONGNAME), endless(tarfile.XHDTYPE)], ids=["name", "header"]
)
def test_a_backup_cannot_fill_the_memory(tmp_path: Path, member: tarfile.TarInfo) -> None:
    """Such a header is read whole: two megabytes can stand for gigabytes."""
    file = backup(tmp_path / "bomb.tar.gz", member)
    assert file.stat().st_size < 20_000
    with pytest.raises(Fatal, match="a header without end"):
        archive.restore_configuration(file, tmp_path / "new" / "housephone.yaml")


def test_a_mark_of_gigabytes_is_not_read_to_its_end(tmp_path: Path) -> None:
    file = tmp_path / "bomb.tar.gz"
    with tarfile.open(file, "w:gz") as packed:
        mark = tarfile.TarInfo("housephone-backup")
        mark.size = 64 << 20
        packed.addfile(mark, io.BytesIO(b"1" * mark.size))
    tracemalloc.start()
    with pytest.raises(Fatal, match="not a backup"):
        archive.restore_configuration(file, tmp_path / "new" / "housephone.yaml")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 8 << 20


def test_folders_in_each_other_without_end_are_refused(tmp_path: Path) -> None:
    deep = tarfile.TarInfo("rooms/" + "a/" * 2000 + "1207.yaml")
    with pytest.raises(Fatal, match="which no backup of ours does") as refused:
        archive.restore_configuration(
            backup(tmp_path / "deep.tar.gz", deep), tmp_path / "new" / "housephone.yaml"
        )
    assert len(str(refused.value)) < 400


def test_a_backup_whose_bytes_have_changed_is_refused(tmp_path: Path) -> None:
    """Also where the change is in a document, which has no checksum of its own."""
    file = backup(tmp_path / "backup.tar.gz", tarfile.TarInfo("rooms/1207.yaml"))
    packed = bytearray(file.read_bytes())
    packed[-8] ^= 1
    file.write_bytes(packed)
    with pytest.raises(Fatal, match="not a whole backup"):
        archive.restore_configuration(file, tmp_path / "new" / "housephone.yaml")


def test_nobody_else_may_write_what_a_backup_brings_whatever_it_says(tmp_path: Path) -> None:
    configuration = tarfile.TarInfo("housephone.yaml")
    configuration.mode = 0o6777
    before = os.umask(0)
    try:
        archive.restore_configuration(
            backup(tmp_path / "loose.tar.gz", configuration), tmp_path / "new" / "housephone.yaml"
        )
    finally:
        os.umask(before)
    assert (tmp_path / "new" / "housephone.yaml").stat().st_mode & 0o7777 == 0o644


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
