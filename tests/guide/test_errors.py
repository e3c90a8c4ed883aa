"""The page of errors is what the code says today, and leaves out nothing that a person can meet with."""

from reconciler.alarms.finding import Kind
from reconciler.conditions import TYPES
from tests.guide import errors

PAGE = (errors.ROOT / "docs" / "errors.md").read_text(encoding="utf-8")


def test_the_page_is_up_to_date() -> None:
    assert errors.page() == PAGE, "write it anew: make errors"


def test_every_alarm_and_condition_is_on_it() -> None:
    firsts = (line.split("|")[1] for line in PAGE.splitlines() if line.startswith("| `"))
    rows = {name.strip() for cell in firsts for name in cell.split(",")}
    assert {f"`{name}`" for name in (*Kind, *TYPES)} - rows == set()


def test_what_is_known_to_be_said_stands_there_with_its_remedy() -> None:
    assert errors.Said("no housephone.yaml found", _OF_NO_CONFIGURATION) in errors.errors()
    assert any(each.message.startswith("clock: this machine is") for each in errors.findings())
    assert any(each.code == "unknown_room" for each in errors.refusals())


_OF_NO_CONFIGURATION = "write one with `reconcile init`, or name it with --config or $HOUSEPHONE_CONFIG"


def test_no_message_breaks_the_table_in_which_it_stands() -> None:
    tables = [line.replace("\\|", "") for line in PAGE.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in tables} <= {3, 4}
