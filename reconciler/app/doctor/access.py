"""Who may use the desk's page, and whether their secrets can be read."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.app.doctor.finding import Finding
from reconciler.app.doctor.premises import secret_file
from reconciler.configuration.deskusers import Desk
from reconciler.desk.access.roll import Roll
from reconciler.enumerated import some


def access(desk: Desk) -> Iterator[Finding]:
    """What stands under ``desk:``; the files that it names are looked into."""
    troubles = Roll(desk).troubles
    for trouble in troubles:
        yield Finding(
            "bad", "desk", f"cannot come in: {trouble}", "docs/desk-access.md says what the file holds"
        )
    for user in desk.users:
        yield from secret_file(user.password_hash_file)
    for token in desk.tokens:
        yield from secret_file(token.token_file)
    if not desk.is_loopback and desk.proxy is None:
        yield Finding(
            "warn",
            "desk",
            f"passwords and guests' names cross the network to {desk.listen} unencrypted",
            "put a proxy with TLS in front and name it in desk.proxy (docs/desk-access.md)",
        )
    elif not troubles:
        yield Finding("ok", "desk", f"{desk.listen}, for {_whom(desk)}")


def _whom(desk: Desk) -> str:
    if desk.is_open:
        return "everybody on this machine"
    named = {
        "users": [user.name for user in desk.users],
        "tokens": [token.name for token in desk.tokens],
    }
    whom = [f"the {what} {some(names)}" for what, names in named.items() if names]
    if desk.proxy is not None and desk.proxy.header is not None:
        whom.append(f"whom the proxy names in {desk.proxy.header}")
    return ", and ".join(whom)
