"""The pages say what the program does: their examples are valid, and nothing that exists goes unexplained."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from ruamel.yaml import YAML

from desired.document import RoomDocument
from drivers.pms.fias.catalogue import description
from reconciler.cli.commands import MODULES
from reconciler.configuration.settings import Settings
from reconciler.safety import RULES

ROOT = Path(__file__).parent.parent


def page(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def examples(name: str) -> list[Any]:
    """The YAML blocks of a page, read."""
    return [YAML(typ="safe").load(block) for block in re.findall(r"```yaml\n(.*?)```", page(name), re.DOTALL)]


def fields(model: type[BaseModel]) -> Iterator[str]:
    """Names of all settings or fields, those of the parts included."""
    for name, field in model.model_fields.items():
        yield name
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from fields(part)


def codes() -> set[str]:
    """Every problem code that the product can give, as far as it is written out where it is given."""
    return {
        node.args[0].value
        for package in ("desired", "reconciler")
        for path in (ROOT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in {"Problem", "Flaw"}
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


@pytest.mark.parametrize("name", ["README.md", "docs/documents.md"])
def test_the_room_of_the_example_can_be_dropped_in(name: str) -> None:
    document = RoomDocument.model_validate(examples(name)[0])
    assert document.room == "1207"


def test_the_settings_of_the_examples_can_be_used() -> None:
    smallest, *parts = examples("docs/configuration.md")
    for part in parts:
        settings = Settings.model_validate(smallest | part)
        assert settings.property.timezone == "America/New_York"


def test_every_field_of_a_document_is_explained() -> None:
    table = page("docs/documents.md").partition("## The fields")[2].partition("\n## ")[0]
    assert [name for name in fields(RoomDocument) if not re.search(rf"[`.]{name}\b", table)] == []


def test_every_setting_is_explained() -> None:
    text = page("docs/configuration.md")
    assert [name for name in fields(Settings) if not re.search(rf"\b{name}\b", text)] == []


@pytest.mark.parametrize("rule", RULES)
def test_every_safety_rule_is_explained(rule: str) -> None:
    assert f"| `{rule}` |" in page("docs/operations.md")


ANOMALIES = (
    "stale_occupant", "moved_by_checkin", "checkout_elsewhere", "unknown_reservation", "unmapped_room",
    "bad_datetime", "malformed_frame", "oversize_frame", "unknown_record", "unknown_field", "undecodable",
    "swap_outside", "swap_abandoned", "resync_held",
)  # fmt: skip


@pytest.mark.parametrize("anomaly", ANOMALIES)
def test_every_anomaly_is_explained_with_what_to_do(anomaly: str) -> None:
    table = page("docs/pms.md").partition("## What is odd")[2].partition("\n## ")[0]
    (row,) = [line for line in table.splitlines() if re.match(rf"\|[^|]*`{anomaly}`", line)]
    assert row.count(" | ") == 3


def test_every_metric_is_explained() -> None:
    sources = page("reconciler/desk/health.py") + page("reconciler/desk/groupmetrics.py")
    names = set(re.findall(r'"(housephone_\w+)"', sources))
    assert names
    text = page("docs/operations.md")
    assert sorted(name for name in names if f"`{name}`" not in text and f"`{name}_total`" not in text) == []


def test_every_command_is_explained() -> None:
    text = page("docs/operations.md").partition("## Commands")[2].partition("\n## ")[0]
    commands = [name for names in MODULES.values() for name in names]
    assert [name for name in commands if not re.search(rf"[`\s]{name}\b", text)] == []


def test_every_record_and_field_that_we_ask_a_pms_for_is_explained() -> None:
    table = page("docs/pms.md").partition("### Records and fields")[2].partition("\n### ")[0]
    for record in description():
        name, asked = record.get("RI") or "", record.get("FL") or ""
        wanted = {name, *(asked[at : at + 2] for at in range(0, len(asked), 2))}
        assert [each for each in sorted(wanted) if f"`{each}`" not in table] == []


def test_the_settings_of_the_guide_to_the_pms_can_be_used() -> None:
    trial, *parts = examples("docs/pms.md")
    for part in parts:
        settings = Settings.model_validate(trial | part)
        assert settings.property.name == "Trial"


def test_every_problem_code_is_explained() -> None:
    text = page("docs/operations.md")
    assert sorted(code for code in codes() if f"`{code}`" not in text) == []


@pytest.mark.parametrize("name", ["SECURITY.md", "docs/reliability.md"])
def test_every_proof_that_a_page_names_is_a_test_that_there_is(name: str) -> None:
    named = re.findall(r"`((?:\w+/)+test_\w+)`", page(name))
    assert len(named) > 10
    assert [test for test in named if not (ROOT / "tests" / f"{test}.py").is_file()] == []
