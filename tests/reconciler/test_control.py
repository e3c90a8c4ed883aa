"""Whole processes: exit codes, crashes, signals, and a pass handed to the controller that runs already.

What only prepares or looks after such a process runs in this one, which is quicker.
"""

import json
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from fixtures.zoom_cloud import Fault, ZoomCloud
from tests.reconciler.house import Service, ended, free_address, in_this_process, wait_for

GUESTS = ("Marisol", "Abernathy", "Kwame", "Eskildsen", "Ingeborg", "Quistgaard")
USER = "/users/{userId}"


@pytest.fixture
def cloud() -> ZoomCloud:
    cloud = ZoomCloud("business")
    for number in range(1001, 1061):
        cloud.add_user(number)
    cloud.add_user(7001, "Ingrid", "Castellan")
    return cloud


@pytest.fixture
def house(
    tmp_path: Path, cloud: ZoomCloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Service]:
    desk = free_address()
    usual = {
        "rooms": ["1001-1099"], "desk": {"listen": desk},
        "zoom": {"share": 1.0, "plan": "business", "interval": 1},
    }  # fmt: skip
    with cloud.serve_in_thread() as url:
        house = Service(tmp_path, cloud, url, in_this_process(monkeypatch, capsys), usual, desk)
        house.configure()
        yield house
    assert cloud.violations == []
    assert cloud.redundant == []
    assert house.shown(7001) == ["Ingrid Castellan"]


def test_a_pass_and_its_exit_codes(house: Service) -> None:
    house.guest(1001, "Marisol", "Abernathy")

    pending = ended(house.start("--dry-run", "--format", "json"))
    applied = ended(house.start("--report", str(house.folder / "report.json")))
    clean = ended(house.start("--dry-run"))

    assert (pending.code, applied.code, clean.code) == (2, 0, 0)
    assert pending.json["summary"]["calls"] == 1
    assert house.shown(1001) == ["Marisol Abernathy 1001"]
    report = json.loads((house.folder / "report.json").read_text())
    assert {change["status"] for change in report["changes"]} == {"applied"}
    assert not any(name in pending.err + applied.err + clean.err for name in GUESTS)


def test_a_new_report_is_as_private_as_the_guests_in_it(house: Service) -> None:
    house.guest(1001, "Marisol", "Abernathy")
    ours, shared = house.folder / "ours.html", house.folder / "shared.html"
    shared.touch()
    shared.chmod(0o644)

    assert [house("--dry-run", "--report", str(path)).code for path in (ours, shared)] == [2, 2]

    assert [path.stat().st_mode & 0o777 for path in (ours, shared)] == [0o600, 0o644]


def test_a_pass_that_fails_says_why_and_leaves_a_report(house: Service) -> None:
    house.guest(1001, "Marisol", "Abernathy")
    house.cloud.scopes.discard("user:update:user:admin")

    failed = house("--report", str(house.folder / "report.md"), "--format", "json")

    assert failed.code == 1
    assert "user:update:user:admin" in failed.err
    assert "user:update:user:admin" in failed.json["error"]
    assert "user:update:user:admin" in (house.folder / "report.md").read_text()


def test_a_report_that_cannot_be_written_is_said_after_what_was_done(house: Service) -> None:
    house.guest(1001, "Marisol", "Abernathy")

    applied = house("--report", str(house.folder / "missing" / "report.json"), "--format", "json")

    assert applied.code == 1
    assert applied.json["summary"]["applied"] == 3
    assert "No such file or directory" in applied.err
    assert "Traceback" not in applied.err


def test_a_wrong_command_line_is_64_and_never_2(house: Service) -> None:
    assert house("--allow", "everything").code == 64
    assert house("--no-such-option").code == 64


@pytest.mark.parametrize("calls", [1, 30])
def test_a_pass_killed_on_its_way_is_taken_up_where_it_stopped(house: Service, calls: int) -> None:
    for room in range(1001, 1061):
        house.guest(room, "Marisol", "Abernathy")
    house.configure(zoom={"share": 0.5})
    house.cloud.latency = 0.01
    process = house.start()
    wait_for(lambda: house.patches() >= calls, process)
    process.kill()
    process.communicate()
    settled = house.patches()

    done = house()

    assert done.code == 0
    assert house.shown(*range(1001, 1061)) == [f"Marisol Abernathy {n}" for n in range(1001, 1061)]
    assert (
        settled <= house.patches() <= 61
    )  # one whose answer was not seen may be read back or come once more


def whole_floor(house: Service) -> None:
    """Guests in all rooms from 1001 to 1060, whose names go up slowly."""
    for room in range(1001, 1061):
        house.guest(room, "Marisol", "Abernathy")
    house.configure(zoom={"share": 0.1})
    house.cloud.latency = 0.2


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_lets_calls_finish_and_reports_what_was_done_and_what_is_left(
    house: Service, number: signal.Signals
) -> None:
    whole_floor(house)
    process = house.start("--report", str(house.folder / "report.json"), "--format", "json")
    wait_for(lambda: house.patches() >= 5, process)

    process.send_signal(number)
    stopped = ended(process, within=5)

    assert stopped.code == 4
    assert [call.status for call in house.cloud.calls if call.method == "PATCH"] == [204] * house.patches()
    assert 5 <= house.patches() < 60
    statuses = Counter((change["status"], change["reason"]) for change in stopped.json["changes"])
    assert statuses == {
        ("applied", None): 3 * house.patches(),
        ("planned", "interrupted before its turn"): 3 * (60 - house.patches()),
    }
    assert json.loads((house.folder / "report.json").read_text()) == stopped.json
    house.cloud.latency = 0.0
    house.configure()
    assert (house().code, house("--dry-run").code) == (0, 0)
    assert house.shown(*range(1001, 1061)) == [f"Marisol Abernathy {n}" for n in range(1001, 1061)]
    assert house.patches() == 60


def test_ctrl_c_before_the_first_write_writes_nothing_and_leaves_a_report(house: Service) -> None:
    house.guest(1001, "Marisol", "Abernathy")
    house.cloud.faults.add(Fault("slow", path="/users", seconds=20))
    process = house.start("--report", str(house.folder / "report.md"), "--format", "json")
    wait_for(lambda: any(call.path == "/users" for call in list(house.cloud.calls)), process)

    process.send_signal(signal.SIGINT)
    stopped = ended(process, within=5)

    assert (stopped.code, stopped.json["error"]) == (130, "interrupted")
    assert "interrupted" in (house.folder / "report.md").read_text()
    assert "Traceback" not in stopped.err
    assert house.patches() == 0
    house.cloud.faults.clear()
    assert house().code == 0


def test_a_second_ctrl_c_ends_at_once_and_the_next_pass_reads_before_it_writes(house: Service) -> None:
    house.guest(1001, "Marisol", "Abernathy")
    house.cloud.faults.add(Fault("slow", path=USER, method="PATCH", seconds=20))
    process = house.start("--report", str(house.folder / "report.json"))
    wait_for(lambda: house.patches() == 1, process)

    process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(timeout=0.5)  # the call on its way is waited for
    process.send_signal(signal.SIGINT)
    stopped = ended(process, within=5)

    assert stopped.code == 130
    assert "Traceback" not in stopped.err
    assert json.loads((house.folder / "report.json").read_text())["error"] == "interrupted"
    house.cloud.faults.clear()
    assert house().code == 0
    assert house.shown(1001) == ["Marisol Abernathy 1001"]
    assert house.patches() == 1


def test_a_service_that_cannot_work_ends_with_one_line_of_its_log(house: Service) -> None:
    house.configure(zoom={"client_secret": "wrong"})
    ran = ended(house.start("run"))
    assert ran.code == 1
    lines = [json.loads(line) for line in ran.err.splitlines()]
    assert lines[-1]["event"] == "ended"
    assert lines[-1]["level"] == "error"
    assert "refuses the app" in lines[-1]["reason"]
    assert lines[-1]["remedy"]


def test_a_second_controller_is_refused_and_a_dead_one_replaced_at_once(house: Service) -> None:
    with house.running() as first:
        second = ended(house.start("run"))
        assert second.code == 3
        assert str(first.pid) in second.err
        first.kill()
        first.wait()
        with house.running() as third:
            assert third.pid != first.pid


def test_a_pass_is_handed_to_the_running_controller(house: Service) -> None:
    house.guest(1001, "Marisol", "Abernathy")
    with house.running() as controller:
        wait_for(lambda: house.shown(1001) == ["Marisol Abernathy 1001"], controller)
        house.cloud.extension(1001).display_name = "Typed by hand"
        tokens = sum(call.path == "/oauth/token" for call in house.cloud.calls)
        found = house("--dry-run", "--format", "json")
        assert (found.code, found.json["changes"][0]["cause"]) == (2, "drift")
        assert house("--yes").code == 0
        assert house.shown(1001) == ["Marisol Abernathy 1001"]
        house.guest(1002, "Kwame", "Eskildsen")
        assert house().code == 0  # although the file may not have been noticed yet
        assert house.shown(1002) == ["Kwame Eskildsen 1002"]
        assert sum(call.path == "/oauth/token" for call in house.cloud.calls) == tokens


def test_a_controller_told_to_stop_finishes_its_calls_and_ends_well(house: Service) -> None:
    for room in range(1001, 1061):
        house.guest(room, "Marisol", "Abernathy")
    house.configure(zoom={"share": 0.1})
    house.cloud.latency = 0.2
    process = house.start("run")
    wait_for(lambda: house.patches() >= 3, process)

    process.send_signal(signal.SIGTERM)
    stopped = ended(process, within=15)

    assert stopped.code == 0
    calls = [call for call in house.cloud.calls if call.method == "PATCH"]
    assert len(calls) < 60
    assert all(call.status == 204 for call in calls)
    house.cloud.latency = 0.0
    house.configure()
    assert house().code == 0
    assert house.patches() == 60


PER_SECOND = {"X-RateLimit-Category": "Light", "X-RateLimit-Type": "QPS", "Retry-After": "60"}


@pytest.fixture
def throttled(house: Service) -> Service:
    """Zoom has told the hotel to wait for a minute, and three names wait for its end."""
    for room in (1001, 1002, 1003):
        house.guest(room, "Marisol", "Abernathy")
    house.cloud.faults.add(
        Fault("answer", path=USER, method="PATCH", status=429, headers=PER_SECOND, times=None)
    )
    return house


def test_a_controller_told_to_stop_in_a_throttled_minute_does_not_sit_it_out(throttled: Service) -> None:
    process = throttled.start("run")
    wait_for(lambda: throttled.patches() > 0, process)

    process.send_signal(signal.SIGTERM)
    began = time.monotonic()
    stopped = ended(process, within=15)

    assert stopped.code == 0, stopped.err
    assert time.monotonic() - began < 5
    throttled.cloud.faults.clear()
    tried = throttled.patches()
    assert tried < 10
    assert throttled("--wait").code == 0
    assert throttled.patches() == tried + 3


def test_a_controller_told_to_stop_while_somebody_waits_for_its_pass_tells_him(throttled: Service) -> None:
    with throttled.running() as process:
        wait_for(lambda: throttled.patches() > 0, process)
        read = throttled.lists_read()
        asked = throttled.start("--wait")
        wait_for(lambda: throttled.lists_read() > read, process)
        process.send_signal(signal.SIGTERM)
        assert ended(asked, within=15).code == 1
        assert process.wait(timeout=15) == 0


def test_a_controller_told_to_stop_before_zoom_let_it_in_ends_well(house: Service) -> None:
    house.guest(1001, "Marisol", "Abernathy")
    house.cloud.faults.add(Fault("answer", path="/oauth/token", status=503, times=None))
    process = house.start("run")
    wait_for(lambda: house.get("/livez")[0] == 200, process)

    process.send_signal(signal.SIGTERM)

    assert ended(process, within=15).code == 0


@pytest.mark.parametrize("path", ["/users", "/oauth/token"])
def test_a_controller_told_to_stop_while_it_reads_ends_well(house: Service, path: str) -> None:
    house.guest(1001, "Marisol", "Abernathy")
    house.cloud.faults.add(Fault("slow", path=path, seconds=30, times=None))
    process = house.start("run")
    wait_for(lambda: any(call.path == path for call in list(house.cloud.calls)), process)

    process.send_signal(signal.SIGTERM)

    assert ended(process, within=15).code == 0
    assert house.patches() == 0


def test_a_second_signal_stops_at_once(house: Service) -> None:
    house.guest(1001, "Marisol", "Abernathy")
    house.cloud.faults.add(Fault("slow", path=USER, method="PATCH", seconds=20, times=None))
    with house.running() as process:
        wait_for(lambda: house.patches() == 1, process)
        process.send_signal(signal.SIGTERM)
        wait_for(lambda: house.get("/livez")[0] in {0, 200}, process)
        time.sleep(0.3)  # two signals in one instant are one
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert process.wait(timeout=5) == 1
        assert time.monotonic() - began < 2


def test_a_changed_configuration_is_taken_and_an_invalid_one_kept_out(house: Service) -> None:
    house.guest(1001, "Marisol", "Abernathy")
    with house.running() as process:
        wait_for(lambda: house.shown(1001) == ["Marisol Abernathy 1001"], process)
        (house.folder / "housephone.yaml").write_text("property: {nmae: Harbour View}")
        process.send_signal(signal.SIGHUP)
        wait_for(lambda: "configuration_unusable" in house.get("/readyz")[1], process)
        assert house.get("/readyz")[0] == 200
        house.guest(1002, "Kwame", "Eskildsen")
        wait_for(lambda: house.shown(1002) == ["Kwame Eskildsen 1002"], process)
        house.configure(
            names={"occupied": {"first": "Guest", "last": "${extension}", "display": "Guest ${extension}"}}
        )
        wait_for(lambda: house.shown(1001, 1002) == ["Guest 1001", "Guest 1002"], process)
        wait_for(lambda: json.loads(house.get("/readyz")[1])["problems"] == [], process)


def test_a_shadow_writes_nothing_and_leaves_the_account_to_others(house: Service) -> None:
    house.guest(1001, "Marisol", "Abernathy")
    shadow = house.start("run", "--dry-run")
    try:
        wait_for(
            lambda: 'housephone_changes_pending{property="Harbour View"} 3.0' in house.get("/metrics")[1],
            shadow,
        )
        assert house.patches() == 0
        assert house().code == 0
        assert house.patches() == 1
    finally:
        shadow.terminate()
        assert ended(shadow).code == 0


def test_a_shadow_and_a_controller_are_never_at_work_together_and_a_dead_shadow_is_replaced_at_once(
    house: Service,
) -> None:
    house.guest(1001, "Marisol", "Abernathy")
    shadow = house.start("run", "--dry-run")
    wait_for(lambda: house.get("/readyz")[0] == 200, shadow)
    refused = ended(house.start("run"))
    assert refused.code == 3
    assert (
        f"a shadow (`reconcile run --dry-run`) is at work in this hotel: process {shadow.pid}" in refused.err
    )
    assert "stop it first: two of them would push each other off the PMS" in refused.err
    other = house.folder / "other.tar.gz"
    assert house("backup", other).code == 0
    assert house("restore", other).code == 3
    (line,) = [line for line in house("check").out.splitlines() if " controller: " in line]
    assert line.startswith(
        f"ok   controller: a shadow is running (`reconcile run --dry-run`, process {shadow.pid} since "
    )
    assert "stop it before you start `reconcile run`" in line

    shadow.kill()
    shadow.communicate(timeout=20)
    assert not [line for line in house("check").out.splitlines() if " controller: " in line]
    with house.running() as process:
        wait_for(lambda: house.shown(1001) == ["Marisol Abernathy 1001"], process)
        beside = ended(house.start("run", "--dry-run"))
        assert beside.code == 3
        assert f"`reconcile run` is at work in this hotel already: process {process.pid}" in beside.err


def test_a_controller_that_starts_while_zoom_is_away_answers_and_waits(house: Service) -> None:
    house.guest(1001, "Marisol", "Abernathy")
    house.cloud.faults.add(Fault("answer", path="/oauth/token", status=503, times=1))
    process = house.start("run")
    try:
        wait_for(lambda: "token service" in house.get("/readyz")[1], process)
        assert house.get("/livez")[0] == 200
        wait_for(lambda: house.shown(1001) == ["Marisol Abernathy 1001"], process)
        assert house.get("/readyz")[0] == 200
    finally:
        process.terminate()
        assert ended(process).code == 0


def test_no_guest_and_no_secret_is_in_any_log_at_any_level(house: Service) -> None:
    house.configure(zoom={"debug": True}, message_management=True, department="state")
    house.guest(1001, "Marisol", "Abernathy")
    house.guest(1002, "Kwame", "Eskildsen", "dnd: on")
    house.guest(1003, "Ingeborg", "Quistgaard")
    house.cloud.word_filter = {"quistgaard"}
    house.cloud.add_voicemail(1001, datetime.now(UTC))
    (house.folder / "rooms" / "1004.yaml").write_text(
        "guests: [{first: Marisol, lst: Abernathy}]\nroom: '1004'\n"
    )
    for kind in ("answer", "malformed", "wrong_types"):
        house.cloud.faults.add(Fault(kind, path=USER, method="PATCH", times=1, message="Marisol Abernathy"))
    logs = [ended(house.start("--debug", *words)).err for words in (["--dry-run"], ["--wait"])]
    process = house.start("--debug", "run")
    wait_for(lambda: house.get("/readyz")[0] == 200, process)
    house.guest(1005, "Kwame", "Abernathy")
    wait_for(lambda: house.shown(1005) == ["Kwame Abernathy 1005"], process)
    process.terminate()
    logs.append(ended(process).err)
    secrets = [house.cloud.client_secret, *house.cloud.access_tokens._tokens]

    whole = "\n".join(logs)

    assert "PATCH /users/{userId}" in whole  # the packet log is there
    assert [name for name in GUESTS if name in whole] == []
    assert len(secrets) > 3
    assert [secret for secret in secrets if secret in whole] == []


def test_a_crash_names_no_guest(house: Service) -> None:
    house.guest(1001, "Marisol", "Abernathy")
    assert house().code == 0
    house.guest(1001, "Kwame", "Eskildsen")
    (house.folder / "state" / "housephone.sqlite").write_bytes(b"not a database, " * 100)

    crashed = ended(house.start("--debug"))

    assert crashed.code == 1
    assert "damaged" in crashed.err
    assert not any(name in crashed.out + crashed.err for name in GUESTS)
