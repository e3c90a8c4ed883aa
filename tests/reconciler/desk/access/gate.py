"""A desk with a few routes behind its doorman, for tests of who may what."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import anyio
import httpx
from fastapi import Depends, FastAPI, Request
from pydantic import BaseModel

from reconciler.configuration.deskusers import Desk
from reconciler.desk.access import Person, Right, allowed, csrf, guard, still, who
from reconciler.desk.serve import bind, serve
from reconciler.errors import Fatal
from reconciler.store.errors import StoreUnavailable
from reconciler.store.rows import HappeningRow, Json

ALICE = {"name": "Alice", "password": "bright harbour lamp"}
OMAR = {"name": "Omar", "password": "seven quiet corridors"}
# Hashes of the two that cost next to nothing.
ALICES_HASH = "$argon2id$v=19$m=64,t=1,p=1$86+cdkTZbr4VCYzulsWFFQ$qPkore63ldgb1ZFGu6/dy1VxpgDMGTEQJ2FqpJNJVJY"
OMARS_HASH = "$argon2id$v=19$m=64,t=1,p=1$9fGD5UFOcLxWSLa+f5O3Hw$eQlPrxpOXt1oYEWzMiYYyZd5QvyHPLWXRwUVQNWpBFE"
USERS = [
    {"name": "Alice", "role": "desk", "password_hash": ALICES_HASH},
    {"name": "Omar", "role": "admin", "password_hash": OMARS_HASH},
]


class Clock:
    """Time that stands still until it is turned on."""

    def __init__(self) -> None:
        self.passed = 0.0

    def now(self) -> datetime:
        return datetime(2026, 11, 22, 17, 0, tzinfo=UTC) + timedelta(seconds=self.passed)

    def monotonic(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.passed += seconds

    def advance(self, **distance: float) -> None:
        self.passed += timedelta(**distance).total_seconds()


@dataclass
class Shelf:
    """Books on a shelf, which may be out of reach."""

    kept: Json = None
    noted: list[HappeningRow] = field(default_factory=list)
    away: bool = False

    async def sessions(self) -> Json:
        if self.away:
            raise StoreUnavailable("housephone.sqlite", "disk full")
        return self.kept

    async def keep_sessions(self, value: Json) -> None:
        if not self.away:
            self.kept = value

    async def note(self, row: HappeningRow) -> None:
        self.noted.append(row)

    def told(self) -> list[tuple[str, str, str, str | None]]:
        """What was noted: kind, who, subject, room."""
        return [(row.kind, row.who, row.subject, row.room) for row in self.noted]


class Order(BaseModel):
    """What a test orders."""

    room: str
    guest: str = ""


Desker = Annotated[Person, Depends(allowed(Right.DESK))]
Admin = Annotated[Person, Depends(allowed(Right.ADMIN))]


def routes(app: FastAPI) -> None:
    @app.get("/livez")
    async def livez() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz")
    async def readyz(request: Request) -> dict[str, Any]:
        person = who(request)
        return {"who": person and person.name}

    @app.get("/")
    async def page(request: Request) -> dict[str, Any]:
        return {"csrf": csrf(request), "still": still(request)}

    @app.get("/api/rooms")
    async def rooms(request: Request) -> dict[str, Any]:
        return {"rooms": ["1207"], "csrf": csrf(request)}

    @app.post("/api/checkin")
    async def checkin(order: Order, person: Desker) -> dict[str, str]:
        return {"said": f"{person.name}: room {order.room}"}

    @app.post("/api/rooms/{room}/pause")
    async def pause(room: str, person: Admin) -> dict[str, str]:
        return {"said": f"{person.name}: room {room}"}

    @app.post("/api/careless")
    async def careless() -> dict[str, bool]:
        return {"done": True}

    _odd_routes(app)


def _odd_routes(app: FastAPI) -> None:
    @app.post("/hooks/zoom")
    async def hook(request: Request) -> dict[str, int]:
        return {"bytes": len(await request.body())}

    @app.post("/api/broken")
    @app.get("/api/broken")
    async def broken() -> None:
        raise RuntimeError("Ana Souza")

    @app.get("/api/fatal")
    async def fatal() -> None:
        raise Fatal("the folder is gone", "bring it back")


def desk_of(settings: dict[str, Any], clock: Clock, shelf: Shelf) -> FastAPI:
    app = FastAPI(openapi_url="/api/openapi.json", docs_url=None, redoc_url=None)
    routes(app)
    guard(app, Desk.model_validate(settings), shelf, clock, hotel="Harbour View")
    return app


@asynccontextmanager
async def browser(
    app: FastAPI, *, base: str = "http://127.0.0.1:8080", address: str = "127.0.0.1"
) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody with a browser at this address; it says where it comes from, as browsers do."""
    transport = httpx.ASGITransport(app, client=(address, 50000))
    async with httpx.AsyncClient(transport=transport, base_url=base, headers={"Origin": base}) as client:
        yield client


@asynccontextmanager
async def served(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """The desk on a real server, and a program that speaks to it."""
    listener = bind("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(serve, app, listener)
        async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
            yield client
        tasks.cancel_scope.cancel()


async def sign_in(client: httpx.AsyncClient, who: dict[str, str], **more: str) -> httpx.Response:
    return await client.post("/sign-in", data=who | more)


async def csrf_of(client: httpx.AsyncClient) -> str:
    return str((await client.get("/api/rooms")).json()["csrf"])
