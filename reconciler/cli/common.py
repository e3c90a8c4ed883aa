"""What all commands share: the configuration named on the command line, output formats, error lines."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from reconciler.configuration.grounds import Grounds
    from reconciler.configuration.group import Group
    from reconciler.configuration.settings import Settings
    from reconciler.desk.orders import AnyOrder

FAILED = 1
USAGE = 64
"""Wrong use of the command line: never 2, which means that changes are pending."""


WHERE = "desk command line"
"""Where a wish was said, as `explain` and reports show it."""

_OF_THE_CONTROLLER = frozenset({"roomstatus", "wakeup_add", "wakeup_cancel"})
"""What no single pass does: wake-up calls and words to the PMS."""

OneRoom = Annotated[str, typer.Argument(metavar="ROOM", help="The room, as in its document.")]


class Format(StrEnum):
    """How a report is printed."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"
    HTML = "html"


class Switch(StrEnum):
    """On or off."""

    ON = "on"
    OFF = "off"


class Shape(StrEnum):
    """How an answer is printed."""

    TEXT = "text"
    JSON = "json"


AsShape = Annotated[Shape, typer.Option("--format", help="How to print it.")]


@dataclass(frozen=True, slots=True)
class Invocation:
    """The options in front of a command."""

    config: Path | None
    debug: bool = False
    property: str | None = None

    def path(self) -> Path | None:
        """The configuration file that is meant."""
        from reconciler.configuration.environment import find

        return find(self.config, os.environ)

    def grounds(self) -> Grounds:
        """What an audit has to know of the configuration. Misconfigured as for ``settings``."""
        from reconciler.configuration.grounds import keep, recall

        path = self.path()
        if path is None or not path.is_file():
            return self.settings().grounds
        data, folder = path.read_bytes(), path.resolve().parent
        found = None if self.property is not None else recall(data, folder, os.environ)
        if found is None:
            found = self.settings().grounds
            if path.read_bytes() == data and self.property is None:
                keep(found, data, folder, os.environ)
        return found

    def configured(self) -> Settings | Group:
        """The checked configuration: of one hotel, also where ``--property`` chose it, or of a group.

        Misconfigured, with every mistake's place, if it cannot be used.
        """
        from reconciler.configuration.group import Group

        found = self.everything()
        if isinstance(found, Group):
            return found if self.property is None else found.named(self.property).settings
        if self.property not in {None, found.property.name}:
            raise WrongUse(f"--property {self.property}: this is the configuration of {found.property.name}")
        return found

    def everything(self) -> Settings | Group:
        """The same, but the whole group also where ``--property`` chose one of it."""
        from reconciler.configuration.group import configured

        return configured(self.path(), os.environ)

    def file(self) -> Path | None:
        """The file that is about this hotel alone: the configuration, or that of the property in a group's folder."""
        from reconciler.configuration.group import Group

        found = self.everything()
        return found.named(self.property).path if isinstance(found, Group) else self.path()

    def settings(self) -> Settings:
        """The checked configuration of one hotel. Misconfigured also where it is a group's and nobody chose one."""
        from reconciler.configuration.group import Group

        found = self.configured()
        return found.named(None).settings if isinstance(found, Group) else found


def invocation(context: typer.Context) -> Invocation:
    """The options in front of the command."""
    found = context.obj
    assert isinstance(found, Invocation)
    return found


def columns() -> int:
    """How wide a report may be: as the terminal is, and wide enough for anything where there is none."""
    return shutil.get_terminal_size(fallback=(160, 24)).columns


def say(text: str) -> None:
    """Print a result for a person or a program to stdout."""
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")


def fail(error: object) -> int:
    """Print what went wrong, and what would help, to stderr; the exit code that it means."""
    sys.stderr.write(f"reconcile: {error}\n")
    remedy = getattr(error, "remedy", "")
    if remedy:
        sys.stderr.write(f"  remedy: {remedy}\n")
    return exit_code(error)


def exit_code(error: object) -> int:
    """The exit code that this error means."""
    return getattr(error, "exit_code", FAILED)


def usage_error(error: typer.TyperException) -> int:
    """Explain a wrong command line; 64."""
    show = getattr(error, "show", None)
    if show is not None:
        show()
    else:
        sys.stderr.write(f"reconcile: {error}\n")
    return USAGE


def agreed(question: str) -> bool:
    """Ask a person at a terminal; where there is none, nobody has agreed."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    sys.stdout.write(f"{question} [y/N] ")
    sys.stdout.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def carry_out(settings: Settings, order: AnyOrder) -> None:
    """Let the running controller do what the desk asks for, or note it for the next pass."""
    import anyio

    from reconciler.control import carry

    said = anyio.run(carry, settings, order, WHERE)
    here = said is None
    if said is None:
        from reconciler.app.ordered import at_the_store

        said = at_the_store(settings, order, WHERE)
    if here and order.verb in _OF_THE_CONTROLLER:
        say(f"{said}; it waits until `reconcile run` is on")
    else:
        say(f"{said}; {acts(at_once=not here)}")


def acts(*, at_once: bool, shadow: bool = False) -> str:
    """Who carries out what was noted; a ``shadow`` carries out nothing."""
    if shadow:
        return "the shadow knows, and `reconcile run` will after the cut-over"
    return "the running controller knows" if at_once else "the next `reconcile` acts on it"


class WrongUse(typer.BadParameter):
    """An argument that does not make sense (exit 64)."""
