"""A call that comes in: rings until it is answered, refused or given up.

pyVoIP answers once and hopes; an answer that is lost, or whose ACK is, would leave the caller or us on a dead line.
"""

from __future__ import annotations

from drivers.sip.pyvoip.client import Client, accepted, token
from drivers.sip.pyvoip.description import Described
from drivers.sip.pyvoip.media import NoPort
from drivers.sip.pyvoip.message import Message
from drivers.sip.pyvoip.sending import Sending
from drivers.sip.pyvoip.talk import Means, Talk
from reconciler.telephones.call import End, Ended


class Incoming(Talk):
    """A call of somebody else, who has described his sound."""

    def __init__(
        self, number: int, client: Client, means: Means, invite: Message, offered: Described
    ) -> None:
        super().__init__(number, client, means, invite.call_id)
        self.invite = invite
        self._offered = offered
        self._tag = token()
        self._answer: tuple[int, str] = (180, "")
        """What we have answered last: a code and a body."""
        self._sending: Sending | None = None
        self._repeat()

    def answer(self) -> None:
        """Take it."""
        if self._answer[0] != 180 or self.over:  # noqa: PLR2004 - it rings no more
            return
        try:
            port = self.open_media().port
        except NoPort:
            self.reject(480)
            return
        self._answer = (200, self.client.description(port, self._offered.codecs))
        self._sending = Sending(self._repeat, self._never_acknowledged)

    def reject(self, code: int) -> None:
        """Refuse it."""
        if self._answer[0] == 180 and not self.over:  # noqa: PLR2004 - it rings
            self._final(code)
            self.end(End(Ended.OURS))

    def hang_up(self) -> None:
        """End it, or refuse it while it rings."""
        if self._answer[0] == 180:  # noqa: PLR2004 - it rings
            self.reject(486)
            return
        if self._sending is not None and self._dialogue is None:
            self._sending.settled()
            self._dialogue = accepted(self.invite, self._tag)
        super().hang_up()

    def requested(self, request: Message) -> None:
        """A request of the caller."""
        if request.method == "INVITE" and request.cseq == self.invite.cseq:
            self._repeat()
        elif request.method == "ACK":
            self._acknowledged()
        elif request.method == "CANCEL":
            self.reply(request, 200, self._tag)
            if self._answer[0] == 180:  # noqa: PLR2004 - it rings
                self._final(487)
                self.end(End(Ended.FAR_END, 487))
        else:
            if request.method == "BYE" and self._sending is not None:
                self._sending.settled()
            super().requested(request)

    @property
    def done(self) -> bool:
        """True if nothing of it is to come any more."""
        return super().done and self._sending is None

    def _final(self, code: int) -> None:
        self._answer = (code, "")
        self._sending = Sending(self._repeat, self._gone)

    def _repeat(self) -> None:
        self.reply(self.invite, self._answer[0], self._tag, self._answer[1])

    def _acknowledged(self) -> None:
        if self._sending is not None:
            self._sending.settled()
            self._sending = None
            if not self.over and self._dialogue is None:
                self.establish(accepted(self.invite, self._tag), self._offered)

    def _never_acknowledged(self) -> None:
        self._sending = None
        self._dialogue = accepted(self.invite, self._tag)
        self._say("BYE")
        self.end(End(Ended.LOST))

    def _gone(self) -> None:
        self._sending = None
