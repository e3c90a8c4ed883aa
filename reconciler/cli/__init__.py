"""The command line. Every command imports what it needs when it runs, so that ``--help`` answers at once."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated

import typer

from reconciler.cli import desk, keep, look, running, setup
from reconciler.cli.common import Format, Invocation, fail, usage_error

app = typer.Typer(
    name="reconcile",
    help="Keeps a hotel's telephones true: what each room should be, and what Zoom Phone shows.",
    no_args_is_help=False,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

for module in (running, setup, look, desk, keep):
    module.register(app)


def _version(value: bool) -> None:  # noqa: FBT001 - the shape that typer calls
    if value:
        from importlib.metadata import version

        typer.echo(f"housephone {version('housephone')}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def one_pass(  # noqa: PLR0913 - these are the options of the command line, one parameter each
    context: typer.Context,
    *,
    config: Annotated[Path | None, typer.Option(help="The configuration file.", show_default=False)] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="The audit: show what would change, write nothing.")
    ] = False,
    room: Annotated[
        list[str] | None,
        typer.Option(metavar="GLOB", help="Only rooms like this; may be given again.", show_default=False),
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How to print the report.")] = Format.TEXT,
    report: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write the report here too, even if the run fails.", show_default=False
        ),
    ] = None,
    snapshot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Audit against a saved snapshot; needs no credentials.", show_default=False
        ),
    ] = None,
    cached: Annotated[bool, typer.Option("--cached", help="Do not read Zoom again first.")] = False,
    expect: Annotated[
        str | None,
        typer.Option(
            metavar="DIGEST", help="Apply only this plan; stale rooms are skipped.", show_default=False
        ),
    ] = None,
    allow: Annotated[
        list[str] | None, typer.Option(metavar="RULE", help="Lift one named safety rule.", show_default=False)
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Stay until everything is applied.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before applying.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Log every call to Zoom, masked.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Make one pass: read what rooms should be and what Zoom shows, and close the difference.

    Example: reconcile --dry-run --room '12*' --format json
    """
    del version
    context.obj = Invocation(config, debug=debug)
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
        code = app(standalone_mode=False)
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
    sys.exit(code if isinstance(code, int) else 0)
