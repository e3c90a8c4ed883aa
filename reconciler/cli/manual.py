"""The manual page, made from the commands' own help so that it cannot grow old: `python -m reconciler.cli.manual`."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import version
from typing import Any, Final

import typer.main

from reconciler.cli import app

NAME: Final = "reconcile"

_FILES: Final = {
    "housephone.yaml": "The configuration: what --config names, else $HOUSEPHONE_CONFIG, else that of the folder,"
    " else that of the platform's configuration folder, such as /etc/xdg/housephone.",
    "/etc/housephone": "The Debian package's place for configuration, room documents and secrets.",
    "/var/lib/housephone": "What housephone must remember: the store, recordings, logs.",
}
_ENVIRONMENT: Final = {
    "HOUSEPHONE_CONFIG": "The configuration file.",
    "HOUSEPHONE_...": "Any setting; two underscores go one level down: HOUSEPHONE_ZOOM__PLAN=business.",
}


def page() -> str:
    """The whole page, as man(7) wants it."""
    program = typer.main.get_command(app)
    context = program.context_class(program, info_name=NAME, terminal_width=80, max_content_width=80)
    return "\n".join(_page(program, context)) + "\n"


def _page(program: Any, context: Any) -> Iterator[str]:
    yield f'.TH RECONCILE 1 "" "housephone {version("housephone")}" "housephone"'
    yield ".SH NAME"
    yield rf"{NAME}, housephone \- {_text('keeps the telephones of a hotel as its PMS and its documents say')}"
    yield ".SH SYNOPSIS"
    yield rf".B {NAME}"
    yield "[OPTIONS] [COMMAND [ARGUMENTS]]"
    yield ".SH DESCRIPTION"
    yield from _prose(program.help or "")
    yield ".SH OPTIONS"
    yield from _options(program, context)
    yield ".SH COMMANDS"
    for name in program.list_commands(context):
        yield from _command(program.get_command(context, name), context, name)
    for title, entries in (("FILES", _FILES), ("ENVIRONMENT", _ENVIRONMENT)):
        yield f".SH {title}"
        for name, text in entries.items():
            yield from _entry(name, text)
    yield ".SH EXIT STATUS AND FIRST STEPS"
    yield from _prose(program.epilog or "")


def _command(command: Any, above: Any, name: str) -> Iterator[str]:
    """One command, and those of a group behind it."""
    context = command.context_class(command, info_name=name, parent=above)
    words = context.command_path.removeprefix(f"{NAME} ")
    yield f".SS {_text(' '.join((words, *command.collect_usage_pieces(context))))}"
    yield from _prose(command.help or "")
    yield from _options(command, context)
    for each in getattr(command, "commands", {}):
        yield from _command(command.commands[each], context, each)


def _options(command: Any, context: Any) -> Iterator[str]:
    records = (parameter.get_help_record(context) for parameter in command.get_params(context))
    for record in records:
        if record is not None and record[0] != "--help":
            yield from _entry(*record)


def _entry(name: str, text: str) -> Iterator[str]:
    yield ".TP"
    yield rf"\fB{_text(name)}\fR"
    yield _text(re.sub(r"\s+", " ", text)) or "."


def _prose(text: str) -> Iterator[str]:
    """Paragraphs; lines after a backspace stay as they are, as on the screen, and so does an example."""
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        yield ".PP"
        lines = [line.strip() for line in paragraph.splitlines()]
        if lines[0] == "\b":
            yield ".nf"
            yield from map(_text, lines[1:])
            yield ".fi"
        else:
            yield _text(" ".join(lines))


def _text(text: str) -> str:
    """Text in which nothing is an order to the formatter, in signs that every formatter knows."""
    plain = text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq")
    plain = plain.replace("\N{HORIZONTAL ELLIPSIS}", "...")
    plain = re.sub(r"[^\x00-\x7f]", lambda found: rf"\[u{ord(found[0]):04X}]", plain)
    return rf"\&{plain}" if plain.startswith(".") else plain


if __name__ == "__main__":
    sys.stdout.write(page())
