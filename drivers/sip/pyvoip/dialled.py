"""A call that we dial: rung, taken back, refused or answered.

pyVoIP waits for the first answer with everything else at a stand, takes only 404 and 503 for an end, cannot take a
call back, and answers no challenge of a proxy.
"""

from __future__ import annotations

from typing import Final

from drivers.sip.pyvoip.client import Client, Dialogue, dialled, token
from drivers.sip.pyvoip.description import Nothing, described
from drivers.sip.pyvoip.digest import Unanswerable
from drivers.sip.pyvoip.message import Message, read
from drivers.sip.pyvoip.registration import credentials_for
from drivers.sip.pyvoip.sending import GIVEN_UP, Sending
from drivers.sip.pyvoip.talk import Means, Talk
from reconciler.telephones.call import End, Ended

_CHALLENGES: Final = frozenset({401, 407})


class Dialled(Talk):
    """A call of ours. NoPort if no sound could flow."""

    def __init__(self, number: int, client: Client, means: Means, extension: str, name: str) -> None:
        super().__init__(number, client, means, f"{token()}@{client.address[0]}")
        self._extension = extension
        self._name = name
        self._port = self.open_media().port
        self._challenged = False
        self._provisional = False
        self._taken_back = False
        self._cancelling: Sending | None = None
        self._acknowledged: dict[str, Dialogue] = {}
        self._invite: Message
        self._sending: Sending
        self._ring()

    def hang_up(self) -> None:
        """End it, or take it back while it rings."""
        if self._dialogue is not None:
            super().hang_up()
            return
        self._taken_back = True
        if self._provisional:
            self._cancel()
        heard = self._provisional or self._challenged
        self.end(End(Ended.OURS if heard else Ended.UNREACHABLE))

    @property
    def done(self) -> bool:
        """True if nothing of it is to come any more, not even an answer that crosses our taking it back."""
        return super().done and self._finished

    def answered(self, message: Message) -> None:
        """An answer to our INVITE, or to something later."""
        if message.cseq_method != "INVITE":
            if message.cseq_method == "CANCEL" and self._cancelling is not None:
                self._cancelling.settled()
            super().answered(message)
            return
        if message.code >= 300:  # noqa: PLR2004 - refused
            self._means.send(self.client.refusal_heard(self._invite, message), "")
        if message.cseq != self._invite.cseq:
            return
        if message.code < 200:  # noqa: PLR2004 - not final
            self._rings()
        elif message.code < 300:  # noqa: PLR2004 - answered
            self._taken(message)
        elif not self._finished:
            self._refused(message)

    def _ring(self, credentials: str = "") -> None:
        text = self.client.invite(self._extension, self.call_id, self._port, self._name, credentials)
        self._invite = read(text.encode())
        self._finished = False
        self._sending = Sending(lambda: self._means.send(text, ""), self._nobody)

    def _rings(self) -> None:
        self._sending.settled()
        if not self._provisional:
            self._provisional = True
            if self._taken_back:
                self._cancel()

    def _cancel(self) -> None:
        text = self.client.cancel(self._invite)
        self._cancelling = Sending(lambda: self._means.send(text, ""), self._finish)
        self._loop.call_later(GIVEN_UP, self._finish)

    def _nobody(self) -> None:
        self._finish()
        self.end(End(Ended.UNREACHABLE))

    def _finish(self) -> None:
        self._finished = True

    def _taken(self, message: Message) -> None:
        """Somebody has answered. Each who does so hears an ACK each time, but only the first is talked with."""
        self._sending.settled()
        tag = message.tag("to")
        new = tag not in self._acknowledged
        if new:
            self._acknowledged[tag] = dialled(message)
        dialogue = self._acknowledged[tag]
        self.say_within(dialogue, "ACK", self._invite.cseq)
        if not new:
            return
        self._finished = True
        self._cseq = self._invite.cseq
        if self.over or len(self._acknowledged) > 1:
            self.say_within(dialogue, "BYE", self._invite.cseq + 1)
            return
        try:
            self.establish(dialogue, described(message))
        except Nothing:
            self.say_within(dialogue, "BYE", self._invite.cseq + 1)
            self.end(End(Ended.REJECTED, message.code))

    def _refused(self, message: Message) -> None:
        self._sending.settled()
        if message.code in _CHALLENGES and not self._challenged and not self._taken_back:
            self._challenged = True
            try:
                self._ring(
                    credentials_for(message, self.client, "INVITE", self._invite.uri, self._means.realm)
                )
            except Unanswerable:
                pass
            else:
                return
        self._finish()
        if self._cancelling is not None:
            self._cancelling.settled()
        self.end(End.refused(message.code))
