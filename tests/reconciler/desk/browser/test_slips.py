"""Slips of the hand, odd guests and a session that ends at the desk: nothing is done that nobody meant, or lost."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.reconciler.conftest import Inn, until
from tests.reconciler.desk.access.gate import ALICE, USERS
from tests.reconciler.desk.browser.conftest import Visit, forgiven
from tests.reconciler.desk.conftest import Lobby, at_work

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

LONG = "Wolfeschlegelsteinhausenbergerdorff" * 5


async def test_who_clicks_twice_has_clicked_once(lobby: Lobby, visit: Visit) -> None:
    page = await visit(f"{lobby.url}/log")
    await page.get_by_role("button", name="Pause").dblclick()
    await expect(page.get_by_role("button", name="Go on")).to_be_visible()


async def test_a_guest_without_a_name_is_checked_in_only_by_who_means_it(lobby: Lobby, visit: Visit) -> None:
    page = await visit(f"{lobby.url}/rooms/1001")
    await page.get_by_role("button", name="Check in", exact=True).click()
    await expect(page.get_by_role("dialog")).to_contain_text("without a name")
    await page.get_by_role("button", name="No", exact=True).click()
    assert (await lobby.get("/api/rooms/1001"))["guests"] == []


async def test_a_key_that_is_held_down_answers_no_question(lobby: Lobby, visit: Visit) -> None:
    await lobby.ask("checkin", room="1001", last="Souza")
    page = await visit(f"{lobby.url}/rooms/1001")
    await page.get_by_role("button", name="Check room 1001 out").focus()
    for _ in range(3):
        await page.keyboard.down("Enter")
    await expect(page.get_by_role("dialog")).to_be_visible()
    await page.keyboard.up("Enter")
    await page.get_by_role("button", name="No", exact=True).click()
    assert (await lobby.get("/api/rooms/1001"))["occupied"]


async def test_the_longest_names_break_no_page(lobby: Lobby, visit: Visit) -> None:
    await lobby.ask("checkin", room="1001", last=LONG, first=LONG)
    await lobby.ask("wakeup/add", room="1001", time="630")
    page = await visit(lobby.url, viewport={"width": 390, "height": 740})
    widths = {}
    for address in ("/", "/wakeups", "/rooms/1001"):
        await page.goto(lobby.url + address)
        widths[address] = await page.evaluate("document.documentElement.scrollWidth")
    assert widths == dict.fromkeys(widths, 390)


async def test_a_guest_is_found_by_who_does_not_type_the_marks_of_his_name(
    lobby: Lobby, visit: Visit
) -> None:
    await lobby.ask("checkin", room="1003", last="Müller-Lüdenscheidt", first="Zoë")
    page = await visit(lobby.url)
    await page.keyboard.press("/")
    await page.keyboard.type("ZOE luden")
    await expect(page.locator(".card:visible")).to_have_count(1)
    await expect(page.locator("#room-1003")).to_be_visible()


async def test_what_was_typed_is_there_again_for_who_had_to_sign_in_anew(inn: Inn, visit: Visit) -> None:
    inn.configure(desk={"users": USERS})
    async with at_work(inn) as lobby:
        page = await visit(f"{lobby.url}/rooms/1001")

        async def sign_in() -> None:
            await page.get_by_label("Name", exact=True).fill(ALICE["name"])
            await page.get_by_label("Password").fill(ALICE["password"])
            await page.keyboard.press("Enter")

        await sign_in()
        await page.get_by_label("Language").select_option("Spanish")
        await page.get_by_label("Last name").fill("Souza")
        await page.wait_for_load_state()  # its scripts are there
        async with forgiven(visit):
            await page.context.clear_cookies()  # the session has ended; the page may hear of it by itself
            await page.keyboard.press("Enter")
            await expect(page).to_have_title("Sign in · Harbour View")
            await sign_in()  # what the page had asked before is told so late
            await expect(page.locator("#toasts")).to_contain_text("signed out: nothing was sent")

        await expect(page.get_by_label("Last name")).to_have_value("Souza")
        await page.get_by_role("button", name="Check in", exact=True).click()
        await expect(page.locator(".guests")).to_contain_text("Souza")
        await until(lambda: inn.shown(1001) == ["Souza 1001"])
        await expect(page.locator(".guests")).to_contain_text("speaks Spanish")
