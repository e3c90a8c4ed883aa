"""The command line. Every command imports what it needs when it runs, so that ``--help`` answers at once."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli.commands import Commands
from reconciler.cli.common import Format, Invocation, fail, usage_error

_HELP = """Keep Zoom Phone equal to what each room of a hotel should be.

Without a command: one pass, which at a terminal asks before it writes. The configuration is ./housephone.yaml unless
--config names another.
"""

_EPILOG = """\b
Exit codes: 0 in sync or applied, 1 failed, 2 a dry run with changes pending,
            3 refused by a rule, 4 partly done, 64 wrong use, 130 interrupted

\b
To start:   reconcile init hotel; reconcile check; reconcile --dry-run
Each day:   reconcile report --night; reconcile show; reconcile explain 1207
"""

app = typer.Typer(
    name="reconcile",
    cls=Commands,
    help=_HELP,
    epilog=_EPILOG,
    no_args_is_help=False,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(value: bool) -> None:  # noqa: FBT001 - the shape that typer calls
    if value:
        from importlib.metadata import version

        typer.echo(f"housephone {version('housephone')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def one_pass(  # noqa: PLR0913 - these are the options of the command line, one parameter each
    context: typer.Context,
    *,
    config: Annotated[
        Path | None, typer.Option(metavar="FILE", help="The configuration.", show_default=False)
    ] = None,
    one_property: Annotated[
        str | None,
        typer.Option(
            "--property", metavar="NAME", help="The property that is meant, of a group's.", show_default=False
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
    ] = False,
    room: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="Only these rooms, such as '12*'; repeatable.", show_default=False),
    ] = None,
    output: Annotated[
        Format,
        typer.Option("--format", metavar="FORM", help="text, json, markdown or html.", show_default=False),
    ] = Format.TEXT,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the report here too; its ending says the form.", show_default=False
        ),
    ] = None,
    snapshot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Compare with this file instead of Zoom (--dry-run).", show_default=False
        ),
    ] = None,
    cached: Annotated[
        bool, typer.Option("--cached", help="Compare with what was last read of Zoom.")
    ] = False,
    expect: Annotated[
        str | None,
        typer.Option(metavar="DIGEST", help="Apply only the plan that a dry run showed.", show_default=False),
    ] = None,
    allow: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RULE", help="Lift empty-source, max-blanked or max-deletes once.", show_default=False
        ),
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait", help="Stay until all is applied, however long it takes.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before applying.")] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Log every call to Zoom, without secrets and names.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Make one pass: read what rooms should be and what Zoom shows, and close the difference.

    Example: reconcile --dry-run --room '12*' --format json
    """
    del version
    context.obj = Invocation(config, debug=debug, property=one_property)
    if context.invoked_subcommand is not None:
        return
    from reconciler.cli import passing
    from reconciler.cli.asked import Asked

    wish = Asked(
        dry_run=dry_run, rooms=tuple(room or ()), format=output, report=report, snapshot=snapshot, cached=cached,
        expect=expect, allow=tuple(allow or ()), wait=wait, yes=yes,
    )  # fmt: skip
    passing.run(context.obj, wish)


def main() -> None:
    """The entry point of ``reconcile`` and ``housephone``; exit codes as in the contract."""
    # A command is short and makes no garbage in cycles worth looking for; `run` turns the collector on again.
    gc.disable()
    from reconciler.errors import HousephoneError

    try:
        # By one name, whichever was typed: else a shell that asks what could follow `housephone` gets a pass.
        code = app(prog_name="reconcile", standalone_mode=False)
    except typer.TyperException as error:
        code = usage_error(error)
    except typer.Abort:
        code = fail("interrupted")
    except HousephoneError as error:
        code = fail(error)
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        sys.stderr.close()
        code = 1
    except Exception as error:  # noqa: BLE001 - a traceback would quote what it could not do with
        from reconciler.faults import told

        code = fail(f"a fault of housephone: {told(error)}")
    sys.exit(code if isinstance(code, int) else 0)
