"""Whatever the desk refuses, it says so in one shape, with what helps."""

from typing import Annotated, Any, Literal

import httpx
import pytest
from fastapi import FastAPI, HTTPException, Query
from pydantic import BaseModel, ConfigDict, Field

from reconciler.desk.answers import tell_errors
from reconciler.desk.errors import RESPONSES, Answer, refused
from reconciler.errors import Fatal, HousephoneError, Permanent, Throttled
from reconciler.stays.frontdesk import Declined
from reconciler.store.errors import StoreUnavailable

pytestmark = pytest.mark.anyio


class Guest(BaseModel):
    """Somebody who arrives."""

    model_config = ConfigDict(extra="forbid")

    last: str
    nights: int = Field(gt=0)
    kind: Literal["adult", "child"] = "adult"


OURS: dict[str, HousephoneError] = {
    "declined": Declined("nobody is checked in there", "look at the room"),
    "fatal": Fatal("the folder is gone"),
    "store": StoreUnavailable("housephone.sqlite", "disk full"),
    "throttled": Throttled("too many calls", scope="day"),
    "permanent": Permanent("Zoom does not take this"),
}


@pytest.fixture
def app() -> FastAPI:
    app = FastAPI(responses=RESPONSES, openapi_url="/openapi.json")
    tell_errors(app)

    @app.post("/guests")
    async def guests(guest: Guest, day: Annotated[int, Query(ge=1)] = 1) -> dict[str, Any]:
        return {"last": guest.last, "day": day}

    @app.get("/ours/{name}")
    async def ours(name: str) -> None:
        raise OURS[name]

    @app.get("/plain")
    async def plain() -> None:
        raise HTTPException(418, "Ana Souza", headers={"X-Tea": "yes"})

    @app.get("/refused")
    async def no() -> None:
        raise refused(
            404, "unknown_room", "there is no room 9999", "see /api/rooms", headers={"X-Room": "no"}
        )

    return app


async def ask(app: FastAPI, method: str, path: str, **given: Any) -> tuple[int, dict[str, Any]]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        answer = await client.request(method, path, **given)
    Answer.model_validate(answer.json())
    return answer.status_code, answer.json()["error"]


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("declined", 409, "declined"),
        ("fatal", 409, "fatal"),
        ("store", 503, "store_unavailable"),
        ("throttled", 503, "throttled"),
        ("permanent", 502, "permanent"),
    ],
)
async def test_our_own_errors_say_what_helps(app: FastAPI, name: str, status: int, code: str) -> None:
    answered, error = await ask(app, "GET", f"/ours/{name}")
    assert (answered, error["code"]) == (status, code)
    assert (error["message"], error["remedy"]) == (str(OURS[name]), OURS[name].remedy)


async def test_each_field_that_cannot_be_taken_is_named(app: FastAPI) -> None:
    sent = {"nights": 0, "kind": "dog", "nmae": "Ana Souza"}
    status, error = await ask(app, "POST", "/guests?day=zero", json=sent)
    assert (status, error["code"]) == (422, "bad_request")
    assert {each["field"]: each["message"] for each in error["fields"]} == {
        "day": "day: expected a whole number",
        "last": "last: missing",
        "nights": "nights: expected more than 0",
        "kind": "kind: expected adult or child",
        "nmae": "nmae: unknown field",
    }
    assert "Souza" not in repr(error)


@pytest.mark.parametrize(
    ("body", "code"), [(b"{", "bad_json"), (b"Ana Souza", "bad_json"), (b"\xff", "bad_request")]
)
async def test_what_is_no_json_is_told_without_being_repeated(app: FastAPI, body: bytes, code: str) -> None:
    status, error = await ask(
        app, "POST", "/guests", content=body, headers={"Content-Type": "application/json"}
    )
    assert (status, error["code"]) == (400, code)
    assert "Souza" not in repr(error)


@pytest.mark.parametrize("body", [b"", b"[]", b'"Ana Souza"', b"null", b"last=Souza"])
async def test_json_that_is_no_object_is_told_without_being_repeated(app: FastAPI, body: bytes) -> None:
    status, error = await ask(
        app, "POST", "/guests", content=body, headers={"Content-Type": "application/json"}
    )
    assert status in {400, 422}
    assert "Souza" not in repr(error)
    assert error["message"]


async def test_a_key_that_is_no_fields_name_is_not_repeated(app: FastAPI) -> None:
    sent = {"last": "x", "nights": 1, "Ana <b>Souza</b>": "", "nmae": ""}
    _, error = await ask(app, "POST", "/guests", json=sent)
    assert [each["field"] for each in error["fields"]] == ["?", "nmae"]
    assert "Souza" not in repr(error)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("DELETE", "/guests", 405, "method_not_allowed"),
        ("GET", "/plain", 418, "i_m_a_teapot"),
    ],
)
async def test_what_the_framework_refuses_has_the_same_shape(
    app: FastAPI, method: str, path: str, status: int, code: str
) -> None:
    answered, error = await ask(app, method, path)
    assert (answered, error["code"]) == (status, code)
    assert "Souza" not in repr(error)


async def test_a_route_refuses_with_its_own_code_and_headers(app: FastAPI) -> None:
    assert await ask(app, "GET", "/refused") == (
        404,
        {"code": "unknown_room", "message": "there is no room 9999", "remedy": "see /api/rooms"},
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk") as client:
        assert (await client.get("/refused")).headers["x-room"] == "no"


async def test_the_description_for_programs_knows_the_shape(app: FastAPI) -> None:
    responses = app.openapi()["paths"]["/guests"]["post"]["responses"]
    assert set(responses) == {"200", "default"}
    assert responses["default"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/Answer"
    }


@pytest.mark.parametrize(
    "sent",
    [
        {"json": ["Souza"]},
        {"content": b'{"last": "Souza", "nights": 1}'},
        {"content": b"null", "headers": {"Content-Type": "application/json"}},
        {},
    ],
)
async def test_what_is_no_object_or_not_said_to_be_json_is_told_what_to_send(
    app: FastAPI, sent: dict[str, Any]
) -> None:
    status, error = await ask(app, "POST", "/guests", **sent)
    assert (status, error["code"], error["message"]) == (422, "bad_request", "the request is no JSON object")
    assert "application/json" in error["remedy"]
