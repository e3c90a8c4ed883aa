"""YAML as the drop-in folder reads it: YAML 1.2, by a fast parser and a patient one that agree."""

import json
import time

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from desired import yamltext
from desired.document import LeadingZero
from desired.yamltext import ALIAS_LIMIT, Fields, Items, Refused, parse


def value(text: str) -> object:
    ((root, _),) = parse(text).roots
    return root


def test_the_fast_parser_is_written_in_c() -> None:
    (loaded,) = (value for name, value in vars(yamltext).items() if name == "CParser")
    assert "clib" in loaded.__module__


@pytest.mark.parametrize(
    "word", ["on", "off", "yes", "no", "y", "06:30", "1_207", "+1207", "-", "12a", "2026-11-22"]
)
def test_words_and_times_of_yaml_1_1_stay_text(word: str) -> None:
    found = value(f"a: {word}x\n" if word == "-" else f"a: {word}\n")
    assert isinstance(found, Fields)
    assert type(found["a"]) is str


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1207", 1207),
        ("0", 0),
        ("-7", -7),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        ("'1207'", "1207"),
        ("!!str 1207", "1207"),
        ("! 1207", "1207"),
        ("9" * 30, "9" * 30),
    ],
)
def test_scalars_follow_yaml_1_2(written: str, expected: object) -> None:
    found = value(f"[{written}]\n") if written else value("- \n")
    assert found == [expected]
    assert isinstance(found, Items)
    assert type(found[0]) is type(expected)


@pytest.mark.parametrize("written", ["0123", "00", "0x1F", "0o17", "-012"])
def test_a_number_with_a_leading_zero_stays_as_written(written: str) -> None:
    found = value(f"- {written}\n")
    assert found == [written]
    assert isinstance(found, Items)
    assert isinstance(found[0], LeadingZero)


def test_an_unquoted_time_in_braces_which_the_fast_parser_refuses_is_read_all_the_same() -> None:
    text = "room: '1'\nwakeups: [{at: 2026-11-23T06:30}]\n"
    with pytest.raises(YAMLError):
        list(yamltext._fast_events(text))
    assert value(text) == {"room": "1", "wakeups": [{"at": "2026-11-23T06:30"}]}
    assert value(text) == value(text.replace("2026-11-23T06:30", "'2026-11-23T06:30'"))


def test_an_emoji_is_read_as_json_writes_it() -> None:
    assert value(json.dumps({"first": "🇯🇵 Ana 👩‍🍳"})) == {"first": "🇯🇵 Ana 👩‍🍳"}


def test_aliases_and_merge_keys_share_what_is_written_once() -> None:
    text = "- &usual {calling: national, dnd: off}\n- <<: *usual\n  dnd: on\n- *usual\n"
    assert value(text) == [
        {"calling": "national", "dnd": "off"},
        {"calling": "national", "dnd": "on"},
        {"calling": "national", "dnd": "off"},
    ]


def test_a_merged_field_stands_where_it_was_written() -> None:
    found = value("- &usual\n  calling: national\n- <<: *usual\n")
    assert isinstance(found, Items)
    assert isinstance(found[1], Fields)
    assert found[1].places == {"calling": ((2, 3), (2, 12))}


BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]\n" for level in range(1, 30)
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BOMB, "too_large"),
        ("[" * 1_000_000, "too_large"),
        ("{a: " * 200_000, "too_large"),
        ("- " * 400_000 + "x\n", "too_large"),
        ("a: &a [*a]\n", "bad_yaml"),
        ("a: &a\n  <<: *a\n", "bad_yaml"),
        ("<<: text\n", "bad_yaml"),
    ],
    ids=["aliases", "brackets", "braces", "dashes", "itself", "merged into itself", "merged text"],
)
def test_a_text_that_stands_for_far_more_than_it_holds_costs_nothing(text: str, code: str) -> None:
    begin = time.process_time()
    with pytest.raises(Refused) as refused:
        parse(text)
    assert refused.value.flaw.code == code
    assert time.process_time() - begin < 1


def test_many_rooms_may_share_one_anchor() -> None:
    rooms = ALIAS_LIMIT // 10
    found = value("- &usual {dnd: on, calling: local}\n" + "- {<<: *usual}\n" * (rooms // 4))
    assert isinstance(found, Items)
    assert len(found) == rooms // 4 + 1


ODD_TEXTS = st.text(alphabet="ab0 1:-,[]{}'\"\n#&*!|>?%@~.é", max_size=40)
PLAIN_TEXTS = st.text(alphabet="ab0 1:-,[]{}'\"\n#.é", max_size=40)


@hypothesis.settings(max_examples=300)
@given(PLAIN_TEXTS)
def test_what_the_fast_parser_accepts_the_patient_one_reads_the_same(text: str) -> None:
    try:
        fast = yamltext._Builder().build(yamltext._fast_events(text))
    except (YAMLError, Refused):
        return
    try:
        slow = yamltext._Builder().build(YAML(typ="safe", pure=True).parse(text))
    except YAMLError:
        return
    # Only the place of a document that is not there differs; nobody is ever told about it.
    assert [root for root in fast.roots if root[0] is not None] == [
        root for root in slow.roots if root[0] is not None
    ]
    assert fast.duplicates == slow.duplicates


@given(st.text(max_size=60) | ODD_TEXTS)
def test_every_text_is_read_or_refused_with_a_place(text: str) -> None:
    try:
        parse(text)
    except Refused as refused:
        line, column = refused.flaw.place
        assert line >= 1
        assert column >= 1
