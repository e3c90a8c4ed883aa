"""The one shape in which the desk's API says no: ``{"error": {"code", "message", "remedy"}}``.

Programs go by ``code``, people read ``message`` and ``remedy``. Nothing of a request is repeated in an answer,
because requests hold guests' names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

from desired.complaints import Grammar, field_path, sentence
from reconciler.desk.voice import at_the_desk
from reconciler.errors import CallError, HousephoneError, Later
from reconciler.store.errors import StoreUnavailable


class Misplaced(BaseModel):
    """One field of a request that cannot be taken."""

    field: str = Field(description="Its path in the request, such as guest.last.")
    message: str


class Trouble(BaseModel):
    """Why something was not done, and what helps."""

    code: str = Field(description="For programs; it stays the same when the sentences change.")
    message: str
    remedy: str = Field(description="What a person can do about it; may be empty.")
    fields: list[Misplaced] = Field(default=[], description="Of a request that cannot be taken: where.")


class Answer(BaseModel):
    """What every refusal looks like."""

    error: Trouble


RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    "default": {"model": Answer, "description": "It was not done; the error says why and what helps."}
}
"""For the OpenAPI description of every route."""


class Refused(Exception):
    """An answer that says no; raise what ``refused`` makes."""

    def __init__(self, status: int, trouble: Trouble, headers: Mapping[str, str]) -> None:
        super().__init__(trouble.message)
        self.status = status
        self.trouble = trouble
        self.headers = headers

    def answer(self) -> JSONResponse:
        """The response that says so."""
        trouble = self.trouble.model_dump(exclude={"fields"} if not self.trouble.fields else None)
        return JSONResponse({"error": trouble}, self.status, dict(self.headers))


def refused(
    status: int,
    code: str,
    message: str,
    remedy: str = "",
    *,
    fields: Sequence[Misplaced] = (),
    headers: Mapping[str, str] | None = None,
) -> Refused:
    """What to raise, in a route or a dependency, to say no."""
    trouble = Trouble(code=code, message=message, remedy=remedy, fields=list(fields))
    return Refused(status, trouble, headers or {})


def of_error(error: HousephoneError) -> Refused:
    """The answer that one of our own errors means.

    409 where the state of things forbids it, 503 where it may work a little later, 502 where Zoom refuses it.
    """
    if isinstance(error, StoreUnavailable | Later):
        status = HTTPStatus.SERVICE_UNAVAILABLE
    elif isinstance(error, CallError):
        status = HTTPStatus.BAD_GATEWAY
    else:
        status = HTTPStatus.CONFLICT
    code = re.sub("(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()
    return refused(status, code, at_the_desk(str(error)), at_the_desk(error.remedy))


_NO_JSON = "json_invalid"
_NO_OBJECT = frozenset({"missing", "model_attributes_type"})
"""Of nothing (also ``null``), of JSON that is no object, and of what is not said to be JSON: no form can say so."""
_WHERE_IT_CAME = frozenset({"body", "query", "path", "header", "cookie"})
_GRAMMAR = Grammar("field", {})


def of_validation(details: Sequence[Any]) -> Refused:
    """400 for what is no JSON, else 422 with a sentence for each field."""
    if any(detail["type"] == _NO_JSON for detail in details):
        return refused(
            HTTPStatus.BAD_REQUEST, "bad_json", "the request is not JSON", "send an object as JSON"
        )
    if any(detail["type"] in _NO_OBJECT and tuple(detail["loc"]) == ("body",) for detail in details):
        remedy = "send an object with Content-Type: application/json"
        return refused(
            HTTPStatus.UNPROCESSABLE_ENTITY, "bad_request", "the request is no JSON object", remedy
        )
    fields = [_misplaced(detail) for detail in details]
    return refused(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "bad_request",
        "; ".join(each.message for each in fields),
        fields=fields,
    )


def _misplaced(detail: Mapping[str, Any]) -> Misplaced:
    way = detail["loc"][1:] if detail["loc"][:1] and detail["loc"][0] in _WHERE_IT_CAME else detail["loc"]
    field = field_path(tuple(way))  # a key may be anything, also a name
    if detail["type"] == "extra_forbidden":
        return Misplaced(field=field, message=f"{field}: unknown field")
    return Misplaced(field=field, message=sentence(detail, tuple(way), _GRAMMAR))
