"""The message lamp of a telephone: how many voice messages wait (RFC 3842), as the body of a NOTIFY. Pure.

The telephone has not subscribed to it. Many take such a NOTIFY all the same, and PBXs send theirs so.
"""

from __future__ import annotations


def notify(account: str, new: int, saved: int) -> str:
    """Headers and body of a NOTIFY to the telephone with this address."""
    waiting = "yes" if new else "no"
    body = (
        f"Messages-Waiting: {waiting}\r\nMessage-Account: {account}\r\nVoice-Message: {new}/{saved} (0/0)\r\n"
    )
    return (
        "Event: message-summary\r\n"
        "Subscription-State: terminated;reason=noresource\r\n"
        "Content-Type: application/simple-message-summary\r\n"
        f"Content-Length: {len(body.encode())}\r\n"
        f"\r\n{body}"
    )
