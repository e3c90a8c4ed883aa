"""The check-up at the desk: what is to be done first, each with a way into the guide, and no command for a clerk."""

from __future__ import annotations

import pytest

from tests.reconciler.desk.conftest import Lobby
from tests.reconciler.desk.page.reading import read

pytestmark = pytest.mark.anyio


async def test_the_check_up_tells_first_what_is_to_be_done(lobby: Lobby) -> None:
    answer = await lobby.client.post("/parts/check", json={})
    assert answer.status_code == 200, answer.text
    found = read(answer.text)

    to_do, rest = found.find("ul", class_="findings")
    assert to_do.find("a", href="/guide/desk-access") or to_do.find("a", href="/guide/configuration")
    assert {line.split()[0] for line in to_do.lines} <= {"Wrong", "Look"}
    assert "configuration : Harbour View, America/New_York" in rest.text, rest.text
    assert "`reconcile" not in found.text
