"""What a person hears when Zoom ends a whole command: what became of it, and when to try again.

Inside of a pass such errors are the business of ``apply``, which tries again by itself. They come here only from
reading Zoom, which is before anything is written. Pure.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

from reconciler.errors import CallError, Fatal, Later, Throttled
from reconciler.moments import local

UNCHANGED = "nothing was changed"


def fatal(error: CallError, zone: ZoneInfo) -> Fatal:
    """The end of the command that needed this call, with what to do now; ``zone`` is the property's."""
    return Fatal(error.message, f"{UNCHANGED}; {what_now(error, zone)}")


def what_now(error: CallError, zone: ZoneInfo) -> str:
    """What a person does about a call that did not do what it should."""
    if not isinstance(error, Later):
        return "`reconcile check` says what the app in Zoom may do; put that right and run it again"
    if isinstance(error, Throttled) and error.scope == "second":
        return (
            "see which other app calls Zoom so often for this account, and run it again in a minute "
            "(a running controller keeps trying by itself)"
        )
    if error.at is not None:
        return f"run it again after {local(error.at, zone)} (a running controller goes on then by itself)"
    return (
        "see whether this machine reaches zoom.url, and run it again in a minute "
        "(a running controller keeps trying by itself)"
    )
