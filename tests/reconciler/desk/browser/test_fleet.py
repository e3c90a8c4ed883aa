"""The group's page in a browser: nothing on it keeps anybody from reading it."""

import anyio
import pytest

from reconciler.configuration.deskusers import Desk
from reconciler.desk.fleet import fleet_app
from reconciler.desk.serve import bind, serve
from tests.reconciler.conftest import FastClock
from tests.reconciler.desk.browser.conftest import Visit
from tests.reconciler.desk.browser.test_everyone import complaints
from tests.reconciler.desk.test_fleet import NoBooks, look

pytestmark = pytest.mark.anyio


async def test_the_fleet_can_be_read_by_everybody(visit: Visit) -> None:
    with bind("127.0.0.1", 0) as listener:
        host, port = listener.getsockname()
        app = fleet_app(look, Desk(), NoBooks(), FastClock())
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(serve, app, listener)
            page = await visit(f"http://{host}:{port}/fleet")
            assert await complaints(page) == []
            await page.set_viewport_size({"width": 360, "height": 740})
            assert await page.evaluate("document.documentElement.scrollWidth") <= 360
            tasks.cancel_scope.cancel()
