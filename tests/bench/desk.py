"""How quick the desk's page is in a real browser, in a hotel of a thousand rooms."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.link import front
from tests.bench.measure import Absent, Broken, Series
from tests.bench.pms import Guests, all_vacant
from tests.bench.result import Bench, Result, between, memory

ROOMS = 1_000
PAINT_AT_MOST = 1_000
UPDATE_AT_MOST = 200
LIVE_AT_MOST = 1_000
"""Milliseconds."""

PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"

WATCH = """room => new Promise((tell) => {
  const card = () => document.getElementById(`room-${room}`);
  const before = card().textContent;
  const watch = new MutationObserver(() => {
    if (card().textContent === before) return;
    watch.disconnect();
    requestAnimationFrame(() => tell(Date.now()));
  });
  watch.observe(document.getElementById("board"), { childList: true, subtree: true });
})"""
"""Answers, once this room's card says something else and was drawn, when that was: milliseconds since 1970."""

UPDATE = """room => {
  const entries = performance.getEntriesByType("resource").filter((each) => each.name.includes("/parts/cards"));
  const last = entries[entries.length - 1];
  return performance.now() - last.startTime;
}"""
"""Milliseconds since the page began to fetch what it has just drawn."""


def desk(bench: Bench) -> Iterator[Result]:
    """Open the board, then watch guests arrive on it, who are told by the PMS."""
    chance = random.Random(1)  # noqa: S311 - repeatable chance, not cryptography
    lives: list[float] = []
    updates: list[float] = []
    with front(bench, "desk", ROOMS) as house, browser() as chromium:
        house.stored(all_vacant(house.rooms))
        url = f"http://{house.controller.address}/"
        paints = [_painted(chromium, url) for _ in range(bench.times(7))]
        page = _opened(chromium, url)
        guests = Guests(house.rooms, chance)
        for room in chance.sample(house.rooms[1:], bench.times(40)):
            time.sleep(chance.uniform(0.3, 0.6))
            page.evaluate(f"room => {{ window.seen = ({WATCH})(room) }}", str(room))
            began = time.time()
            house.pms.say([guests.comes(room)])
            lives.append(page.evaluate("window.seen") - began * 1000)
            updates.append(page.evaluate(UPDATE, str(room)))
        peak = house.controller.mebibytes()
    yield _result(f"page of {ROOMS:,} rooms: first paint", PAINT_AT_MOST, Series(tuple(paints)), peak)
    yield _result("… what has changed: fetched and drawn", UPDATE_AT_MOST, Series(tuple(updates)), peak)
    yield _result("… check-in record → drawn on the board", LIVE_AT_MOST, Series(tuple(lives)), peak)


def _result(what: str, at_most: float, series: Series, peak: float) -> Result:
    return Result(
        what, f"{at_most:g} ms", f"{series.median:.0f} ms", series.median <= at_most, between(series, "ms"),
        memory=memory(peak),
    )  # fmt: skip


@contextmanager
def browser() -> Iterator[Browser]:
    """The Chromium of this machine."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise Absent("there is no Chromium here")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield chromium
        finally:
            chromium.close()


def _opened(chromium: Browser, url: str) -> Page:
    page = chromium.new_context(viewport={"width": 1280, "height": 800}).new_page()
    page.goto(url, wait_until="load")
    shown = page.locator(".card").count()
    if shown != ROOMS:
        raise Broken(f"{shown} rooms are on the board")
    return page


def _painted(chromium: Browser, url: str) -> float:
    page = _opened(chromium, url)
    painted: float = page.evaluate(PAINTED)
    page.context.close()
    return painted
