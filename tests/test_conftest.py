"""Strict mode, in which CI runs: a peer that is missing there is a failure and not a skip."""

from typing import Literal

import pytest

from tests.conftest import without_skips


def report(outcome: Literal["passed", "failed", "skipped"]) -> pytest.TestReport:
    reason = ("tests/test_peer.py", 7, "Skipped: no database server here") if outcome == "skipped" else None
    return pytest.TestReport("tests/test_peer.py::test_peer", ("", 0, ""), {}, outcome, reason, "call")


def test_a_skip_becomes_a_failure_that_keeps_its_reason() -> None:
    strict = without_skips(report("skipped"))
    assert strict.failed
    assert "no database server here" in strict.longreprtext


def test_an_expected_failure_is_not_a_skip() -> None:
    expected = report("skipped")
    expected.wasxfail = "the peer cannot do it yet"
    assert without_skips(expected).skipped


@pytest.mark.parametrize("outcome", ["passed", "failed"])
def test_other_outcomes_stay(outcome: Literal["passed", "failed"]) -> None:
    assert without_skips(report(outcome)).outcome == outcome
