"""An editor that follows the schema and the program that reads the file agree on what is valid."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from ruamel.yaml import YAML

from desired.reading import read
from reconciler.app.schemas import schema
from reconciler.configuration.settings import Settings

ROOM = Draft202012Validator(schema("room"))
CONFIGURATION = Draft202012Validator(schema("configuration"))


def as_editors_read(text: str) -> Any:
    """YAML with dates as text, which is how yaml-language-server and JSON Schema see them."""
    yaml = YAML(typ="safe", pure=True)
    yaml.constructor.yaml_constructors.pop("tag:yaml.org,2002:timestamp", None)
    yaml.constructor.add_constructor(
        "tag:yaml.org,2002:timestamp", lambda loader, node: loader.construct_scalar(node)
    )
    return yaml.load(text)


@pytest.mark.parametrize(
    "text",
    [
        'room: "1207"',
        "room: 1207",
        "room: PH1",
        'room: "0101"',
        "room: 1\nextensions: [1207, '1208']",
        "room: 1\nextensions: null",
        "room: 1\noccupied: true",
        "room: 1\noccupied: null",
        "room: 1\nguests: []",
        "room: 1\nguests: [{reservation: 84311, first: Ana, last: Souza, vip: 2, language: pt}]",
        "room: 1\nguests: [{arrival: 2026-11-22, departure: '2026-11-25'}]",
        "room: 1\nname: {display: Concierge}",
        "room: 1\nname: null",
        "room: 1\ndepartment: 12",
        "room: 1\ndnd: on",
        "room: 1\ndnd: off",
        "room: 1\ndnd: true",
        "room: 1\ndnd: {until: 2026-11-22T22:00}",
        "room: 1\ndnd: {until: '2026-11-22T22:00:00-05:00'}",
        "room: 1\nmessage_light: off",
        "room: 1\ncalling: national",
        "room: 1\nmailbox: {cleared: '2026-11-22T11:02:00-05:00', description: Ocean wing, room_id: 12}",
        "room: 1\nmailbox: {cleared: 2026-11-22 11:02}",
        "room: 1\nwakeups: [{at: '2026-11-23T06:30'}]",
        "room: 1\nwakeups: []",
        "room: 1\nprivate: false",
    ],
)
def test_what_the_editor_accepts_the_program_reads(text: str) -> None:
    assert list(ROOM.iter_errors(as_editors_read(text))) == []
    assert read(text.encode()).flaws == ()


@pytest.mark.parametrize(
    "text",
    [
        "guests: []",
        "room: ' 12'",
        "room: ''",
        "room: [12]",
        "room: 1\nextensions: []",
        "room: 1\nextensions: [12a]",
        "room: 1\nextensions: [-5]",
        "room: 1\nextensions: 1207",
        "room: 1\nguests: [{frist: Ana}]",
        "room: 1\nguests: {first: Ana}",
        "room: 1\nguests: [{language: por}]",
        "room: 1\nguests: [{arrival: soon}]",
        "room: 1\nname: Concierge",
        "room: 1\nname: {displayed: Concierge}",
        "room: 1\ndnd: maybe",
        "room: 1\ndnd: {until: 2026-11-22}",
        "room: 1\ndnd: {till: '2026-11-22T22:00'}",
        "room: 1\ncalling: everywhere",
        "room: 1\nmailbox: {cleared: yesterday}",
        "room: 1\nwakeups: [{at: '06:30'}]",
        "room: 1\nwakeups: [{at: '2026-11-23T06:30+01:00'}]",
        "room: 1\nwakeups: ['2026-11-23T06:30']",
        "room: 1\nguest: []",
        "room: 1\nprivate: perhaps",
    ],
)
def test_what_the_program_refuses_the_editor_marks(text: str) -> None:
    read_as = as_editors_read(text)
    # A checker of formats is what editors use for dates.
    checked = Draft202012Validator(schema("room"), format_checker=Draft202012Validator.FORMAT_CHECKER)
    assert list(checked.iter_errors(read_as)) != []
    assert read(text.encode()).flaws != ()


@pytest.mark.parametrize(
    ("part", "valid"),
    [
        ({}, True),
        ({"rooms": [1207, "1001-1040", {"room": 12, "extensions": [1901]}]}, True),
        ({"safety": {"max_blanked": "10%"}}, True),
        ({"safety": {"max_blanked": 0.1}}, False),
        ({"department": "floor"}, False),
        ({"zoom": {"plan": "free"}}, False),
        ({"zoom": {"share": 0}}, False),
        ({"zom": {}}, False),
        ({"calling": {"enabled": False, "vacant": "internal"}}, True),
    ],
)
def test_the_schema_of_the_configuration_agrees_with_the_program(part: dict[str, Any], valid: bool) -> None:
    data = {"property": {"timezone": "America/New_York"}, **part}
    assert (list(CONFIGURATION.iter_errors(data)) == []) is valid
    if valid:
        Settings.model_validate(data)
    else:
        with pytest.raises(ValueError, match="validation error"):
            Settings.model_validate(data)


def test_the_schemas_are_schemas() -> None:
    Draft202012Validator.check_schema(schema("room"))
    Draft202012Validator.check_schema(schema("configuration"))


def test_editors_accept_what_a_group_says_and_still_refuse_what_nobody_knows() -> None:
    assert list(CONFIGURATION.iter_errors({"properties": "hotels", "zoom": {"share": 0.8}})) == []
    assert list(CONFIGURATION.iter_errors({"zoom": {"share": 0.8}}))
    assert list(CONFIGURATION.iter_errors({"properties": "hotels", "propertys": "hotels"}))
