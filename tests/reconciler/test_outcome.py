"""Every row of the contract's table of exit codes, and the JSON that other programs read."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from desired.problem import Problem
from reconciler.account.operation import Operation
from reconciler.change import Change, Status
from reconciler.errors import Fatal
from reconciler.outcome import Report, failure, report_of
from reconciler.safety import Refusal

NINE = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
PATCH_USER = Operation("update_user", "PATCH", "/users/{userId}", "core", "LIGHT")
BROKEN = Problem("unknown_field", "guests.0.lst: unknown field", "rooms/1301.yaml:4:9")
NOT_LISTED = Problem("not_listed", "room 1500 is not in rooms: nothing is written for it", room="1500")
TOO_MANY = Refusal("max-blanked", "80 rooms would lose their guest; --allow max-blanked")
EMPTY = Refusal("empty-source", "the folder has vanished; --allow empty-source")


def change(status: Status = "planned", *, room: str = "1207", field: str = "display_name") -> Change:
    return Change(
        room, room, "user", field, "Room 1207", "Ana Souza 1207", "intentional", "desk", f"id-{room}", status
    )


def report(
    statuses: Iterable[Status],
    *,
    dry_run: bool,
    problems: Iterable[Problem] = (),
    refusals: Iterable[Refusal] = (),
) -> Report:
    changes = tuple(change(status, room=str(1200 + n)) for n, status in enumerate(statuses))
    return Report(
        "Harbour View", dry_run, "0123456789abcdef", NINE, NINE + timedelta(seconds=1.5), 240, 240 - len(changes),
        len(changes), 1.2, changes, tuple(problems), tuple(refusals), price=lambda _change: PATCH_USER,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([], 0),
        (["planned"], 2),
        (["planned", "unsupported"], 2),
        (["unsupported"], 0),
        (["skipped"], 2),
        (["failed"], 2),
    ],
)
def test_a_dry_run_is_two_while_anything_is_pending(statuses: list[Status], code: int) -> None:
    assert report(statuses, dry_run=True).exit_code() == code


@pytest.mark.parametrize(
    ("statuses", "code"),
    [
        ([], 0),
        (["applied", "applied"], 0),
        (["applied", "unsupported"], 0),
        (["unsupported"], 0),
        (["applied", "skipped"], 0),
        (["applied", "failed"], 4),
        (["applied", "planned"], 4),
        (["applied", "stale"], 4),
        (["stale", "planned"], 4),
        (["failed", "planned"], 4),
        (["planned"], 4),
    ],
)
def test_a_pass_is_zero_only_when_everything_was_applied(statuses: list[Status], code: int) -> None:
    assert report(statuses, dry_run=False).exit_code() == code


@pytest.mark.parametrize(
    "statuses",
    [["failed"], ["failed", "failed"], ["failed", "unsupported"], ["stale", "stale"], ["stale", "failed"]],
)
def test_a_pass_that_could_apply_nothing_is_one(statuses: list[Status]) -> None:
    assert report(statuses, dry_run=False).exit_code() == 1


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_pass_that_could_not_even_plan_is_one(*, dry_run: bool) -> None:
    lost = failure(Fatal("Zoom refused the client secret"), NINE, NINE, dry_run=dry_run)
    assert lost.exit_code() == 1
    assert lost.to_json()["error"] == "Zoom refused the client secret"


@pytest.mark.parametrize(
    ("statuses", "dry_run", "code"),
    [
        (["applied"], False, 4),
        ([], False, 4),
        (["planned"], True, 2),
        ([], True, 4),
        (["unsupported"], True, 4),
        (["failed"], False, 1),
    ],
)
def test_a_broken_document_makes_a_pass_four_and_a_dry_run_two_only_with_changes(
    *, statuses: list[Status], dry_run: bool, code: int
) -> None:
    assert report(statuses, dry_run=dry_run, problems=[BROKEN]).exit_code() == code


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_document_of_a_room_that_is_not_listed_changes_no_exit_code(*, dry_run: bool) -> None:
    assert report([], dry_run=dry_run, problems=[NOT_LISTED]).exit_code() == 0


@pytest.mark.parametrize(
    ("statuses", "refusal", "code"),
    [
        (["refused", "refused"], TOO_MANY, 3),
        (["refused", "unsupported"], TOO_MANY, 3),
        (["refused", "planned"], TOO_MANY, 2),
        (["refused", "skipped"], TOO_MANY, 2),
        ([], EMPTY, 3),
        (["refused"], EMPTY, 3),
    ],
)
def test_a_dry_run_is_three_only_where_a_rule_would_refuse_the_whole_pass(
    statuses: list[Status], refusal: Refusal, code: int
) -> None:
    assert report(statuses, dry_run=True, refusals=[refusal]).exit_code() == code


@pytest.mark.parametrize(
    ("statuses", "refusal", "code"),
    [
        (["refused"], TOO_MANY, 3),
        (["refused", "unsupported", "skipped"], TOO_MANY, 3),
        ([], EMPTY, 3),
        (["refused", "applied"], TOO_MANY, 4),
        (["refused", "failed"], TOO_MANY, 4),
        (["refused", "planned"], TOO_MANY, 4),
    ],
)
def test_a_pass_is_three_where_a_rule_left_nothing_to_apply_and_else_four(
    statuses: list[Status], refusal: Refusal, code: int
) -> None:
    assert report(statuses, dry_run=False, refusals=[refusal]).exit_code() == code


def test_the_json_of_a_dry_run_has_the_contracts_shape() -> None:
    data = report(["planned", "unsupported"], dry_run=True, problems=[BROKEN]).to_json()
    assert data["version"] == 1
    assert data["property"] == "Harbour View"
    assert data["started"] == "2026-11-22T09:00:00.000Z"
    assert data["finished"] == "2026-11-22T09:00:01.500Z"
    assert data["summary"] == {
        "rooms": 240, "in_sync": 238, "changes": 2, "calls": 2, "eta_seconds": 1.2,
        "applied": 0, "failed": 0, "refused": 0, "unsupported": 1,
    }  # fmt: skip
    assert data["changes"][0] == {
        "room": "1200", "extension": "1200", "kind": "user", "field": "display_name", "observed": "Room 1207",
        "desired": "Ana Souza 1207", "cause": "intentional", "source": "desk", "call": "PATCH /users/{userId}",
        "label": "LIGHT", "status": "planned", "reason": None,
    }  # fmt: skip
    assert data["problems"] == [
        {"room": None, "where": "rooms/1301.yaml:4:9", "code": "unknown_field", "message": BROKEN.message}
    ]


def test_a_telephones_own_name_is_a_change_of_a_device() -> None:
    rename = change(field="device_name")
    told = replace(report([], dry_run=False), changes=(rename,)).to_json()
    assert told["changes"][0]["kind"] == "device"


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_report_survives_its_way_from_the_controller_to_the_command_line(*, dry_run: bool) -> None:
    statuses: list[Status] = ["planned", "applied", "failed", "refused", "unsupported", "skipped", "stale"]
    sent = report(statuses, dry_run=dry_run, problems=[BROKEN, NOT_LISTED], refusals=[TOO_MANY])
    received = report_of(json.loads(json.dumps(sent.to_json())))
    assert received.to_json() == sent.to_json()
    assert received.exit_code() == sent.exit_code()


def test_a_report_without_prices_and_with_a_device_travels_too() -> None:
    sent = Report(
        "Harbour View",
        dry_run=True,
        digest="",
        started=NINE,
        finished=NINE,
        rooms=1,
        in_sync=0,
        calls=1,
        eta_seconds=0.1,
        changes=(change(field="device_name"),),
    )
    assert report_of(sent.to_json()).to_json() == sent.to_json()


def test_a_pass_that_failed_travels_with_its_reason() -> None:
    sent = failure(Fatal("the app lacks a scope", "add it to the app"), NINE, NINE, dry_run=True)
    received = report_of(sent.to_json())
    assert (received.fatal, received.remedy) == ("the app lacks a scope", "add it to the app")


def test_results_take_the_place_of_the_plan() -> None:
    planned = report(["planned"], dry_run=False)
    done = planned.with_results((change("applied"),), NINE + timedelta(seconds=9))
    assert (done.count("applied"), done.count("planned"), done.exit_code()) == (1, 0, 0)
    assert done.finished == NINE + timedelta(seconds=9)
