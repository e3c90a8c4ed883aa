"""A clerk on a slow line: answers come late, news crosses them, and nothing that was typed or pressed is lost."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, Route, expect

from tests.reconciler.conftest import until
from tests.reconciler.desk.browser.conftest import Visit
from tests.reconciler.desk.conftest import Lobby

pytestmark = [pytest.mark.anyio, pytest.mark.integration]


class Line:
    """The line between a page and the desk; orders that somebody sends wait in it until they are let through."""

    def __init__(self) -> None:
        self.sent: list[str] = []
        self._waiting: list[Route] = []
        self._through = False

    async def hold(self, page: Page, address: str) -> None:
        async def wait(route: Route) -> None:
            self.sent.append(route.request.post_data or "")
            if self._through:
                await route.continue_()
            else:
                self._waiting.append(route)

        await page.route(f"**{address}", wait)

    async def let_through(self) -> None:
        self._through = True
        for route in self._waiting:
            await route.continue_()


async def test_who_has_typed_a_guest_and_gone_on_to_the_button_checks_that_guest_in(
    lobby: Lobby, visit: Visit
) -> None:
    page = await visit(f"{lobby.url}/rooms/1001")
    await page.get_by_label("Last name").fill("Souza")
    await page.get_by_label("Incognito").check()
    await page.get_by_role("button", name="Check in", exact=True).focus()

    await lobby.ask("wakeup/add", room="1001", time="630")  # news of this very room
    await expect(page.locator("ul.calls")).to_contain_text("to come")

    await expect(page.get_by_label("Last name")).to_have_value("Souza")
    await expect(page.get_by_role("button", name="Check in", exact=True)).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.locator(".guests")).to_contain_text("Souza")
    assert (await lobby.get("/api/rooms/1001"))["guests"][0]["last"] == "Souza"
    await expect(page.locator("input[name=last]")).to_have_value("")


async def test_a_guest_is_checked_in_once_however_often_somebody_presses_while_the_answer_is_late(
    lobby: Lobby, visit: Visit
) -> None:
    page, line = await visit(f"{lobby.url}/rooms/1001"), Line()
    await line.hold(page, "/api/checkin")
    await page.get_by_label("Last name").fill("Souza")
    button = page.get_by_role("button", name="Check in", exact=True)
    await button.click()
    await lobby.ask("wakeup/add", room="1001", time="630")
    await expect(page.locator("ul.calls")).to_contain_text("to come")  # the button is another one by now
    await button.click()

    await line.let_through()

    await expect(page.locator(".guests")).to_contain_text("Souza")
    await expect(page.locator("input[name=last]")).to_have_value("")
    assert len(line.sent) == 1
    assert len((await lobby.get("/api/rooms/1001"))["guests"]) == 1


async def test_the_next_wake_up_call_is_typed_while_the_answer_to_the_last_is_late(
    lobby: Lobby, visit: Visit
) -> None:
    page, line = await visit(f"{lobby.url}/wakeups"), Line()
    await line.hold(page, "/wakeups/quick")
    quick = page.locator("#quick")
    await quick.fill("1001 630")
    await quick.press("Enter")
    await quick.fill("1002 640")
    await quick.press("Enter")
    await quick.fill("1003 6")

    await line.let_through()

    await expect(page.locator("#calls")).to_contain_text("1001")
    await expect(page.locator("#calls")).to_contain_text("1002")
    await expect(quick).to_have_value("1003 6")
    await expect(quick).to_be_focused()


async def test_a_button_that_is_pressed_while_news_comes_is_still_there_when_it_is_let_go(
    lobby: Lobby, visit: Visit
) -> None:
    page = await visit(f"{lobby.url}/rooms/1001")
    button = page.get_by_role("button", name="Do not disturb on")
    await button.hover()
    await page.mouse.down()
    async with page.expect_response("**/parts/rooms/1001"):
        await lobby.ask("checkin", room="1001", last="Souza")
    await expect(page.locator("main")).not_to_contain_text("Souza")
    await page.mouse.up()

    await until(lambda: lobby.desk.board._cards["1001"].dnd)
    await expect(page.locator("main")).to_contain_text("Souza")


async def test_a_room_that_cannot_be_opened_says_so(lobby: Lobby, visit: Visit) -> None:
    page = await visit(lobby.url)
    await page.route("**/parts/rooms/1001", lambda route: route.abort("connectionrefused"))
    await page.locator("#room-1001").click()
    await expect(page.locator(".toast.bad")).to_contain_text("did not answer")

    await page.unroute("**/parts/rooms/1001")
    await page.locator("#room-1001").click()
    await expect(page.locator("#drawer h1")).to_have_text("Room 1001")
