"""Letters by SMTP, from a worker thread: the library blocks, and a mail server may be very slow.

The server's certificate is verified, and no password leaves over a line that is not encrypted. A letter says that a
machine wrote it (RFC 3834), so that nobody's absence notice answers.
"""

from __future__ import annotations

import logging
import smtplib
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid, parseaddr
from pathlib import Path
from typing import Final, Literal

from anyio import to_thread

from reconciler.alarms.letter import Letter, Undelivered

Security = Literal["starttls", "tls", "none"]

LOGGER: Final = logging.getLogger("housephone.notice")

TIMEOUT: Final = 30.0
"""Seconds for each step of the talk with the server."""


@dataclass(frozen=True, slots=True)
class Server:
    """Where letters are handed over, and as whom. Without a user nobody signs in."""

    host: str
    port: int
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None


class Post:
    """Hands letters to a mail server, from one sender to the same people each time."""

    def __init__(self, server: Server, sender: str, to: Sequence[str], now: Callable[[], datetime]) -> None:
        self._server = server
        self._sender = sender
        self._to = tuple(to)
        self._now = now

    async def send(self, letter: Letter) -> None:
        """Hand a letter over for all who get it. Undelivered where the server does not take it."""
        message = self._message(letter)
        refused = await to_thread.run_sync(self._hand_over, message, abandon_on_cancel=True)
        if refused:  # not to be tried again: the others would get it twice
            LOGGER.warning(
                "the mail server took a letter, but not for %s: see alerts.mail.to", ", ".join(refused)
            )

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage(policy=SMTP)
        message["From"] = self._sender
        message["To"] = ", ".join(self._to)
        message["Subject"] = _one_line(letter.subject)
        message["Date"] = format_datetime(self._now())
        message["Message-ID"] = make_msgid(domain=parseaddr(self._sender)[1].rpartition("@")[2])
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        if letter.html is not None:
            message.add_alternative(letter.html, subtype="html")
        return message

    async def knock(self) -> None:
        """Sign in and leave again, without a letter. Undelivered where the server would not take one."""
        await to_thread.run_sync(self._hand_over, None, abandon_on_cancel=True)

    def _hand_over(self, message: EmailMessage | None) -> tuple[str, ...]:
        """The addresses that were refused while others were taken."""
        server = self._server
        try:
            with self._connected() as smtp:
                if server.user:
                    smtp.login(server.user, server.password)
                return () if message is None else tuple(smtp.send_message(message))
        except ssl.SSLCertVerificationError as error:
            raise Undelivered(
                f"{server.host}: its certificate is not good: {error.verify_message}",
                "name the server as its certificate does, or its authority with alerts.mail.ca_file",
            ) from error
        except smtplib.SMTPAuthenticationError as error:
            raise Undelivered(
                f"{server.host} refused the password of {server.user} ({error.smtp_code})",
                "see alerts.mail.user and its password",
            ) from error
        except smtplib.SMTPResponseException as error:
            raise Undelivered(
                f"{server.host} answered {error.smtp_code} {_text(error.smtp_error)}", "see alerts.mail"
            ) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Undelivered(f"{server.host}:{server.port}: {_why(error)}", "see alerts.mail") from error

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        trust = ssl.create_default_context(cafile=server.ca_file)
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=trust)
        smtp = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
        if server.security == "starttls":
            try:
                smtp.starttls(context=trust)
            except BaseException:
                smtp.close()
                raise
        return smtp


def _one_line(text: str) -> str:
    """A header's text: no line break and no other control character comes through."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _text(said: bytes | str) -> str:
    return _one_line(said.decode(errors="replace") if isinstance(said, bytes) else said)


def _why(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"no address was taken: {', '.join(error.recipients)}"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "it offers no encryption (STARTTLS), or no way to sign in"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    return _one_line(getattr(error, "strerror", None) or str(error) or type(error).__name__)
