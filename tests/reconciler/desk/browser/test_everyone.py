"""Every page for everybody: light and dark, on a narrow screen, for who hears pages instead of seeing them."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from reconciler.desk.page.render import PAGES
from tests.reconciler.conftest import Inn, until
from tests.reconciler.desk.browser.conftest import Visit
from tests.reconciler.desk.conftest import at_work

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

ADDRESSES = [href for href, _ in PAGES]


def busy(inn: Inn) -> None:
    """A hotel in which there is something of everything to see."""
    inn.guest("1001", "Ana", "Souza", 'dnd: on\nwakeups: [{at: "2027-03-01T06:30"}]')
    inn.document(
        "1002",
        "guests: [{first: Wolfeschlegelsteinhausenbergerdorff, last: Hubert, vip: '1'}]\nprivate: true",
    )
    inn.vacant(1003, 1004)
    inn.document("1005", "guests: [{lst: Souza}]")
    inn.document("9999", "occupied: true")


WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
"""What axe looks at: WCAG 2.2 at level AA, and what its makers think good besides."""
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""The rules that another scheme can break: it changes colours, and nothing else of a page."""


async def complaints(page: Page) -> list[str]:
    """What axe finds on a page that is light; and of its colours, when it is dark."""
    light = await Axe().run(page, options={"runOnly": WCAG, "resultTypes": ["violations"]})
    await page.emulate_media(color_scheme="dark")
    look = "(how) => axe.run(document, how)"
    dark = await page.evaluate(look, {"runOnly": OF_COLOURS, "resultTypes": ["violations"]})
    await page.emulate_media(color_scheme="light")
    return [
        f"{each['id']}: {each['help']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for each in (*light.response["violations"], *dark["violations"])
        for node in each["nodes"]
    ]


async def test_every_page_can_be_read_by_everybody(inn: Inn, visit: Visit) -> None:
    busy(inn)
    async with at_work(inn) as lobby:
        await until(lambda: lobby.running.controller.health.applied >= 4)
        await lobby.ask("pause", room="1003", reason="engineer at work")
        page, found = await visit(lobby.url, color_scheme="light"), {}
        for address in (*ADDRESSES, "/rooms/1001", "/rooms/1003"):
            await page.goto(lobby.url + address)
            found[address] = await complaints(page)
        await page.goto(lobby.url)
        await page.locator("#room-1001").click()
        await page.locator("#drawer h1").wait_for()
        found["the drawer"] = await complaints(page)
    assert {address: said for address, said in found.items() if said} == {}


async def test_every_page_fits_a_narrow_screen(inn: Inn, visit: Visit) -> None:
    busy(inn)
    async with at_work(inn) as lobby:
        await until(lambda: lobby.running.controller.health.applied >= 4)
        page, widths = await visit(lobby.url, viewport={"width": 360, "height": 740}), {}
        for address in (*ADDRESSES, "/rooms/1001", "/guide/alerts"):
            await page.goto(lobby.url + address)
            widths[address] = await page.evaluate("document.documentElement.scrollWidth")
    assert {address: width for address, width in widths.items() if width > 360} == {}
