"""Whatever the guide tells a reader to type, the command line understands."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import typer
import typer.main

from reconciler.cli import app

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))]
PROGRAM = typer.main.get_command(app)

UNFINISHED = re.compile(r"[|…\\]")
"""In a form of a command rather than a command: ``on|off``, ``FILE…``."""


def commands(text: str) -> Iterator[str]:
    """What stands in blocks and between backticks and begins with the program's name, without what is piped on."""
    blocks = "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE))
    lines = [line.strip().removeprefix("$ ") for line in blocks.splitlines()]
    prose = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    inline = [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose)]
    for each in (*lines, *inline):
        for part in re.split(r" [;|&>]+ |; |\s{2,}#|\s# ", each)[:1]:
            if re.match(r"(?:\S*/)?reconcile\b", part) and not UNFINISHED.search(part):
                yield part


def complaint(command: str) -> str | None:
    """What the command line has against it; None if nothing. An argument may be left to the reader."""
    here, words = PROGRAM, shlex.split(command)[1:]
    try:
        while True:
            context = here.context_class(here, info_name="reconcile")
            _, words, _ = here.make_parser(context).parse_args(words)
            below = getattr(here, "commands", None)
            if below is None or not words:
                return None
            if words[0] not in below:
                return f"there is no command {words[0]}"
            here, words = below[words[0]], words[1:]
    except typer.TyperException as error:
        return str(error)


def test_every_command_in_the_guide_is_one() -> None:
    found = {(page, each) for page in PAGES for each in commands((ROOT / page).read_text("utf-8"))}
    assert len(found) > len(PAGES)
    assert {place: said for place in sorted(found) if (said := complaint(place[1]))} == {}


def test_a_command_that_is_none_is_noticed() -> None:
    assert complaint("reconcile cheque")
    assert complaint("reconcile check --forwards")
    assert complaint("reconcile import dv2001 list.csv")
    assert complaint("reconcile import dv2000 list.csv --dry-run") is None
