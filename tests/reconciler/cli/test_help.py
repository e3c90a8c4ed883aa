"""Help is there at once, for every command, with an example to copy."""

import os
import shlex
import subprocess
import sys
from importlib import import_module

import pytest
import typer.main
from typer.testing import CliRunner

from reconciler.cli import app
from reconciler.cli.commands import MODULES

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]

HEAVY = {"sqlalchemy", "httpx", "pydantic", "anyio", "alembic", "structlog", "ruamel.yaml"}


WHOLE = {
    " ".join(words): command
    for name, first in COMMANDS.items()
    for words, command in [
        ((name,), first),
        *(((name, each), below) for each, below in getattr(first, "commands", {}).items()),
    ]
}
"""Every command by all of its words, those of groups too."""


@pytest.mark.parametrize("name", sorted(WHOLE))
def test_every_command_has_an_example_that_it_understands(name: str) -> None:
    command = WHOLE[name]
    _, found, example = (command.help or "").partition("Example: reconcile ")
    assert found, "the help of every command has an example"
    words = shlex.split(example.splitlines()[0].partition(" > ")[0])
    assert f" {name}" in f" {' '.join(words)}", "the example is of this command"
    command.make_context(name, words[words.index(name.rpartition(" ")[2]) + 1 :])


@pytest.mark.parametrize(
    ("command", "usage"),
    [
        ("move", "move [OPTIONS] FROM TO"),
        ("dnd", "dnd [OPTIONS] ROOM on|off"),
        ("roomstatus", "roomstatus [OPTIONS] ROOM clean|dirty|inspected"),
        ("show", "show [OPTIONS] [ROOM]..."),
        ("debug", "debug [OPTIONS] on|off [zoom|pms|sip]"),
        ("schema", "schema [OPTIONS] [room|configuration]"),
        ("wakeup add", "wakeup add [OPTIONS] ROOM TIME"),
        ("pms replay", "pms replay [OPTIONS] FILE"),
    ],
)
def test_a_usage_line_reads_as_in_manuals(command: str, usage: str) -> None:
    shown = CliRunner().invoke(app, [*command.split(), "--help"], terminal_width=80).output
    assert shown.splitlines()[0] == f"Usage: reconcile {usage}"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_no_usage_line_has_braces(name: str) -> None:
    group = getattr(COMMANDS[name], "commands", {})
    for words in ([name], *([name, each] for each in group)):
        assert "{" not in CliRunner().invoke(app, [*words, "--help"]).output


@pytest.mark.parametrize("name", ["", *sorted(COMMANDS)])
def test_help_fits_a_screen(name: str) -> None:
    shown = (
        CliRunner().invoke(app, [*([name] if name else []), "--help"], terminal_width=80).output.splitlines()
    )
    assert len(shown) <= (66 if not name else 24)
    assert max(map(len, shown)) <= 80


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_list_of_commands_says_the_whole_purpose_of_each(name: str) -> None:
    shown = CliRunner().invoke(app, ["--help"], terminal_width=80).output
    (line,) = [line for line in shown.splitlines() if line.startswith(f"  {name} ")]
    assert line.endswith(".")
    assert not line.endswith("...")


@pytest.mark.parametrize("module", MODULES)
def test_every_command_is_found_where_it_is(module: str) -> None:
    alone = typer.Typer()
    import_module(f"reconciler.cli.{module}").register(alone)
    assert tuple(typer.main.get_group(alone).commands) == MODULES[module]


def test_a_mistyped_command_is_told_the_right_one() -> None:
    assert "'snapshot'" in CliRunner().invoke(app, ["snapshto"]).output


def test_a_pass_does_not_wait_for_the_commands() -> None:
    code = "import sys; from reconciler.cli import main; sys.argv[1:] = ['--version']; main()"
    code = f"import atexit, sys; atexit.register(lambda: print(*sys.modules)); {code}"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert {f"reconciler.cli.{module}" for module in MODULES}.isdisjoint(loaded.split())


@pytest.mark.parametrize("name", ["reconcile", "housephone"])
def test_a_shell_that_asks_what_could_follow_is_answered_by_either_name(name: str) -> None:
    code = f"import sys; sys.argv = ['{name}']; from reconciler.cli import main; main()"
    asks = {"_RECONCILE_COMPLETE": "complete_bash", "COMP_WORDS": f"{name} checki", "COMP_CWORD": "1"}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | asks, check=False, capture_output=True, text=True
    )
    assert (ran.stdout.split(), ran.stderr) == (["checkin"], "")


def test_help_loads_nothing_that_takes_time() -> None:
    code = "import sys, reconciler.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert HEAVY.isdisjoint(loaded.split())
