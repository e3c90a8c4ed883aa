"""The room board in a real browser: live, by keyboard, on a narrow screen, for who sees badly, after a break."""

from __future__ import annotations

import re

import anyio
import anyio.lowlevel
import pytest
from playwright.async_api import expect

from fixtures.hotel_pms import Guest
from tests.reconciler.conftest import Inn, until
from tests.reconciler.desk.browser.conftest import Visit, forgiven
from tests.reconciler.desk.conftest import Lobby, open_desk
from tests.reconciler.front import front

pytestmark = [pytest.mark.anyio, pytest.mark.integration]

SOUZA = Guest("Souza", "Ana", reservation="84311")


async def test_a_guest_of_the_pms_is_on_the_board_within_a_second(inn: Inn, visit: Visit) -> None:
    async with front(inn) as hotel, open_desk(inn, hotel.running) as lobby:
        page = await visit(lobby.url)
        card = page.locator("#room-1001")
        await expect(card).to_be_visible()
        await expect(card).not_to_contain_text("Souza")

        hotel.pms.check_in("1001", SOUZA)

        await expect(card).to_contain_text("Souza, Ana", timeout=1000)
        await expect(card).to_have_class(re.compile("occupied"))
        hotel.pms.check_out("1001", SOUZA.reservation)
        await expect(card).not_to_contain_text("Souza", timeout=1000)


async def test_a_clerk_finds_a_guest_and_a_room_by_keyboard_alone(lobby: Lobby, visit: Visit) -> None:
    await lobby.ask("checkin", room="1003", first="Ana", last="Souza")
    await lobby.ask("checkin", room="1004", last="Oyelaran")
    page = await visit(lobby.url)
    await expect(page.locator("#room-1004")).to_contain_text("Oyelaran")

    await page.keyboard.press("/")
    await page.keyboard.type("souza")
    await expect(page.locator(".card:visible")).to_have_count(1)
    await page.keyboard.press("Enter")

    await expect(page.locator("#drawer h1")).to_have_text("Room 1003")
    await expect(page.locator("#drawer h1")).to_be_focused()
    assert page.url.endswith("/rooms/1003")
    await page.keyboard.press("Escape")
    await expect(page.locator("#drawer")).to_be_hidden()
    assert page.url.endswith("/")


async def test_arrow_keys_walk_from_room_to_room(lobby: Lobby, visit: Visit) -> None:
    page = await visit(lobby.url)
    await page.locator("#room-1001").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator("#room-1002")).to_be_focused()
    await page.keyboard.press("ArrowDown")
    below = await page.evaluate("document.activeElement.dataset.room")
    assert int(below) > 1002
    await page.keyboard.press("ArrowUp")
    await expect(page.locator("#room-1002")).to_be_focused()


async def test_a_guest_is_checked_in_and_out_on_the_page_of_a_hotel_without_pms(
    lobby: Lobby, visit: Visit
) -> None:
    page = await visit(lobby.url)
    await page.locator("#room-1001").click()
    drawer = page.locator("#drawer")
    await drawer.get_by_label("Last name").fill("Souza")
    await drawer.get_by_label("First name").fill("Ana")
    await page.keyboard.press("Enter")

    await expect(page.locator("#toasts")).to_contain_text("room 1001: checked in")
    await expect(page.locator("#room-1001")).to_contain_text("Souza, Ana")
    await until(lambda: lobby.inn.shown(1001) == ["Ana Souza 1001"])

    await drawer.get_by_role("button", name="Check room 1001 out").click()
    await page.get_by_role("dialog").get_by_role("button", name="Yes").click()

    await expect(page.locator("#room-1001")).to_contain_text("Vacant")
    await until(lambda: lobby.inn.shown(1001) == ["Room 1001"])


async def test_what_cannot_be_done_is_said_in_words(lobby: Lobby, visit: Visit) -> None:
    page = await visit(f"{lobby.url}/rooms/1001")
    async with forgiven(visit):
        await page.get_by_label("Time").fill("half past six")
        await page.keyboard.press("Enter")
        await expect(page.locator(".toast.bad")).to_contain_text("24-hour clock")


async def test_a_room_can_be_kept_as_an_address(lobby: Lobby, visit: Visit) -> None:
    await lobby.ask("checkin", room="1001", first="Ana", last="Souza", reservation="84311")
    page = await visit(f"{lobby.url}/rooms/1001")
    await expect(page.locator("main")).to_contain_text("Ana Souza")
    await lobby.ask("checkin", room="1001", first="Idris", last="Oyelaran")
    await expect(page.locator("main")).to_contain_text("Idris Oyelaran")


async def test_a_guest_called_script_is_a_guest(lobby: Lobby, visit: Visit) -> None:
    name = "<script>alert(1)</script>"
    page = await visit(lobby.url)
    await lobby.ask("checkin", room="1001", last=name, first='"><img src=x onerror=alert(1)>')
    await expect(page.locator("#room-1001 .guest")).to_contain_text(name)
    await page.locator("#room-1001").click()
    await expect(page.locator("#drawer .guests")).to_contain_text(name)
    assert await page.locator("#board script, #board img, #drawer script, #drawer img").count() == 0


async def test_the_board_is_right_again_after_the_line_was_cut(inn: Inn, visit: Visit) -> None:
    async with inn.controller() as running:
        async with open_desk(inn, running) as first:
            page = await visit(first.url)
            await expect(page.locator("#room-1001")).to_be_visible()
            port = int(first.url.rpartition(":")[2])
        async with forgiven(visit):
            await expect(page.locator("#away")).to_be_visible()
            inn.guest("1001", "Ana", "Souza")
            await until(lambda: inn.shown(1001) == ["Ana Souza 1001"])
            async with open_desk(inn, running, port):
                await expect(page.locator("#room-1001")).to_contain_text("Souza, Ana", timeout=20_000)
                await expect(page.locator("#away")).to_be_hidden()
                await anyio.lowlevel.checkpoint()


async def test_a_room_that_is_gone_with_a_reload_is_gone_from_the_board(inn: Inn, visit: Visit) -> None:
    async with inn.controller() as running, open_desk(inn, running) as before:
        page = await visit(before.url)
        await expect(page.locator(".card")).to_have_count(12)
        port = int(before.url.rpartition(":")[2])
    inn.configure(rooms=["1001-1010"])
    async with forgiven(visit), inn.controller() as running, open_desk(inn, running, port):
        await expect(page.locator(".card")).to_have_count(10, timeout=20_000)
        await expect(page.locator("#room-1012")).to_have_count(0)


async def test_a_filter_stays_while_the_board_lives(lobby: Lobby, visit: Visit) -> None:
    page = await visit(lobby.url)
    await page.get_by_text("Occupied").click()
    await expect(page.locator(".card:visible")).to_have_count(0)
    await expect(page.locator("#none")).to_be_visible()
    await lobby.ask("checkin", room="1005", last="Souza")
    await expect(page.locator(".card:visible")).to_have_count(1)
    await expect(page.locator("[data-count=occupied]")).to_have_text("1")


async def test_who_works_by_keyboard_stays_where_he_was_after_an_order(lobby: Lobby, visit: Visit) -> None:
    page = await visit(f"{lobby.url}/rooms/1003")
    await page.locator("input[name=last]").fill("Souza")
    await page.keyboard.press("Enter")
    await expect(page.locator(".guests")).to_contain_text("Souza")
    await expect(page.locator("main h1")).to_be_focused()

    await page.get_by_role("button", name="Do not disturb on").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="Do not disturb off")).to_be_focused()

    await page.locator("input[name=time]").fill("6:30")
    await page.keyboard.press("Enter")
    await expect(page.locator("ul.calls")).to_contain_text("to come")
    await expect(page.get_by_role("button", name="Set", exact=True)).to_be_focused()


async def test_a_wake_up_call_is_cancelled_by_keyboard_and_the_page_is_not_lost(
    lobby: Lobby, visit: Visit
) -> None:
    await lobby.ask("wakeup/add", room="1003", time="630")
    page = await visit(f"{lobby.url}/wakeups")
    await page.locator("tr", has_text="1003").get_by_role("button").focus()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("button", name="No", exact=True)).to_be_visible()
    await page.keyboard.press("Enter")
    await expect(page.locator("#calls tr", has_text="to come")).to_have_count(0)
    await expect(page.locator("#main")).to_be_focused()


async def test_the_drawer_goes_with_a_guest_who_moves(lobby: Lobby, visit: Visit) -> None:
    await lobby.ask("checkin", room="1001", first="Ana", last="Souza")
    page = await visit(lobby.url)
    await page.locator("#room-1001").click()
    drawer = page.locator("#drawer")
    await drawer.get_by_text("Move or swap").click()
    await drawer.get_by_label("To room").fill("1002")
    await page.keyboard.press("Enter")
    await expect(drawer.locator("h1")).to_have_text("Room 1002")
    await expect(drawer.locator(".guests")).to_contain_text("Ana Souza")


async def test_the_eighth_tab_of_a_browser_lives_as_the_first_does(lobby: Lobby, visit: Visit) -> None:
    first = await visit(lobby.url)
    tabs = [first, *[await first.context.new_page() for _ in range(7)]]
    for tab in tabs[1:7]:
        await tab.goto(f"{lobby.url}/log", wait_until="domcontentloaded")
    await tabs[3].close()  # nobody waits for who has gone
    await tabs[7].goto(f"{lobby.url}/rooms/1005")

    await lobby.ask("checkin", room="1005", last="Souza")

    await expect(first.locator("#room-1005")).to_contain_text("Souza")
    await expect(tabs[7].locator(".guests")).to_contain_text("Souza")


async def test_a_browser_whose_tabs_share_nothing_hears_the_news_as_well(lobby: Lobby, visit: Visit) -> None:
    page = await visit(lobby.url)
    await page.add_init_script("delete window.SharedWorker")
    await page.reload()
    await lobby.ask("checkin", room="1005", last="Souza")
    await expect(page.locator("#room-1005")).to_contain_text("Souza")
