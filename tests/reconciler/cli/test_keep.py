"""`snapshot`, `backup`, `restore` and `debug`: what a hotel keeps."""

import io
import shutil
import socket
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from desired.events import CheckedIn
from reconciler.store.rows import Claimant, account_ownership
from reconciler.store.store import Store
from tests.reconciler.hearsay import PMS, tell
from tests.reconciler.house import House

YEAR = f"{datetime.now(UTC).year}"


def opened(house: House) -> Store:
    return Store.open(
        house.state / "housephone.sqlite", property_name="Harbour View", account=house.cloud.account_id
    )


@pytest.fixture
def lived_in(house: House) -> House:
    house.document("1001", "guests: [{first: Ana, last: Souza}]")
    assert house("--yes").code == 0
    house("dnd", "1002", "on")
    return house


def test_a_snapshot_serves_an_audit_without_credentials(house: House, tmp_path: Path) -> None:
    house.document("1005", "guests: [{first: Ana, last: Souza}]")
    file = tmp_path / "zoom.json"
    assert house("snapshot", file).code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    calls = len(house.cloud.calls)
    house.configure(zoom={"client_secret": "", "url": "http://127.0.0.1:1"})
    audit = house("--dry-run", "--snapshot", file, "--format", "json")
    (change,) = audit.json["changes"]
    assert (change["extension"], change["desired"]) == ("1005", "Ana Souza 1005")
    assert len(house.cloud.calls) == calls


@pytest.mark.parametrize("rooms", [["1001-1006"], None])
def test_a_snapshot_needs_no_documents(house: House, tmp_path: Path, rooms: list[str] | None) -> None:
    house.configure(rooms=rooms)
    ran = house("snapshot", tmp_path / "zoom.json")
    assert ran.code == 0
    assert ran.out.startswith("7 extensions saved")


def test_a_snapshot_holds_the_messages_of_mailboxes_that_should_be_clear(
    house: House, tmp_path: Path
) -> None:
    house.configure(message_management=True)
    now = datetime.now(UTC).replace(microsecond=0)
    house.cloud.add_voicemail(1001, now - timedelta(days=2))
    house.document("1001", f"mailbox: {{cleared: '{now.isoformat()}'}}")
    assert house("snapshot", tmp_path / "zoom.json").code == 0
    audit = house("--dry-run", "--snapshot", tmp_path / "zoom.json", "--format", "json")
    assert [change["field"] for change in audit.json["changes"]] == ["voicemail"]


def test_a_backup_brings_a_hotel_back_on_another_machine(lived_in: House, tmp_path: Path) -> None:
    file = tmp_path / "hotel.tar.gz"
    ran = lived_in("backup", file)
    assert (ran.code, ran.err) == (0, "")
    assert file.stat().st_mode & 0o777 == 0o600
    shown = lived_in("show", "--format", "json").json
    for gone in (lived_in.state, lived_in.folder / "rooms"):
        shutil.rmtree(gone)
    lived_in.config.unlink()
    assert lived_in("restore", file).code == 0
    again = lived_in("show", "--format", "json").json
    for room in shown["rooms"] + again["rooms"]:
        for extension in room["extensions"]:
            for condition in extension["conditions"]:
                del condition["since"]
    assert again == shown
    assert lived_in("history").out != "no changes\n"


def test_a_backup_does_not_take_the_place_of_another(lived_in: House, tmp_path: Path) -> None:
    file = tmp_path / "hotel.tar.gz"
    lived_in("backup", file)
    first = file.read_bytes()
    ran = lived_in("backup", file)
    assert ran.code == 1
    assert f"{file}: there is such a file already" in ran.err
    assert "name another one" in ran.err
    assert file.read_bytes() == first
    assert [path.name for path in tmp_path.glob("*hotel.tar*")] == ["hotel.tar.gz"]


def test_a_link_among_the_documents_brings_no_other_file_of_the_machine_into_a_backup(
    lived_in: House, tmp_path: Path
) -> None:
    """Who may write documents could else have secrets carried away. The links of a ConfigMap stay inside."""
    rooms, secret = lived_in.folder / "rooms", lived_in.folder / "secret.yaml"
    secret.write_text("FidCrypt0S")
    (rooms / "stolen.yaml").symlink_to(secret)
    (rooms / "folder").symlink_to(lived_in.folder)
    (rooms / "..data").mkdir()
    (rooms / "..data" / "1002.yaml").write_text('room: "1002"\n')
    (rooms / "1002.yaml").symlink_to("..data/1002.yaml")
    (rooms / "gone.yaml").symlink_to("nowhere")
    ran = lived_in("backup", tmp_path / "hotel.tar.gz")
    assert ran.code == 0
    left_out = [line.split()[2].rstrip(":") for line in ran.out.splitlines() if line.startswith("left out")]
    assert left_out == [str(rooms / "folder"), str(rooms / "stolen.yaml")]
    with tarfile.open(tmp_path / "hotel.tar.gz") as archive:
        documents = {name for name in archive.getnames() if name.startswith("rooms/")}
        assert documents == {"rooms/1001.yaml", "rooms/1002.yaml", "rooms/..data/1002.yaml"}
        assert all(
            b"FidCrypt0S" not in (archive.extractfile(each) or io.BytesIO()).read() for each in archive
        )


def test_a_restore_on_a_new_machine_names_each_file_once_and_what_is_missing_still(
    lived_in: House, tmp_path: Path
) -> None:
    secrets = lived_in.folder / "secrets"
    secrets.mkdir()
    for name in ("zoom", "pms"):
        (secrets / name).write_text("FidCrypt0S")
    lived_in.configure(
        zoom={"client_secret": None, "client_secret_file": "secrets/zoom"},
        pms=[PMS | {"auth_key_file": "secrets/pms"}],
    )
    assert lived_in("backup", tmp_path / "hotel.tar.gz").code == 0
    for gone in (lived_in.state, lived_in.folder / "rooms"):
        shutil.rmtree(gone)
    for gone in (lived_in.config, secrets / "zoom"):
        gone.unlink()

    ran = lived_in("restore", tmp_path / "hotel.tar.gz")

    assert ran.code == 0
    assert ran.out.count("housephone.yaml") == 1
    assert list(lived_in.folder.glob("housephone.yaml.*")) == []
    assert f"missing   {secrets / 'zoom'}: the configuration names it" in ran.out
    assert ran.out.count("missing ") == 1, "the other secret is there"


def test_a_backup_holds_who_is_in_the_house_and_neither_logs_nor_the_key_of_their_masks(
    house: House, tmp_path: Path
) -> None:
    house.configure(pms=[PMS])
    tell(house, CheckedIn("1001", "84311", {"last": "Souza"}))
    for name in ("pms/pms-2026-11-22.jsonl", "secrets/frame-mask"):
        (house.state / name).parent.mkdir()
        (house.state / name).write_text("left out")
    file = tmp_path / "hotel.tar.gz"
    assert "nor are logs" in house("backup", file).out
    with tarfile.open(file) as archive:
        names = archive.getnames()
    assert not [name for name in names if "pms" in name or "secrets" in name]

    shutil.rmtree(house.state)
    ran = house("restore", file)
    assert ran.code == 0
    assert "let `reconcile pms resync` ask the PMS" in ran.out
    (room,) = house("show", "1001", "--format", "json").json["rooms"]
    assert [guest["last"] for guest in room["guests"]] == ["Souza"]


def test_a_restore_moves_aside_what_was_there(lived_in: House, tmp_path: Path) -> None:
    file = tmp_path / "hotel.tar.gz"
    lived_in("backup", file)
    lived_in.document("1003", "occupied: false")
    lived_in("dnd", "1004", "on")
    ran = lived_in("restore", file)
    assert ran.code == 0
    assert not (lived_in.folder / "rooms" / "1003.yaml").exists()
    (before,) = lived_in.folder.glob(f"rooms.{YEAR}*")
    assert (before / "1003.yaml").exists()
    assert str(before) in ran.out
    assert len(list(lived_in.state.glob(f"housephone.sqlite.{YEAR}*"))) == 1
    rooms = {room["room"]: room for room in lived_in("show", "--format", "json").json["rooms"]}
    assert (rooms["1002"]["dnd"], rooms["1004"]["dnd"]) == ("on", None)


def test_a_damaged_store_can_be_restored_over(lived_in: House, tmp_path: Path) -> None:
    lived_in("backup", tmp_path / "hotel.tar.gz")
    (lived_in.state / "housephone.sqlite").write_bytes(b"not a database at all" * 100)
    assert lived_in("show").code == 1
    assert lived_in("restore", tmp_path / "hotel.tar.gz").code == 0
    assert lived_in("show").code == 0


def test_nothing_is_restored_while_a_controller_works(lived_in: House, tmp_path: Path) -> None:
    lived_in("backup", tmp_path / "hotel.tar.gz")
    with opened(lived_in) as store:
        claimant = Claimant("reconcile run", "another-host", 77)
        name = account_ownership(lived_in.cloud.account_id)
        store.acquire(name, claimant, now=datetime.now(UTC), ttl=timedelta(minutes=5))
        ran = lived_in("restore", tmp_path / "hotel.tar.gz")
    assert ran.code == 3
    assert "process 77 on another-host" in ran.err
    assert "stop it first" in ran.err
    assert "if another-host is down, the account is free" in ran.err
    assert list(lived_in.folder.glob(f"*.{YEAR}*")) == []


def test_a_controller_that_died_on_this_machine_does_not_hold_up_a_restore(
    lived_in: House, tmp_path: Path
) -> None:
    lived_in("backup", tmp_path / "hotel.tar.gz")
    with opened(lived_in) as store:
        claimant = Claimant("run", socket.gethostname(), 2**22 - 3)
        name = account_ownership(lived_in.cloud.account_id)
        store.acquire(name, claimant, now=datetime.now(UTC), ttl=timedelta(minutes=5))
    assert lived_in("restore", tmp_path / "hotel.tar.gz").code == 0


def crafted(path: Path, name: str, kind: bytes = tarfile.REGTYPE) -> Path:
    """An archive that looks like a backup but for one member."""
    with tarfile.open(path, "w:gz") as archive:
        for member, content in (("housephone-backup", b"1"), (name, b"x")):
            entry = tarfile.TarInfo(member)
            entry.size = len(content)
            if member == name:
                entry.type, entry.linkname = kind, "/etc"
            archive.addfile(entry, io.BytesIO(content))
    return path


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("rooms/../../escaped", tarfile.REGTYPE),
        ("/etc/escaped", tarfile.REGTYPE),
        ("escaped", tarfile.REGTYPE),
        ("state/other.sqlite", tarfile.REGTYPE),
        ("rooms/link", tarfile.SYMTYPE),
        ("rooms", tarfile.SYMTYPE),
    ],
)
def test_an_archive_cannot_reach_outside(lived_in: House, tmp_path: Path, name: str, kind: bytes) -> None:
    ran = lived_in("restore", crafted(tmp_path / "evil.tar.gz", name, kind))
    assert ran.code == 1
    assert "nothing was restored" in ran.err
    assert not list(tmp_path.rglob("escaped"))
    assert (lived_in.folder / "rooms" / "1001.yaml").exists()


@pytest.mark.parametrize("content", [b"", b"not an archive", b"\x1f\x8b\x08\x00cut"])
def test_what_is_no_backup_is_refused(lived_in: House, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other.tar.gz").write_bytes(content)
    ran = lived_in("restore", tmp_path / "other.tar.gz")
    assert ran.code == 1
    assert "backup" in ran.err
    assert lived_in("restore", tmp_path / "missing.tar.gz").code == 1


def test_the_packet_log_is_on_for_a_day(house: House) -> None:
    before = datetime.now(UTC)
    assert house("debug", "on", "zoom").code == 0
    with opened(house) as store:
        noted = store.note("debug")
    assert isinstance(noted, dict)
    assert list(noted) == ["zoom"]
    until = datetime.fromisoformat(str(noted["zoom"])) - before
    assert timedelta(hours=24) <= until < timedelta(hours=24, minutes=1)


@pytest.mark.parametrize(("enabled", "said"), [(True, True), (False, False)])
def test_a_log_that_the_configuration_keeps_is_not_switched_off(
    house: House, *, enabled: bool, said: bool
) -> None:
    house.configure(pms=[PMS | {"log": {"enabled": enabled}}])
    assert ("still logged, because pms.log.enabled is on" in house("debug", "off", "pms").out) is said
    assert "still logged" not in house("debug", "off", "zoom").out


def test_one_packet_log_is_switched_off_and_the_others_stay(house: House) -> None:
    house("debug", "on")
    house("debug", "off", "pms")
    with opened(house) as store:
        noted = store.note("debug")
    assert isinstance(noted, dict)
    assert set(noted) == {"zoom", "sip"}
    assert house("debug", "on", "fax").code == 64
