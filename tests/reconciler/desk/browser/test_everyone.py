"""Every page for everybody: light and dark, on a narrow screen, for who hears pages instead of seeing them."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe

from reconciler.desk.page.render import PAGES
from tests.reconciler.conftest import Inn, until
from tests.reconciler.desk.browser.conftest import Visit
from tests.reconciler.desk.conftest import at_work

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

ADDRESSES = [href for href, _ in PAGES]
SCHEMES = ["light", "dark"]


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


async def complaints(page: Any) -> list[str]:
    """What axe finds against WCAG 2.2 at level AA."""
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = await Axe().run(page, options={"runOnly": tags})
    return [
        f"{each['id']}: {each['help']}: {node['html'][:200]} {node.get('failureSummary', '')}"
        for each in found.response["violations"]
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_every_page_can_be_read_by_everybody(inn: Inn, visit: Visit, scheme: str) -> None:
    busy(inn)
    async with at_work(inn) as lobby:
        await until(lambda: lobby.running.controller.health.applied >= 4)
        await lobby.ask("pause", room="1003", reason="engineer at work")
        found = {}
        for address in (*ADDRESSES, "/rooms/1001", "/rooms/1003"):
            page = await visit(lobby.url + address, color_scheme=scheme)
            found[address] = await complaints(page)
            await page.context.close()
    assert {address: said for address, said in found.items() if said} == {}


async def test_the_drawer_can_be_read_by_everybody(inn: Inn, visit: Visit) -> None:
    busy(inn)
    async with at_work(inn) as lobby:
        await until(lambda: lobby.running.controller.health.applied >= 4)
        page = await visit(lobby.url)
        await page.locator("#room-1001").click()
        await page.locator("#drawer h1").wait_for()
        assert await complaints(page) == []


async def test_every_page_fits_a_narrow_screen(inn: Inn, visit: Visit) -> None:
    busy(inn)
    async with at_work(inn) as lobby:
        await until(lambda: lobby.running.controller.health.applied >= 4)
        widths = {}
        for address in (*ADDRESSES, "/rooms/1001", "/guide/alerts"):
            page = await visit(lobby.url + address, viewport={"width": 360, "height": 740})
            widths[address] = await page.evaluate("document.documentElement.scrollWidth")
    assert {address: width for address, width in widths.items() if width > 360} == {}
