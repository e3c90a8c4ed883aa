"""The page's alarm is heard in a real browser, and where the browser forbids that, somebody is told so."""

from __future__ import annotations

import re

import anyio
import pytest
from playwright.async_api import Page, expect

from desired.problem import Problem
from tests.reconciler.conftest import Inn, until
from tests.reconciler.desk.browser.conftest import Visit
from tests.reconciler.desk.conftest import at_work

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

FAILED = Problem(
    "wakeup_failed", "room 1001: the wake-up call woke nobody", room="1001", subject="2026-11-23T06:30:00"
)
LISTENING = """
    window.tones = [];
    const start = OscillatorNode.prototype.start;
    OscillatorNode.prototype.start = function (...at) {
      start.apply(this, at);
      tones.push({ state: this.context.state, pitch: this.frequency.value });
    };
"""


async def tones(page: Page) -> int:
    """How many tones a loudspeaker has been given by now."""
    return int(await page.evaluate("tones.filter(({ state }) => state === 'running').length"))


async def heard(page: Page) -> None:
    """Wait for a tone; not in the page, whose policy lets nobody evaluate anything."""
    with anyio.fail_after(30):
        while not await tones(page):
            await page.wait_for_timeout(100)


async def test_a_guest_whom_nobody_woke_is_heard_at_the_desk(
    inn: Inn, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_work(inn) as lobby:
        page = await visit(lobby.url)
        await page.add_init_script(LISTENING)
        await page.goto(f"{lobby.url}/report")
        hint = page.locator("#sound-off")
        await expect(page.locator(".alert")).to_have_count(0)
        await expect(hint).to_be_hidden()

        health = lobby.running.controller.health
        monkeypatch.setattr(type(health), "problems", lambda _: (FAILED,))
        await expect(page.locator(".alert.urgent")).to_contain_text("woke nobody")
        await expect(hint).to_contain_text("cannot sound")
        assert await tones(page) == 0

        await hint.get_by_role("button").click()

        await expect(hint).to_be_hidden()
        await heard(page)
        await page.get_by_role(
            "link", name="Rooms"
        ).click()  # without another click there, the next page sounds, too
        await heard(page)
        await expect(hint).to_be_hidden()

        await page.get_by_role("button", name="I see to it").click()
        await expect(page.locator("[data-sounds]")).to_have_count(0)
        monkeypatch.setattr(type(health), "problems", lambda _: ())
        await until(lambda: not lobby.running.office.alarms.standing)
        await expect(page).not_to_have_title(re.compile("⚠"))
