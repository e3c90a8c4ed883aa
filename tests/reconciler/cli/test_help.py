"""Help is there at once, for every command, with an example to copy."""

import shlex
import subprocess
import sys

import pytest
import typer.main

from reconciler.cli import app

COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]

HEAVY = {"sqlalchemy", "httpx", "pydantic", "anyio", "alembic", "structlog", "ruamel.yaml"}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_an_example_that_it_understands(name: str) -> None:
    command = COMMANDS[name]
    _, found, example = (command.help or "").partition("Example: reconcile ")
    assert found, "the help of every command has an example"
    words = shlex.split(example.splitlines()[0].partition(" > ")[0])
    command.make_context(name, words[words.index(name) + 1 :])


def test_help_loads_nothing_that_takes_time() -> None:
    code = "import sys, reconciler.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert HEAVY.isdisjoint(loaded.split())
