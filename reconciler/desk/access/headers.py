"""The headers that every answer of the desk carries: nothing from elsewhere, in no frame, kept nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from starlette.datastructures import MutableHeaders

from reconciler.desk.access.arrival import Arrival, is_loopback

_ALWAYS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not no-referrer: with that a browser sends `Origin: null` with our own forms, so they look like another site's.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


def protect(headers: MutableHeaders, arrived: Arrival) -> None:
    """Add them. Only our own files may be kept, for as long as their route says; all else may hold guests' data."""
    headers.update(_ALWAYS)
    if arrived.secure or is_loopback(arrived.host):  # elsewhere browsers ignore it, and complain
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if arrived.path.startswith("/static/"):
        headers.setdefault("Cache-Control", "no-cache")
    else:
        headers["Cache-Control"] = "no-store"
