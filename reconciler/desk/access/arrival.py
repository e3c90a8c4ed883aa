"""What a request says of where it comes from: address, scheme, host, site. Pure: it only reads headers.

Only a reverse proxy that the configuration names is believed about the address and scheme of others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

Network = IPv4Network | IPv6Network

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""

LONGEST_NEXT: Final = 1000
FIELDS_AT_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request, as far as it matters for who may. ``by_proxy``: a trusted proxy has brought it."""

    method: str
    path: str
    query: str
    address: str
    secure: bool
    by_proxy: bool
    headers: Headers

    @property
    def is_safe(self) -> bool:
        """Whether it only looks."""
        return self.method in SAFE

    @property
    def host(self) -> str:
        """The host that the client meant, as it was written, with its port."""
        forwarded = self.headers.get("x-forwarded-host", "") if self.by_proxy else ""
        return forwarded.rpartition(",")[2].strip() or self.headers.get("host", "")

    @property
    def wants_page(self) -> bool:
        """Whether a browser asks for a page to show, and not a program for data."""
        looks = self.method in {"GET", "HEAD"} and "text/html" in self.headers.get("accept", "")
        return looks and not self.path.startswith("/api/")


def arrival(scope: Scope, proxies: Sequence[Network] = ()) -> Arrival:
    """Read a request of HTTP (ASGI)."""
    headers, scheme = Headers(scope=scope), scope["scheme"]
    peer = _plain(scope["client"][0]) if scope.get("client") else ""
    by_proxy = _among(peer, proxies)
    if by_proxy:
        hops = [_plain(hop.strip()) for hop in ",".join(headers.getlist("x-forwarded-for")).split(",")]
        peer = _first_stranger(reversed(hops), proxies) or peer
        scheme = headers.get("x-forwarded-proto", scheme).rpartition(",")[2].strip()
    query = scope["query_string"].decode("latin-1")
    return Arrival(scope["method"], scope["path"], query, peer, scheme == "https", by_proxy, headers)


def _plain(address: str) -> str:
    """The address as people know it: a socket for both versions shows an IPv4 address inside an IPv6 one."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return str((known.ipv4_mapped if isinstance(known, IPv6Address) else None) or known)


def _among(address: str, networks: Sequence[Network]) -> bool:
    try:
        known = ip_address(address)
    except ValueError:
        return False
    return any(known in network for network in networks)


def _first_stranger(hops: Iterable[str], proxies: Sequence[Network]) -> str | None:
    """The nearest hop that is no proxy of ours; what stands before it a client may have made up."""
    for hop in hops:
        try:
            ip_address(hop)
        except ValueError:
            return None
        if not _among(hop, proxies):
            return hop
    return None


def is_loopback(host: str) -> bool:
    """Tell whether a host (with or without port) can only mean this machine, whoever answers for names."""
    try:
        parts = urlsplit(f"//{host}")
    except ValueError:
        return False
    name = parts.hostname or ""
    if parts.netloc != host or "@" in host:
        return False
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def from_another_site(arrived: Arrival) -> bool:
    """Tell whether a browser says that a page of another site has sent this.

    Browsers send ``Sec-Fetch-Site`` where the connection is trustworthy, and ``Origin`` with everything that may
    change something; programs send neither.
    """
    site = arrived.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = arrived.headers.get("origin")
    if origin is None:
        return False
    try:
        return urlsplit(origin).netloc.lower() != arrived.host.lower()
    except ValueError:
        return True


def local_path(wanted: str) -> str:
    """Where to go after the sign-in: a path of this page, ``/`` where another was asked for."""
    plain = len(wanted) <= LONGEST_NEXT and wanted.isascii() and wanted.isprintable()
    inside = wanted.startswith("/") and not wanted.startswith(("//", "/sign-")) and "\\" not in wanted
    return wanted if plain and inside else "/"


def form_fields(body: bytes) -> dict[str, str]:
    """The fields of a form as browsers send it (application/x-www-form-urlencoded); none of what is no form."""
    try:
        pairs = parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=FIELDS_AT_MOST)
    except ValueError:
        return {}
    return dict(pairs)
