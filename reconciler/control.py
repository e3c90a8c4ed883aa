"""How the command line reaches the running controller of the same state: an address and a token in one file.

A Unix socket would be the shorter way, but its path may not be longer than about 100 characters, and state folders
are. The file is readable by its owner only, and the address is on loopback.
"""

from __future__ import annotations

import json
import os
import re
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import httpx

from reconciler.configuration.settings import Settings
from reconciler.desk.orders import AnyOrder
from reconciler.errors import Fatal
from reconciler.outcome import DECLINED, Report, report_of
from reconciler.passes import Ask, Options
from reconciler.snapshot import Snapshot, snapshot_in
from reconciler.sought import Sought

FILE = "controller.json"
_ADDRESS: Final = re.compile(r"http://127\.0\.0\.1:([0-9]{1,5})")
_TOKEN: Final = re.compile(r"[!-~]+")
"""How address and token of a controller look; a file that says anything else is damaged."""
_LAST_PORT: Final = 65535
NO_AUTHORITIES: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""The door speaks plain HTTP on loopback: to read those of the system would only take a command longer."""
_NOT_OURS: Final = frozenset(
    {
        httpx.codes.UNAUTHORIZED,
        httpx.codes.NOT_FOUND,
        httpx.codes.METHOD_NOT_ALLOWED,
        httpx.codes.NOT_IMPLEMENTED,
    }
)
"""What a program answers that knows nothing of our token or our paths."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where the running controller listens for the command line; a ``shadow`` only watches."""

    url: str
    token: str
    shadow: bool = False

    def publish(self, state: Path) -> None:
        """Write the file, whole and private."""
        temporary = state / f".{FILE}.tmp"
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump({"url": self.url, "token": self.token, "shadow": self.shadow}, file)
        temporary.replace(state / FILE)

    @staticmethod
    def close(state: Path) -> None:
        """Take the file away."""
        (state / FILE).unlink(missing_ok=True)


def door(settings: Settings) -> Door | None:
    """The door that a controller has published in this state folder, whether or not it still runs."""
    try:
        data = json.loads((settings.state / FILE).read_text(encoding="ascii"))
        url, token, shadow = data["url"], data["token"], data["shadow"]
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    whole = isinstance(url, str) and isinstance(token, str) and isinstance(shadow, bool)
    return Door(url, token, shadow) if whole and _is_ours(url) and _TOKEN.fullmatch(token) else None


def _is_ours(url: str) -> bool:
    """Whether a controller may have said this address: only to one on this machine may the token go."""
    found = _ADDRESS.fullmatch(url)
    return found is not None and int(found[1]) <= _LAST_PORT


async def hand_over(settings: Settings, options: Options, ask: Ask | None) -> Report | None:
    """Let the running controller make the pass; None if there is none, or one that only watches and is to write."""
    found = door(settings)
    if found is None or (found.shadow and not options.dry_run):
        return None
    if ask is not None and not options.dry_run:
        look = await _pass(found, replace(options, dry_run=True, expect=None))
        if look is None or not ask(look):
            return None if look is None else replace(look, dry_run=False, fatal=DECLINED)
        options = replace(options, cached=True)
    return await _pass(found, options)


async def photographed(settings: Settings) -> Snapshot | None:
    """Let the running controller read all that Zoom shows; None if there is none."""
    found = door(settings)
    answer = None if found is None else await _post(found, "/snapshot", {})
    return None if answer is None else snapshot_in(answer)


async def poke(settings: Settings, *rooms: str) -> Door | None:
    """Tell the running controller that the stored wishes of these rooms have changed; None if there is none."""
    found = door(settings)
    told = found is not None and await _post(found, "/poke", {"rooms": rooms}) is not None
    return found if told else None


async def carry(settings: Settings, order: AnyOrder, where: str) -> str | None:
    """Let the running controller do what the desk asks for; None if there is none. Fatal if it declines."""
    given = {"verb": order.verb, **order.model_dump(mode="json", exclude_unset=True)}
    return await _said(settings, "/order", {"order": given, "where": where})


async def resync(settings: Settings, links: tuple[str, ...], where: str, *, release: bool) -> str | None:
    """Let the running controller ask PMS links for every room, or release a held resync; None if there is none."""
    return await _said(settings, "/resync", {"links": links, "where": where, "release": release})


async def forget(
    settings: Settings, sought: Sought, who: str, *, dry_run: bool, export: bool
) -> dict[str, Any] | None:
    """Let the running controller erase a guest (``reconciler.app.forgetting``); None if there is none."""
    found = door(settings)
    asked = {
        "reservation": sought.reservation, "room": sought.room, "name": sought.name,
        "before": sought.before and sought.before.isoformat(), "who": who, "dry_run": dry_run, "export": export,
    }  # fmt: skip
    answer = None if found is None else await _post(found, "/forget", asked)
    return None if answer is None else dict(answer)


@dataclass(frozen=True, slots=True)
class Present:
    """Who answers at the door: a controller, or its shadow, and since when."""

    shadow: bool
    pid: int
    since: datetime


async def present(settings: Settings) -> Present | None:
    """Ask at the door who is there; None if nobody is."""
    found = door(settings)
    answer = None if found is None else await _post(found, "/present", {})
    if answer is None:
        return None
    return Present(answer["shadow"], answer["pid"], datetime.fromisoformat(answer["since"]))


async def links(settings: Settings) -> list[dict[str, Any]] | None:
    """How the running controller finds its PMS links (``reconciler.views.links``); None if there is none."""
    found = door(settings)
    answer = None if found is None else await _post(found, "/links", {})
    return None if answer is None else list(answer["links"])


async def channels(settings: Settings) -> list[dict[str, Any]] | None:
    """How the running controller finds its channels (``reconciler.views.telephones``); None if there is none."""
    found = door(settings)
    answer = None if found is None else await _post(found, "/channels", {})
    return None if answer is None else list(answer["channels"])


async def events(settings: Settings) -> dict[str, Any] | None:
    """How Zoom's own events reach the running controller (``reconciler.views.events``).

    Empty where it does not ask for them; None if there is no controller.
    """
    found = door(settings)
    answer = None if found is None else await _post(found, "/events", {})
    return None if answer is None else dict(answer["events"] or {})


async def test_call(settings: Settings, extension: str) -> dict[str, Any] | None:
    """Let the running controller ring an extension (``reconciler.views.trial``); None if there is none."""
    found = door(settings)
    answer = None if found is None else await _post(found, "/testcall", {"extension": extension})
    return None if answer is None else dict(answer)


async def _said(settings: Settings, path: str, body: dict[str, Any]) -> str | None:
    found = door(settings)
    answer = None if found is None else await _post(found, path, body)
    return None if answer is None else str(answer["said"])


async def _pass(found: Door, options: Options) -> Report | None:
    asked = {
        "rooms": options.scope.rooms, "allow": sorted(options.scope.allow), "dry_run": options.dry_run,
        "cached": options.cached, "expect": options.expect, "wait": options.wait,
    }  # fmt: skip
    answer = await _post(found, "/pass", asked)
    return None if answer is None else report_of(answer)


async def _post(found: Door, path: str, body: dict[str, Any] | dict[str, Iterable[str]]) -> Any:
    """The answer's JSON (an empty one as {}), or None if nobody listens there any more."""
    timeout = httpx.Timeout(None, connect=2)
    headers = {"Authorization": f"Bearer {found.token}"}
    async with httpx.AsyncClient(
        base_url=found.url, timeout=timeout, trust_env=False, verify=NO_AUTHORITIES
    ) as client:
        try:
            answer = await client.post(path, json=body, headers=headers)
        except httpx.ConnectError:
            return None
        except httpx.HTTPError as error:
            raise Fatal("the running controller stopped before it was done", "run this again") from error
    if answer.status_code in _NOT_OURS:
        return None  # another process has taken the port; the controller that wrote the file is gone
    if answer.status_code == httpx.codes.CONFLICT:
        detail = answer.json()["detail"]
        raise Fatal(detail["message"], detail["remedy"])
    answer.raise_for_status()
    return answer.json() if answer.content else {}
