"""Where the bearer token may go.

The token answer names the region that serves the account (``api_url``). It is a peer's input like any other:
it is followed only to https under the token host's own domain or to a host that the configuration allows, so
that nobody can lead the token elsewhere. Plain http is for simulated peers: both ends must be on this
machine.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import SplitResult, urlsplit

from reconciler.errors import Fatal

DOMAINS: Final = ("zoom.us", "zoomgov.com")
"""Zoom's own domains; every serving region lies under them (Zoom API, Using Zoom APIs)."""


class Hosts:
    """The token host and the hosts that may be given its tokens. Fatal on an unsafe ``zoom.url``."""

    def __init__(self, url: str, allowed: Iterable[str] = ()) -> None:
        parts = _plain(url)
        if parts is None or (parts.scheme != "https" and not is_loopback(parts.hostname or "")):
            raise Fatal(
                "zoom.url must be an https address of a host",
                "use https://zoom.us (http is taken for this machine only)",
            )
        self._host = (parts.hostname or "").rstrip(".")
        self._domain = next((each for each in DOMAINS if _under(self._host, each)), self._host)
        self._allowed = frozenset(each.lower().strip().rstrip(".") for each in allowed)
        self._port = parts.port
        self.token_base = _base(parts)

    def base_of(self, api_url: Any) -> str:
        """The base address for calls. Raises Fatal if ``api_url`` leads where the token must not go."""
        if api_url is None:
            return f"https://api.{self._domain}" if self._domain in DOMAINS else self.token_base
        parts = _plain(api_url) if isinstance(api_url, str) else None
        if parts is None or not self._is_trusted(parts):
            host = parts.hostname if parts is not None else "an address that cannot be read"
            raise Fatal(
                f"Zoom's token answer leads to {host}, which is not under {self._domain}: not followed",
                "if this host is right, name it in zoom.allowed_hosts",
            )
        return _base(parts)

    def _is_trusted(self, parts: SplitResult) -> bool:
        host = (parts.hostname or "").rstrip(".")
        if is_loopback(self._host):
            return is_loopback(host) or (parts.scheme == "https" and host in self._allowed)
        if parts.scheme != "https" or is_loopback(host):
            return False
        if parts.port not in {None, 443, self._port}:
            return False
        return _under(host, self._domain) or host in self._allowed


def same_origin(base: str, location: str) -> str | None:
    """The full address of a redirect that stays on the same scheme, host and port; None for any other."""
    if location.startswith("/") and not location.startswith(("//", "/\\")):
        parts = urlsplit(base)
        return f"{parts.scheme}://{parts.netloc}{location}"
    try:
        one, other = urlsplit(base), urlsplit(location)
        ours, theirs = (one.scheme, one.hostname, one.port), (other.scheme, other.hostname, other.port)
    except ValueError:
        return None
    return location if ours == theirs and "@" not in other.netloc and "\\" not in location else None


def _plain(url: str) -> SplitResult | None:
    """The parts of an address that is only scheme, host and port, in lower case; None for anything more."""
    if not url.isascii() or not url.isprintable() or any(sign in url for sign in " \\@%#?"):
        return None
    try:
        parts = urlsplit(url.lower())
        _ = parts.port
    except ValueError:
        return None
    named = bool((parts.hostname or "").strip("."))
    return parts if parts.scheme in {"http", "https"} and named and parts.path in {"", "/"} else None


def _base(parts: SplitResult) -> str:
    """The address put together anew, so that nothing odd of the given text is left in it."""
    host = (parts.hostname or "").rstrip(".")  # the very host that was judged, without the root's dot
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port is not None else "")


def _under(host: str, domain: str) -> bool:
    return host == domain or host.endswith("." + domain)


def is_loopback(host: str) -> bool:
    """True for this machine, where simulated peers are."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
