"""Command for the desk's users: `password`."""

from __future__ import annotations

import sys

import typer

from reconciler.cli.common import fail, say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(password)


def password() -> None:
    """Make the hash of a password, for a user of the desk's page.

    Asks for the password twice, or reads it from stdin if that is no terminal. Put what is printed into
    desk.users as password_hash, or into a file that password_hash_file names.

    Example: reconcile password > secrets/alice
    """
    from reconciler.desk.passwords import hash_of

    try:
        say(hash_of(_asked()))
    except ValueError as error:
        raise typer.Exit(fail(error)) from None


def _asked() -> str:
    """The new password. ValueError if it was typed differently the second time."""
    if not sys.stdin.isatty():
        try:
            return sys.stdin.readline().removesuffix("\n").removesuffix("\r")
        except UnicodeDecodeError:
            raise ValueError("the password on stdin is not UTF-8 text") from None
    # On stderr, because what is printed goes to a file.
    first = typer.prompt("Password", hide_input=True, err=True)
    if typer.prompt("The same again", hide_input=True, err=True) != first:
        raise ValueError("the two are not the same; nothing was printed")
    return str(first)
