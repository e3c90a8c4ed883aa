"""housephone.yaml and the variables that outrank it: what is taken can be worked with, the rest is told in place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from pydantic import BaseModel

from desired.names import Place
from reconciler.app.lines import setup_of
from reconciler.app.linked import link_options
from reconciler.app.offline import hotel_of
from reconciler.budget import limits
from reconciler.configuration.file import load
from reconciler.configuration.settings import Settings
from reconciler.errors import Fatal, Misconfigured
from tests.fuzz.bending import bytes_of, either, json_of
from tests.fuzz.documents import LONGEST_MESSAGE, WORDS
from tests.fuzz.target import Take, Target

PLAIN: Final = {
    "property": {"name": "Harbour View", "timezone": "America/New_York", "tenant": "Harbour", "site": "Main"},
    "desired": "./rooms",
    "state": "./state",
    "database": None,
    "rooms": [
        "1001-1012",
        "!1003",
        {"room": "PH1", "extensions": ["1901", "1902"], "description": "x", "room_id": "PH-1"},
    ],
    "zoom": {
        "url": "https://zoom.us",
        "account_id": "a",
        "client_id": "b",
        "client_secret": "c",
        "plan": "business",
        "share": 0.5,
        "retries": 3,
        "interval": 60,
        "refresh_cache": 480,
        "drift_check": 15,
        "debug": False,
        "home_country": "US",
        "events": "websocket",
        "event_subscription": "x",
        "event_url": "wss://ws.zoom.us/ws",
        "allowed_hosts": ["a.example"],
    },
    "names": {
        "occupied": {
            "first": "${vip} ${first}",
            "last": "${last} ${extension}",
            "display": "${first} ${last} ${extension}",
        },
        "vacant": {"first": "Room", "last": "${extension}", "display": "Room ${extension}"},
        "device": {"occupied": "${last}", "vacant": "${room}"},
        "vip": {"1": "VIP"},
    },
    "department": "state",
    "department_words": {"occupied": "In", "vacant": "Out", "date_format": "%Y-%m-%d"},
    "message_management": False,
    "calling": {
        "enabled": True,
        "occupied": "national",
        "vacant": "internal",
        "emergency_verified": {"date": "2026-11-22", "by": "x", "users": True, "common_areas": False},
    },
    "safety": {"max_blanked": "25%", "max_deletes": 200, "max_repairs": 5},
    "pms": [
        {
            "kind": "fias",
            "host": "10.0.0.5",
            "port": 5010,
            "encoding": "utf-8-then:cp850",
            "keepalive": "ls",
            "rooms": ["1001-1005"],
            "private": {"field": "A3", "value": "Y"},
            "log": {"enabled": True, "masked": False},
            "auth_key": "00112233445566778899aabbccddeeff",
            "name": "main",
        }
    ],
    "sip": {
        "backend": "baresip",
        "local": {"address": "127.0.0.1", "port": 5070, "media_ports": "20000-20999"},
        "pbx": {"address": "pbx.example", "port": 5060, "expires": 600, "realm": "x", "domain": "y.example"},
        "proxy": {"address": "z.example"},
        "accounts": [{"user": "9001", "password": "p", "extension": "9001"}],
    },
    "voice": {
        "language": "en",
        "pilot": "9000",
        "operator": "0",
        "clock": 12,
        "wakeup": {"ring": 24, "attempts": 3},
        "housekeeping": {"code": "61", "statuses": {"1": "clean"}},
        "mailbox": {"enabled": True, "keep_days": 3},
    },
    "log_names": False,
    "retention": {"history_days": 90, "pms_log_days": 14},
    "alerts": {
        "mail": {"server": "mail.example", "from": "a@b.example", "to": ["c@d.example"]},
        "webhook": {"url": "https://hook.example/x"},
        "second_contact": "7001",
    },
    "report": {"at": "06:00", "folder": "reports", "mail": True, "keep_days": 30},
    "desk": {"listen": "127.0.0.1:8080", "users": [], "tokens": []},
}
SAMPLES: Final = (
    b"""\
property: {name: Harbour View, timezone: America/New_York}
rooms:
  - "1001-1240"
  - "!1013"
zoom:
  account_id: x
  client_secret_file: secrets/zoom
  share: 0.5
""",
    b"""\
property:
  timezone: Europe/Lisbon
desired: &d ./rooms
state: *d
desk: {listen: '[::1]:8080'}
pms:
  - {kind: fias, host: 10.0.0.5, port: 5010}
  - {kind: fias, host: 10.0.0.6, port: 5010, name: annex}
""",
)
VARIABLES: Final = (
    b"HOUSEPHONE_ZOOM__CLIENT_SECRET=abc\nHOUSEPHONE_ZOOM__SHARE=0.5\n",
    b'HOUSEPHONE_ROOMS=["1001-1003"]\nHOUSEPHONE_PMS=[{"kind": "fias", "host": "x", "port": 1}]\n',
    b"HOUSEPHONE_PROPERTY__TIMEZONE=Asia/Tokyo\nHOUSEPHONE_DESK__LISTEN=127.0.0.1:9\nHOUSEPHONE_STATE=/x\n",
    b"HOUSEPHONE_NAMES__VIP__1=gold\nHOUSEPHONE_SIP__PBX__ADDRESS=p\nHOUSEPHONE_CONFIG=x\nHOUSEPHONE_TEST_X=1\n",
)
MOST_MISTAKES: Final = 101
NOW: Final = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
PLACE: Final = Place("1207", "1207", "1207")

file = either(bytes_of(SAMPLES, WORDS), json_of((PLAIN,)), json_of((PLAIN,)))
variables = bytes_of(
    VARIABLES, (b"__", b"HOUSEPHONE_", b"=", b"\n", b"[" * 90_000, b'{"a": ', b"_", b"__0__")
)


def load_and_use(path: Path, environment: Mapping[str, str]) -> None:
    """The configuration is refused with a place for each mistake, or it can be worked with."""
    try:
        settings = load(path, environment)
    except Misconfigured as error:
        lines = error.message.split("\n")
        assert len(lines) <= MOST_MISTAKES
        for line in lines:
            assert line.isprintable(), line
            assert len(line) <= LONGEST_MESSAGE + len(str(path)), line
            assert line.startswith((str(path), "$HOUSEPHONE_", "… and ")), line
        return
    use(settings)


def use(settings: Settings) -> None:
    """Make of the settings what the controller makes of them at its start."""
    settings.grounds.check()
    hotel = hotel_of(settings.grounds)
    for occupied in (True, False):
        for name in hotel.house.templates.render(PLACE, None, occupied=occupied)[0]:
            (name or "").encode()
    f"{NOW:{settings.department_words.date_format}}".encode()
    assert limits(settings.zoom.plan, settings.zoom.share)
    for link in settings.pms:
        with suppress(Fatal):
            link_options(settings, link)
    if settings.sip:
        with suppress(Fatal):
            setup_of(settings.sip, settings.state)
    for days in (settings.retention.history_days, settings.retention.pms_log_days, settings.report.keep_days):
        assert NOW - timedelta(days=days) < NOW
    for number in numbers(settings):
        assert math.isfinite(number)
        assert NOW + timedelta(minutes=number) >= NOW or number < 0


def numbers(value: Any) -> Iterator[float]:
    """Every number of the settings: most are spans of time."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from numbers(getattr(value, name))
    elif isinstance(value, list | tuple):
        for each in value:
            yield from numbers(each)
    elif isinstance(value, int | float) and not isinstance(value, bool | date):
        yield value


@contextmanager
def open_file() -> Iterator[Take]:
    """A configuration file."""
    with TemporaryDirectory(prefix="housephone-fuzz-") as folder:
        path = Path(folder) / "housephone.yaml"

        def take(data: bytes) -> None:
            path.write_bytes(data)
            load_and_use(path, {})

        yield take


@contextmanager
def open_variables() -> Iterator[Take]:
    """The environment over a good file, one variable a line."""
    with TemporaryDirectory(prefix="housephone-fuzz-") as folder:
        path = Path(folder) / "housephone.yaml"
        path.write_bytes(SAMPLES[0])

        def take(data: bytes) -> None:
            lines = data.replace(b"\0", b"").decode("utf-8", "surrogateescape").split("\n")
            pairs = (line.partition("=") for line in lines)
            load_and_use(path, {name: value for name, _, value in pairs if name})

        yield take


FILE: Final = Target("configuration", file, open_file, examples=50_000, few=30)
VARIABLE: Final = Target("environment", variables, open_variables, examples=20_000, few=30)
