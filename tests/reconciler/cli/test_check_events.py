"""What `reconcile check` says of Zoom's own events."""

from typing import Any

import pytest

from reconciler import control
from tests.reconciler.house import House

HOOK = {"events": "webhook", "event_secret_file": "events-secret"}
SOCKET = {"events": "websocket", "event_subscription": "sub"}
NOON = "2026-11-22T17:00:00Z"
WELL: dict[str, Any] = {"problem": None, "since": NOON, "last_at": NOON, "taken": 12, "refused": {}}


@pytest.fixture(autouse=True)
def folders(house: House) -> None:
    """What a hotel has after its first pass, and a secret."""
    (house.folder / "rooms").mkdir()
    house.state.mkdir(mode=0o700)
    (house.folder / "events-secret").write_text("harbour-view-event-secret")
    (house.folder / "events-secret").chmod(0o600)


def said(house: House, zoom: dict[str, Any]) -> list[str]:
    house.configure(zoom=zoom)
    ran = house("check")
    assert ran.code == 0
    return [line for line in ran.out.splitlines() if " Zoom events: " in line]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What a running controller answers; empty while none is asked for."""
    answer: dict[str, Any] = {}

    async def events(_settings: object) -> dict[str, Any]:
        return answer

    monkeypatch.setattr(control, "events", events)
    return answer


def test_a_hotel_that_does_not_ask_for_events_reads_what_it_does_without(house: House) -> None:
    (line,) = said(house, {})
    assert line == "off  Zoom events: off: a change in Zoom is found at the next sweep, every 15 minutes"


def test_without_a_controller_nobody_takes_events(house: House) -> None:
    (line,) = said(house, HOOK)
    assert line.startswith("off  Zoom events: not tried: only a controller takes them")


def test_a_secret_that_is_not_there_is_named(house: House) -> None:
    (line,) = said(house, HOOK | {"event_secret_file": "none"})
    assert line.startswith("warn Zoom events: zoom.event_secret_file: ")
    assert "No such file" in line


def test_events_that_come_are_counted(house: House, told: dict[str, Any]) -> None:
    told |= WELL | {"way": "webhook"}
    (line,) = said(house, HOOK)
    assert line.startswith("ok   Zoom events: webhook since ")
    assert "12 events, last one " in line


def test_a_socket_that_is_down_is_shown_with_what_helps(house: House, told: dict[str, Any]) -> None:
    told |= WELL | {"way": "websocket", "problem": "no connection (OSError)", "last_at": None}
    (line,) = said(house, SOCKET)
    assert line.startswith("warn Zoom events: websocket: no connection (OSError), since ")
    assert "zoom.event_subscription" in line


def test_requests_that_are_not_taken_are_shown_with_what_helps(house: House, told: dict[str, Any]) -> None:
    told |= WELL | {"way": "webhook", "refused": {"signature": 3, "time": 2}}
    _, forged, late = said(house, HOOK)
    assert "3 requests at the web hook had a wrong signature" in forged
    assert "NTP" in late


def test_a_controller_with_older_settings_is_noticed(house: House, told: dict[str, Any]) -> None:
    told |= WELL | {"way": "websocket"}
    (line,) = said(house, HOOK)
    assert line.startswith("warn Zoom events: the running controller takes none this way")
