"""The price list: labels, families and scopes are those that Zoom prints."""

import json
from pathlib import Path
from typing import Any

import pytest

from drivers.zoom import operations as op
from reconciler.account.operation import Operation

SCHEMA = Path(__file__).parents[4] / "shared" / "reference" / "zoom-openapi.json"


@pytest.fixture(scope="module")
def paths() -> dict[str, Any]:
    if not SCHEMA.exists():
        pytest.skip("Zoom's schema is not on this machine")
    found: dict[str, Any] = json.loads(SCHEMA.read_text(encoding="utf-8"))["paths"]
    return found


@pytest.mark.parametrize("operation", op.SCOPES, ids=str)
def test_label_and_scopes_are_those_of_zoom_s_schema(operation: Operation, paths: dict[str, Any]) -> None:
    printed = paths[operation.path][operation.method.lower()]
    assert operation.label == printed["x-rate-limit-label"]
    allowed = {*printed["x-scopes-classic"], *printed["x-scopes-granular"]}
    assert set(op.SCOPES[operation]) == {scope for scope in allowed if scope.endswith(":admin")}


@pytest.mark.parametrize("operation", op.SCOPES, ids=str)
def test_users_draw_on_the_core_limits_and_phones_on_their_own(operation: Operation) -> None:
    assert operation.family == ("phone" if operation.path.startswith("/phone/") else "core")


def test_the_plan_shows_what_a_name_costs() -> None:
    assert str(op.writing("user", "display_name")) == "PATCH /users/{userId}"
    assert op.writing("user", "display_name").label == "LIGHT"


def test_a_common_area_has_no_first_name_to_write() -> None:
    with pytest.raises(KeyError):
        op.writing("common_area", "first_name")
