"""A setup in the library's own words."""

from __future__ import annotations

from typing import Final

from baresip import Account as Identity
from baresip import Config

from drivers.sip.setup import Account, Setup

_ENCRYPTION: Final = {"off": (), "optional": ("mediaenc=srtp",), "required": ("mediaenc=srtp-mand",)}
_USUAL_PORT: Final = {"udp": 5060, "tcp": 5060, "tls": 5061}


def config(setup: Setup, interface: str) -> Config:
    """The stack's settings; ``interface`` is the address from which the PBX is reached."""
    low, high = setup.media_ports
    lines = [
        f"sip_listen {setup.local_address}:{setup.local_port}",
        f"sip_transports {setup.transport}",
        # Who is not the registrar gets 403; over TCP and TLS nobody can even connect.
        "filter_registrar udp,tcp,tls",
        f"rtp_ports {low}-{high}",
        "dns_getaddrinfo yes",
        # A ringing that nobody answers is ended by who dialled it, or by whom it reached.
        "call_local_timeout 300",
    ]
    if setup.transport == "tls":
        lines += [f"sip_cafile {setup.ca_file}", "sip_verify_server yes"]
    return Config(
        net_interface=interface,
        native_log_level="info",  # the reason for which a certificate is refused is told there
        sip_trace=True,
        max_concurrent_calls=None,
        rtp_timeout=setup.media_lost_after,
        extra_config_text="\n".join(lines) + "\n",
    )


def identity(setup: Setup, account: Account) -> Identity:
    """An account as the stack registers it."""
    hop = None
    if setup.proxy or setup.register_domain:
        host, port = setup.next_hop
        hop = f"sip:{host}:{port};transport={setup.transport}"
    return Identity(
        user=account.user,
        domain=_home(setup),
        password=account.password,
        registrar=hop,
        reg_interval=setup.expires,
        transport=setup.transport,
        auth_user=account.auth_user or None,
        extra_params=(*_ENCRYPTION[setup.srtp], "check_origin=yes", "call_transfer=yes"),
    )


def aor(setup: Setup, account: Account) -> str:
    """The name by which the library finds the account."""
    return f"sip:{account.user}@{_home(setup)}"


def target(setup: Setup, extension: str) -> str:
    """Where an extension is dialled."""
    host = setup.dialled_at
    if host == setup.registrar and not setup.proxy:
        host = _home(setup)
    return f"sip:{extension}@{host};transport={setup.transport}"


def _home(setup: Setup) -> str:
    """The host part of our accounts; the port belongs to it only where requests go there directly."""
    if setup.register_domain:
        return setup.domain
    if setup.proxy or setup.registrar_port == _USUAL_PORT[setup.transport]:
        return setup.registrar
    return f"{setup.registrar}:{setup.registrar_port}"
