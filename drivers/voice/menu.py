"""The room's menu: what a guest, or a maid, reaches by calling us from the telephone of the room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from drivers.voice.conversation import BETWEEN_KEYS, TRIES, Conversation
from drivers.voice.house import House
from drivers.voice.housekeeping import Codes, Dialled, Unfinished
from drivers.voice.phrases import Phrase
from drivers.voice.playback import Playback
from drivers.voice.switchboard import Switchboard
from drivers.voice.wakeup_menu import WakeupMenu

OPERATOR: Final = "0"
NEW: Final = "1"
SAVED: Final = "2"
WAKEUP: Final = "3"
DO_NOT_DISTURB: Final = "4"


@dataclass(frozen=True, slots=True)
class RoomMenu:
    """The menu of every room. ``playback`` is None where Zoom holds the messages."""

    house: House
    codes: Codes
    wakeups: WakeupMenu
    switchboard: Switchboard
    playback: Playback | None

    async def serve(self, talk: Conversation, room: str) -> None:
        """Do what the keys say until none comes, or none with a meaning. CallEnded when the guest hangs up."""
        first = [Phrase("welcome"), *self._news(room)]
        key: str | None = None
        in_vain = 0
        while in_vain < TRIES:
            key = key or await talk.ask(*first, *self._offers(room))
            first = []
            if key is None or not self._means_something(key):
                in_vain += 1
                if key is not None:
                    await talk.tell(Phrase("wrong_key"))
                key = None
                continue
            in_vain = 0
            if key == OPERATOR:
                if await self.switchboard.connect(talk, f"Room {room}"):
                    return
                key = None
            else:
                key = await self._do(talk, room, key)
        await talk.tell(Phrase("goodbye"))

    async def _do(self, talk: Conversation, room: str, key: str) -> str | None:
        """What one key asks for; answers a key that was pressed for the next thing."""
        if self.playback is not None and key in {NEW, SAVED}:
            return await self.playback.serve(talk, room, saved=key == SAVED)
        if key == WAKEUP:
            return await self.wakeups.serve(talk, room)
        if key == DO_NOT_DISTURB:
            await self._toggle(talk, room)
        else:
            await self._housekeeping(talk, room, key)
        return None

    def _means_something(self, key: str) -> bool:
        if key in {NEW, SAVED}:
            return self.playback is not None
        return key in {OPERATOR, WAKEUP, DO_NOT_DISTURB} or self.codes.read(key) is Unfinished.MORE

    async def _toggle(self, talk: Conversation, room: str) -> None:
        on = not self.house.facts(room).do_not_disturb
        await self.house.set_do_not_disturb(room, on=on)
        await talk.tell(Phrase("dnd_on") if on else Phrase("dnd_off"))

    async def _housekeeping(self, talk: Conversation, room: str, keyed: str) -> None:
        while (read := self.codes.read(keyed)) is Unfinished.MORE:
            keyed += await talk.ask(patience=BETWEEN_KEYS) or "#"  # a pause ends an id as the key does
        occupied = self.house.facts(room).occupied
        recorded = self.codes.recorded(read.key, occupied=occupied) if isinstance(read, Dialled) else None
        if recorded is None or not isinstance(read, Dialled):
            await talk.tell(Phrase("status_unknown"))
            return
        await self.house.record_status(room, recorded, read.staff)
        if recorded.halves:
            half = "occupied" if recorded.occupied else "vacant"
            await talk.tell(Phrase("status_set_in", status=recorded.status, occupancy=half))
        else:
            await talk.tell(Phrase("status_set", status=recorded.status))

    def _news(self, room: str) -> list[Phrase]:
        if self.playback is None or not self.house.facts(room).occupied:
            return []
        return [Phrase("messages_new", count=self.playback.count(room, saved=False))]

    def _offers(self, room: str) -> list[Phrase]:
        facts = self.house.facts(room)
        offers = []
        if self.playback is not None and facts.occupied:
            offers += [Phrase("menu_new_messages", key=NEW), Phrase("menu_saved_messages", key=SAVED)]
        offers.append(Phrase("menu_wakeup", key=WAKEUP))
        if facts.do_not_disturb:
            offers.append(Phrase("menu_dnd_off", key=DO_NOT_DISTURB))
        else:
            offers.append(Phrase("menu_dnd_on", key=DO_NOT_DISTURB))
        return [*offers, Phrase("menu_operator", key=OPERATOR)]
