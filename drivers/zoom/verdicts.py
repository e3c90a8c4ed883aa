"""What an answer of Zoom means for the loop: one table over (operation, HTTP status, code).

Zoom's codes are independent of the HTTP status and mean different things on different operations, so each row
names all three; the message only breaks ties (Zoom API, Errors; zoom-api.md 3). Messages of the errors are
our own words, because Zoom's may quote a guest's name.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus as Status
from typing import Final

from drivers.zoom import operations as op
from drivers.zoom.answers import code, message, named_scopes, next_day, retry_after
from drivers.zoom.http import Answer
from reconciler.account.operation import Operation
from reconciler.errors import (
    CallError,
    Gone,
    Later,
    NameRefused,
    Permanent,
    Throttled,
    Uncertain,
    Unsupported,
)


class TokenRefused(Later):
    """The access token is not taken (expired, revoked, replaced): a new one may be."""


class PageTokenRefused(Later):
    """The page token is too old or unknown: the listing starts again from its first page."""


class NotAllowed(Unsupported):
    """A scope, a licence or the plan is missing: this operation is closed to the whole app."""

    def __init__(self, message: str, *, code: str, scopes: tuple[str, ...] = ()) -> None:
        super().__init__(message, code=code)
        self.scopes = scopes


class AlwaysOpen(Permanent):
    """The hours are 24x7: closed hours do not exist, so there is nothing to set in them."""


class Redirected(Later):
    """Zoom names another place. Only the place is kept; whether to go there is the caller's decision."""

    def __init__(self, message: str, *, code: str, location: str) -> None:
        super().__init__(message, code=code)
        self.location = location


SUCCESS: Final = range(200, 300)
REDIRECTION: Final = range(300, 400)

DAILY_WAIT: Final = timedelta(minutes=10)
"""A ``Retry-After`` farther away than this can only belong to a daily limit, which is asked again no sooner."""

PRESENCE_WAIT: Final = timedelta(seconds=60)
"""Zoom takes one presence change per user and minute (Zoom API, Update a user's presence status)."""

_PAGE_TOKEN_CODES: Final = {op.LIST_USERS: 300}
_SCOPE_CODES: Final = frozenset({4700, 4711})
_TOKEN_CODES: Final = frozenset({124, 4717, 4741})
_NO_PERMISSION: Final = 200
"""Also what a plan that lacks an operation answers ("only for ... accounts")."""

_Make = Callable[[str, str], CallError]


def _error(kind: type[CallError], text: str) -> _Make:
    return lambda what, number: kind(f"{what}: {text}", code=number)


_USER_GONE = _error(Gone, "the user does not exist")
_AREA_GONE = _error(Gone, "the common area does not exist")
_DEVICE_GONE = _error(Gone, "the device does not exist")
_PENDING = _error(Permanent, "the user has not accepted the invitation yet")
_NO_CLOSED_HOURS = _error(AlwaysOpen, "business hours are 24x7")
_POLICY_OFF = _error(Unsupported, "the outbound calling policy is switched off in Zoom")
_NO_PRESENCE = _error(Unsupported, "nobody is signed in to a Zoom client as this user")

_TABLE: Final[dict[tuple[Operation, int, int | None], _Make]] = {
    **{(each, 404, 1001): _USER_GONE for each in (op.READ_USER, op.UPDATE_USER)},
    **{(each, 400, 1120): _PENDING for each in (op.READ_USER, op.UPDATE_USER)},
    (op.UPDATE_USER, 400, 300): _error(NameRefused, "Zoom refuses the name"),
    (op.UPDATE_USER, 400, 200): _error(Permanent, "the app may not rename this user"),
    **{(each, 404, 1001): _USER_GONE for each in (op.READ_PRESENCE, op.SET_PRESENCE)},
    **{(each, 400, 5301): _NO_PRESENCE for each in (op.READ_PRESENCE, op.SET_PRESENCE)},
    **{
        (each, 400, 5411): _error(Unsupported, "the app may not touch this user's presence")
        for each in (op.READ_PRESENCE, op.SET_PRESENCE)
    },
    (op.READ_COMMON_AREA, 400, 400): _AREA_GONE,
    (op.UPDATE_COMMON_AREA, 400, 404): _AREA_GONE,
    (op.UPDATE_COMMON_AREA, 400, 409): _error(Later, "Zoom is busy with this extension number"),
    **{(each, 404, 404): _AREA_GONE for each in (op.READ_RING, op.SET_RING)},
    **{(each, 404, 404): _USER_GONE for each in (op.READ_USER_HANDLING, op.SET_USER_HANDLING)},
    **{(each, 400, 15104): _NO_CLOSED_HOURS for each in (op.SET_RING, op.SET_USER_HANDLING)},
    **{
        (each, 400, 13808): _error(Permanent, "the extension to forward to does not exist")
        for each in (op.SET_RING, op.SET_USER_HANDLING)
    },
    (op.UPDATE_DEVICE, 400, 300): _DEVICE_GONE,
    (op.UPDATE_DEVICE, 404, 1001): _DEVICE_GONE,
    (op.LIST_USER_VOICEMAILS, 400, 300): _USER_GONE,
    (op.LIST_USER_VOICEMAILS, 404, 1001): _USER_GONE,
    **{(each, 404, 13500): _USER_GONE for each in (op.READ_USER_CALLING, op.SET_USER_CALLING)},
    **{(each, 404, 13500): _AREA_GONE for each in (op.READ_COMMON_AREA_CALLING, op.SET_COMMON_AREA_CALLING)},
    **{
        (each, 400, 13504): _POLICY_OFF
        for each in (
            op.READ_USER_CALLING,
            op.SET_USER_CALLING,
            op.READ_COMMON_AREA_CALLING,
            op.SET_COMMON_AREA_CALLING,
        )
    },
}
"""Rows that mean something else than the general rules of ``judge``."""


def judge(operation: Operation, answer: Answer, now: datetime, *, paging: bool = False) -> CallError | None:
    """The error that an answer stands for; None if the call did what it should.

    ``paging`` tells that the call carried a page token.
    """
    if answer.status in SUCCESS or (operation is op.DELETE_VOICEMAIL and answer.status == Status.NOT_FOUND):
        return None  # a message that is not there any more is what was wished
    number = code(answer.body)
    said = f"{answer.status}" if number is None else f"{answer.status}/{number}"
    if answer.status == Status.TOO_MANY_REQUESTS:
        return _throttled(operation, answer, now)
    if answer.status in REDIRECTION:
        location = answer.headers.get("location", "")
        return Redirected(f"{operation}: redirected elsewhere", code=said, location=location)
    if answer.status >= Status.INTERNAL_SERVER_ERROR:
        return _server_fault(operation, answer, said, now)
    return _refusal(operation, answer, number, said, paging=paging)


def unanswered(operation: Operation, reason: str, *, sent: bool) -> CallError:
    """The error for a call without an answer: a write that may have arrived is uncertain."""
    if sent and operation.method != "GET":
        return Uncertain(f"{operation}: sent, but no answer came ({reason})", code=reason)
    return Later(f"{operation}: no answer ({reason})", code=reason)


def unreadable(operation: Operation, field: str = "") -> Later:
    """The error for an answer that is not what is documented (in this field)."""
    where = f" ({field})" if field else ""
    return Later(f"{operation}: the answer cannot be read{where}", code="unreadable")


def crowded_out(operation: Operation, at: datetime | None) -> Throttled:
    """The error for a read that found the account's second used up again and again, until its patience was, too."""
    return Throttled(
        f"{operation}: the account's limit of calls a second stays used up, although we wait: others use it, too",
        scope="second",
        at=at,
    )


def _throttled(operation: Operation, answer: Answer, now: datetime) -> Throttled:
    """Tell the account's second, the account's day and a user's own minute apart."""
    kind, text = answer.headers.get("x-ratelimit-type", "").lower(), message(answer.body)
    at = retry_after(answer.headers, now)
    if "daily" in kind or "daily" in text or (at is not None and at - now > DAILY_WAIT):
        at = max(at, now + DAILY_WAIT) if at is not None and at > now else next_day(now)
        return Throttled(f"{operation}: the account's daily limit is used up", scope="day", at=at)
    if operation is op.SET_PRESENCE and not kind and "per-second" not in text and "per second" not in text:
        return Throttled(
            f"{operation}: one change of presence a minute", scope="target", at=at or now + PRESENCE_WAIT
        )
    return Throttled(
        f"{operation}: the account's limit of calls a second is used up",
        scope="second",
        at=at or now + timedelta(seconds=1),
    )


def _server_fault(operation: Operation, answer: Answer, said: str, now: datetime) -> CallError:
    text = f"{operation}: Zoom failed with {said}"
    if operation.method != "GET" and answer.status != Status.SERVICE_UNAVAILABLE:  # 503: it was not done
        return Uncertain(text, code=said)
    return Later(text, code=said, at=retry_after(answer.headers, now))


def _scope_missing(operation: Operation, answer: Answer, said: str) -> NotAllowed:
    scopes = named_scopes(answer.body) or op.SCOPES[operation][:1]
    return NotAllowed(f"{operation}: the app lacks the scope {', '.join(scopes)}", code=said, scopes=scopes)


def _refusal(
    operation: Operation, answer: Answer, number: int | None, said: str, *, paging: bool
) -> CallError:
    """A 4xx, by its row in the table or else by the general rules."""
    row = _TABLE.get((operation, answer.status, number))
    if paging and answer.status == Status.BAD_REQUEST and number == _PAGE_TOKEN_CODES.get(operation, 400):
        return PageTokenRefused(f"{operation}: the page token has expired", code=said)
    if number in _SCOPE_CODES:
        return _scope_missing(operation, answer, said)
    if row is not None:
        return row(str(operation), said)
    if operation is op.LIST_PHONE_USERS and number in _TOKEN_CODES and "site" in message(answer.body):
        return Permanent(f"{operation}: a site is outside the reach of the app's administrator", code=said)
    if answer.status == Status.UNAUTHORIZED or number in _TOKEN_CODES:
        return TokenRefused(f"{operation}: Zoom does not take the access token", code=said)
    return _other_refusal(operation, answer.status, number, said)


def _other_refusal(operation: Operation, status: int, number: int | None, said: str) -> CallError:
    """What no row names. A refusal of one user must not close the operation for all others."""
    closed = status == Status.FORBIDDEN or number == _NO_PERMISSION
    if closed and operation not in {op.READ_USER, op.UPDATE_USER}:
        return NotAllowed(f"{operation}: not included in the account's plan or licences", code=said)
    if status in {Status.REQUEST_TIMEOUT, Status.CONFLICT, Status.TOO_EARLY}:
        return Later(f"{operation}: Zoom answered {said}", code=said)
    if status == Status.NOT_FOUND and "{" in operation.path:
        return Gone(f"{operation}: it does not exist", code=said)
    return Permanent(f"{operation}: Zoom answered {said}", code=said)
