"""The configuration in force, and a file that says something else meanwhile."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from reconciler.app.inforce import InForce
from reconciler.configuration.settings import Settings
from reconciler.errors import Misconfigured

HARBOUR_VIEW = "property: {name: Harbour View, timezone: UTC}"
HARBOUR_INN = "property: {name: Harbour Inn, timezone: UTC}"
MISSPELT = "property: {nmae: Harbour Inn, timezone: UTC}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "housephone.yaml"
    file.write_text(HARBOUR_VIEW)
    return file


@pytest.mark.parametrize(
    ("after", "name", "said"),
    [
        (HARBOUR_INN, "Harbour Inn", ["configuration reloaded"]),
        (MISSPELT, "Harbour View", ["configuration not usable; the old one stays"]),
    ],
)
def test_only_a_configuration_that_can_be_used_is_said_to_be_loaded(
    file: Path, after: str, name: str, said: list[str]
) -> None:
    in_force = InForce.of(file)
    file.write_text(after)

    with capture_logs() as logs:
        in_force.reload()

    assert [line["event"] for line in logs] == said
    assert in_force.settings.property.name == name


def test_a_file_that_cannot_be_used_is_remembered_until_it_can_be(file: Path) -> None:
    in_force = InForce.of(file)
    file.write_text(MISSPELT)
    assert in_force.look() is None
    assert f"{file}:1:12: " in (in_force.unusable or "")
    file.write_text(HARBOUR_VIEW)
    with capture_logs() as logs:
        assert in_force.look() == in_force.settings
        assert in_force.look() == in_force.settings
    assert in_force.unusable is None
    assert [line["event"] for line in logs] == ["configuration usable again"], "the log ends well, once"


def test_settings_that_do_not_fit_what_the_process_does_are_none_that_can_be_used(file: Path) -> None:
    def fits(settings: Settings) -> None:
        if settings.property.name == "Harbour Inn":
            raise Misconfigured("centre: this process has Zoom")

    in_force = InForce.of(file, fits)
    file.write_text(HARBOUR_INN)
    in_force.reload()
    assert in_force.settings.property.name == "Harbour View"
    assert in_force.unusable == "centre: this process has Zoom"
    with pytest.raises(Misconfigured):
        InForce.of(file, fits)
