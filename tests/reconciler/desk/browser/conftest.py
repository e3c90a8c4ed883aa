"""People at the desk: each has a browser, the Chromium of the machine, and nothing of it may go wrong unseen."""

from __future__ import annotations

import re
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright, expect

CUT = re.compile(r"ERR_INCOMPLETE|the server responded with a status of 4")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


def is_trouble(line: ConsoleMessage) -> bool:
    """A hotel that has closed for the day is no mistake of its page."""
    return line.type in {"error", "warning"} and "ERR_CONNECTION" not in line.text


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """One for all tests of a file; each person has a window and cookies of his own.

    Not for the whole session: as long as it is open, nothing else in this process may start an event loop.
    """
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: apt install chromium")
    expect.set_options(timeout=20_000)  # whatever else the machine does meanwhile
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


Visit = Callable[..., Awaitable[Page]]


@pytest.fixture
async def visit(chromium: Browser) -> AsyncIterator[Visit]:
    """Open a page as a person does. At the end no console error was seen, and nothing was fetched from elsewhere."""
    pages: list[Page] = []
    troubles: list[str] = []
    hosts: set[str] = set()

    async def go(url: str, **manners: Any) -> Page:
        context = await chromium.new_context(
            viewport=manners.pop("viewport", {"width": 1280, "height": 800}), **manners
        )
        page = await context.new_page()
        page.set_default_timeout(20_000)
        page.on("console", lambda line: troubles.append(line.text) if is_trouble(line) else None)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname or ""))
        pages.append(page)
        await page.goto(url)
        return page

    go.troubles = troubles  # type: ignore[attr-defined]  # a test that breaks the line on purpose forgives itself
    yield go
    for page in pages:
        await page.context.close()
    assert troubles == []
    assert hosts <= {"127.0.0.1", ""}


@asynccontextmanager
async def forgiven(visit: Visit) -> AsyncIterator[None]:
    """While inside, the browser may complain of a line that a test has cut."""
    troubles: list[str] = visit.troubles  # type: ignore[attr-defined]
    before = list(troubles)
    yield
    troubles[:] = before + [each for each in troubles[len(before) :] if not CUT.search(each)]
