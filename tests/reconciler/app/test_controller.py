"""What the controller says when it is told to read its configuration again."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from reconciler.app.controller import _reloaded
from reconciler.configuration import load


@pytest.mark.parametrize(
    ("after", "said"),
    [
        ("property: {name: Harbour Inn, timezone: UTC}", ["configuration reloaded"]),
        ("property: {nmae: Harbour Inn}", ["configuration not usable; the old one stays"]),
    ],
)
def test_only_a_configuration_that_can_be_used_is_said_to_be_loaded(
    tmp_path: Path, after: str, said: list[str]
) -> None:
    path = tmp_path / "housephone.yaml"
    path.write_text("property: {name: Harbour View, timezone: UTC}")
    old = load(path, {})
    path.write_text(after)

    with capture_logs() as logs:
        new = _reloaded(path, old)

    assert [line["event"] for line in logs] == said
    assert (new == old) is (said != ["configuration reloaded"])
