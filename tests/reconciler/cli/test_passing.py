"""A pass at the command line that Zoom, or the hotel's own folder, does not let happen: what people hear of it."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fixtures.zoom_cloud import Fault
from tests.reconciler.house import House


@pytest.mark.parametrize("words", [("--dry-run",), ("--yes",), ("snapshot", "zoom.json"), ("adopt",)])
def test_a_zoom_that_does_not_answer_ends_a_command_with_what_to_do(
    house: House, words: tuple[str, ...]
) -> None:
    house.document("1001", "guests: [{first: Ana, last: Souza}]")
    house.cloud.faults.add(Fault("answer", path="/oauth/token", status=503, times=None))

    ran = house(*words)

    assert ran.code == 1
    message, remedy = ran.err.splitlines()
    assert message.startswith("reconcile: Zoom's token service failed with 503")
    assert remedy.startswith("  remedy: nothing was changed; see whether this machine reaches zoom.url")


@pytest.mark.parametrize("words", [("show",), ("--dry-run",), ("check",)])
def test_a_state_folder_that_cannot_be_made_is_told_with_what_to_do(
    house: House, words: tuple[str, ...]
) -> None:
    house.configure(state="housephone.yaml/state")

    ran = house(*words)

    told = ran.out + ran.err
    assert ran.code == 1
    assert f"state: {house.config}/state: Not a directory" in told
    assert "name a folder with `state:`" in told


def test_a_report_is_as_wide_as_the_terminal(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.document("1001", "guests: [{first: Ana, last: Souza}]")
    for columns, beside in (("80", False), ("200", True)):
        monkeypatch.setenv("COLUMNS", columns)
        line = next(line for line in house("--dry-run").out.splitlines() if "display_name" in line)
        assert ("PATCH /users/{userId}" in line) is beside


def test_a_daily_limit_is_told_with_the_hour_of_the_hotel_at_which_it_ends(
    house: House, tmp_path: Path
) -> None:
    house.document("1001", "guests: [{first: Ana, last: Souza}]")
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    limit = {"X-RateLimit-Type": "Daily-limit", "Retry-After": f"{tomorrow:%Y-%m-%dT%H:%M:%SZ}"}
    house.cloud.faults.add(Fault("answer", path="/users", status=429, headers=limit, times=None))

    ran = house("--dry-run", "--report", tmp_path / "report.json", "--format", "json")

    assert ran.code == 1
    _, remedy = ran.err.splitlines()
    assert "nothing was changed; run it again after " in remedy
    assert any(f" {hour}:00:00-0{offset}:00" in remedy for hour, offset in (("19", 5), ("20", 4)))
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["timezone"], report["property"]) == ("America/New_York", "Harbour View")
    assert f"  remedy: {report['remedy']}" == remedy
    assert ran.json == report


def test_a_program_that_asks_for_json_gets_it_also_of_a_configuration_that_cannot_be_used(
    house: House,
) -> None:
    house.configure(rooms=["1006-1001"])

    ran = house("--dry-run", "--format", "json")

    assert ran.code == 1
    assert f"{house.config}:1:" in ran.json["error"]
    assert ran.err.startswith(f"reconcile: {ran.json['error']}")
    assert (ran.json["changes"], ran.json["summary"]["rooms"]) == ([], 0)


def test_a_dry_run_with_what_was_read_last_asks_zoom_nothing_and_needs_no_credentials(house: House) -> None:
    house.guest(1001, "Ana", "Souza")
    assert house("--yes").code == 0
    house.document(1001, "occupied: false")
    house.configure(zoom={"client_id": "", "client_secret": None, "url": "http://127.0.0.1:1"})
    before = list(house.cloud.calls)

    ran = house("--dry-run", "--cached", "--format", "json")

    assert (ran.code, ran.err) == (2, "")
    assert {change["desired"] for change in ran.json["changes"]} >= {"Room 1001"}
    assert house.cloud.calls == before


def test_a_dry_run_with_what_was_read_last_says_that_nothing_was_read_yet(house: House) -> None:
    house.guest(1001, "Ana", "Souza")
    ran = house("--dry-run", "--cached")
    assert ran.code == 1
    assert "Zoom has not been read yet" in ran.err
    assert house.cloud.calls == []
