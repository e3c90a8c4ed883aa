"""Where the commands are: each is imported when somebody asks for it, and a pass need not wait for any."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    "running": ("run", "demo"),
    "setup": ("init", "schema", "check", "adopt"),
    "look": ("show", "explain", "history"),
    "report": ("report",),
    "guests": ("checkin", "checkout", "move", "swap", "dnd", "roomstatus"),
    "desk": ("pause", "resume"),
    "password": ("password",),
    "keep": ("snapshot", "debug", "backup", "restore"),
    "store": ("store",),
    "forget": ("forget",),
    "bundle": ("support-bundle",),
    "wakeups": ("wakeup",),
    "takeover": ("import",),
    "cards": ("cards",),
    "pms": ("pms",),
    "sip": ("testcall", "sip"),
}
"""The commands that each module registers, in the order of the help."""


class _Late(Mapping[str, Any]):
    """The commands by name; looking one up imports its module."""

    def __getitem__(self, name: str) -> Any:
        for module, names in MODULES.items():
            if name in names:
                return _commands_of(module)[name]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for names in MODULES.values() for name in names)

    def __len__(self) -> int:
        return sum(map(len, MODULES.values()))


@cache
def _commands_of(module: str) -> Mapping[str, Any]:
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    import_module(f"reconciler.cli.{module}").register(app)
    _read_like_a_manual(app)
    return get_group(app).commands


def _read_like_a_manual(app: typer.Typer) -> None:
    """Give every command a usage line of our form, those of groups too."""
    for command in app.registered_commands:
        command.cls = Command
    for group in app.registered_groups:
        if group.typer_instance is not None:
            _read_like_a_manual(group.typer_instance)


class Command(TyperCommand):
    """A command whose usage line reads as in manuals: ``FROM TO``, where typer puts ``{FROM} {TO}``."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """The words after the command's name."""
        pieces = super().collect_usage_pieces(ctx)
        return [piece.removeprefix("{").removesuffix("}") for piece in pieces]


class Commands(TyperGroup):
    """All commands of the program."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = _Late()  # type: ignore[assignment]  # nothing is ever added to it
