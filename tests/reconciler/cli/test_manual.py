"""The manual page says what the commands' own help says, in a form that every formatter of pages understands."""

import re
import shutil
import subprocess
from typing import Any

import pytest
import typer.main

from reconciler.cli import app
from reconciler.cli.manual import page

PROGRAM: Any = typer.main.get_command(app)


@pytest.fixture(scope="module")
def written() -> str:
    return page().replace(r"\-", "-")


def test_every_command_stands_in_it_with_its_purpose(written: str) -> None:
    for name in PROGRAM.list_commands(None):
        assert re.search(rf"(?m)^\.SS {name}\b", written), name
        purpose = (PROGRAM.get_command(None, name).help or "").splitlines()[0]
        assert purpose.replace("'", r"\(aq") in written


def test_the_commands_of_groups_stand_there_too(written: str) -> None:
    for line in (".SS wakeup add [OPTIONS] ROOM TIME", ".SS pms replay [OPTIONS] FILE"):
        assert line in written.splitlines()


def test_every_option_stands_in_it(written: str) -> None:
    for option in ("--dry-run", "--config FILE", "--forwarding", "--fix"):
        assert rf"\fB{option}\fR" in written


def test_lines_that_are_copied_stay_lines(written: str) -> None:
    shown = written.partition(".nf")[2].partition(".fi")[0]
    assert any(line.startswith("Exit codes: 0 in sync") for line in shown.splitlines())


def test_a_formatter_has_nothing_to_complain_of(written: str) -> None:
    assert written.isascii()
    assert not re.search(r"(?m)^'", written)
    groff = shutil.which("groff")
    if groff is None:
        pytest.skip("needs groff")
    ran = subprocess.run(
        [groff, "-man", "-Tascii", "-ww", "-z"], input=page(), capture_output=True, text=True, check=True
    )
    assert ran.stderr == ""
