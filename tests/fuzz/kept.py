"""Files of our own that somebody may have damaged or made up: snapshots, the controller's door, imported accounts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from httpx import URL, Headers

from reconciler.app.imported import FILE as ACCOUNTS
from reconciler.app.imported import imported_in, users_of
from reconciler.app.lines import setup_of
from reconciler.app.offline import audit_snapshot
from reconciler.audit import Scope
from reconciler.configuration.file import load
from reconciler.configuration.settings import Settings
from reconciler.control import FILE as DOOR
from reconciler.control import door
from reconciler.errors import Fatal
from reconciler.report import render
from reconciler.snapshot import load as snapshot_of
from tests.fuzz.bending import bytes_of, either, json_of
from tests.fuzz.target import Take, Target

SNAPSHOT: Final[dict[str, Any]] = {
    "version": 1,
    "taken": "2026-11-22T12:00:00+00:00",
    "extensions": [
        {
            "kind": "user",
            "id": "u1",
            "number": 1001,
            "display_name": "Ana Souza",
            "first_name": "Ana",
            "last_name": "Souza",
            "department": "",
            "calling": "national",
            "dnd": False,
            "site": "Main",
            "always_open": "2026-11-22T12:00:00+00:00",
            "device": {"id": "d1", "name": "Room 1001", "extensions": [1001]},
        },
        {"kind": "common_area", "id": "c1", "number": 1002, "display_name": "Room 1002", "pending": True},
    ],
    "messages": [{"id": "m1", "extension": 1001, "at": "2026-11-21T12:00:00+00:00"}],
    "features": {"common_areas": {"on": True, "reason": "", "remedy": ""}},
}
DOORS: Final = ({"url": "http://127.0.0.1:4711", "token": "secret", "shadow": False},)
LINES: Final = (
    {
        "device": "Gateway",
        "accounts": [
            {
                "user": "9001",
                "auth_user": "a",
                "password": "p",
                "domain": "d.example",
                "proxy": "z.example:5091",
            },
            {
                "user": "9002",
                "auth_user": "b",
                "password": "q",
                "domain": "d.example",
                "proxy": "z.example:5091",
            },
        ],
    },
)
SHAPES: Final = ("text", "json", "markdown", "html")


def of(*samples: Any) -> Any:
    """Samples as bytes and as plain data, bent."""
    return either(bytes_of([json.dumps(each).encode() for each in samples]), json_of(samples))


def settings_in(folder: Path) -> Settings:
    """A hotel with a guest in room 1001, and the telephone lines that Zoom gives."""
    config = {
        "property": {"timezone": "America/New_York"}, "rooms": ["1001-1012"],
        "sip": {"pbx": {"address": "127.0.0.1"}, "accounts": "zoom"},
    }  # fmt: skip
    (folder / "rooms").mkdir()
    guest = b"room: '1001'\nguests: [{first: Ana, last: Souza}]\nmailbox: {cleared: '2026-11-22T11:02:00-05:00'}\n"
    (folder / "rooms" / "1001.yaml").write_bytes(guest)
    (folder / "housephone.yaml").write_text(json.dumps(config))
    return load(folder / "housephone.yaml", {})


@contextmanager
def open_snapshot() -> Iterator[Take]:
    """The audit against a snapshot gives a report in every shape, or a word about what is wrong with the file."""
    with TemporaryDirectory(prefix="housephone-fuzz-") as scratch:
        settings, path = settings_in(Path(scratch)), Path(scratch) / "zoom.json"
        path.write_text(json.dumps(SNAPSHOT))
        good = audit_snapshot(settings.grounds, snapshot_of(path), Scope()).to_json()["summary"]

        def take(data: bytes) -> None:
            path.write_bytes(data)
            with suppress(Fatal):
                report = audit_snapshot(settings.grounds, snapshot_of(path), Scope())
                for shape in SHAPES:
                    render(report, shape).encode()
            path.write_text(json.dumps(SNAPSHOT))
            again = audit_snapshot(settings.grounds, snapshot_of(path), Scope()).to_json()["summary"]
            assert again == good

        yield take


@contextmanager
def open_door() -> Iterator[Take]:
    """A file that is no door means that no controller runs."""
    with TemporaryDirectory(prefix="housephone-fuzz-") as scratch:
        settings = settings_in(Path(scratch))
        settings.state.mkdir()

        def take(data: bytes) -> None:
            (settings.state / DOOR).write_bytes(data)
            found = door(settings)
            if found is not None:
                address = URL(found.url)
                assert (address.host, (address.port or 80) < 65536) == ("127.0.0.1", True)
                Headers({"Authorization": f"Bearer {found.token}"}).raw[0][1].decode("ascii")

        yield take


@contextmanager
def open_accounts() -> Iterator[Take]:
    """Accounts that were read from Zoom can be registered, or have to be read again."""
    with TemporaryDirectory(prefix="housephone-fuzz-") as scratch:
        settings = settings_in(Path(scratch))
        (settings.state / ACCOUNTS).parent.mkdir(parents=True)

        def take(data: bytes) -> None:
            (settings.state / ACCOUNTS).write_bytes(data)
            users_of(settings)
            with suppress(Fatal):
                assert imported_in(settings.state).accounts
                assert settings.sip
                setup = setup_of(settings.sip, settings.state)
                for account in setup.accounts:
                    assert (account.user + account.auth_user + account.password).isprintable()
                assert setup.domain.isprintable()
                assert 0 < setup.proxy_port < 65536

        yield take


PHOTOGRAPH: Final = Target("snapshot", of(SNAPSHOT), open_snapshot, examples=5_000, few=15)
CONTROLLER: Final = Target("door", of(*DOORS), open_door)
ACCOUNT: Final = Target("accounts", of(*LINES), open_accounts)
