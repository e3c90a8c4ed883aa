"""`import dv2000`: another system's rooms and wake-up calls are here, and nothing that was here is gone."""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.reconciler.house import House

TOMORROW = datetime.now(ZoneInfo("America/New_York")).date() + timedelta(days=1)
BOXES = "Mailbox,Room ID,Type,Description,First Name\n1001,1001,Guest,Ocean wing,Ana\n1901,PH1,Guest,Penthouse,Bo\n"


def calls(house: House) -> list[tuple[str, str]]:
    listed = house("wakeup", "list", "--format", "json").json["wakeups"]
    return [(call["room"], call["at"][:16]) for call in listed]


def lists(tmp_path: Path) -> tuple[Path, Path]:
    boxes, wakeups = tmp_path / "boxes.csv", tmp_path / "calls.csv"
    boxes.write_text(BOXES, "utf-8")
    day = f"{TOMORROW:%m/%d/%Y}"
    wakeups.write_text(
        f"Extension,Date,Time\n1001,{day},6:30 AM\n1002,{day},07:00\n9999,{day},07:00\n", "utf-8"
    )
    return boxes, wakeups


def test_rooms_and_calls_are_taken_over_and_taking_them_again_changes_nothing(
    house: House, tmp_path: Path
) -> None:
    files = lists(tmp_path)
    ran = house("import", "dv2000", *files, "--dates", "mdy", "--yes")
    assert ran.code == 4  # one call is of a room that there is not
    assert "left out  calls.csv:4: there is no room '9999' here" in ran.out
    assert '  - {room: "PH1", extensions: ["1901"]}' in ran.out.splitlines()
    assert calls(house) == [("1001", f"{TOMORROW}T06:30"), ("1002", f"{TOMORROW}T07:00")]
    document = (house.folder / "rooms" / "1001.yaml").read_text("utf-8")
    assert 'description: "Ocean wing"' in document
    assert "Ana" not in document + ran.out
    assert not (house.folder / "rooms" / "PH1.yaml").exists()

    again = house("import", "dv2000", *files, "--dates", "mdy", "--yes")
    assert "2 of the calls are set already" in again.out
    assert "documents speak already of the rooms 1001" in again.out
    assert len(calls(house)) == 2
    assert (house.folder / "rooms" / "1001.yaml").read_text("utf-8") == document


def test_a_dry_run_and_a_person_who_was_not_asked_change_nothing(house: House, tmp_path: Path) -> None:
    boxes, wakeups = lists(tmp_path)
    shown = house("import", "dv2000", boxes, wakeups, "--dates", "mdy", "--dry-run")
    assert f"room 1001: wake-up call on {TOMORROW:%A %Y-%m-%d} at 06:30" in shown.out
    unasked = house("import", "dv2000", boxes)
    assert (unasked.code, "say --yes" in unasked.err) == (1, True)
    assert calls(house) == []
    assert not (house.folder / "rooms" / "1001.yaml").exists()


def test_a_file_that_is_neither_list_is_told_with_its_columns(house: House, tmp_path: Path) -> None:
    file = tmp_path / "bill.csv"
    file.write_text("Invoice,Sum\n1,2\n", "utf-8")
    ran = house("import", "dv2000", file)
    assert ran.code == 1
    assert 'its columns are "Invoice", "Sum"' in ran.err


def test_rooms_that_documents_declare_come_with_their_extensions(house: House, tmp_path: Path) -> None:
    house.configure(rooms=None)
    assert house("import", "dv2000", lists(tmp_path)[0], "--yes").code == 0
    assert "rooms:" not in house("import", "dv2000", lists(tmp_path)[0], "--dry-run").out.partition("\n")[2]
    (view,) = house("show", "PH1", "--format", "json").json["rooms"]
    assert [each["extension"] for each in view["extensions"]] == ["1901"]
