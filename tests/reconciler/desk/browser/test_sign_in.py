"""A clerk signs in by keyboard, in a real browser, and out again."""

from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles
from playwright.async_api import Page, expect

from reconciler.desk.access import csrf
from reconciler.desk.ourfiles import STATIC, address
from tests.reconciler.desk.access.gate import ALICE, USERS, Clock, Shelf, desk_of, served
from tests.reconciler.desk.browser.conftest import Visit, forgiven

pytestmark = [pytest.mark.anyio, pytest.mark.integration]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
async def url(shelf: Shelf) -> AsyncIterator[str]:
    app = desk_of({"users": USERS}, Clock(), shelf)
    app.mount("/static", StaticFiles(directory=STATIC))
    page_with_a_way_out(app)
    async with served(app) as client:
        yield str(client.base_url)


def page_with_a_way_out(app: FastAPI) -> None:
    @app.get("/inside")
    async def inside(request: Request) -> HTMLResponse:
        form = f'<form method="post" action="/sign-out"><input type="hidden" name="csrf" value="{csrf(request)}">'
        head = f'<!doctype html><title>Inside</title><link rel="icon" href="{address("icon.svg")}">'
        return HTMLResponse(f"{head}{form}<button>Sign out</button></form>")


async def typed(page: Page, name: str, password: str) -> None:
    """What somebody types who never touches the mouse; a name that stands there stays."""
    if name:
        await page.keyboard.type(name)
        await page.keyboard.press("Tab")
    await page.keyboard.type(password)
    await page.keyboard.press("Enter")


async def test_a_clerk_comes_in_goes_where_she_wanted_and_leaves(
    url: str, shelf: Shelf, visit: Visit
) -> None:
    page = await visit(f"{url}/inside")
    await expect(page).to_have_title("Sign in · Harbour View")

    async with forgiven(visit):
        await typed(page, ALICE["name"], "bright harbour lmap")
        await expect(page.get_by_role("alert")).to_have_text("Name or password is wrong.")
    await typed(page, "", ALICE["password"])
    await expect(page).to_have_url(f"{url}/inside")
    await page.get_by_role("button").click()
    await expect(page).to_have_url(f"{url}/sign-in")

    assert await page.context.cookies() == []
    assert [row.kind for row in shelf.noted] == ["sign_in_refused", "signed_in", "signed_out"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_everybody_can_read_the_sign_in_page(url: str, visit: Visit, scheme: str) -> None:
    page = await visit(f"{url}/sign-in", color_scheme=scheme, viewport={"width": 340, "height": 560})
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = await Axe().run(page, options={"runOnly": tags})
    assert [each["id"] for each in found.response["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
