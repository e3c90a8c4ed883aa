"""What every call has, whoever began it: sound, keys, a dialogue, and one end."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from drivers.sip.headers import key_of
from drivers.sip.presses import Presses
from drivers.sip.pyvoip.client import Client, Dialogue, answer
from drivers.sip.pyvoip.description import Described, Nothing, described
from drivers.sip.pyvoip.media import Media, Ports
from drivers.sip.pyvoip.message import Message
from drivers.sip.pyvoip.sending import Sending
from drivers.sip.stack import Reporter
from drivers.sip.wire import Established, Key, NotTransferred, Over, Played
from reconciler.telephones.call import End, Ended

LOOK: Final = 0.2
"""Of the time after which the other side has vanished: how often we look."""
TRANSFERRED_WITHIN: Final = 30.0
_FRAGMENT: Final = re.compile(rb"SIP/2\.0 (\d{3})")
_FINAL: Final = 200
_REFUSED: Final = 300

Send = Callable[[str, str], None]
"""Sends a text, towards the address of a URI; "" is the PBX."""


@dataclass(frozen=True, slots=True)
class Means:
    """What calls work with."""

    reporter: Reporter
    send: Send
    ports: Ports
    realm: str
    media_lost_after: float
    """Seconds without a packet after which the other side has vanished."""


class Talk:
    """A call with its number on the wire. After ``over`` it says nothing more."""

    def __init__(self, number: int, client: Client, means: Means, call_id: str) -> None:
        self.number = number
        self.client = client
        self.call_id = call_id
        self.over = False
        self._means = means
        self._loop = asyncio.get_running_loop()
        self._media: Media | None = None
        self._dialogue: Dialogue | None = None
        self._codecs: Described | None = None
        self._cseq = 1
        self._presses = Presses()
        self._listening = False
        self._asked: Sending | None = None
        self._transferring: asyncio.TimerHandle | None = None
        self._watch: asyncio.TimerHandle | None = None

    @property
    def done(self) -> bool:
        """True if nothing of it is to come any more, neither told nor sent."""
        return self.over and self._asked is None

    # Asked of us.

    def answer(self) -> None:
        """Take it, if it came in and rings."""

    def reject(self, code: int) -> None:
        """Refuse it, if it came in and rings."""

    def hang_up(self) -> None:
        """End it."""
        self._say("BYE")
        self.end(End(Ended.OURS))

    def transfer(self, extension: str) -> None:
        """Ask the other side to call this extension instead of us."""
        if self._dialogue is None:
            return
        uri = f"sip:{extension}@{self.client.dialled_at}"
        self._say("REFER", f"Refer-To: <{uri}>", f"Referred-By: {self.client.home}")
        self._transferring = self._loop.call_later(TRANSFERRED_WITHIN, self._not_transferred)

    def play(self, pcm: bytes) -> None:
        """Let the other side hear this."""
        if self._media is not None:
            self._media.play(pcm)

    def mark(self, mark: int) -> None:
        """Tell when everything before this is out."""
        if self._media is not None:
            self._media.mark(lambda: self._means.reporter.tell(Played(self.number, mark)))

    def silence(self) -> None:
        """Forget what is not out yet."""
        if self._media is not None:
            self._media.silence()

    def listen(self, *, on: bool) -> None:
        """Report what is heard from now on, or no more."""
        self._listening = on

    # Heard from the other side.

    def requested(self, request: Message) -> None:
        """A request within this call."""
        match request.method:
            case "BYE":
                self.reply(request, 200)
                self.end(End(Ended.FAR_END))
            case "INFO":
                self.reply(request, 200)
                self._info(request)
            case "NOTIFY":
                self.reply(request, 200)
                self._notified(request)
            case "INVITE":
                self._changed(request)
            case "OPTIONS":
                self.reply(request, 200)
            case "ACK":
                pass
            case _:
                self.reply(request, 405)

    def answered(self, message: Message) -> None:
        """An answer to a request of ours within this call."""
        if message.code < _FINAL or self._asked is None:
            return
        self._asked.settled()
        self._asked = None
        if message.cseq_method == "REFER" and message.code >= _REFUSED:
            self._not_transferred()

    def end(self, end: End) -> None:
        """It is over, for this reason; told once."""
        if self.over:
            return
        self.over = True
        for timer in (self._transferring, self._watch):
            if timer is not None:
                timer.cancel()
        if self._media is not None:
            self._media.close()
        self._means.reporter.tell(Over(self.number, end.reason, end.code))

    # For those who know how it began.

    def reply(self, request: Message, code: int, tag: str = "", body: str = "") -> None:
        """Answer a request."""
        lines = [f"Contact: {self.client.contact}"] if request.method == "INVITE" else []
        self._means.send(answer(request, code, tag, *lines, body=body), "")

    def open_media(self) -> Media:
        """A port for our sound. NoPort if none is free."""
        self._media = Media(self._means.ports.open(), self._heard, self._pressed)
        return self._media

    def establish(self, dialogue: Dialogue, codecs: Described) -> None:
        """From now on sound goes both ways."""
        self._dialogue, self._codecs = dialogue, codecs
        assert self._media is not None
        self._media.begin(codecs.codecs, codecs.remote)
        self._media.last = self._loop.time()
        self._look()
        self._means.reporter.tell(Established(self.number, self.call_id))

    def say_within(self, dialogue: Dialogue, method: str, number: int, *lines: str) -> None:
        """Send something within a dialogue, once."""
        way = dialogue.route[0] if dialogue.route else dialogue.target
        self._means.send(self.client.within(dialogue, method, number, *lines), way)

    def _say(self, method: str, *lines: str) -> None:
        """Ask something within the dialogue, until it is answered."""
        dialogue = self._dialogue
        if dialogue is None:
            return
        self._cseq += 1
        text = self.client.within(dialogue, method, self._cseq, *lines)
        way = dialogue.route[0] if dialogue.route else dialogue.target
        if self._asked is not None:
            self._asked.settled()
        self._asked = Sending(lambda: self._means.send(text, way), self._unheard)

    def _unheard(self) -> None:
        """A BYE or a REFER has no answer; of a BYE nothing more is to be told."""
        self._asked = None
        if self._transferring is not None:
            self._not_transferred()

    def _changed(self, invite: Message) -> None:
        """The other side describes its sound anew, or only looks whether we are there."""
        if self._media is None or self._codecs is None:
            return
        try:
            self._codecs = described(invite) if invite.body else self._codecs
        except Nothing:
            self.reply(invite, 488)
            return
        self._media.begin(self._codecs.codecs, self._codecs.remote)
        self.reply(invite, 200, body=self.client.description(self._media.port, self._codecs.codecs))

    def _info(self, request: Message) -> None:
        key = key_of(request.first("content-type"), request.content.decode("ascii", "replace"))
        if key and self._presses.info(key, self._loop.time()):
            self._means.reporter.tell(Key(self.number, key))

    def _pressed(self, key: str) -> None:
        if self._presses.sound(key, self._loop.time()):
            self._means.reporter.tell(Key(self.number, key))

    def _heard(self, pcm: bytes) -> None:
        if self._listening:
            self._means.reporter.heard(self.number, pcm)

    def _notified(self, request: Message) -> None:
        """How the call goes that a REFER has asked for (RFC 3515)."""
        found = _FRAGMENT.match(request.content)
        code = int(found[1]) if found else 0
        if self._transferring is None or code < _FINAL:
            return
        if code >= _REFUSED:
            self._not_transferred()
        else:
            self.hang_up()

    def _not_transferred(self) -> None:
        if self._transferring is not None:
            self._transferring.cancel()
            self._transferring = None
            self._means.reporter.tell(NotTransferred(self.number))

    def _look(self) -> None:
        """See whether the other side is still there."""
        assert self._media is not None
        if self._loop.time() - self._media.last > self._means.media_lost_after:
            self._say("BYE")
            self.end(End(Ended.LOST))
        else:
            self._watch = self._loop.call_later(LOOK * self._means.media_lost_after, self._look)
