"""Scripts of languages, and what is wrong with one that a translator left half done."""

import re
from typing import Any

import pytest
from ruamel.yaml import YAML

from drivers.voice.prompts.language import RULES
from drivers.voice.prompts.script import FOLDER, Slot, parse, part_name, read


def written(code: str = "en") -> dict[str, Any]:
    script: dict[str, Any] = YAML(typ="safe").load((FOLDER / f"{code}.yaml").read_text(encoding="utf-8"))
    return script


@pytest.mark.parametrize("code", list(RULES))
def test_every_language_has_a_text_for_every_phrase(code: str) -> None:
    assert read(FOLDER / f"{code}.yaml").language == code


def test_a_sentence_is_cut_at_its_values_and_clauses() -> None:
    assert read(FOLDER / "en.yaml").texts["wakeup_set"]["other"] == (
        "say-your-wake-up-call-is-set-for",
        Slot("day"),
        ",",
        "say-at",
        Slot("at"),
        ".",
    )


def test_words_that_return_are_one_part() -> None:
    script = read(FOLDER / "en.yaml")
    assert script.texts["goodbye"]["other"][0] == script.texts["mailbox_saved"]["other"][0] == "say-thank-you"


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("goodbye", None, "missing or unknown: goodbye"),
        ("good_night", "Good night.", "missing or unknown: good_night"),
        ("wakeup_call", "Wake up.", "wakeup_call: the text must hold ['at']"),
        ("goodbye", "Goodbye, {room}.", "goodbye: the text must hold []"),
        ("goodbye", "Thank you, goodbye.", "are spoken alike"),
    ],
)
def test_a_script_with_a_fault_is_refused(name: str, text: str | None, complaint: str) -> None:
    script = written()
    if text is None:
        del script["phrases"][name]
    else:
        script["phrases"][name] = text
    with pytest.raises(ValueError, match=re.escape(complaint)):
        parse(script)


def test_parts_have_names_that_every_file_system_takes() -> None:
    assert part_name("Nuestro huésped no puede atenderle.") == "say-nuestro-huesped-no-puede-atenderle"
    for code in RULES:
        assert all(re.fullmatch(r"[a-z0-9_-]+", part) for part in read(FOLDER / f"{code}.yaml").parts)
