"""What can be said, by name; and that menus say nothing else."""

import ast
import re
from datetime import date, time, timedelta
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from drivers.voice import phrases
from drivers.voice.phrases import PHRASES, Phrase, day_word

MENUS = Path(phrases.__file__).parent
SUNDAY = date(2026, 11, 22)


def phrases_made() -> list[tuple[str, ast.Call]]:
    """Every place of the product that makes a phrase."""
    return [
        (f"{path.name}:{node.lineno}", node)
        for folder in (MENUS, MENUS.parent.parent / "reconciler")
        for path in sorted(folder.rglob("*.py"))
        if "Phrase(" in (text := path.read_text(encoding="utf-8"))
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Phrase"
    ]


def test_menus_say_only_phrases_that_are_there_with_all_their_values() -> None:
    wrong = []
    for place, call in phrases_made():
        name = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
        if (
            PHRASES.get(str(name), {}).keys() != {keyword.arg for keyword in call.keywords}
            or name not in PHRASES
        ):
            wrong.append(f"{place}: {ast.unparse(call)}")
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("good_night", {}),
        ("wakeup_set", {"at": time(6, 30)}),
        ("goodbye", {"at": time(6, 30)}),
        ("wakeup_set", {"day": "someday", "at": time(6, 30)}),
        ("wakeup_set", {"day": "today", "at": "06:30"}),
        ("messages_new", {"count": -1}),
        ("menu_wakeup", {"key": 3}),
    ],
)
def test_what_cannot_be_said_is_refused_where_it_is_written(name: str, values: dict[str, str | int]) -> None:
    with pytest.raises(ValueError, match="phrase"):
        Phrase(name, **values)


def test_phrases_that_say_the_same_are_equal() -> None:
    assert Phrase("wakeup_call", at=time(6, 30)) == Phrase("wakeup_call", at=time(6, 30))
    assert Phrase("wakeup_call", at=time(6, 30)) != Phrase("wakeup_call", at=time(6, 31))
    assert Phrase("welcome") != Phrase("goodbye")
    assert len({Phrase("menu_wakeup", key="3"), Phrase("menu_wakeup", key="3")}) == 1
    assert repr(Phrase("menu_wakeup", key="3")) == "Phrase('menu_wakeup', key='3')"


@pytest.mark.parametrize(
    ("days", "word"),
    [(-2, "friday"), (-1, "yesterday"), (0, "today"), (1, "tomorrow"), (2, "tuesday"), (6, "saturday")],
)
def test_days_nearby_are_named_as_people_name_them(days: int, word: str) -> None:
    assert day_word(SUNDAY + timedelta(days), SUNDAY) == word


def test_the_page_about_recordings_lists_every_phrase_with_its_words() -> None:
    page = (Path(__file__).parents[3] / "docs" / "telephone-prompts.md").read_text(encoding="utf-8")
    table = page.partition("## Whole phrases")[2].partition("\n## ")[0]
    script = YAML(typ="safe").load((MENUS / "prompts" / "en.yaml").read_text(encoding="utf-8"))["phrases"]
    said = {name: text if isinstance(text, str) else text["other"] for name, text in script.items()}
    assert dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.MULTILINE)) == said | {
        "mailbox_tone": "the tone"
    }


def test_no_phrase_is_there_that_nobody_says() -> None:
    said = {call.args[0].value for _, call in phrases_made() if isinstance(call.args[0], ast.Constant)}
    assert PHRASES.keys() - said == set()
