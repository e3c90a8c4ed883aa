"""One account's registration: kept fresh without un-registering, begun again when it is lost.

pyVoIP asks for 120 seconds whatever is wanted, believes that it is registered after a time-out, and takes whatever
message comes next for the registrar's answer.
"""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable
from typing import Final

from drivers.sip.pyvoip import digest
from drivers.sip.pyvoip.client import Client, token
from drivers.sip.pyvoip.message import Message
from drivers.sip.pyvoip.sending import Sending
from drivers.sip.stack import Reporter
from drivers.sip.wire import Registered

LOOK: Final = 85.0
"""Seconds between two REGISTERs at most: a registrar that is gone is noticed within 2 minutes, patience included."""
PART: Final = 0.9
"""Of its time, after which a shorter registration is renewed."""
FIRST_PAUSE: Final = 2.0
LONGEST_PAUSE: Final = 80.0
"""Seconds between two tries of an account that is down, growing from the first to the longest."""
_EXPIRES: Final = re.compile(r";\s*expires\s*=\s*(\d+)", re.IGNORECASE)
_CHALLENGES: Final = {
    401: ("www-authenticate", "Authorization"),
    407: ("proxy-authenticate", "Proxy-Authorization"),
}
_TOO_BRIEF: Final = 423


class Registration:
    """Keeps one account registered; ``realm`` is the only one whose challenge is answered ("": any)."""

    def __init__(self, client: Client, send: Callable[[str], None], reporter: Reporter, realm: str) -> None:
        self._client = client
        self._send = send
        self._reporter = reporter
        self._realm = realm
        self._chance = random.Random()  # noqa: S311 - spreads load
        self._sending: Sending | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._challenged = False
        self._challenge: Message | None = None
        self._failures = 0
        self._told: tuple[bool, str] | None = None

    def begin(self, after: float = 0.0) -> None:
        """Register after so many seconds."""
        self._timer = asyncio.get_running_loop().call_later(after, self._ask)

    def stop(self) -> None:
        """Give the registration back, and do nothing more."""
        if self._timer is not None:
            self._timer.cancel()
        if self._sending is not None:
            self._sending.settled()
        if self._told and self._told[0]:
            self._send(self._client.register(self._credentials(), give_back=True))

    def answered(self, answer: Message) -> None:
        """The registrar has answered."""
        if self._sending is None or answer.code < 200:  # noqa: PLR2004 - not final
            return
        self._sending.settled()
        self._sending = None
        if answer.code in _CHALLENGES and not self._challenged:
            self._challenged, self._challenge = True, answer
            self._answer()
        elif answer.code == _TOO_BRIEF and answer.first("min-expires").isdigit():
            self._client.expires = int(answer.first("min-expires"))
            self._ask()
        elif answer.code // 100 == 2:  # noqa: PLR2004 - accepted
            self._accepted(answer)
        else:
            self._failed(f"the PBX answers {answer.code}")

    def _ask(self, credentials: str = "") -> None:
        if not credentials:
            self._challenged = False
        text = self._client.register(credentials)
        self._sending = Sending(lambda: self._send(text), lambda: self._failed("no answer"))

    def _answer(self) -> None:
        try:
            credentials = self._credentials()
        except digest.Unanswerable as error:
            self._failed(str(error))
        else:
            self._ask(credentials)

    def _credentials(self) -> str:
        if self._challenge is None:
            return ""
        uri = f"sip:{self._client.host}"
        return credentials_for(self._challenge, self._client, "REGISTER", uri, self._realm)

    def _accepted(self, answer: Message) -> None:
        self._failures = 0
        self._say(ok=True, why="")
        granted = next(
            (
                int(found[1])
                for contact in answer.values("contact")
                if self._client.contact[1:-1] in contact and (found := _EXPIRES.search(contact))
            ),
            self._client.expires,
        )
        self.begin(min(granted * PART, LOOK) * self._chance.uniform(0.9, 1.0))

    def _failed(self, why: str) -> None:
        self._sending = None
        self._say(ok=False, why=why)
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**self._failures)
        self._failures += 1
        self.begin(pause * self._chance.uniform(0.7, 1.3))

    def _say(self, *, ok: bool, why: str) -> None:
        if self._told != (ok, why):
            self._told = ok, why
            self._reporter.tell(Registered(self._client.account.user, ok=ok, why=why))


def credentials_for(challenge: Message, client: Client, method: str, uri: str, realm: str) -> str:
    """The header line that answers a 401 or 407. Unanswerable if none does."""
    asks, gives = _CHALLENGES[challenge.code]
    asked = digest.challenge(challenge.lines(asks))
    if realm and asked.get("realm", "") != realm:
        raise digest.Unanswerable(f"the PBX is of another realm: {asked.get('realm', '')}")
    account = client.account
    given = digest.credentials(
        asked, account.auth_user or account.user, account.password, method, uri, token()
    )
    return f"{gives}: {given}"
