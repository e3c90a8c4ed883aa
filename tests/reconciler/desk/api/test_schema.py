"""The API's own description, asked of it at random: it never fails, and never answers what it did not describe."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import pytest
import schemathesis
from anyio import to_thread
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.reconciler.desk.conftest import Lobby

pytestmark = pytest.mark.anyio

ENDLESS: Final = "/events"
SLOW: Final = frozenset({"/api/check", "/api/reconcile", "/api/audit"})
"""They ask Zoom each time; a few tries are enough."""

CHECKS: Final = [
    not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance,
]  # fmt: skip


def try_out(operation: Any, url: str, *, examples: int) -> None:
    """Ask an operation again and again for what it says it takes."""

    @settings(
        max_examples=examples,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        case.validate_response(case.call(base_url=url, timeout=20), checks=CHECKS)

    ask()


async def test_the_api_does_what_it_describes(lobby: Lobby) -> None:
    schema = schemathesis.openapi.from_dict(await lobby.get("/api/openapi.json"))
    operations = [result.ok() for result in schema.get_all_operations() if isinstance(result, Ok)]
    assert len(operations) > 20
    for operation in operations:
        if operation.path != ENDLESS:
            examples = 2 if operation.path in SLOW else 12
            await to_thread.run_sync(partial(try_out, operation, lobby.url, examples=examples))
