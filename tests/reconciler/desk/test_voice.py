"""What a clerk reads names buttons and pages, never a command."""

from __future__ import annotations

import re

import pytest
import typer.main

from reconciler.cli import app
from reconciler.desk.ourfiles import STATIC
from reconciler.desk.voice import PAGES, at_the_desk


@pytest.mark.parametrize(
    ("written", "at_desk"),
    [
        ("run `reconcile check`", "run “Check-up”"),
        ("look at the plan (`reconcile --dry-run`), then", "look at the plan (“Compare with Zoom”), then"),
        ("ask again (`reconcile pms resync`)", "ask again (“Ask for all rooms” under Connections)"),
        (
            "let it be so (`reconcile pms resync --release`)",
            "let it be so (“Let it be so” under Connections)",
        ),
        ("`reconcile wakeup add 1207 0630` keeps it", "“Keep it” under Wake-up calls keeps it"),
        ("see `reconcile show 1207`", "see the page of room 1207"),
        ("who does it (`reconcile explain ROOM`)", "who does it (the room's page)"),
        ("`reconcile --room PH1` puts it right", "“Compare with Zoom” puts it right"),
        (
            "if he moves: `reconcile move 1207 1208 --reservation 8`",
            "if he moves: “Move” on the page of room 1207",
        ),
        (
            "read them with `reconcile sip import --device NAME`",
            "read them with the command “sip import” (for who looks after this machine)",
        ),
        (
            "`reconcile check --forwarding --fix` sets it",
            "the command “check --forwarding” (for who looks after this machine) sets it",
        ),
        ("(docs/pms.md explains each)", "(the guide's page “pms” explains each)"),
        ("room 1207: busy throughout", "room 1207: busy throughout"),
        ("a guest called `reconcile", "a guest called `reconcile"),
    ],
)
def test_a_sentence_for_everybody_names_what_the_desk_has(written: str, at_desk: str) -> None:
    assert at_the_desk(written) == at_desk


def test_no_command_of_ours_is_asked_of_a_clerk() -> None:
    names = list(typer.main.get_command(app).commands)  # type: ignore[attr-defined]
    assert len(names) > 20
    told = {
        name: at_the_desk(f"see `reconcile {name}`, then `reconcile {name} 1207 --yes`") for name in names
    }
    assert {name: said for name, said in told.items() if "`" in said or "reconcile " in said} == {}


def test_every_button_that_is_named_stands_on_a_page() -> None:
    said = " ".join(
        at_the_desk(f"`reconcile {command}`")
        for command in ("pms resync", "pms resync --release", "wakeup add 1 2", "wakeup cancel 1 2", "testcall 1",
                        "--allow max-blanked", "resume 1207", "checkin 1207", "checkout 1207", "pause 1207")
    )  # fmt: skip
    templates = STATIC.parent / "templates"
    written = " ".join(each.read_text("utf-8") for each in templates.iterdir())
    named = set(re.findall("“(.+?)”", said))
    assert len(named) > 8
    assert {
        button for button in named if f">{button}" not in written and f"'{button}'" not in written
    } == set()
    assert set(re.findall(r"under ([A-Z][\w -]+?)(?= “|$)", said)) <= set(PAGES.values())
