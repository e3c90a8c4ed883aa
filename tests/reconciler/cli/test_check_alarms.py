"""What `reconcile check` says of those who hear of alarms."""

from typing import Any

import pytest
from aiosmtpd.controller import Controller

from tests.conformance.telephones.peers import free_port
from tests.reconciler.house import House

PEOPLE = {"from": "phones@hotel.example", "to": ["night@hotel.example"]}


class NoLetter:
    """A mail server that is asked and gets nothing."""

    async def handle_DATA(self, *_: Any) -> str:  # noqa: N802 - the library's name
        raise AssertionError("check has sent a letter")


@pytest.fixture(autouse=True)
def folders(house: House) -> None:
    """What a hotel has after its first pass."""
    (house.folder / "rooms").mkdir()
    house.state.mkdir(mode=0o700)


def said(house: House, alerts: dict[str, Any]) -> list[str]:
    house.configure(alerts=alerts)
    ran = house("check")
    assert ran.code == 0
    return [line for line in ran.out.splitlines() if " alarms by " in line]


def test_a_hotel_that_names_nobody_reads_nothing_of_it(house: House) -> None:
    assert said(house, {}) == []


def test_a_mail_server_that_would_take_letters_is_told_and_gets_none(house: House) -> None:
    port = free_port()
    server = Controller(NoLetter(), hostname="127.0.0.1", port=port)
    server.start()
    try:
        mail = PEOPLE | {"server": "127.0.0.1", "port": port, "security": "none"}
        (line,) = said(house, {"mail": mail})
    finally:
        server.stop()
    assert line == "ok   alarms by mail: 127.0.0.1 would take letters for night@hotel.example"


def test_a_mail_server_that_is_away_and_a_secret_that_is_missing_name_their_remedy(house: House) -> None:
    mail = PEOPLE | {"server": "127.0.0.1", "port": free_port(), "security": "none"}
    hook = {"url": "https://hotel.example/alarms", "secret_file": "gone"}
    away, missing = said(house, {"mail": mail, "webhook": hook})
    assert away.startswith("warn alarms by mail: 127.0.0.1:")
    assert away.endswith("→ see alerts.mail")
    assert missing.startswith("warn alarms by web hook: alerts.webhook.secret_file: ")


def test_a_web_hook_is_not_tried(house: House) -> None:
    (line,) = said(house, {"webhook": {"url": "https://hotel.example/alarms"}})
    assert line.startswith("off  alarms by web hook: not tried")
