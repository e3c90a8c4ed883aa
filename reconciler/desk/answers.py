"""How what goes wrong is answered: programs get the one shape as JSON, a browser a page in the same words."""

from __future__ import annotations

import re
from html import escape
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException
from starlette.responses import Response

from reconciler.desk.errors import Refused, of_error, of_validation, refused
from reconciler.desk.ourfiles import address
from reconciler.errors import HousephoneError

_PAGE = """\
<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{message}</title>
  <link rel="icon" href="{icon}" type="image/svg+xml">
  <link rel="stylesheet" href="{style}">
</head>
<body>
  <main>
    <h1>{message}</h1>
    <p>{remedy}</p>
    <p><a href="/">All rooms</a></p>
  </main>
</body>
</html>
"""


def tell_errors(app: FastAPI) -> None:
    """Let everything that goes wrong in a route be answered in the one shape."""
    app.add_exception_handler(Refused, _of_refused)
    app.add_exception_handler(HousephoneError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_invalid)
    app.add_exception_handler(HTTPException, _of_http)


def answer(refusal: Refused, *, as_page: bool) -> Response:
    """The answer that says no; nothing is in it but our own words."""
    if not as_page:
        return refusal.answer()
    trouble = refusal.trouble
    text = _PAGE.format(
        message=escape(trouble.message[:1].upper() + trouble.message[1:]),
        remedy=escape(trouble.remedy),
        style=escape(address("desk.css")),
        icon=escape(address("icon.svg")),
    )
    return HTMLResponse(text, refusal.status, dict(refusal.headers))


def _told(request: Request, refusal: Refused) -> Response:
    arrived = getattr(request.state, "arrived", None)
    return answer(refusal, as_page=arrived is not None and arrived.wants_page)


async def _of_refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)
    return _told(request, error)


async def _of_ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, HousephoneError)
    return _told(request, of_error(error))


async def _of_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return _told(request, of_validation(error.errors()))


async def _of_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    phrase = HTTPStatus(error.status_code).phrase
    code = re.sub("[^a-z]+", "_", phrase.lower())
    return _told(request, refused(error.status_code, code, phrase.lower(), headers=error.headers))
